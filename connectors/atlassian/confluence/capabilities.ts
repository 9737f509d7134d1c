import { SyncError } from "../../../core/errors.ts";
import type { AccountFields, ProductOperation } from "../../../core/operation.ts";
import type { Capabilities, Capability } from "../../../core/product.ts";

export interface ConfluenceVersion {
	/** As the server writes it. */
	readonly text: string;
	readonly major: number;
	readonly minor: number;
}

/** `10.0.3`, `8.5.16`, `7.19.0-m01`. Throws `target.malformed` for anything else. */
export function versionOf(text: string): ConfluenceVersion {
	const [, major, minor] = /^(\d{1,3})\.(\d{1,3})/.exec(text) ?? [];
	if (major === undefined || minor === undefined) {
		throw new SyncError("target.malformed", `Confluence states the version "${text.slice(0, 40)}", which is not one`, {
			todo: "Check that url leads to a Confluence Data Center.",
		});
	}
	return { text, major: Number(major), minor: Number(minor) };
}

export const isSince = (version: ConfluenceVersion, major: number, minor: number): boolean =>
	version.major > major || (version.major === major && version.minor >= minor);

/** The releases that the table below was written from. */
export const OLDEST_KNOWN = 7;
export const NEWEST_KNOWN = 10;
/** Versions worth a column in the table of products. */
export const PROFILES: readonly string[] = ["7.19", "8.2", "8.5", "9.4", "10.0"];

/** Complete list of accounts: https://jira.atlassian.com/browse/CONFSERVER-87291 */
export const listsAccounts = (version: ConfluenceVersion): boolean => isSince(version, 8, 4);
/** Creating accounts: https://jira.atlassian.com/browse/CONFSERVER-87292 */
const createsAccounts = listsAccounts;
/** Groups and memberships: first seen in the documentation of 8.2. */
const writesGroups = (version: ConfluenceVersion): boolean => isSince(version, 8, 2);

/** What the version does not settle. */
export interface Abilities {
	/** Accounts can be disabled and enabled: fixed in 8.2 by a ticket, disputed for 8.5 by a comment in it (CONFSERVER-54928). */
	readonly switches: boolean;
	/** Names and addresses can be changed: asked for in CONFSERVER-93140, first seen in the documentation of 9.4. */
	readonly updates: boolean;
	/** The old remote API is switched on, and does what REST does not have. */
	readonly rpc?: boolean;
}
/** As documented, for a server that was not asked. */
export const documented = (version: ConfluenceVersion): Abilities => ({
	switches: isSince(version, 8, 2),
	updates: isSince(version, 9, 4),
});

const PAGES = "Administration > User management";
const NO_CREATE = `Confluence creates accounts by REST from 8.4: create the account under ${PAGES} with the username that Rollcall names (it is then adopted), or in the directory that Confluence reads, or upgrade, or switch on the old remote API (jsonRpc).`;
const NO_GROUPS = `Confluence changes groups and memberships by REST from 8.2: do it under ${PAGES} > Groups, or in the directory that Confluence reads, or upgrade, or switch on the old remote API (jsonRpc).`;
const NO_SWITCH = `this Confluence has no REST call that disables or enables accounts: do it under ${PAGES} (Disable or Enable on the account's page), or in the directory that Confluence reads; with leavers.action: unlicense a leaver loses the groups that give a licence.`;
const NO_UPDATE = `this Confluence has no REST call that changes an account: change it under ${PAGES} (Edit details on the account's page), or in the directory that Confluence reads.`;
const NO_RENAME = `Confluence renames nobody by REST: rename the account under ${PAGES} (Edit details on the account's page), or in the directory that Confluence reads; Rollcall goes on with it under its new name.`;
const NO_ATTRIBUTES = "Confluence Data Center keeps no free attributes of accounts that REST could write: leave people.attributes out.";

const YES: Capability = { supported: true };
const when = (able: boolean, because: string): Capability => (able ? YES : { supported: false, because });

function operationsOf(
	version: ConfluenceVersion,
	{ switches, updates, rpc = false }: Abilities,
): Readonly<Record<ProductOperation["kind"], Capability>> {
	const groups = when(rpc || writesGroups(version), NO_GROUPS);
	const switching = when(rpc || switches, NO_SWITCH);
	return {
		"group.create": groups,
		"group.delete": groups,
		"account.create": when(rpc || createsAccounts(version), NO_CREATE),
		"account.rename": { supported: false, because: NO_RENAME },
		"account.update": when(rpc || updates, NO_UPDATE),
		"account.enable": switching,
		"account.disable": switching,
		"attribute.set": { supported: false, because: NO_ATTRIBUTES },
		"member.add": groups,
		"member.remove": groups,
	};
}

/**
 * What a Confluence of this version can do by REST. `abilities`: what the server itself said; otherwise as documented. The
 * e-mail address is never among the fields that it tells.
 */
export function capabilitiesOf(
	version: ConfluenceVersion,
	limits: { readonly pageSize: number; readonly concurrency: number },
	abilities: Abilities = documented(version),
): Capabilities {
	const updates = abilities.updates || abilities.rpc === true;
	const updatable: readonly (keyof AccountFields)[] = updates ? ["email", "displayName"] : [];
	return {
		server: `Confluence ${version.text}`,
		operations: operationsOf(version, abilities),
		updatableFields: new Set(updatable),
		fixedFields: { username: NO_RENAME, ...(updates ? {} : { email: NO_UPDATE, displayName: NO_UPDATE }) },
		readableFields: new Set(["username", "displayName"]),
		requiredFields: new Set(["username", "email", "displayName"]),
		readsDisabledAccounts: listsAccounts(version),
		names: { usernames: "fold", groups: "fold" },
		limits,
	};
}
