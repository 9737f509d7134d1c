import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { LiveKeycloak } from "./keycloak/live.ts";
import { stop } from "./keycloak/server.ts";
import type { LiveOpenAm } from "./openam/live.ts";
import { stop as stopOpenAm } from "./openam/server.ts";

/** Stops what this run of the live tests has started, and nothing else. */
export default async function teardown(): Promise<void> {
	const folder = process.env.ROLLCALL_LIVE_FOLDER;
	if (folder === undefined) return;
	const keycloak = join(folder, "keycloak.json");
	if (existsSync(keycloak)) await stop((JSON.parse(readFileSync(keycloak, "utf8")) as LiveKeycloak).server);
	const openam = join(folder, "openam.json");
	if (existsSync(openam)) await stopOpenAm((JSON.parse(readFileSync(openam, "utf8")) as LiveOpenAm).server);
	rmSync(folder, { recursive: true, force: true });
}
