#!/usr/bin/env bash
# A real Samba 4 domain controller on a loopback address, with nothing but LDAP switched on: the domain ad.example.test, people,
# groups within groups, a group of more than 1,500, disabled and expired accounts, a reader without any right of its own.
#
#   dc.sh start DIR ADDRESS PEOPLE   prints the process id last
#   dc.sh stop DIR
#
# Samba's ports are fixed (389, 636, 3268, 3269), so it needs root and an address where they are free. Installs the packages
# where they are missing and apt-get is there. Exit 75: no domain controller can be had here; the reason is on standard error.
set -euo pipefail

# When a process began, in ticks since the machine did; nothing when there is none.
born() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }
skip() { echo "$1" >&2; exit 75; }

if [ "${1:-}" = stop ]; then
	# Only the process that we started: Samba overwrites its arguments, but not when it began.
	read -r pid began <"$2/samba.process" 2>/dev/null || exit 0
	if [ "$(born "$pid")" = "$began" ]; then
		kill "$pid"
		for _ in $(seq 50); do [ -d "/proc/$pid" ] || break; sleep 0.1; done
	fi
	exit 0
fi
[ "${1:-}" = start ] && [ $# -eq 4 ] || { sed -n '2,9p' "$0" >&2; exit 64; }
DIR=$2 ADDRESS=$3 PEOPLE=$4

[ "$(id -u)" = 0 ] || skip "Samba's LDAP ports are below 1024, and only root may open them"
for port in 389 636 3268 3269; do
	(exec 3<>"/dev/tcp/$ADDRESS/$port") 2>/dev/null && skip "port $port of $ADDRESS is taken"
done
PATH=$PATH:/usr/sbin:/sbin
for tool in samba samba-tool ldbadd ldbmodify openssl; do
	command -v "$tool" >/dev/null && continue
	command -v apt-get >/dev/null || skip "$tool is not installed, and there is no apt-get"
	# RUNLEVEL=1 keeps the packages from starting servers on all addresses.
	DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y --no-install-recommends \
		samba samba-ad-dc samba-ad-provision samba-dsdb-modules samba-vfs-modules python3-samba ldb-tools openssl >&2 || skip "apt-get could not install Samba"
	break
done

mkdir -p "$DIR/tls" "$DIR/run" "$DIR/log"
cd "$DIR"
BASE=DC=ad,DC=example,DC=test
# An empty configuration keeps the machine's own /etc/samba/smb.conf out.
: >empty.conf
samba-tool domain provision --configfile="$DIR/empty.conf" --targetdir="$DIR" --realm=AD.EXAMPLE.TEST --domain=ADEX --server-role=dc \
	--dns-backend=NONE --adminpass='Passw0rd!Adm1n' --host-name=dc1 --host-ip="$ADDRESS" >log/provision.log 2>&1 || { tail -20 log/provision.log >&2; exit 1; }
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=dc1.ad.example.test \
	-addext "subjectAltName=DNS:dc1.ad.example.test,DNS:localhost,IP:$ADDRESS" -keyout tls/key.pem -out tls/cert.pem 2>/dev/null
# Samba refuses a key that others may read.
chmod 600 tls/key.pem
CONF=$DIR/etc/smb.conf
# Provisioning writes its own list of services, which would win, and file shares, which nobody needs here.
{
	cat <<CONF
[global]
	interfaces = $ADDRESS/32
	bind interfaces only = yes
	server services = ldap
	dcerpc endpoint servers =
	disable netbios = yes
	pid directory = $DIR/run
	ncalrpc dir = $DIR/run/ncalrpc
	log file = $DIR/log/log.%m
	log level = 0
	tls enabled = yes
	tls keyfile = $DIR/tls/key.pem
	tls certfile = $DIR/tls/cert.pem
	tls cafile = $DIR/tls/cert.pem
CONF
	sed -n '/^\[global\]/,/^\[/p' "$CONF" | grep -v -e '^\[' -e 'server services'
} >smb.new
mv smb.new "$CONF"
SAM=$DIR/private/sam.ldb
samba-tool domain passwordsettings set --configfile="$CONF" -H "$SAM" --complexity=off --min-pwd-length=4 --history-length=0 --min-pwd-age=0 --max-pwd-age=0 >/dev/null

# Every fiftieth is disabled; the one after has expired in 2020, the next one will in 2100 (hundreds of nanoseconds since 1601).
awk -v n="$PEOPLE" -v b="$BASE" 'BEGIN {
	split("People Teams Outside", units, " ")
	for (i = 1; i in units; i++) print "dn: OU=" units[i] "," b "\nobjectClass: organizationalUnit\n"
	for (i = 1; i <= n; i++) {
		u = sprintf("user%05d", i)
		expires = i % 50 == 1 ? "accountExpires: 132223104000000000\n" : i % 50 == 2 ? "accountExpires: 157468320000000000\n" : ""
		print "dn: CN=Person " i ",OU=People," b "\nobjectClass: user\nsAMAccountName: " u "\nuserPrincipalName: " u "@ad.example.test\ngivenName: Zoe\nsn: No. " i "\nmail: " u "@example.com\nemployeeID: " i "\ndepartment: D" (i % 20) "\n" expires "userAccountControl: " (i % 50 == 0 ? 546 : 544) "\n"
	}
	print "dn: CN=O\\27Brien\\, Sin\\C3\\A9ad,OU=People," b "\nobjectClass: user\nsAMAccountName: odd\nsn: Odd\nuserAccountControl: 544\n"
	print "dn: CN=A Computer,OU=Outside," b "\nobjectClass: computer\nsAMAccountName: BOX$\nuserAccountControl: 4096\n"
	print "dn: CN=A Contact,OU=Outside," b "\nobjectClass: contact\n"
}' >people.ldif
awk -v n="$PEOPLE" -v b="$BASE" 'BEGIN {
	P = ",OU=People," b; G = ",OU=Teams," b; O = ",OU=Outside," b
	for (t = 0; t < 20; t++) {
		print "dn: CN=team" t G "\nobjectClass: group\nsAMAccountName: team" t "\ngroupType: -2147483646"
		for (i = 1; i <= n; i++) if (i % 20 == t) print "member: CN=Person " i P
		print ""
	}
	print "dn: CN=division" G "\nobjectClass: group\nsAMAccountName: division\ngroupType: -2147483640"; for (t = 0; t < 4; t++) print "member: CN=team" t G; print ""
	print "dn: CN=company" G "\nobjectClass: group\nsAMAccountName: company\ngroupType: -2147483640\nmember: CN=division" G "\n"
	print "dn: CN=everybody" G "\nobjectClass: group\nsAMAccountName: everybody\ngroupType: -2147483640"; for (i = 1; i <= n; i++) print "member: CN=Person " i P; print ""
	print "dn: CN=nobody" G "\nobjectClass: group\nsAMAccountName: nobody\ngroupType: 2\n"
	print "dn: CN=mixed" G "\nobjectClass: group\nsAMAccountName: mixed\ngroupType: 2\nmember: CN=Person 1" P "\nmember: CN=A Computer" O "\nmember: CN=A Contact" O "\nmember: CN=O\\27Brien\\, Sin\\C3\\A9ad" P "\n"
	print "dn: CN=far" O "\nobjectClass: group\nsAMAccountName: far\ngroupType: -2147483640\nmember: CN=Person 2" P "\n"
	print "dn: CN=with-far" G "\nobjectClass: group\nsAMAccountName: with-far\ngroupType: -2147483640\nmember: CN=far" O "\n"
}' >groups.ldif
export SMB_CONF_PATH=$CONF
ldbadd -H "$SAM" people.ldif >log/people.log 2>&1 || { tail -5 log/people.log >&2; exit 1; }
ldbadd -H "$SAM" groups.ldif >log/groups.log 2>&1 || { tail -5 log/groups.log >&2; exit 1; }
samba-tool user create svc-rollcall 'Passw0rd!Reader' --configfile="$CONF" -H "$SAM" >/dev/null
# A circle.
printf 'dn: CN=team0,OU=Teams,%s\nchangetype: modify\nadd: member\nmember: CN=company,OU=Teams,%s\n' "$BASE" "$BASE" | ldbmodify -H "$SAM" >/dev/null
setsid samba -F -s "$CONF" -M single --no-process-group >log/samba.out 2>&1 </dev/null &
pid=$!
echo "$pid $(born $pid)" >samba.process
for _ in $(seq 300); do (exec 3<>"/dev/tcp/$ADDRESS/636") 2>/dev/null && break; sleep 0.1; done
echo $pid
