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
 * Breadth first over what names may contain or begin with: whether Jira matches anywhere in the name (its description)
 * or at the start, a query that is cut off itself is asked again with one letter more. Letters are learnt on the way.
 */
async function narrow(
	ask: (query: string, most: number) => Promise<WireGroupPicker>,
	names: ReadonlySet<string>,
	total: number,
): Promise<void> {
	const queue: string[] = [""];
	const queued = new Set(queue);
	let asked = 0;
	for (let stem = queue.shift(); stem !== undefined; stem = queue.shift()) {
		for (const letter of lettersOf(names)) {
			const query = stem + letter;
			if (queued.has(query) || query.trim() === "") continue;
			queued.add(query);
			const page = await ask(query, PICK);
			if (names.size >= total || ++asked >= MOST_QUERIES) return;
			if (page.groups.length < page.total) queue.push(query);
		}
	}
}

function lettersOf(names: ReadonlySet<string>): ReadonlySet<string> {
	const letters = new Set(FIRST_LETTERS);
	for (const name of names) for (const letter of name.toLowerCase()) letters.add(letter);
	return letters;
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
