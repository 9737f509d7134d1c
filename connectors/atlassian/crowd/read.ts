import { compareText, digestOf } from "../../../core/digest.ts";
import type { AccountId, GroupName, ProductId } from "../../../core/model.ts";
import type { Account, Actual, ReadRequest } from "../../../core/product.ts";
import { attributesOf, directGroups, usersByKey, wantsAttributes } from "../../usermanagement/accounts.ts";
import { fold } from "../../usermanagement/memberships.ts";
import { readPopulation } from "../../usermanagement/population.ts";
import type { UserManagement } from "../../usermanagement/talk.ts";
import type { WireUser } from "../../usermanagement/wire.ts";
import type { CrowdSettings } from "./settings.ts";

export interface Door {
	readonly settings: CrowdSettings;
	readonly talk: UserManagement;
}
type Attributes = Readonly<Record<string, string>>;

/** Every account and group that the application sees, or an exception. Memberships are direct ones: Crowd tells them apart. */
export async function readCrowd(door: Door, request: ReadRequest, signal: AbortSignal): Promise<Actual> {
	const want = { attributes: wantsAttributes(request), ...(request.progress === undefined ? {} : { progress: request.progress }) };
	const population = await readPopulation(door.talk, want, signal);
	const users = usersByKey(population, "Crowd");
	const belonging = directGroups(population, request.groups, "Crowd");
	const told = await attributesOf(door.talk, { users, request }, signal);
	const accounts = [...users].map(([id, user]) =>
		accountOf(door.settings, { id, user }, { groups: belonging.get(fold(user.name)) ?? [], told }),
	);
	return actualOf(
		door.settings.id,
		accounts,
		[...population.groups.values()].map(({ name }) => name as GroupName),
	);
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
