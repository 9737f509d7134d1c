import { SyncError } from "../../../core/errors.ts";
import type { AccountId, GroupName, ProductId } from "../../../core/model.ts";
import type { Actual, ReadRequest } from "../../../core/product.ts";
import { together } from "../../http/together.ts";
import { listAccounts } from "./accounts.ts";
import type { JiraVersion } from "./capabilities.ts";
import { groupsCutOff, listGroups, membersOf } from "./groups.ts";
import type { JiraTalk } from "./talk.ts";
import { accountOf, actualOf, type WireUser } from "./translate.ts";

export interface ReadParts {
	readonly product: ProductId;
	readonly talk: JiraTalk;
	readonly version: JiraVersion;
	readonly concurrency: number;
	readonly pageSize?: number;
}

/**
 * Every account and group, or an exception. Who we are is proven with the same credential before and after: a revoked
 * token may be taken for an anonymous visitor, who gets empty lists and not an error (facts: 11.1). Our own account must
 * be among those listed.
 */
export async function readJira(parts: ReadParts, request: ReadRequest, signal: AbortSignal): Promise<Actual> {
	const { talk } = parts;
	const self = await provenSelf(talk, signal);
	const users = await listAccounts(talk, { ...parts, ...progressOf(request) }, signal);
	if (!users.has(self.key)) throw notAmongThem(self, users.size);
	const { groups, memberships } = await readGroups(parts, request, signal);
	const belonging = await turnRound(talk, { users, memberships }, signal);
	const attributes = await readAttributes(parts, { request, users }, signal);
	const after = await provenSelf(talk, signal);
	assertSameSelf(self, after);
	const accounts = [...users.values()].map((user) => accountOf(user, belonging.get(user.key) ?? [], attributes.get(user.key)));
	return actualOf({ product: parts.product, accounts, groups, self: self.key as AccountId });
}

/** Throws `target.denied` unless the credential belongs to somebody who may administer Jira. */
export async function provenSelf(talk: JiraTalk, signal: AbortSignal): Promise<WireUser> {
	const self = await talk.myself(signal);
	const rights = await talk.permissions(signal);
	if (rights.has("ADMINISTER") || rights.has("SYSTEM_ADMIN")) return self;
	throw new SyncError("target.denied", `the account "${self.name}" may not administer Jira on ${talk.host}`, {
		todo: `Give "${self.name}" the global permission Jira Administrators; without it lists may come back empty instead of refused.`,
	});
}

/** The credential must not have gone over to somebody else meanwhile. */
export function assertSameSelf(self: WireUser, after: WireUser): void {
	if (after.key === self.key) return;
	throw new SyncError("target.incomplete", `while Jira was read, "${self.name}" became "${after.name}"`, { todo: "Run again." });
}

export const notAmongThem = (self: WireUser, count: number): SyncError =>
	new SyncError(
		"target.incomplete",
		`Jira lists ${count} accounts, and the one that Rollcall is logged in with ("${self.name}") is not among them`,
		{
			todo: `Give "${self.name}" the global permission Browse Users; nothing is planned on such a list.`,
		},
	);

interface Groups {
	readonly groups: readonly GroupName[];
	/** Keys of the members, by group; those that were asked for. */
	readonly memberships: ReadonlyMap<GroupName, ReadonlySet<string>>;
}

/** Groups named in the request are found even where the listing is cut off: Jira is asked for their members anyway. */
async function readGroups(parts: ReadParts, request: ReadRequest, signal: AbortSignal): Promise<Groups> {
	const listing = await listGroups(parts.talk, signal);
	if (!listing.whole && request.groups === undefined) throw groupsCutOff(listing);
	// What a whole listing names needs no further look; of what was cut off, Jira is asked by name.
	const wanted =
		request.groups === undefined || listing.whole ? request.groups : new Set([...request.groups, ...(request.alsoNamed ?? [])]);
	const asked = groupsToRead(listing, wanted);
	let done = 0;
	const read = async (group: string, inner: AbortSignal) => {
		const members = await membersOf(parts.talk, group, {
			signal: inner,
			...(parts.pageSize === undefined ? {} : { pageSize: parts.pageSize }),
		});
		request.progress?.({ stage: "groups", done: ++done, total: asked.length });
		return { group, members };
	};
	const memberships = new Map<GroupName, ReadonlySet<string>>();
	for (const { group, members } of await together({ items: asked, width: parts.concurrency }, read, signal)) {
		if (members !== undefined) memberships.set(group as GroupName, members);
		else if (listing.names.has(group)) throw vanished(group);
	}
	return { groups: [...new Set([...listing.names, ...memberships.keys()])] as GroupName[], memberships };
}

/** In Jira's spelling where it is known. A named group that a whole listing lacks does not exist. */
function groupsToRead(listing: { names: ReadonlySet<string>; whole: boolean }, wanted: ReadonlySet<string> | undefined): readonly string[] {
	if (wanted === undefined) return [...listing.names];
	const spelling = new Map([...listing.names].map((name) => [name.toLowerCase(), name]));
	const known = [...wanted].map((name) => spelling.get(name.toLowerCase()) ?? (listing.whole ? undefined : name));
	return [...new Set(known.filter((name) => name !== undefined))];
}

const vanished = (group: string): SyncError =>
	new SyncError("target.incomplete", `the group "${group}" was listed and then not found`, {
		todo: "Run again: somebody may just have deleted it.",
	});

/** Groups by account. A member that the list of accounts lacks shows that the list was not whole, unless the account is gone. */
async function turnRound(
	talk: JiraTalk,
	read: { readonly users: ReadonlyMap<string, WireUser>; readonly memberships: Groups["memberships"] },
	signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly GroupName[]>> {
	const groups = new Map<string, GroupName[]>();
	const strangers = new Set<string>();
	for (const [group, members] of [...read.memberships].sort(([a], [b]) => (a < b ? -1 : 1))) {
		for (const key of members) {
			if (!read.users.has(key)) strangers.add(key);
			const list = groups.get(key);
			if (list === undefined) groups.set(key, [group]);
			else list.push(group);
		}
	}
	for (const key of strangers) {
		const user = await talk.user({ key }, signal);
		if (user === undefined || user.deleted === true) continue;
		throw new SyncError(
			"target.incomplete",
			`the account "${user.name}" is a member of a group, but Jira's list of accounts did not name it`,
			{
				todo: "Run again: it may just have been created. If it stays, look at Jira's log.",
			},
		);
	}
	return groups;
}

/** One request for each account and property: user properties have no listing. */
export async function readAttributes(
	parts: Pick<ReadParts, "talk" | "concurrency">,
	read: { readonly request: ReadRequest; readonly users: ReadonlyMap<string, unknown> },
	signal: AbortSignal,
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
	const { attributes: properties = [], attributesOf, progress } = read.request;
	if (properties.length === 0) return new Map();
	const keys = attributesOf === "all" ? [...read.users.keys()] : [...(attributesOf ?? [])].filter((key) => read.users.has(key));
	let done = 0;
	const one = async (key: string, inner: AbortSignal) => {
		const values: Record<string, string> = {};
		for (const property of properties) {
			const value = await parts.talk.property({ key, property }, inner);
			if (value !== undefined) values[property] = value;
		}
		progress?.({ stage: "properties", done: ++done, total: keys.length });
		return [key, values] as const;
	};
	return new Map(await together({ items: keys, width: parts.concurrency }, one, signal));
}

const progressOf = (request: ReadRequest) => (request.progress === undefined ? {} : { progress: request.progress });
