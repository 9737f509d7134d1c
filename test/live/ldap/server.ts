import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { frame, type Population } from "./population.ts";

/** A running server. */
export interface Slapd {
	readonly ldap: string;
	readonly ldaps: string;
	/** PEM. */
	readonly ca: string;
	stop(): Promise<void>;
}

const script = fileURLToPath(new URL("slapd.sh", import.meta.url));
const run = promisify(execFile);
/** What the scripts exit with where the server cannot be had (EX_TEMPFAIL). */
const UNAVAILABLE = 75;

/** A text: no server can be had here, and why. */
export async function startSlapd(populations: readonly Population[]): Promise<Slapd | string> {
	const folder = mkdtempSync(join(tmpdir(), "rollcall-slapd-"));
	const ldif = join(folder, "all.ldif");
	writeFileSync(ldif, frame() + populations.map((one) => one.ldif).join(""));
	const [port, tlsPort] = [await freePort(), await freePort()];
	const remove = () => rmSync(folder, { recursive: true, force: true });
	try {
		await run("bash", [script, "start", folder, String(port), String(tlsPort), ldif], { timeout: 180_000 });
	} catch (error) {
		const { code, stderr = "" } = error as { readonly code?: unknown; readonly stderr?: string };
		await run("bash", [script, "stop", folder]);
		remove();
		if (code === UNAVAILABLE) return stderr.trim();
		throw error;
	}
	const stop = async () => {
		await run("bash", [script, "stop", folder]);
		remove();
	};
	return {
		ldap: `ldap://127.0.0.1:${port}`,
		ldaps: `ldaps://localhost:${tlsPort}`,
		ca: readFileSync(join(folder, "tls/cert.pem"), "utf8"),
		stop,
	};
}

/** Asked from the system and given back: slapd cannot listen on 0 and tell. */
function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const probe = createServer().once("error", reject);
		probe.listen(0, "127.0.0.1", () => {
			const { port } = probe.address() as AddressInfo;
			probe.close(() => resolve(port));
		});
	});
}
