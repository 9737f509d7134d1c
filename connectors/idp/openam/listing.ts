import type { Progress } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import { type Filter, present } from "./filter.ts";
import type { Row, Talk } from "./talk.ts";
import type { Translated } from "./translate.ts";
import { Unreadable } from "./unreadable.ts";
import { readWhole } from "./whole.ts";

/** A record that has at least an id. */
export type Known<T> = Exclude<Translated<T>, { readonly kind: "unusable" }>;

/** One kind of record of one realm. */
export interface Kind<T> {
	readonly realm: string;
	readonly what: "users" | "groups";
	/** For messages and progress: `people`, `groups`. */
	readonly word: string;
	/** The naming attribute. */
	readonly attribute: string;
	readonly idAttribute: string;
	translate(row: Row): Translated<T>;
}

/** Everything of one kind in one realm. */
export interface Whole<T> {
	readonly rows: readonly Known<T>[];
	/** Names of records that are there and that OpenAM itself cannot read. */
	readonly unreadable: readonly string[];
	readonly search: Unreadable<Known<T>>;
}

/** The whole list, proven (see whole.ts). Throws `source.incomplete`; `config.invalid` when the data store does not show ids. */
export async function readKind<T>(talk: Talk, kind: Kind<T>, run: Run): Promise<Whole<T>> {
	const what = `${kind.word} of realm ${kind.realm}`;
	const seen = new Set<string>();
	const ask = async (filter: Filter, signal: AbortSignal) => {
		const rows = (await talk.list({ realm: kind.realm, what: kind.what, filter }, signal)).map((row) => known(kind, row));
		for (const { name } of rows) seen.add(name);
		run.progress?.({ stage: kind.word, done: seen.size });
		return rows;
	};
	const search = new Unreadable(ask, { attribute: kind.attribute, what });
	const listing = { what, attribute: kind.attribute, rows: (filter: Filter, signal: AbortSignal) => search.rows(filter, signal) };
	const rows = await readWhole(listing, run.signal);
	const settled = await search.settle(run.signal);
	return { rows: [...rows, ...settled.rows], unreadable: settled.names, search };
}

/** A record without an id cannot be held: nobody would know whom to leave alone. */
function known<T>(kind: Kind<T>, row: Row): Known<T> {
	const found = kind.translate(row);
	if (found.kind !== "unusable") return found;
	throw new SyncError("config.invalid", `OpenAM, ${kind.word} of realm ${kind.realm}: ${found.because}`, {
		todo: `Let the data store of this realm show ${kind.idAttribute} (its list of attributes of ${kind.word}), or name another immutable one as idAttribute; see docs/guides/openam.md.`,
		context: { realm: kind.realm },
	});
}

/** How a reading of the whole list goes on. */
export interface Run {
	readonly progress?: Progress | undefined;
	readonly signal: AbortSignal;
}

/**
 * An attribute that nobody in the answers has is either nobody's, or hidden: a data store shows the attributes on its
 * list only. Filters see hidden ones too. Throws `config.invalid` when somebody has it. `so`: why that matters.
 */
export async function assertShown<T>(
	list: { readonly kind: Kind<T>; readonly whole: Whole<T> },
	hidden: { readonly attribute: string; readonly so: string },
	signal: AbortSignal,
): Promise<void> {
	const { word, realm } = list.kind;
	const rows = await list.whole.search.rows(present(hidden.attribute), signal);
	if (rows.length === 0) return;
	throw new SyncError(
		"config.invalid",
		`OpenAM hides ${hidden.attribute}, which ${rows.length} ${word} of realm ${realm} have: ${hidden.so}`,
		{
			todo: `Add ${hidden.attribute} to the attributes of ${word} that the data store of this realm shows; see docs/guides/openam.md.`,
			context: { realm, attribute: hidden.attribute },
		},
	);
}
