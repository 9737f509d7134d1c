import type { Wish } from "../desired/desired.ts";
import type { GroupName, PersonKey } from "../model.ts";
import type { Account } from "../product.ts";
import type { Released } from "../store/store.ts";
import type { World } from "./world.ts";

/**
 * Groups to give back to somebody who left and is wanted again. Whoever has a licence seat by a group that is not our own doing was
 * given it by an administrator meanwhile: then nothing is given. Groups that the policy maps to are the mapping's.
 */
export function returningTo(
	world: World,
	{ wish, account }: { wish: Wish; account: Account },
	managed: ReadonlySet<string>,
): readonly GroupName[] {
	const released = releasedFrom(world.ownership.released, wish);
	if (released === undefined || hasGift(account, released, { giving: world.licenceGroups, fold: world.group })) return [];
	return released.open.flatMap((name) => {
		const folded = world.group(name);
		const group = managed.has(folded) ? undefined : world.groups.get(folded);
		return group === undefined ? [] : [group];
	});
}

/** By any key of the person. */
export const releasedFrom = (released: ReadonlyMap<PersonKey, Released>, { person, aliases }: Wish): Released | undefined =>
	[person, ...aliases].map((key) => released.get(key)).find((found) => found !== undefined);

/** A licence group that the account has and that is neither left over from the leaving nor given back by us. */
export function hasGift(
	account: Account,
	{ ours }: Released,
	{ giving, fold }: { readonly giving: ReadonlySet<string> | undefined; readonly fold: (name: string) => string },
): boolean {
	const own = new Set(ours.map(fold));
	return account.groups.some((name) => giving?.has(fold(name)) === true && !own.has(fold(name)));
}
