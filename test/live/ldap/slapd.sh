#!/usr/bin/env bash
# A real OpenLDAP on loopback with the suffix dc=example,dc=com: password policy, size limits and access rules as a careful site has
# them, LDAPS and StartTLS with a certificate of its own. What is in it comes from an LDIF file (population.ts writes one).
#
#   slapd.sh start DIR PORT TLSPORT LDIF   prints the process id last
#   slapd.sh stop DIR
#
# Runs as any user; installs the package `slapd` where it is missing, root runs it and apt-get is there.
# Exit 75: no slapd can be had here; the reason is on standard error.
set -euo pipefail

skip() { echo "$1" >&2; exit 75; }

if [ "${1:-}" = stop ]; then
	# Only the process whose arguments name our folder.
	pid=$(cat "$2/slapd.pid" 2>/dev/null || true)
	if [ -n "$pid" ] && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$2/slapd.conf"; then
		kill "$pid"
		for _ in $(seq 50); do [ -d "/proc/$pid" ] || break; sleep 0.1; done
	fi
	exit 0
fi
[ "${1:-}" = start ] && [ $# -eq 5 ] || { sed -n '2,9p' "$0" >&2; exit 64; }
DIR=$2 PORT=$3 TLSPORT=$4 LDIF=$5

# Debian keeps it out of the ordinary user's path.
PATH=$PATH:/usr/sbin:/sbin
for tool in slapd slapadd openssl; do
	command -v "$tool" >/dev/null && continue
	[ "$(id -u)" = 0 ] || skip "$tool is not installed, and only root can install it"
	command -v apt-get >/dev/null || skip "$tool is not installed, and there is no apt-get"
	# RUNLEVEL=1 keeps the package from starting a server on all addresses.
	DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y --no-install-recommends slapd openssl >&2 || skip "apt-get could not install slapd"
	break
done
SCHEMA=/etc/ldap/schema MODULES=/usr/lib/ldap
[ -f "$SCHEMA/inetorgperson.schema" ] && [ -d "$MODULES" ] || skip "slapd is here, but not where Debian has its schema ($SCHEMA) and modules ($MODULES)"

mkdir -p "$DIR/db" "$DIR/tls"
cd "$DIR"
BASE=dc=example,dc=com
ADMIN=cn=admin,$BASE
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" \
	-keyout tls/key.pem -out tls/cert.pem 2>/dev/null
cat >slapd.conf <<CONF
include $SCHEMA/core.schema
include $SCHEMA/cosine.schema
include $SCHEMA/nis.schema
include $SCHEMA/inetorgperson.schema
pidfile $DIR/slapd.pid
modulepath $MODULES
moduleload back_mdb
moduleload ppolicy
TLSCertificateFile $DIR/tls/cert.pem
TLSCertificateKeyFile $DIR/tls/key.pem
TLSCACertificateFile $DIR/tls/cert.pem
sizelimit 500
loglevel none
database mdb
suffix $BASE
rootdn $ADMIN
rootpw adminpw
directory $DIR/db
maxsize 1073741824
# A test's data need not survive a power cut.
dbnosync
index objectClass,uid,cn,mail,member,memberUid,entryUUID eq
# The readers may page as far as it likes, in pages of 1,000 at most; "short" and "tight" may not.
limits dn.regex="^uid=(rollcall|blind|stranger),ou=system,$BASE$" size=500 size.pr=1000 size.prtotal=unlimited
limits dn.exact="uid=short,ou=system,$BASE" size=500 size.pr=1000 size.prtotal=700
limits dn.exact="uid=tight,ou=system,$BASE" size=500 size.pr=100 size.prtotal=unlimited
access to attrs=userPassword by anonymous auth by * none
access to attrs=member,uniqueMember,memberUid by dn.exact="uid=blind,ou=system,$BASE" none by dn.onelevel="ou=system,$BASE" read by * none
access to dn.subtree="ou=secret,$BASE" by * none
access to * by dn.exact="uid=stranger,ou=system,$BASE" none by dn.onelevel="ou=system,$BASE" read by * none
overlay ppolicy
ppolicy_default cn=default,ou=policies,$BASE
CONF

slapadd -q -f slapd.conf -b "$BASE" -l "$LDIF" >&2
# Not `slapd -V`: that starts a server on all addresses.
slapd -f "$DIR/slapd.conf" -h "ldap://127.0.0.1:$PORT ldaps://127.0.0.1:$TLSPORT" -n rollcall-test
for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null && break; sleep 0.1; done
cat "$DIR/slapd.pid"
