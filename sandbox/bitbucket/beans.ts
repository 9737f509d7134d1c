import { type BitbucketAccount, type BitbucketGroup, folded, higher } from "./records.ts";
import type { BitbucketView } from "./view.ts";

type Json = Record<string, unknown>;

/** As people see each other. */
export const accountBean = (view: BitbucketView, account: BitbucketAccount): Json => ({
	name: account.name,
	emailAddress: account.emailAddress,
	active: account.active,
	displayName: account.displayName,
	id: account.id,
	slug: account.slug,
	type: "NORMAL",
	links: { self: [{ href: `${view.base}/users/${encodeURIComponent(account.slug)}` }] },
});

/** As administrators see it. */
export function detailedBean(view: BitbucketView, account: BitbucketAccount): Json {
	const { name, kind } = view.population.directoryOf(account);
	return {
		...accountBean(view, account),
		directoryName: name,
		deletable: kind === "internal",
		lastAuthenticationTimestamp: 1_750_000_000_000,
		mutableDetails: kind === "internal",
		mutableGroups: kind !== "external",
	};
}

/** A group with more permissions than the caller cannot be deleted. */
export function groupBean(view: BitbucketView, group: BitbucketGroup): Json {
	const own = view.caller === undefined ? undefined : view.population.levelOf(view.caller.id);
	return { name: group.name, deletable: !higher(view.population.groupPermissions.get(folded(group.name)), own) };
}
