import { SyncError } from "../../../core/errors.ts";
import type { AccountId, GroupName, ProductId } from "../../../core/model.ts";
import type { Actual, ReadRequest } from "../../../core/product.ts";
import { together } from "../../http/together.ts";
import { type ConfluenceVersion, listsAccounts } from "./capabilities.ts";
import { LARGEST_PAGE, type Listing, type PageRequest, readAll } from "./pages.ts";
import { mayStandInPath } from "./paths.ts";
import { activeNames } from "./rpc.ts";
import type { ConfluenceTalk } from "./talk.ts";
import {
	accessGroups,
	accountOf,
	actualOf,
	type KnownUser,
	knownUser,
	type Licence,
	seatsOf,
	type WireGroup,
	type WirePage,
	type WireUser,
} from "./translate.ts";

export interface ReadParts {
	readonly product: ProductId;
	readonly talk: ConfluenceTalk;
	readonly version: ConfluenceVersion;
	readonly site: string | undefined;
	readonly concurrency: number;
	/** The old remote API may be asked, where REST has no list of accounts. */
	readonly jsonRpc: boolean;
	readonly pageSize?: number;
}

const fold = (name: string): string => name.toLowerCase();

/**
 * Every account and group, or an exception. Who we are is asked before and after: a token that ends meanwhile turns us into an
 * anonymous visitor, who may be shown less. Any licensed user may list accounts, so the permissions, which only an administrator
 * may see, are asked for first.
 */
export async function readConfluence(parts: ReadParts, request: ReadRequest, signal: AbortSignal): Promise<Actual> {
	const { talk } = parts;
	const self = await whoAmI(talk, signal);
	const permissions = await talk.permissions(signal);
	const access = permissions === undefined ? undefined : accessGroups(permissions);
	const licence = await licenceOf(talk, signal);
	const listed = await readAccounts(parts, request, signal);
	const { groups, memberships } = await readGroups(parts, { ...request, access: access ?? [], all: listed === undefined }, signal);
	const users = listed ?? (await withActive(parts, allMembers(memberships), signal));
	if (!users.has(self.key)) throw notAmongThem(self.name, users.size);
	const belonging = turnRound(users, memberships);
	if ((await whoAmI(talk, signal)).key !== self.key) throw changed(self.name);
	const wanted = wantedBy(request, access ?? []);
	const accounts = [...users.values()].map((user) =>
		accountOf(
			user,
			(belonging.get(user.key) ?? []).filter((group) => wanted === undefined || wanted.has(fold(group))),
		),
	);
	const seats = licence === undefined ? undefined : seatsOf(licence, access);
	return actualOf({ product: parts.product, accounts, groups, self: self.key as AccountId, seats, site: parts.site });
}

/** Throws `target.denied` when nobody is logged in. */
export async function whoAmI(talk: ConfluenceTalk, signal: AbortSignal): Promise<KnownUser> {
	const known = knownUser(await talk.current(signal));
	if (known !== undefined) return known;
	throw new SyncError("target.denied", `Confluence on ${talk.host} takes Rollcall for an anonymous visitor`, {
		todo: "Check the token: it is wrong, expired or revoked, or something in between takes the header Authorization off.",
	});
}
const changed = (name: string): SyncError =>
	new SyncError("target.incomplete", `Rollcall was logged in as "${name}" when the reading began, and not when it ended`, {
		todo: "Run again; nothing is planned on such a reading.",
	});

/** Undefined: the server does not tell. */
export async function licenceOf(talk: ConfluenceTalk, signal: AbortSignal): Promise<Licence | undefined> {
	const used = await talk.licence("userCount", signal);
	if (used === undefined) return undefined;
	const most = await talk.licence("maxUsers", signal);
	return most === undefined ? undefined : { used, most };
}

function listing<Row>(
	{ pageSize }: Pick<ReadParts, "pageSize">,
	what: string,
	ask: (page: PageRequest) => Promise<WirePage<Row>>,
	key: (row: Row) => string,
): Listing<Row> {
	return { what: `GET /rest/api${what}`, ask, key, pageSize: Math.min(pageSize ?? LARGEST_PAGE, LARGEST_PAGE) };
}
const keyOf = (user: WireUser): string => user.userKey ?? `${user.type} ${user.username ?? user.displayName ?? ""}`;
const nameOf = (group: WireGroup): string => group.name;

type Users = ReadonlyMap<string, KnownUser>;
const byKey = (rows: readonly WireUser[]): Users =>
	new Map(
		rows
			.map(knownUser)
			.filter((user) => user !== undefined)
			.map((user) => [user.key, user]),
	);

/** Undefined: this version has no list of accounts. What a directory no longer has (`type: unknown`) is no account any more. */
async function readAccounts(parts: ReadParts, { progress }: ReadRequest, signal: AbortSignal): Promise<Users | undefined> {
	const { talk, version } = parts;
	if (!listsAccounts(version)) return undefined;
	const all = {
		...listing(parts, "/user/list", (page) => talk.users(page, signal), keyOf),
		progress: (done: number) => progress?.({ stage: "accounts", done }),
	};
	const users = byKey(await readAll(all));
	const unclear = [...users.values()].find(({ active }) => active === undefined);
	if (unclear === undefined) return users;
	throw new SyncError("target.malformed", `Confluence does not say whether the account "${unclear.name}" is enabled (no status)`, {
		todo: "Something in between may change Confluence's answers; otherwise please report it.",
	});
}

/** Before 8.4: whoever is in any group. An account without a group is not seen. */
function allMembers(memberships: Groups["memberships"]): Users {
	return new Map([...memberships.values()].flatMap((members) => [...members.entries()]));
}

/** The old remote API names everybody who is enabled; one request for each who is in no group. */
async function withActive({ talk, jsonRpc, concurrency }: ReadParts, members: Users, signal: AbortSignal): Promise<Users> {
	if (!jsonRpc) return members;
	const seen = new Set([...members.values()].map(({ name }) => fold(name)));
	const names = (await activeNames(talk, signal)).filter((name) => !seen.has(fold(name)));
	const look = async (username: string, inner: AbortSignal) => await talk.user({ username }, inner);
	const found = await together({ items: names, width: concurrency }, look, signal);
	return new Map([...members, ...byKey(found.filter((user) => user !== undefined))]);
}

const notAmongThem = (name: string, count: number): SyncError =>
	new SyncError(
		"target.incomplete",
		`Confluence lists ${count} accounts, and the one that Rollcall is logged in with ("${name}") is not among them`,
		{ todo: "Before 8.4 put it into a group; otherwise look at Confluence's log. Nothing is planned on such a list." },
	);

interface Groups {
	readonly groups: readonly GroupName[];
	/** Members by group; of those that were asked for. */
	readonly memberships: ReadonlyMap<GroupName, Users>;
}
interface GroupRequest extends ReadRequest {
	/** Groups that give a seat. */
	readonly access: readonly GroupName[];
	/** Read the members of every group. */
	readonly all: boolean;
}

async function readGroups(parts: ReadParts, request: GroupRequest, signal: AbortSignal): Promise<Groups> {
	const { talk, concurrency } = parts;
	const rows = await readAll(listing(parts, "/group", (page) => talk.groups(page, signal), nameOf));
	const groups = rows.map(({ name }) => name as GroupName);
	const wanted = wantedBy(request, request.access);
	const isAsked = (group: GroupName) => wanted === undefined || wanted.has(fold(group)) || (request.all && mayStandInPath(group));
	const asked = groups.filter(isAsked);
	let done = 0;
	const read = async (group: GroupName, inner: AbortSignal) => {
		const ask = (page: PageRequest) => talk.members(group, page, inner);
		const members = await readAll(listing(parts, `/group/…/member (group "${group}")`, ask, keyOf)).catch((error: unknown) => {
			throw error instanceof SyncError && error.code === "target.missing" ? vanished(group) : error;
		});
		request.progress?.({ stage: "groups", done: ++done, total: asked.length });
		return [group, byKey(members)] as const;
	};
	return { groups, memberships: new Map(await together({ items: asked, width: concurrency }, read, signal)) };
}

/** Folded names; undefined: all groups. */
function wantedBy(request: ReadRequest, access: readonly GroupName[]): ReadonlySet<string> | undefined {
	if (request.groups === undefined) return undefined;
	return new Set([...request.groups, ...(request.seatGroups === true ? access : [])].map(fold));
}

const vanished = (group: string): SyncError =>
	new SyncError("target.incomplete", `the group "${group}" was listed and then not found`, {
		todo: "Run again: somebody may just have deleted it.",
	});

/** Groups by account. A member that the list of accounts lacks shows that the list was not whole. */
function turnRound(users: Users, memberships: Groups["memberships"]): ReadonlyMap<string, readonly GroupName[]> {
	const groups = new Map<string, GroupName[]>();
	for (const [group, members] of [...memberships].sort(([a], [b]) => (a < b ? -1 : 1))) {
		for (const { key, name } of members.values()) {
			if (!users.has(key)) throw notListed(name);
			const list = groups.get(key);
			if (list === undefined) groups.set(key, [group]);
			else list.push(group);
		}
	}
	return groups;
}
const notListed = (name: string): SyncError =>
	new SyncError("target.incomplete", `the account "${name}" is a member of a group, but Confluence's list of accounts did not name it`, {
		todo: "Run again: it may just have been created. If it stays, look at Confluence's log.",
	});
