import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Ids, seed } from "./seed.ts";
import { isAlive, logTail, missing, type OpenAmServer, start, stop } from "./server.ts";
import { setUp } from "./setup.ts";
import { makeWorld } from "./world.ts";

/** A running, seeded server. Plain data. */
export interface LiveOpenAm {
	readonly server: OpenAmServer;
	/** People in realm /; see `makeWorld`. */
	readonly size: number;
	readonly ids: Ids;
}

export async function startSeeded(size: number, say: (line: string) => void): Promise<LiveOpenAm> {
	let since = performance.now();
	const lap = (): string => {
		const seconds = ((performance.now() - since) / 1000).toFixed(1);
		since = performance.now();
		return `${seconds} s`;
	};
	const server = await start();
	say(`OpenAM at ${server.url}, pid ${server.pid}: ${lap()}`);
	try {
		await setUp(server);
		say(`set up: ${lap()}`);
		const ids = await seed(server, makeWorld(size));
		say(`${size} people in realm /, and the realms /sub, /sub/deep and /twin: ${lap()}`);
		return { server, size, ids };
	} catch (error) {
		const log = logTail(server);
		await stop(server);
		throw new Error(`OpenAM could not be set up or seeded; the end of its log:\n${log}`, { cause: error });
	}
}

export type Live = { readonly openam: LiveOpenAm } | { readonly skipped: string };

/**
 * The server of this test run: the one that ROLLCALL_LIVE_OPENAM names, else one that the first test file to ask starts
 * and test/live/teardown.ts stops. `skipped`: it cannot be had here, and why.
 */
export async function openamForTests(): Promise<Live> {
	const stated = process.env.ROLLCALL_LIVE_OPENAM;
	if (stated !== undefined && stated !== "") return { openam: readLive(stated) };
	const folder = process.env.ROLLCALL_LIVE_FOLDER;
	if (folder === undefined) throw new Error("run the live tests by `npm run test:live`");
	const file = join(folder, "openam.json");
	if (existsSync(file)) return { openam: readLive(file) };
	const because = missing();
	if (because !== undefined) return { skipped: because };
	const openam = await startSeeded(1_500, (line) => process.stderr.write(`${line}\n`));
	writeFileSync(file, JSON.stringify(openam));
	return { openam };
}

function readLive(file: string): LiveOpenAm {
	const live = JSON.parse(readFileSync(file, "utf8")) as LiveOpenAm;
	if (!isAlive(live.server)) throw new Error(`${file} names an OpenAM that no longer runs`);
	return live;
}
