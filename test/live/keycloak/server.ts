import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { install, missingDistribution } from "./distribution.ts";
import { findJdk, MISSING_JDK } from "./java.ts";

/** A running server. Plain data, so that it can be written down and another process can stop it. */
export interface KeycloakServer {
	readonly url: string;
	readonly admin: { readonly username: string; readonly password: string };
	readonly pid: number;
	/** Its home and log; removed when it is stopped. */
	readonly folder: string;
}

const ADMIN = { username: "admin", password: "admin" };
const LIMIT_MS = 240_000;

/** Why no server can be had on this machine; undefined: one can. */
export function missing(): string | undefined {
	if (process.platform !== "linux") return `the scripts know Linux only, this is ${process.platform}`;
	return findJdk() === undefined ? MISSING_JDK : missingDistribution();
}

/** Loopback, a free port, an empty in-memory database. The process goes on after ours: `stop` ends it. */
export async function start(): Promise<KeycloakServer> {
	const jdk = findJdk();
	if (jdk === undefined) throw new Error(MISSING_JDK);
	const installation = await install(jdk);
	const folder = mkdtempSync(join(tmpdir(), "rollcall-keycloak-"));
	// A home of its own for each server: it writes below data/ while it runs.
	cpSync(installation, folder, { recursive: true });
	const port = await freePort();
	const log = openSync(join(folder, "server.log"), "w");
	const options = [
		"start",
		"--optimized",
		"--http-enabled=true",
		"--http-host=127.0.0.1",
		`--http-port=${port}`,
		"--hostname-strict=false",
	];
	const child = spawn(join(folder, "bin/kc.sh"), options, {
		cwd: folder,
		detached: true,
		stdio: ["ignore", log, log],
		env: {
			PATH: process.env.PATH,
			JAVA_HOME: jdk,
			JAVA_OPTS_KC_HEAP: "-Xms512m -Xmx1500m",
			KC_BOOTSTRAP_ADMIN_USERNAME: ADMIN.username,
			KC_BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password,
		},
	});
	child.unref();
	const server: KeycloakServer = { url: `http://127.0.0.1:${port}`, admin: ADMIN, pid: child.pid!, folder };
	await ready(server);
	return server;
}

async function ready(server: KeycloakServer): Promise<void> {
	const until = performance.now() + LIMIT_MS;
	while (performance.now() < until) {
		if (!isAlive(server)) throw new Error(`Keycloak ended while starting:\n${logTail(server)}`);
		const answer = await fetch(`${server.url}/realms/master`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
		if (answer?.ok === true) return;
		await sleep(250);
	}
	const tail = logTail(server);
	await stop(server);
	throw new Error(`Keycloak did not answer within ${LIMIT_MS / 1000} s:\n${tail}`);
}

/** Ends exactly the process group that `start` made, and removes its folder. */
export async function stop(server: KeycloakServer): Promise<void> {
	if (isAlive(server)) {
		process.kill(-server.pid, "SIGTERM");
		for (let i = 0; i < 120 && isAlive(server); i += 1) await sleep(250);
		if (isAlive(server)) process.kill(-server.pid, "SIGKILL");
	}
	rmSync(server.folder, { recursive: true, force: true });
}

/** A process id may have been given to somebody else meanwhile: ours carries our folder on its command line. */
export function isAlive(server: KeycloakServer): boolean {
	const commandLine = `/proc/${server.pid}/cmdline`;
	return existsSync(commandLine) && readFileSync(commandLine, "utf8").includes(server.folder);
}

/** Its last warnings, errors and causes; stack frames left out. */
export function logTail(server: KeycloakServer): string {
	const lines = readFileSync(join(server.folder, "server.log"), "utf8").split("\n");
	return lines
		.filter((line) => /WARN|ERROR|Exception|Caused by/.test(line) && !/^\s+at /.test(line))
		.slice(-12)
		.join("\n");
}

/** Asked from the system and given back: Keycloak cannot listen on 0 and tell. */
function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const probe = createServer().once("error", reject);
		probe.listen(0, "127.0.0.1", () => {
			const { port } = probe.address() as AddressInfo;
			probe.close(() => resolve(port));
		});
	});
}
