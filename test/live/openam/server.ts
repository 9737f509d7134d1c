import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { findJdk, MISSING_JDK } from "../keycloak/java.ts";
import { type Installation, install, missingDistribution, onPath } from "./distribution.ts";

/** A running server, not yet set up. Plain data, so that it can be written down and another process can stop it. */
export interface OpenAmServer {
	/** With the context path. */
	readonly url: string;
	/** A Unix socket to the embedded OpenDJ, as `ldapi://` address. */
	readonly ldap: string;
	readonly pid: number;
	/** Everything it writes; removed when it is stopped. */
	readonly folder: string;
}

/** The name that the setup gives it; nobody outside of its namespace need resolve it. */
export const HOST = "openam.test.local";
export const PORT = 18_080;
const LDAP_PORT = 50_389;
const LIMIT_MS = 240_000;

/** Why no server can be had on this machine; undefined: one can. */
export function missing(): string | undefined {
	if (process.platform !== "linux") return `the scripts know Linux only, this is ${process.platform}`;
	for (const [tool, where] of [
		["unshare", "util-linux"],
		["ip", "iproute2"],
		["ldapmodify", "ldap-utils"],
	] as const)
		if (!onPath(tool)) return `no ${tool} (Debian package ${where})`;
	if (namespaceFlags() === undefined) return "this account may not make a network namespace";
	return findJdk() === undefined ? MISSING_JDK : missingDistribution();
}

/**
 * OpenAM and the OpenDJ inside it listen on all interfaces and cannot be told not to. They get a network namespace that
 * has a loopback interface only; the door out of it is a Unix socket in their folder, and one forwarder from
 * 127.0.0.1 to that socket.
 */
function namespaceFlags(): readonly string[] | undefined {
	for (const flags of [["--net"], ["--net", "--map-root-user"]]) {
		try {
			execFileSync("unshare", [...flags, "ip", "link", "set", "lo", "up"], { stdio: "ignore" });
			return flags;
		} catch (error) {
			if (typeof (error as { status?: unknown }).status !== "number") throw error;
		}
	}
	return undefined;
}

/** Loopback, any free port, an empty configuration. The process goes on after ours: `stop` ends it. */
export async function start(): Promise<OpenAmServer> {
	const jdk = findJdk();
	const flags = namespaceFlags();
	if (jdk === undefined || flags === undefined) throw new Error(missing());
	const installation = await install(jdk);
	const folder = mkdtempSync(join(tmpdir(), "rollcall-openam-"));
	writeBase(folder, installation);
	const log = openSync(join(folder, "server.log"), "w");
	const child = spawn("sh", [join(folder, "outside.sh"), process.execPath, ...flags], {
		cwd: folder,
		detached: true,
		stdio: ["ignore", log, log],
		env: {
			PATH: process.env.PATH,
			JAVA_HOME: jdk,
			CATALINA_HOME: installation.tomcat,
			CATALINA_BASE: folder,
			JAVA_OPTS: javaOptions(folder),
		},
	});
	child.unref();
	const pid = child.pid!;
	const port = await ready({ pid, folder });
	return { url: `http://127.0.0.1:${port}/openam`, ldap: `ldapi://${encodeURIComponent(join(folder, "ldap"))}`, pid, folder };
}

function writeBase(folder: string, { tomcat, openam }: Installation): void {
	cpSync(join(tomcat, "conf"), join(folder, "conf"), { recursive: true });
	for (const name of ["logs", "temp", "work", "config", "webapps"]) mkdirSync(join(folder, name));
	const properties = join(folder, "conf/catalina.properties");
	// Only these jars have tag libraries; looking through all 400 takes 20 seconds.
	const scan = "tomcat.util.scan.StandardJarScanFilter";
	const jars = [`${scan}.jarsToSkip=*.jar`, `${scan}.jarsToScan=jakarta.servlet.jsp.jstl*.jar,esapi*.jar`];
	writeFileSync(properties, `${readFileSync(properties, "utf8")}\n${jars.join("\n")}\n`);
	// proxyName: otherwise OpenAM refuses every Host header but its own name (400 `FQDN "127.0.0.1" is not valid.`).
	writeFileSync(
		join(folder, "conf/server.xml"),
		`<Server port="-1"><Service name="Catalina">
<Connector address="127.0.0.1" port="${PORT}" proxyName="${HOST}" proxyPort="${PORT}" protocol="HTTP/1.1" connectionTimeout="20000"/>
<Engine name="Catalina" defaultHost="localhost"><Host name="localhost" appBase="webapps" autoDeploy="false">
<Context path="/openam" docBase="${openam}"/></Host></Engine></Service></Server>`,
	);
	// The machine's own name must resolve in there, or the setup dies of "Illegal null input".
	writeFileSync(join(folder, "hosts"), `127.0.0.1 localhost ${HOST} ${hostname()}\n`);
	const door = fileURLToPath(new URL("./door.ts", import.meta.url));
	writeFileSync(
		join(folder, "outside.sh"),
		`node=$1; shift\n"$node" "${door}" 127.0.0.1:0 "${folder}/web" &\nexec unshare "$@" sh "${folder}/inside.sh" "$node"\n`,
	);
	writeFileSync(
		join(folder, "inside.sh"),
		`ip link set lo up || exit 1\n"$1" "${door}" "${folder}/web" 127.0.0.1:${PORT} &\n"$1" "${door}" "${folder}/ldap" 127.0.0.1:${LDAP_PORT} &\nexec "$CATALINA_HOME/bin/catalina.sh" run\n`,
	);
}

function javaOptions(folder: string): string {
	const exports = [
		"java.base/sun.security.util",
		"java.security.jgss/sun.security.krb5",
		"java.base/sun.security.x509",
		"java.base/sun.security.tools.keytool",
		"java.xml/com.sun.org.apache.xerces.internal.dom",
	];
	return [
		...exports.map((name) => `--add-exports ${name}=ALL-UNNAMED`),
		// The quick compiler only: it starts in half the time.
		"-Xmx1536m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.awt.headless=true",
		`-Djdk.net.hosts.file=${folder}/hosts -Duser.home=${folder}`,
		`-Dcom.iplanet.services.configpath=${folder}/config -Dcom.sun.identity.configuration.directory=${folder}/config`,
		// The page that runs administration commands over HTTP; data stores cannot be changed by REST.
		"-Dssoadm.disabled=false",
	].join(" ");
}

type Started = Pick<OpenAmServer, "pid" | "folder">;

/** Gives the port. 302: waiting for its setup. */
async function ready(server: Started): Promise<number> {
	const until = performance.now() + LIMIT_MS;
	const portFile = join(server.folder, "web.port");
	while (performance.now() < until) {
		if (!isAlive(server)) throw new Error(`OpenAM ended while starting:\n${logTail(server)}`);
		const port = existsSync(portFile) ? Number(readFileSync(portFile, "utf8")) : undefined;
		if (port !== undefined && (await answers(port))) return port;
		await sleep(500);
	}
	const tail = logTail(server);
	await stop(server);
	throw new Error(`OpenAM did not answer within ${LIMIT_MS / 1000} s:\n${tail}`);
}

async function answers(port: number): Promise<boolean> {
	const url = `http://127.0.0.1:${port}/openam/isAlive.jsp`;
	const answer = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(30_000) }).catch(() => undefined);
	return answer?.status === 302 || answer?.status === 200;
}

/** Ends exactly the process group that `start` made, and removes its folder. Nothing in it is worth a clean end. */
export async function stop(server: Started): Promise<void> {
	if (isAlive(server)) {
		process.kill(-server.pid, "SIGKILL");
		for (let i = 0; i < 40 && isAlive(server); i += 1) await sleep(250);
	}
	rmSync(server.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** A process id may have been given to somebody else meanwhile: ours carries our folder on its command line. */
export function isAlive(server: Started): boolean {
	const commandLine = `/proc/${server.pid}/cmdline`;
	return existsSync(commandLine) && readFileSync(commandLine, "utf8").includes(server.folder);
}

/** Its last warnings, errors and causes; stack frames left out. */
export function logTail(server: Pick<OpenAmServer, "folder">): string {
	const lines = readFileSync(join(server.folder, "server.log"), "utf8").split("\n");
	return lines
		.filter((line) => /WARN|ERROR|SEVERE|Exception|Caused by/.test(line) && !/^\s+at /.test(line))
		.slice(-12)
		.join("\n");
}
