import { compareText, digestOf } from "../../../core/digest.ts";
import { SyncError } from "../../../core/errors.ts";
import type { AccountId, GroupName, ProductId } from "../../../core/model.ts";
import type { Account, Actual, ReadRequest } from "../../../core/product.ts";
import { together } from "../../http/together.ts";
import { fold } from "../../usermanagement/memberships.ts";
import { textOfValues } from "../../usermanagement/operations.ts";
import { type Found, type Population, readPopulation } from "../../usermanagement/population.ts";
import type { UserManagement } from "../../usermanagement/talk.ts";
import type { WireAttributes, WireUser } from "../../usermanagement/wire.ts";
import type { CrowdSettings } from "./settings.ts";

export interface Door {
	readonly settings: CrowdSettings;
	readonly talk: UserManagement;
}
type Attributes = Readonly<Record<string, string>>;

/** Every account and group that the application sees, or an exception. Memberships are direct ones: Crowd tells them apart. */
export async function readCrowd(door: Door, request: ReadRequest, signal: AbortSignal): Promise<Actual> {
	const wanted = request.attributes ?? [];
	const attributes = wanted.length > 0 && (request.attributesOf === "all" || (request.attributesOf?.size ?? 0) > 0);
	const want = { attributes, ...(request.progress === undefined ? {} : { progress: request.progress }) };
	const population = await readPopulation(door.talk, want, signal);
	const users = understood(population);
	const belonging = turnRound(population, request);
	const told = attributes ? await attributesOf(door, { users, request }, signal) : new Map<AccountId, Attributes>();
	const accounts = [...users].map(([id, user]) =>
		accountOf(door.settings, { id, user }, { groups: belonging.get(fold(user.name)) ?? [], told }),
	);
	return actualOf(
		door.settings.id,
		accounts,
		[...population.groups.values()].map(({ name }) => name as GroupName),
	);
}

/** By key. Throws `target.malformed` for a record that is not understood: there is nothing to be planned about it, nor around it. */
function understood({ users }: Population): ReadonlyMap<AccountId, WireUser> {
	const found = new Map<AccountId, WireUser>();
	for (const { name, key, value, because } of users.values()) {
		if (value === undefined) throw malformed(`the user "${name}" could not be understood: ${because}`);
		if (key === undefined) throw malformed(`the user "${name}" has no key, by which accounts are known for good`);
		const other = found.get(key as AccountId);
		if (other !== undefined) throw malformed(`"${other.name}" and "${name}" have the same key`);
		found.set(key as AccountId, value);
	}
	return found;
}

const malformed = (what: string): SyncError =>
	new SyncError("target.malformed", `Crowd: ${what}`, {
		todo: "Nothing was changed. Look at this user in Crowd's console; the server's version may be newer than what Rollcall knows.",
	});

/** Groups by folded username; of the groups that were asked for. */
function turnRound(population: Population, request: ReadRequest): ReadonlyMap<string, readonly GroupName[]> {
	const asked = request.groups === undefined ? undefined : new Set([...request.groups].map(fold));
	const groups = new Map<string, GroupName[]>();
	for (const { id, name } of sorted(population.groups.values())) {
		if (asked !== undefined && !asked.has(id)) continue;
		const members = population.memberships.get(id);
		if (members === undefined) throw silent(name);
		for (const member of members.users) {
			const list = groups.get(fold(member));
			if (list === undefined) groups.set(fold(member), [name as GroupName]);
			else list.push(name as GroupName);
		}
	}
	return groups;
}

const sorted = (groups: Iterable<Found<unknown>>): readonly Found<unknown>[] => [...groups].sort((a, b) => compareText(a.name, b.name));

const silent = (group: string): SyncError =>
	new SyncError("target.incomplete", `Crowd lists the group "${group}", and its answer with all memberships does not name it`, {
		todo: "Nothing was changed. Run again; if it stays, look at this group in Crowd's console, and at Crowd's log.",
		context: { group },
	});

/**
 * As the list has them. A server that does not expand attributes in lists shows none of anybody's, like one where nobody
 * has any: then those who are asked about are asked for one by one.
 */
async function attributesOf(
	door: Door,
	read: { readonly users: ReadonlyMap<AccountId, WireUser>; readonly request: ReadRequest },
	signal: AbortSignal,
): Promise<ReadonlyMap<AccountId, Attributes>> {
	const { users, request } = read;
	const { attributesOf: of = new Set<AccountId>(), attributes: names = [] } = request;
	const asked = of === "all" ? [...users.keys()] : [...of].filter((id) => users.has(id));
	const listed = [...users.values()].some(({ attributes }) => (attributes ?? []).length > 0);
	const pick = (all: WireAttributes | null | undefined): Attributes =>
		Object.fromEntries((all ?? []).filter(({ name }) => names.includes(name)).map(({ name, values }) => [name, textOfValues(values)]));
	if (listed) return new Map(asked.map((id) => [id, pick(users.get(id)?.attributes)]));
	const width = door.settings.network.concurrency;
	const one = async (id: AccountId, stop: AbortSignal) => [id, pick((await door.talk.user({ key: id }, true, stop))?.attributes)] as const;
	return new Map(await together({ items: asked, width }, one, signal));
}

function accountOf(
	settings: CrowdSettings,
	{ id, user }: { readonly id: AccountId; readonly user: WireUser },
	more: { readonly groups: readonly GroupName[]; readonly told: ReadonlyMap<AccountId, Attributes> },
): Account {
	const attributes = more.told.get(id);
	return {
		id,
		username: user.name,
		email: user.email ?? "",
		displayName: user["display-name"] ?? "",
		active: user.active,
		editable: isManaged(settings, id),
		groups: more.groups,
		...(attributes === undefined ? {} : { attributes }),
	};
}

export const isManaged = ({ directories }: CrowdSettings, key: string): boolean =>
	directories === undefined || directories.some((id) => key.startsWith(`${id}:`));

/** Rollcall is logged in as an application: no account is its own. Order of pages does not show in the digest. */
function actualOf(product: ProductId, all: readonly Account[], groups: readonly GroupName[]): Actual {
	const accounts = [...all].sort((a, b) => compareText(a.id, b.id));
	const names = [...groups].sort(compareText);
	return {
		product,
		takenAt: new Date(),
		accounts: new Map(accounts.map((account) => [account.id, account])),
		groups: new Set(names),
		self: undefined,
		digest: digestOf([accounts.map((account) => digestOf(account)), names]),
	};
}
