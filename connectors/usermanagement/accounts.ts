import { compareText } from "../../core/digest.ts";
import { SyncError } from "../../core/errors.ts";
import type { AccountId, GroupName } from "../../core/model.ts";
import type { ReadRequest } from "../../core/product.ts";
import { together } from "../http/together.ts";
import { fold } from "./memberships.ts";
import { textOfValues } from "./operations.ts";
import type { Found, Population } from "./population.ts";
import type { UserManagement } from "./talk.ts";
import type { WireAttributes, WireUser } from "./wire.ts";

type Attributes = Readonly<Record<string, string>>;

/** Throws `target.malformed` for a record that is not understood: there is nothing to be planned about it, nor around it. `server`: `Crowd`, `Jira`. */
export function understood({ name, value, because }: Found<WireUser>, server: string): WireUser {
	if (value === undefined) throw malformed(server, `the user "${name}" could not be understood: ${because}`);
	return value;
}

/** Everybody by key, which no renaming changes. Throws `target.malformed` where somebody has none, or two have the same. */
export function usersByKey({ users }: Population, server: string): ReadonlyMap<AccountId, WireUser> {
	const found = new Map<AccountId, WireUser>();
	for (const user of users.values()) {
		const { name, key } = user;
		const value = understood(user, server);
		if (key === undefined) throw malformed(server, `the user "${name}" has no key, by which accounts are known for good`);
		const other = found.get(key as AccountId);
		if (other !== undefined) throw malformed(server, `"${other.name}" and "${name}" have the same key`);
		found.set(key as AccountId, value);
	}
	return found;
}

const malformed = (server: string, what: string): SyncError =>
	new SyncError("target.malformed", `${server}: ${what}`, {
		todo: `Nothing was changed. Look at this user in ${server === "Crowd" ? "Crowd's console" : `${server}'s user management`}; the server's version may be newer than what Rollcall knows.`,
	});

/** Groups that each user is a *direct* member of, by folded username; of the groups that were asked for. */
export function directGroups(
	population: Population,
	asked: ReadonlySet<string> | undefined,
	server: string,
): ReadonlyMap<string, readonly GroupName[]> {
	const wanted = asked === undefined ? undefined : new Set([...asked].map(fold));
	const groups = new Map<string, GroupName[]>();
	for (const { id, name } of sorted(population.groups.values())) {
		if (wanted !== undefined && !wanted.has(id)) continue;
		const members = population.memberships.get(id);
		if (members === undefined) throw silent(server, name);
		for (const member of members.users) {
			const list = groups.get(fold(member));
			if (list === undefined) groups.set(fold(member), [name as GroupName]);
			else list.push(name as GroupName);
		}
	}
	return groups;
}

const sorted = (groups: Iterable<Found<unknown>>): readonly Found<unknown>[] => [...groups].sort((a, b) => compareText(a.name, b.name));

const silent = (server: string, group: string): SyncError =>
	new SyncError("target.incomplete", `${server} lists the group "${group}", and its answer with all memberships does not name it`, {
		todo: `Nothing was changed. Run again; if it stays, look at this group in ${server}, and at ${server}'s log.`,
		context: { group },
	});

/** Whether the lists of users are to come with attributes. */
export const wantsAttributes = ({ attributes = [], attributesOf }: ReadRequest): boolean =>
	attributes.length > 0 && (attributesOf === "all" || (attributesOf?.size ?? 0) > 0);

/**
 * As the list has them. A server that does not expand attributes in lists shows none of anybody's, like one where nobody
 * has any: then those who are asked about are asked for one by one.
 */
export async function attributesOf(
	talk: UserManagement,
	read: { readonly users: ReadonlyMap<AccountId, WireUser>; readonly request: ReadRequest },
	signal: AbortSignal,
): Promise<ReadonlyMap<AccountId, Attributes>> {
	const { users, request } = read;
	if (!wantsAttributes(request)) return new Map();
	const { attributesOf: of = new Set<AccountId>(), attributes: names = [] } = request;
	const asked = of === "all" ? [...users.keys()] : [...of].filter((id) => users.has(id));
	const listed = [...users.values()].some(({ attributes }) => (attributes ?? []).length > 0);
	const pick = (all: WireAttributes | null | undefined): Attributes =>
		Object.fromEntries((all ?? []).filter(({ name }) => names.includes(name)).map(({ name, values }) => [name, textOfValues(values)]));
	if (listed) return new Map(asked.map((id) => [id, pick(users.get(id)?.attributes)]));
	const width = talk.settings.network.concurrency;
	const one = async (id: AccountId, stop: AbortSignal) => [id, pick((await talk.user({ key: id }, true, stop))?.attributes)] as const;
	return new Map(await together({ items: asked, width }, one, signal));
}
