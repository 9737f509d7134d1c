import { SyncError } from "../../../core/errors.ts";
import type { GroupName, ProductId } from "../../../core/model.ts";
import type { Actual, ReadRequest } from "../../../core/product.ts";
import { together } from "../../http/together.ts";
import { assertSame, type Members, mayHaveMoved, memberIds, toldByUsers } from "./members.ts";
import { LARGEST_PAGE, type PageRequest, readAll } from "./pages.ts";
import type { DirectoryBounds } from "./settings.ts";
import type { CloudTalk } from "./talk.ts";
import { actualOf, fold } from "./translate.ts";
import type { WireGroupName, WireList, WireUser } from "./wire.ts";

export interface ReadParts {
	readonly product: ProductId;
	readonly talk: CloudTalk;
	readonly concurrency: number;
	readonly bounds: DirectoryBounds;
	readonly memberships: "checked" | "groups";
	readonly pageSize?: number;
}
export interface Read {
	readonly actual: Actual;
	readonly groups: readonly WireGroupName[];
	/** Of the groups that were asked for. */
	readonly members: Members;
}

/**
 * Every user and group of the directory, or an exception. Members come from each group by itself, since that is what
 * Atlassian documents; such a list states no total. Where users name their groups, both must agree; where they name none,
 * each group is read twice.
 */
export async function readCloud(parts: ReadParts, request: ReadRequest, signal: AbortSignal): Promise<Read> {
	const { talk } = parts;
	const users = await readAll<WireUser>({
		...listing(parts, "/Users", (page) => talk.users(page, signal)),
		key: ({ id }) => id,
		progress: (done, total) => request.progress?.({ stage: "accounts", done, total }),
	});
	const groups = await readAll<WireGroupName>({ ...listing(parts, "/Groups", (page) => talk.groups(page, signal)), key: ({ id }) => id });
	const members = await readMembers(parts, { request, users, groups }, signal);
	const belonging = turnRound(users, groups, members);
	const names = groups.map(({ displayName }) => displayName as GroupName);
	const actual = actualOf({ product: parts.product, users, groups: names, belonging, bounds: parts.bounds, site: talk.directory });
	return { actual, groups, members };
}

const listing = <Row>(parts: ReadParts, what: string, ask: (page: PageRequest) => Promise<WireList<Row>>) => ({
	what: `GET ${what}`,
	ask,
	pageSize: parts.pageSize ?? LARGEST_PAGE - 1,
});

async function readMembers(
	parts: ReadParts,
	read: { readonly request: ReadRequest; readonly users: readonly WireUser[]; readonly groups: readonly WireGroupName[] },
	signal: AbortSignal,
): Promise<Members> {
	const { groups: wanted, progress } = read.request;
	const names = wanted && new Set([...wanted].map(fold));
	const asked = names === undefined ? read.groups : read.groups.filter(({ displayName }) => names.has(fold(displayName)));
	const told = parts.memberships === "checked" ? toldByUsers(read.users) : undefined;
	let done = 0;
	const one = async ({ id, displayName }: WireGroupName, inner: AbortSignal) => {
		const look = async () => {
			const group = await parts.talk.group(id, displayName, inner);
			if (group === undefined) throw vanished(displayName);
			return memberIds(group, told);
		};
		const proven = async () => {
			const first = await look();
			if (told === undefined && parts.memberships === "checked") assertSame(displayName, first, await look());
			return first;
		};
		const members = await proven().catch((error: unknown) => {
			if (!mayHaveMoved(error)) throw error;
			return proven();
		});
		progress?.({ stage: "groups", done: ++done, total: asked.length });
		return [id, members] as const;
	};
	return new Map(await together({ items: asked, width: parts.concurrency }, one, signal));
}

const vanished = (group: string): SyncError =>
	new SyncError("target.incomplete", `the group "${group}" was listed and then not found`, {
		todo: "Run again: somebody may just have deleted it.",
	});

/** Names of groups by user. A member whom the list of users lacks shows that the list was not whole. */
function turnRound(
	users: readonly WireUser[],
	groups: readonly WireGroupName[],
	members: Members,
): ReadonlyMap<string, readonly GroupName[]> {
	const belonging = new Map<string, GroupName[]>(users.map(({ id }) => [id, []]));
	for (const { id, displayName } of groups)
		for (const member of members.get(id) ?? []) {
			const list = belonging.get(member);
			if (list === undefined) throw notListed(member, displayName);
			list.push(displayName as GroupName);
		}
	return belonging;
}
const notListed = (user: string, group: string): SyncError =>
	new SyncError("target.incomplete", `user ${user} is a member of "${group}", but the directory's list of users did not name it`, {
		todo: "Run again: it may just have been created. If it stays, the group holds something that is no user of this directory.",
		context: { user, group },
	});
