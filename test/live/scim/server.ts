import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { selfSigned } from "../../../sandbox/kit/certificate.ts";
import { SITE } from "../../../sandbox/scim/documents.ts";
import type { ResourceState } from "../../../sandbox/scim/resources.ts";

/** A running server with this population. */
export interface Scimmy {
	readonly url: string;
	readonly token: string;
	/** PEM. */
	readonly ca: string;
	stop(): Promise<void>;
}

export async function startScimmy(state: ResourceState, maxResults: number): Promise<Scimmy> {
	const folder = mkdtempSync(join(tmpdir(), "rollcall-scimmy-"));
	const file = join(folder, "population.json");
	const tls = selfSigned({ name: "scimmy" });
	const token = "scimmy-bearer-token";
	writeFileSync(file, JSON.stringify({ ...state, tls, token, maxResults, site: SITE }), { mode: 0o600 });
	const child = spawn(process.execPath, [fileURLToPath(new URL("server.mjs", import.meta.url)), file], {
		stdio: ["pipe", "pipe", "inherit"],
	});
	const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
	const line = await new Promise<string>((resolve, reject) => {
		createInterface(child.stdout).once("line", resolve);
		child.once("exit", (code) => reject(new Error(`the SCIM server ended with ${code} before it listened`)));
	});
	const { port } = JSON.parse(line) as { port: number };
	const stop = async () => {
		child.stdin.end();
		await ended;
		rmSync(folder, { recursive: true, force: true });
	};
	return { url: `https://127.0.0.1:${port}/scim/v2`, token, ca: tls.cert, stop };
}
