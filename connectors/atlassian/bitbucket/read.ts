import { SyncError } from "../../../core/errors.ts";
import type { AccountId, GroupName, ProductId } from "../../../core/model.ts";
import type { Actual, ReadRequest } from "../../../core/product.ts";
import { together } from "../../http/together.ts";
import { LARGEST_PAGE, type PageRequest, readAll } from "./pages.ts";
import type { BitbucketTalk } from "./talk.ts";
import { accountOf, actualOf, seatsOf, settingText, type WirePage, type WirePermittedUser, type WireUser } from "./translate.ts";

export interface ReadParts {
	readonly product: ProductId;
	readonly talk: BitbucketTalk;
	readonly concurrency: number;
	readonly pageSize?: number;
	/** For servers that name nobody: who the settings say we are. */
	readonly username?: string;
}
export interface Read {
	readonly actual: Actual;
	readonly users: readonly WireUser[];
}

const API = "/rest/api/latest";
const fold = (name: string): string => name.toLowerCase();

/**
 * Every account and group, or an exception. Bitbucket names who is logged in on every answer, and our own account must be
 * among those listed. Lists need no more than a licensed user; what only an administrator sees (licence, permissions) is
 * asked for first, so that a right that is missing stops the reading before it begins.
 */
export async function readBitbucket(parts: ReadParts, request: ReadRequest, signal: AbortSignal): Promise<Read> {
	const { talk } = parts;
	const name = await whoAmI(talk, parts.username, signal);
	const licence = await talk.licence(signal);
	const permitted = await permittedGroups(parts, signal);
	const users = await readAll(
		listing(
			parts,
			`${API}/admin/users`,
			(page) => talk.users(page, signal),
			idOf,
			(done) => request.progress?.({ stage: "accounts", done }),
		),
	);
	const self = users.find((user) => fold(user.name) === fold(name));
	if (self === undefined) throw notAmongThem(name, users.length);
	const { groups, memberships } = await readGroups(parts, { ...request, permitted }, signal);
	const belonging = turnRound(users, memberships);
	const attributes = await readAttributes(parts, { request, users }, signal);
	const accounts = users.map((user) => accountOf(user, belonging.get(user.id) ?? [], attributes.get(user.id)));
	const seats = seatsOf(licence, permitted);
	const site = licence?.status.serverId ?? undefined;
	return { actual: actualOf({ product: parts.product, accounts, groups, self: idOf(self) as AccountId, seats, site }), users };
}

const idOf = (user: { readonly id: number }): string => String(user.id);

/** Throws `target.denied` when the server names nobody: then it has looked at no credential. */
export async function whoAmI(talk: BitbucketTalk, username: string | undefined, signal: AbortSignal): Promise<string> {
	const { headers } = await talk.properties(signal);
	const name = decoded(headers["x-ausername"] ?? "") || username;
	if (name !== undefined && name !== "" && name !== "anonymous") return name;
	throw new SyncError("target.denied", `Bitbucket on ${talk.host} does not say who is logged in (no header X-AUSERNAME)`, {
		todo: "Check the token, and that no proxy in between takes headers off (Authorization on the way there, X-AUSERNAME on the way back).",
	});
}
/** Percent-encoded on the way (https://github.com/eclipse-che/che-server/pull/796). */
function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text; // a name with a bare percent sign, from a server that does not encode
	}
}

function listing<Row>(
	parts: Pick<ReadParts, "pageSize">,
	what: string,
	ask: (page: PageRequest) => Promise<WirePage<Row>>,
	key: (row: Row) => string,
	progress?: (rows: number) => void,
) {
	const pageSize = Math.min(parts.pageSize ?? LARGEST_PAGE, LARGEST_PAGE);
	return { what: `GET ${what}`, ask, key, pageSize, ...(progress === undefined ? {} : { progress }) };
}

/** Groups with a global permission: their members take a seat. Throws `target.denied` without ADMIN. */
async function permittedGroups(parts: Pick<ReadParts, "talk" | "pageSize">, signal: AbortSignal): Promise<readonly GroupName[]> {
	const ask = (page: PageRequest) => parts.talk.permittedGroups(page, signal);
	const rows = await readAll(listing(parts, `${API}/admin/permissions/groups`, ask, ({ group }) => group.name));
	return rows.map(({ group }) => group.name as GroupName);
}

/** Accounts that have a global permission themselves: no group that they lose takes it from them. */
export async function permittedUsers(
	parts: Pick<ReadParts, "talk" | "pageSize">,
	signal: AbortSignal,
): Promise<readonly WirePermittedUser[]> {
	const ask = (page: PageRequest) => parts.talk.permittedUsers(page, signal);
	return await readAll(listing(parts, `${API}/admin/permissions/users`, ask, ({ user }) => idOf(user)));
}

const notAmongThem = (name: string, count: number): SyncError =>
	new SyncError(
		"target.incomplete",
		`Bitbucket lists ${count} accounts, and the one that Rollcall is logged in with ("${name}") is not among them`,
		{
			todo: "Look at Bitbucket's log, and at what stands between; nothing is planned on such a list.",
		},
	);

interface Groups {
	readonly groups: readonly GroupName[];
	/** Members by group; of those that were asked for. */
	readonly memberships: ReadonlyMap<GroupName, readonly WireUser[]>;
}

async function readGroups(
	parts: ReadParts,
	request: ReadRequest & { readonly permitted: readonly GroupName[] },
	signal: AbortSignal,
): Promise<Groups> {
	const { talk, concurrency } = parts;
	const rows = await readAll(
		listing(
			parts,
			`${API}/admin/groups`,
			(page) => talk.groups(page, signal),
			({ name }) => name,
		),
	);
	const groups = rows.map(({ name }) => name as GroupName);
	const wanted = request.groups === undefined ? undefined : [...request.groups, ...(request.seatGroups === true ? request.permitted : [])];
	const asked = wanted === undefined ? groups : spelled(groups, wanted);
	let done = 0;
	const read = async (group: GroupName, inner: AbortSignal) => {
		const what = `${API}/admin/groups/more-members (group "${group}")`;
		const members = await readAll(listing(parts, what, (page) => talk.members(group, page, inner), idOf)).catch((error: unknown) => {
			throw error instanceof SyncError && error.code === "target.missing" ? vanished(group) : error;
		});
		request.progress?.({ stage: "groups", done: ++done, total: asked.length });
		return [group, members] as const;
	};
	return { groups, memberships: new Map(await together({ items: asked, width: concurrency }, read, signal)) };
}

/** In Bitbucket's spelling; a name that it does not list is no group. */
function spelled(groups: readonly GroupName[], wanted: readonly string[]): readonly GroupName[] {
	const names = new Set(wanted.map(fold));
	return groups.filter((group) => names.has(fold(group)));
}

const vanished = (group: string): SyncError =>
	new SyncError("target.incomplete", `the group "${group}" was listed and then not found`, {
		todo: "Run again: somebody may just have deleted it.",
	});

/**
 * Groups by account. A member that the list of accounts lacks shows that the list was not whole; unless the member is
 * switched off: whether the list shows those that an outer directory has switched off is not written anywhere.
 */
function turnRound(users: readonly WireUser[], memberships: Groups["memberships"]): ReadonlyMap<number, readonly GroupName[]> {
	const listed = new Set(users.map(({ id }) => id));
	const groups = new Map<number, GroupName[]>();
	for (const [group, members] of [...memberships].sort(([a], [b]) => (a < b ? -1 : 1))) {
		for (const { id, name, active } of members) {
			if (!listed.has(id) && active) throw notListed(name);
			const list = groups.get(id);
			if (list === undefined) groups.set(id, [group]);
			else list.push(group);
		}
	}
	return groups;
}
const notListed = (name: string): SyncError =>
	new SyncError("target.incomplete", `the account "${name}" is a member of a group, but Bitbucket's list of accounts did not name it`, {
		todo: "Run again: it may just have been created. If it stays, look at Bitbucket's log.",
	});

/** One request for each account: settings have no listing. */
async function readAttributes(
	parts: ReadParts,
	read: { readonly request: ReadRequest; readonly users: readonly WireUser[] },
	signal: AbortSignal,
): Promise<ReadonlyMap<number, Readonly<Record<string, string>>>> {
	const { attributes: keys = [], attributesOf, progress } = read.request;
	if (keys.length === 0) return new Map();
	const users = read.users.filter((user) => attributesOf === "all" || attributesOf?.has(idOf(user) as AccountId));
	let done = 0;
	const one = async ({ id, slug, name }: WireUser, inner: AbortSignal) => {
		const entries = (await parts.talk.settings(slug ?? name, inner)) ?? {};
		progress?.({ stage: "properties", done: ++done, total: users.length });
		return [
			id,
			Object.fromEntries(keys.filter((key) => Object.hasOwn(entries, key)).map((key) => [key, settingText(entries[key])])),
		] as const;
	};
	return new Map(await together({ items: users, width: parts.concurrency }, one, signal));
}
