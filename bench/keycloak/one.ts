/** One reading in a process of its own, so that its memory is its own: `node one.ts ours|plain FILE CONCURRENCY`. Prints JSON. */
import { readFileSync } from "node:fs";
import { keycloak } from "../../connectors/idp/keycloak/connector.ts";
import { liveSettings } from "../../test/live/keycloak/harness.ts";
import type { LiveKeycloak } from "../../test/live/keycloak/live.ts";
import { sumsOf } from "../../test/live/keycloak/sums.ts";
import { readPlainly } from "./plain.ts";

export interface OneReading {
	readonly ms: number;
	readonly requests: number;
	/** Processor time of the whole process, the start of Node included. */
	readonly cpuMs: number;
	/** Largest resident set of the whole process, in bytes. */
	readonly peakBytes: number;
	readonly whole: boolean;
}

const [who, file, concurrency] = process.argv.slice(2);
const live = JSON.parse(readFileSync(file!, "utf8")) as LiveKeycloak;
const atOnce = Number(concurrency);

async function ours() {
	const connector = keycloak(liveSettings(live, "large", { concurrency: atOnce }));
	const snapshot = await connector.snapshot({ attributes: new Set() }, AbortSignal.timeout(300_000));
	await connector.close();
	return { requests: connector.requests(), sums: () => sumsOf(snapshot) };
}

// Loading modules is no part of reading: `fetch` loads its own at the first call, the connector the SDK.
await (await fetch(`${live.server.url}/realms/large`)).text();
await import("@keycloak/keycloak-admin-client");
const began = performance.now();
const found =
	who === "ours"
		? await ours()
		: await readPlainly({ url: live.server.url, realm: "large", secret: live.accounts.rollcall, concurrency: atOnce });
const ms = performance.now() - began;
const { user, system } = process.cpuUsage();
const peakBytes = process.resourceUsage().maxRSS * 1024;
const truth = live.truths.large!.sha256;
const sums = found.sums();
const whole = sums.people === truth.people && sums.groups === truth.groups && sums.memberships === truth.memberships;
process.stdout.write(
	`${JSON.stringify({ ms, requests: found.requests, cpuMs: (user + system) / 1000, peakBytes, whole } satisfies OneReading)}\n`,
);
