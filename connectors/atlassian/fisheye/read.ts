import { SyncError } from "../../../core/errors.ts";
import type { GroupName, ProductId } from "../../../core/model.ts";
import type { Actual, ReadRequest } from "../../../core/product.ts";
import { together } from "../../http/together.ts";
import { type Listing, PAGE_SIZE, readAll } from "./pages.ts";
import { type FisheyeTalk, mayStandInPath } from "./talk.ts";
import { accountOf, actualOf, fold, idOf, siteOf, type WireName, type WireUser } from "./translate.ts";

export interface ReadParts {
	readonly product: ProductId;
	readonly talk: FisheyeTalk;
	/** As configured: Fisheye says nothing that tells it from another. */
	readonly url: string;
	readonly concurrency: number;
	readonly pageSize?: number;
	/** The name that we log in with; absent with the server's token. */
	readonly username?: string;
}

/** Every account and group, or an exception. Our own account, where we have one, must be among those listed. */
export async function readFisheye(parts: ReadParts, request: ReadRequest, signal: AbortSignal): Promise<Actual> {
	const { talk, username } = parts;
	const progress = (done: number) => request.progress?.({ stage: "accounts", done });
	const users = await readAll({ ...listing(parts, "admin/users", (page) => talk.users(page, signal)), progress });
	if (username !== undefined && !users.some(({ name }) => fold(name) === fold(username))) throw notAmongThem(username, users.length);
	const groups = (await readAll(listing(parts, "admin/groups", (page) => talk.groups(page, signal)))).map(({ name }) => name as GroupName);
	const names = request.groups && new Set([...request.groups].map(fold));
	const wanted = names === undefined ? groups : groups.filter((group) => names.has(fold(group)));
	const belonging = turnRound(users, await readMembers(parts, { groups: wanted, users, progress: request.progress }, signal));
	return actualOf({
		product: parts.product,
		accounts: users.map((user) => accountOf(user, belonging.get(fold(user.name)) ?? [])),
		groups,
		self: username === undefined ? undefined : idOf(username),
		site: siteOf(parts.url),
	});
}

const listing = <Row>(parts: Pick<ReadParts, "pageSize">, what: string, ask: Listing<Row>["ask"]): Listing<Row> => ({
	what: `GET /rest-service-fecru/${what}`,
	ask,
	pageSize: parts.pageSize ?? PAGE_SIZE,
});

const notAmongThem = (name: string, count: number): SyncError =>
	new SyncError(
		"target.incomplete",
		`Fisheye lists ${count} accounts, and the one that Rollcall is logged in with ("${name}") is not among them`,
		{ todo: "Look at Fisheye's log, and at what stands between; nothing is planned on such a list." },
	);

type Members = ReadonlyMap<GroupName, readonly string[]>;
interface Wanted {
	readonly groups: readonly GroupName[];
	readonly users: readonly WireUser[];
	readonly progress: ReadRequest["progress"];
}

/** Folded names of the members, by group. Groups that no address can name are read from the accounts' side. */
async function readMembers(parts: ReadParts, wanted: Wanted, signal: AbortSignal): Promise<Members> {
	const groups = wanted.groups.filter(mayStandInPath);
	const odd = wanted.groups.filter((group) => !mayStandInPath(group));
	let done = 0;
	const read = async (group: GroupName, inner: AbortSignal) => {
		const members = await membersOf(parts, group, inner);
		wanted.progress?.({ stage: "groups", done: ++done, total: groups.length });
		return [group, members] as const;
	};
	const found = await together({ items: groups, width: parts.concurrency }, read, signal);
	return new Map([...found, ...(odd.length === 0 ? [] : await membersByAccount(parts, { ...wanted, groups: odd }, signal))]);
}

async function membersOf({ talk, ...parts }: ReadParts, group: GroupName, signal: AbortSignal): Promise<readonly string[]> {
	try {
		const what = `admin/groups/…/users (group "${group}")`;
		return (await readAll(listing<WireName>(parts, what, (page) => talk.members(group, page, signal)))).map(({ name }) => fold(name));
	} catch (error) {
		if (!(error instanceof SyncError && error.code === "target.missing")) throw error;
		throw new SyncError("target.incomplete", `the group "${group}" was listed and then not found`, {
			todo: "Run again: somebody may just have deleted it.",
			cause: error,
		});
	}
}

/** One request for each account: dear, and the only way to such groups. */
async function membersByAccount(parts: ReadParts, { groups, users, progress }: Wanted, signal: AbortSignal): Promise<Members> {
	const wanted = new Map(groups.map((group) => [fold(group), [group, [] as string[]] as const]));
	let done = 0;
	const read = async ({ name }: WireUser, inner: AbortSignal) => {
		const own = mayStandInPath(name) ? await groupsOf(parts, name, inner) : undefined;
		if (own === undefined) throw unnameable(name, groups);
		progress?.({ stage: "members", done: ++done, total: users.length });
		return [fold(name), own] as const;
	};
	for (const [name, own] of await together({ items: users, width: parts.concurrency }, read, signal))
		for (const group of own) wanted.get(fold(group))?.[1].push(name);
	return new Map(wanted.values());
}
const unnameable = (name: string, groups: readonly GroupName[]): SyncError =>
	new SyncError(
		"target.incomplete",
		`whether the account "${name}" is in ${groups.map((group) => `"${group}"`).join(", ")} cannot be asked: no address of Fisheye's can name either`,
		{
			todo: "Rename the account or the groups without slashes, backslashes, semicolons and percent signs, or take those groups out of the policy.",
		},
	);

/** As Fisheye spells them. Throws `target.missing` where there is no such account. */
export async function groupsOf(
	parts: Pick<ReadParts, "talk" | "pageSize">,
	username: string,
	signal: AbortSignal,
): Promise<readonly string[]> {
	const what = `admin/users/…/groups (account "${username}")`;
	return (await readAll(listing<WireName>(parts, what, (page) => parts.talk.groupsOf(username, page, signal)))).map(({ name }) => name);
}

/** Groups by folded account name. A member that the list of accounts lacks shows that the list was not whole. */
function turnRound(users: readonly WireUser[], memberships: Members): ReadonlyMap<string, readonly GroupName[]> {
	const groups = new Map(users.map(({ name }) => [fold(name), [] as GroupName[]]));
	for (const [group, members] of [...memberships].sort(([a], [b]) => (a < b ? -1 : 1))) {
		for (const name of members) {
			const own = groups.get(name);
			if (own === undefined) throw notListed(name, group);
			own.push(group);
		}
	}
	return groups;
}
const notListed = (name: string, group: string): SyncError =>
	new SyncError("target.incomplete", `the account "${name}" is a member of "${group}", but Fisheye's list of accounts did not name it`, {
		todo: "Run again: it may just have been created. If it stays, look at Fisheye's log.",
	});
