/** One reading in a process of its own, so that its memory is its own: `node one.ts ours|plain FILE CONCURRENCY`. Prints JSON. */
import { readFileSync } from "node:fs";
import { keycloak } from "../../connectors/idp/keycloak/connector.ts";
import { liveSettings } from "../../test/live/keycloak/harness.ts";
import type { LiveKeycloak } from "../../test/live/keycloak/live.ts";
import type { Truth } from "../../test/live/keycloak/realm.ts";
import { sumsOf } from "../../test/live/keycloak/sums.ts";
import { readPlainly } from "./plain.ts";

export interface OneReading {
	readonly ms: number;
	readonly requests: number;
	/** Processor time of this process while it read. */
	readonly cpuMs: number;
	/** Largest resident set of the whole process, in bytes. */
	readonly peakBytes: number;
	readonly whole: boolean;
}

const [who, file, concurrency] = process.argv.slice(2);
const live = JSON.parse(readFileSync(file!, "utf8")) as LiveKeycloak;
const atOnce = Number(concurrency);

interface Found {
	readonly requests: number;
	readonly sums: () => Truth["sha256"];
}

/** What a process does once is no part of reading: it loads modules and trusted roots, and opens a connection. */
async function prepared(): Promise<() => Promise<Found>> {
	if (who === "plain") {
		await (await fetch(`${live.server.url}/realms/large`)).text();
		return () => readPlainly({ url: live.server.url, realm: "large", secret: live.accounts.rollcall, concurrency: atOnce });
	}
	const connector = keycloak(liveSettings(live, "large", { concurrency: atOnce }));
	await connector.check(AbortSignal.timeout(60_000));
	const before = connector.requests();
	return async () => {
		const snapshot = await connector.snapshot({ attributes: new Set() }, AbortSignal.timeout(300_000));
		return { requests: connector.requests() - before, sums: () => sumsOf(snapshot) };
	};
}

const read = await prepared();
const before = process.cpuUsage();
const began = performance.now();
const found = await read();
const ms = performance.now() - began;
const { user, system } = process.cpuUsage(before);
const peakBytes = process.resourceUsage().maxRSS * 1024;
const truth = live.truths.large!.sha256;
const sums = found.sums();
const whole = sums.people === truth.people && sums.groups === truth.groups && sums.memberships === truth.memberships;
process.stdout.write(
	`${JSON.stringify({ ms, requests: found.requests, cpuMs: (user + system) / 1000, peakBytes, whole } satisfies OneReading)}\n`,
);
