import { SyncError } from "../../../core/errors.ts";
import type { GroupName, ProductId } from "../../../core/model.ts";
import type { Actual, ReadRequest } from "../../../core/product.ts";
import { together } from "../../http/together.ts";
import { type Listing, PAGE_SIZE, type PageRequest, readAll } from "./pages.ts";
import { isPathSafe, mayStandInPath } from "./paths.ts";
import type { BambooTalk } from "./talk.ts";
import { accessOf, accountOf, actualOf, fold, idOf, siteOf, type WireGroup, type WirePermitted, type WireUser } from "./translate.ts";

export interface ReadParts {
	readonly product: ProductId;
	readonly talk: BambooTalk;
	/** As configured: Bamboo says nothing that tells it from another. */
	readonly url: string;
	readonly concurrency: number;
	readonly pageSize?: number;
}

const API = "/rest/api/latest";
const nameOf = (row: { readonly name: string }): string => fold(row.name);

/**
 * Every account and group, or an exception. Who we are is asked first, and our own account must be among those listed. An
 * account is active as far as Bamboo tells: it says nothing about it.
 */
export async function readBamboo(parts: ReadParts, request: ReadRequest, signal: AbortSignal): Promise<Actual> {
	const { talk } = parts;
	const self = await talk.currentUser(signal);
	const permitted = (await readPermitted(parts, "groups", signal)).map(({ name }) => name as GroupName);
	const progress = (done: number) => request.progress?.({ stage: "accounts", done });
	const users = await readAll({ ...listing(parts, `${API}/admin/users`, (page) => talk.users(page, signal)), progress });
	if (!users.some(({ name }) => fold(name) === fold(self.name))) throw notAmongThem(self.name, users.length);
	const rows = await readAll(listing(parts, `${API}/admin/groups`, (page) => talk.groups(page, signal)));
	const groups = rows.map(({ name }) => name as GroupName);
	const wanted =
		request.groups === undefined ? groups : spelled(groups, [...request.groups, ...(request.seatGroups === true ? permitted : [])]);
	const access = spelled(groups, permitted);
	const members = await readMembers(parts, { groups: [...new Set([...wanted, ...access])], users, ...progressOf(request) }, signal);
	const belonging = turnRound(users, new Map(wanted.map((group) => [group, members.get(group) ?? []])));
	const accounts = users.map((user) => accountOf(user, belonging.get(nameOf(user)) ?? []));
	const seats = [accessOf(access, new Set(access.flatMap((group) => members.get(group) ?? [])).size)];
	return actualOf({ product: parts.product, accounts, groups, self: idOf(self.name), seats, site: siteOf(parts.url) });
}

const progressOf = (request: ReadRequest) => (request.progress === undefined ? {} : { progress: request.progress });

function listing<Row extends { readonly name: string }>(
	parts: Pick<ReadParts, "pageSize">,
	what: string,
	ask: Listing<Row>["ask"],
): Listing<Row> {
	return { what: `GET ${what}`, ask, key: nameOf, pageSize: parts.pageSize ?? PAGE_SIZE };
}

/** Those who have any global permission: it lets them in. Throws `target.denied` without restricted administration. */
export async function readPermitted(
	parts: Pick<ReadParts, "talk" | "pageSize">,
	whose: "groups" | "users" | "roles",
	signal: AbortSignal,
): Promise<readonly WirePermitted[]> {
	const ask = (page: PageRequest) => parts.talk.permitted(whose, page, signal);
	return (await readAll(listing(parts, `${API}/permissions/global/${whose}`, ask))).filter(({ permissions }) => permissions.length > 0);
}

const notAmongThem = (name: string, count: number): SyncError =>
	new SyncError(
		"target.incomplete",
		`Bamboo lists ${count} accounts, and the one that Rollcall is logged in with ("${name}") is not among them`,
		{
			todo: "Look at Bamboo's log, and at what stands between; nothing is planned on such a list.",
		},
	);

/** In Bamboo's spelling; a name that it does not list is no group. */
function spelled(groups: readonly GroupName[], wanted: readonly string[]): readonly GroupName[] {
	const names = new Set(wanted.map(fold));
	return groups.filter((group) => names.has(fold(group)));
}

type Members = ReadonlyMap<GroupName, readonly string[]>;
interface Wanted {
	readonly groups: readonly GroupName[];
	readonly users: readonly WireUser[];
	readonly progress?: ReadRequest["progress"];
}

/** Folded names of the members, by group. Groups that cannot be asked by their address are read from the accounts' side. */
async function readMembers(parts: ReadParts, wanted: Wanted, signal: AbortSignal): Promise<Members> {
	const { groups, progress } = wanted;
	let done = 0;
	const read = async (group: GroupName, inner: AbortSignal) => {
		const members = mayStandInPath(group) ? await membersByPath(parts, group, inner) : undefined;
		progress?.({ stage: "groups", done: ++done, total: groups.length });
		return [group, members] as const;
	};
	const found = await together({ items: groups, width: parts.concurrency }, read, signal);
	const odd = found.filter(([, members]) => members === undefined).map(([group]) => group);
	const known = found.flatMap(([group, members]) => (members === undefined ? [] : [[group, members] as const]));
	return new Map([...known, ...(odd.length === 0 ? [] : await membersByAccount(parts, { ...wanted, groups: odd }, signal))]);
}

/** Undefined: Bamboo's web server refuses such a name in a path. */
async function membersByPath(parts: ReadParts, group: GroupName, signal: AbortSignal): Promise<readonly string[] | undefined> {
	const what = `${API}/admin/groups/…/more-members (group "${group}")`;
	try {
		return (await readAll(listing(parts, what, (page) => parts.talk.members(group, page, signal)))).map(nameOf);
	} catch (error) {
		if (!(error instanceof SyncError)) throw error;
		if (error.code === "target.missing") throw vanished(group);
		if (error.context.status === 400 && !isPathSafe(group)) return undefined;
		throw error;
	}
}
const vanished = (group: string): SyncError =>
	new SyncError("target.incomplete", `the group "${group}" was listed and then not found`, {
		todo: "Run again: somebody may just have deleted it.",
	});

/** One request for each account: dear, and the only way to such groups. */
async function membersByAccount(parts: ReadParts, { groups, users, progress }: Wanted, signal: AbortSignal): Promise<Members> {
	const members = new Map(groups.map((group) => [group, [] as string[]]));
	const wanted = new Map(groups.map((group) => [fold(group), group]));
	let done = 0;
	const read = async ({ name }: WireUser, inner: AbortSignal) => {
		if (!mayStandInPath(name)) throw unnameable(name, groups);
		const what = `${API}/admin/users/…/assigned-groups (account "${name}")`;
		const own = await readAll(listing<WireGroup>(parts, what, (page) => parts.talk.groupsOf(name, page, inner)));
		progress?.({ stage: "members", done: ++done, total: users.length });
		return [fold(name), own] as const;
	};
	for (const [name, own] of await together({ items: users, width: parts.concurrency }, read, signal)) {
		for (const group of own) members.get(wanted.get(fold(group.name)) as GroupName)?.push(name);
	}
	return members;
}
const unnameable = (name: string, groups: readonly GroupName[]): SyncError =>
	new SyncError(
		"target.incomplete",
		`whether the account "${name}" is in ${groups.map((group) => `"${group}"`).join(", ")} cannot be asked: neither can be named in an address of Bamboo's`,
		{
			todo: "Rename the account or the groups without slashes, backslashes, semicolons and percent signs, or take those groups out of the policy.",
		},
	);

/** Groups by folded account name. A member that the list of accounts lacks shows that the list was not whole. */
function turnRound(users: readonly WireUser[], memberships: Members): ReadonlyMap<string, readonly GroupName[]> {
	const listed = new Set(users.map(nameOf));
	const groups = new Map<string, GroupName[]>();
	for (const [group, members] of [...memberships].sort(([a], [b]) => (a < b ? -1 : 1))) {
		for (const name of members) {
			if (!listed.has(name)) throw notListed(name, group);
			const list = groups.get(name);
			if (list === undefined) groups.set(name, [group]);
			else list.push(group);
		}
	}
	return groups;
}
const notListed = (name: string, group: string): SyncError =>
	new SyncError("target.incomplete", `the account "${name}" is a member of "${group}", but Bamboo's list of accounts did not name it`, {
		todo: "Run again: it may just have been created or renamed. If it stays, look at Bamboo's log.",
	});
