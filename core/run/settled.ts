import type { Wish } from "../desired/desired.ts";
import type { DiffRules } from "../diff/input.ts";
import { hasGift, releasedFrom } from "../diff/returning.ts";
import { licenceGroups } from "../diff/world.ts";
import type { AccountId, PersonKey } from "../model.ts";
import { foldName, type ReadableProduct } from "../product.ts";
import type { Lease, Store } from "../store/store.ts";
import type { Planned } from "./plan.ts";

interface Keeping {
	readonly store: Pick<Store, "links" | "origins" | "link" | "unlink" | "released" | "settleReleased">;
	readonly product: Pick<ReadableProduct, "id">;
}

/** Where ids are names, the link of an account that is gone would claim the next holder of the name. */
export async function forgetGone({ store, product }: Keeping, lease: Lease, { actual, can }: Planned): Promise<void> {
	if (!can.idsAreNames) return;
	for (const [person, account] of await store.links(product.id))
		if (!actual.value.accounts.has(account)) await store.unlink(lease, product.id, person);
}

/**
 * Two people on one account, tied together by a value that no longer holds: whose link is only a merged one is disputed from
 * now on. Later nobody could tell it from somebody who left one of two directories.
 */
export async function dispute({ store, product }: Keeping, lease: Lease, { desired }: Planned): Promise<void> {
	const links = await store.links(product.id);
	const owners = new Map<AccountId, Map<Wish, PersonKey[]>>();
	for (const wish of desired.people.values())
		for (const key of [wish.person, ...wish.aliases]) {
			const account = links.get(key);
			if (account === undefined) continue;
			const people = owners.get(account) ?? new Map<Wish, PersonKey[]>();
			owners.set(account, people.set(wish, [...(people.get(wish) ?? []), key]));
		}
	const shared = [...owners].filter(([, people]) => people.size > 1);
	if (shared.length === 0) return;
	const origins = await store.origins(product.id);
	for (const [account, people] of shared) {
		const isMerged = (keys: readonly PersonKey[]) => keys.every((key) => origins.get(key) === "merged");
		const merged = [...people.values()].filter(isMerged);
		// Whose account it is must be clear from the others.
		if (merged.length !== people.size - 1) continue;
		for (const key of merged.flat()) await store.link(lease, product.id, key, account, "disputed");
	}
}

/** Whoever is wanted again and has a seat got it back from us or from somebody else: what was taken once is settled. */
export async function settleReturned(
	{ store, product, rules }: Keeping & { readonly rules: DiffRules },
	lease: Lease,
	{ desired, actual, can }: Planned,
): Promise<void> {
	const fold = (name: string) => foldName(can.names.groups, name);
	const giving = licenceGroups({ rules, actual: actual.value }, fold);
	if (giving === undefined) return;
	const released = await store.released(product.id);
	if (released.size === 0) return;
	const links = await store.links(product.id);
	const back: PersonKey[] = [];
	for (const wish of desired.people.values()) {
		const found = wish.active ? releasedFrom(released, wish) : undefined;
		const account = found === undefined ? undefined : actual.value.accounts.get(links.get(wish.person)!);
		if (found !== undefined && account !== undefined && hasGift(account, found, { giving, fold })) back.push(wish.person, ...wish.aliases);
	}
	if (back.length > 0) await store.settleReleased(lease, product.id, back);
}
