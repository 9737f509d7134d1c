import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ACCOUNTS, type AccountName, LARGE, SMALL, secretOf, type Truth, WIDE } from "./realm.ts";
import { seed } from "./seed.ts";
import { isAlive, type KeycloakServer, logTail, missing, start, stop } from "./server.ts";

/** A running server with seeded realms. Plain data. */
export interface LiveKeycloak {
	readonly server: KeycloakServer;
	/** By realm name. */
	readonly truths: Readonly<Record<string, Truth>>;
	/** Client ids with their secrets, the same in every realm. */
	readonly accounts: Readonly<Record<AccountName, string>>;
}

const SIZES = { small: SMALL, wide: WIDE, large: LARGE };

export async function startSeeded(realms: readonly string[], say: (line: string) => void): Promise<LiveKeycloak> {
	let since = performance.now();
	const lap = (): string => {
		const seconds = ((performance.now() - since) / 1000).toFixed(1);
		since = performance.now();
		return `${seconds} s`;
	};
	const server = await start();
	say(`Keycloak at ${server.url}, pid ${server.pid}: ${lap()}`);
	try {
		const truths: Record<string, Truth> = {};
		for (const realm of realms) {
			const size = SIZES[realm as keyof typeof SIZES];
			if (size === undefined) throw new Error(`no realm ${realm}: there are ${Object.keys(SIZES).join(", ")}`);
			truths[realm] = await seed(server, size);
			say(`realm ${realm} (${size.people} people, ${size.groups} groups, ${truths[realm].memberships} memberships): ${lap()}`);
		}
		const accounts = Object.fromEntries(Object.keys(ACCOUNTS).map((name) => [name, secretOf(name as AccountName)]));
		return { server, truths, accounts: accounts as LiveKeycloak["accounts"] };
	} catch (error) {
		const log = logTail(server);
		await stop(server);
		throw new Error(`Keycloak could not be seeded; the end of its log:\n${log}`, { cause: error });
	}
}

export type Live = { readonly keycloak: LiveKeycloak } | { readonly skipped: string };

/**
 * The server of this test run: the one that ROLLCALL_LIVE_KEYCLOAK names, else one that the first test file to ask
 * starts and test/live/teardown.ts stops. `skipped`: it cannot be had here, and why.
 */
export async function keycloakForTests(): Promise<Live> {
	const stated = process.env.ROLLCALL_LIVE_KEYCLOAK;
	if (stated !== undefined && stated !== "") return { keycloak: readLive(stated) };
	const folder = process.env.ROLLCALL_LIVE_FOLDER;
	if (folder === undefined) throw new Error("run the live tests by `npm run test:live`");
	const file = join(folder, "keycloak.json");
	if (existsSync(file)) return { keycloak: readLive(file) };
	const because = missing();
	if (because !== undefined) return { skipped: because };
	const keycloak = await startSeeded(Object.keys(SIZES), (line) => process.stderr.write(`${line}\n`));
	writeFileSync(file, JSON.stringify(keycloak));
	return { keycloak };
}

function readLive(file: string): LiveKeycloak {
	const live = JSON.parse(readFileSync(file, "utf8")) as LiveKeycloak;
	if (!isAlive(live.server)) throw new Error(`${file} names a Keycloak that no longer runs`);
	return live;
}
