import { SyncError } from "../../../core/errors.ts";
import type { JiraTalk } from "./talk.ts";
import type { WireGroupPicker } from "./translate.ts";

/** Asked for at first; more than most sites have. */
const PICK = 10_000;
/** Queries that a cut-off listing may cost before it is given up. */
const MOST_QUERIES = 1_500;
const FIRST_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-_. ";

export interface GroupListing {
	readonly names: ReadonlySet<string>;
	/** How many Jira says there are. */
	readonly total: number;
	/** All of them are in `names`. */
	readonly whole: boolean;
}

/**
 * Names of all groups. The picker has no pages and may be cut by `jira.ajax.autocomplete.limit`; its `total` tells. What
 * is cut off is looked for by narrower and narrower queries. `whole` is said only when as many names came as there are.
 */
export async function listGroups(talk: JiraTalk, signal: AbortSignal): Promise<GroupListing> {
	const names = new Set<string>();
	const ask = async (query: string, most: number) => {
		const page = await talk.groupPicker(query, most, signal);
		for (const { name } of page.groups) names.add(name);
		return page;
	};
	const first = await ask("", PICK);
	const cut = first.groups.length < first.total && first.total > PICK ? await ask("", first.total) : first;
	if (names.size < cut.total) await narrow(ask, names, cut.total);
	return { names, total: cut.total, whole: names.size >= cut.total };
}

/**
 * Whether Jira matches anywhere in the name (its description) or at the start: a query that is cut off itself is asked
 * again with one letter more, unless all that it stands for is known by now. Queries that stand in a name already seen
 * come first, since names resemble one another; letters are learnt on the way.
 */
async function narrow(
	ask: (query: string, most: number) => Promise<WireGroupPicker>,
	names: ReadonlySet<string>,
	total: number,
): Promise<void> {
	const queries = new Queries(names);
	queries.extend("");
	let anywhere = false;
	for (let asked = 0; asked < MOST_QUERIES; asked += 1) {
		const query = queries.next();
		if (query === undefined) return;
		const page = await ask(query, PICK);
		if (names.size >= total) return;
		anywhere ||= page.groups.some(({ name }) => !name.toLowerCase().startsWith(query));
		const known = [...names].filter((name) => (anywhere ? name.toLowerCase().includes(query) : name.toLowerCase().startsWith(query)));
		if (known.length < page.total) queries.extend(query);
	}
}

/** Longer pieces of names than this are not told apart. */
const LONGEST_PIECE = 12;

/** The queries still to ask. `names` grows while they are asked. */
class Queries {
	readonly #names: ReadonlySet<string>;
	readonly #seen = new Set<string>();
	readonly #pieces = new Set<string>();
	readonly #letters = new Set(FIRST_LETTERS);
	readonly #made = new Set<string>();
	readonly #likely = new Set<string>();
	readonly #others = new Set<string>();

	constructor(names: ReadonlySet<string>) {
		this.#names = names;
	}

	extend(stem: string): void {
		this.#learn();
		for (const letter of this.#letters) {
			const query = stem + letter;
			if (query.trim() === "" || this.#made.has(query)) continue;
			this.#made.add(query);
			(this.#pieces.has(query) ? this.#likely : this.#others).add(query);
		}
	}

	next(): string | undefined {
		this.#learn();
		for (const queue of [this.#likely, this.#others]) {
			const [query] = queue;
			if (query !== undefined) {
				queue.delete(query);
				return query;
			}
		}
		return undefined;
	}

	#learn(): void {
		for (const name of this.#names) {
			if (this.#seen.has(name)) continue;
			this.#seen.add(name);
			const folded = name.toLowerCase();
			for (const letter of folded) this.#letters.add(letter);
			for (let start = 0; start < folded.length; start += 1) {
				for (let end = start + 1; end <= Math.min(folded.length, start + LONGEST_PIECE); end += 1) this.#add(folded.slice(start, end));
			}
		}
	}
	#add(piece: string): void {
		this.#pieces.add(piece);
		if (this.#others.delete(piece)) this.#likely.add(piece);
	}
}

/** The way out is the administrator's. */
export const groupsCutOff = (listing: GroupListing): SyncError =>
	new SyncError(
		"target.incomplete",
		`GET /rest/api/2/groups/picker shows ${listing.names.size} of ${listing.total} groups; nothing is planned on a part of them`,
		{
			todo: "Raise the application property jira.ajax.autocomplete.limit (Administration > System > General configuration > Advanced settings) above the number of groups.",
			context: { groups: listing.total, shown: listing.names.size },
		},
	);

/** Jira's own bound. */
const MEMBER_PAGE = 50;
const TRIES = 3;

/**
 * Keys of the effective members of a group: REST v2 lists those of subgroups too, and does not tell them apart. As many
 * as Jira states, each once, or `target.incomplete`. Undefined: there is no such group.
 */
export async function membersOf(
	talk: JiraTalk,
	group: string,
	options: { readonly pageSize?: number; readonly signal: AbortSignal },
): Promise<ReadonlySet<string> | undefined> {
	const pageSize = Math.min(options.pageSize ?? MEMBER_PAGE, MEMBER_PAGE);
	let last = "";
	for (let tried = 1; tried <= TRIES; tried += 1) {
		const keys = new Set<string>();
		for (let rows = 0; ; ) {
			const page = await talk.members(group, { startAt: rows, maxResults: pageSize }, options.signal);
			if (page === undefined) {
				if (rows === 0) return undefined;
				throw membersCutOff(group, "it disappeared meanwhile");
			}
			for (const member of page.values) keys.add(member.key);
			rows += page.values.length;
			last = `${keys.size} of ${page.total} came`;
			if (rows >= page.total || page.values.length === 0) {
				if (keys.size === page.total && rows === page.total) return keys;
				break;
			}
		}
	}
	throw membersCutOff(group, `${last}, ${TRIES} times in a row`);
}

const membersCutOff = (group: string, what: string): SyncError =>
	new SyncError("target.incomplete", `GET /rest/api/2/group/member (group "${group}"): ${what}; nothing is planned on a part of a group`, {
		todo: "Run again at a quieter time; if it stays, look at Jira's log.",
	});
