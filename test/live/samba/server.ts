import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** A running domain controller of ad.example.test. */
export interface DomainController {
	readonly address: string;
	/** PEM. */
	readonly ca: string;
	/** What its database holds, by the database's own tool: not over LDAP, and past all access rules. */
	dump(filter: string, attributes: readonly string[]): Promise<readonly Dumped[]>;
	stop(): Promise<void>;
}
export interface Dumped {
	readonly dn: string;
	/** By lower-case name. */
	readonly values: ReadonlyMap<string, readonly string[]>;
}

const script = fileURLToPath(new URL("dc.sh", import.meta.url));
const run = promisify(execFile);
/** What the scripts exit with where the server cannot be had (EX_TEMPFAIL). */
const UNAVAILABLE = 75;
const ADDRESS = "127.0.0.1";

/** A text: no domain controller can be had here, and why. */
export async function startDomainController(people: number): Promise<DomainController | string> {
	const folder = mkdtempSync(join(tmpdir(), "rollcall-samba-"));
	const stop = async () => {
		await run("bash", [script, "stop", folder]);
		rmSync(folder, { recursive: true, force: true });
	};
	try {
		await run("bash", [script, "start", folder, ADDRESS, String(people)], { timeout: 400_000 });
	} catch (error) {
		const { code, stderr = "" } = error as { readonly code?: unknown; readonly stderr?: string };
		await stop();
		if (code === UNAVAILABLE) return stderr.trim();
		throw error;
	}
	const dump = async (filter: string, attributes: readonly string[]) => {
		const database = join(folder, "private/sam.ldb");
		const { stdout } = await run("ldbsearch", ["-H", database, filter, ...attributes], {
			maxBuffer: 1 << 28,
			env: { ...process.env, SMB_CONF_PATH: join(folder, "etc/smb.conf") },
		});
		return recordsOf(stdout);
	};
	return { address: ADDRESS, ca: readFileSync(join(folder, "tls/cert.pem"), "utf8"), dump, stop };
}

/** RFC 2849, as far as ldbsearch writes it. References to other partitions are left out. */
function recordsOf(ldif: string): readonly Dumped[] {
	const blocks = ldif.replace(/\n /g, "").split(/\n\n+/);
	return blocks.flatMap((block) => {
		const lines = block.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
		const pairs = lines.flatMap((line): [string, string][] => {
			const match = /^([^:]+):(:?) (.*)$/.exec(line);
			if (match === null) return [];
			const [, name = "", coded, text = ""] = match;
			return [[name.toLowerCase(), coded === ":" ? Buffer.from(text, "base64").toString("utf8") : text]];
		});
		const dn = pairs.find(([name]) => name === "dn")?.[1];
		if (dn === undefined) return [];
		const values = new Map<string, string[]>();
		for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
		return [{ dn, values }];
	});
}
