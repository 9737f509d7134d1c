import type { SnapshotRequest } from "../../core/connector.ts";
import { SyncError } from "../../core/errors.ts";
import { assertRunning } from "../http/pause.ts";
import { together } from "../http/together.ts";
import type { Entry } from "./entry.ts";
import { malformed, operation } from "./failure.ts";
import type { Ask } from "./line.ts";
import type { Lines } from "./lines.ts";

/** What is read: every list of people and of groups, and the attribute that identifies an entry for ever. */
export interface Lists {
	readonly people: readonly Ask[];
	readonly groups: readonly Ask[];
	readonly idAttribute: string;
}
export interface Roll {
	readonly people: readonly Entry[];
	readonly groups: readonly Entry[];
}

/** How often a directory that changes while it is read is read again. */
const TRIES = 3;

/**
 * LDAP states no totals, so the roll is taken twice: once with everything, then with names and ids only. Whole when both
 * agree on who is there and under which name: nobody was left out of a page, moved from a base not yet read into one that
 * had been, or was renamed before the groups that name them were read. Read anew otherwise, then `source.incomplete`.
 */
export async function takeRoll(lines: Lines, lists: Lists, request: SnapshotRequest, signal: AbortSignal): Promise<Roll> {
	for (let attempt = 1; ; attempt += 1) {
		const full = await readAll(lines, lists, { request }, signal);
		const brief = (ask: Ask): Ask => ({ ...ask, attributes: [lists.idAttribute] });
		const again = await readAll(lines, { ...lists, people: lists.people.map(brief), groups: lists.groups.map(brief) }, {}, signal);
		const differing = (["people", "groups"] as const).flatMap((what) => differences(full[what], again[what], lists.idAttribute));
		if (differing.length === 0) return full;
		assertRunning(signal);
		if (attempt === TRIES) throw unsettled(lines, differing);
	}
}

async function readAll(lines: Lines, lists: Lists, how: { readonly request?: SnapshotRequest }, signal: AbortSignal): Promise<Roll> {
	const done = { people: 0, groups: 0 };
	const items = (["people", "groups"] as const).flatMap((what) => lists[what].map((ask) => ({ what, ask })));
	const read = await together(
		{ items, width: lines.server.network.concurrency },
		async ({ what, ask }, stop) => {
			let before = 0;
			const progress = (count: number) => {
				done[what] += count - before;
				before = count;
				how.request?.progress?.({ stage: what, done: done[what] });
			};
			return { what, entries: await lines.list(ask, { progress }, stop) };
		},
		signal,
	);
	const of = (what: "people" | "groups") => once(read.filter((list) => list.what === what).flatMap((list) => list.entries));
	return { people: of("people"), groups: of("groups") };
}

/** Bases may lie inside one another; then the same entry comes from both. */
function once(entries: readonly Entry[]): readonly Entry[] {
	const byKey = new Map<string, Entry>();
	for (const entry of entries) if (!byKey.has(entry.key)) byKey.set(entry.key, entry);
	return [...byKey.values()];
}

/** Names that only one of the two has, or that stand for another entry in the second. */
function differences(first: readonly Entry[], second: readonly Entry[], idAttribute: string): readonly string[] {
	const idOf = (entry: Entry): string => entry.bytes(idAttribute)[0]?.toString("hex") ?? "";
	const ids = new Map(second.map((entry) => [entry.key, idOf(entry)]));
	const differing = first.filter((entry) => ids.get(entry.key) !== idOf(entry)).map((entry) => entry.dn);
	const known = new Set(first.map((entry) => entry.key));
	return [...differing, ...second.filter((entry) => !known.has(entry.key)).map((entry) => entry.dn)];
}

function unsettled(lines: Lines, differing: readonly string[]): SyncError {
	const some = `${differing.slice(0, 3).join("; ").slice(0, 300)}${differing.length > 3 ? "; …" : ""}`;
	return new SyncError(
		"source.incomplete",
		`${lines.address.shown}: two readings, one right after the other, differ in ${differing.length} ${differing.length === 1 ? "entry" : "entries"}, ${TRIES} times over (${some})`,
		{
			retry: "spent",
			context: { host: lines.address.shown, differing: differing.length },
			todo: "Nothing was changed. The directory is being edited heavily just now (an import?), or several servers that differ answer to this name: name one of them as url.",
		},
	);
}

/** An entry that does not show what identifies it cannot be told from another; nothing is guessed. */
export function withoutId(lines: Lines, entry: Entry, idAttribute: string): SyncError {
	const where = operation("SEARCH", entry.dn, lines.address.shown);
	const error = malformed(where, `an entry without ${idAttribute}`);
	return new SyncError("source.malformed", error.message, {
		context: error.context,
		todo: `Give the account the right to read ${idAttribute}, or name as idAttribute what never changes and every entry has.`,
	});
}
