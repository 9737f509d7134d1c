import { SyncError } from "../../../core/errors.ts";
import type { ProductOperation } from "../../../core/operation.ts";
import type { Capabilities, Capability } from "../../../core/product.ts";
import type { Unverified } from "./settings.ts";

export interface FisheyeVersion {
	/** As the server writes it. */
	readonly text: string;
	readonly major: number;
}

/** `4.8.15`. Throws `target.malformed` for anything else. */
export function versionOf(text: string): FisheyeVersion {
	const major = /^(\d{1,3})\.\d/.exec(text)?.[1];
	if (major === undefined) {
		throw new SyncError("target.malformed", `Fisheye states the version "${text.slice(0, 40)}", which is not one`, {
			todo: "Check that url leads to a Fisheye or Crucible.",
		});
	}
	return { text, major: Number(major) };
}

/** From 4.0 on groups decide who may log in and takes a seat (https://jira.atlassian.com/browse/FE-2709). */
export const GROUPS_GIVE_ACCESS = 4;
export const NEWEST_KNOWN = 4;
/** Versions worth a column in the table of products. */
export const PROFILES: readonly string[] = ["3.10", "4.8"];

const NO_SWITCH =
	"Fisheye cannot switch accounts on or off by REST: with leavers.action: unlicense a leaver loses the groups of leavers.licenceGroups (needs `unverified: [member.remove]`); or take the person out of the groups with access under Administration > Users, or switch the account off in the directory that Fisheye reads.";
const NO_SWITCH_BEFORE_4 =
	"Fisheye before 4.0 lets every account log in, and cannot switch one off by REST: delete the account under Administration > Users (reviews and comments stay), or clear its `Active Crucible user`, or switch it off in the directory that Fisheye reads.";
const NO_RENAME =
	"Fisheye cannot rename accounts by REST: rename in the directory that Fisheye reads, or create a new account by hand and delete the old one.";
const NO_PROPERTIES = "Fisheye keeps no properties of accounts that REST could set: leave `attributes` out for this product.";
const unproven = (what: string, kind: Unverified, instead: string): string =>
	`${what} by REST is not proven: the body of that request is documented nowhere that we know. ${instead} Or try it on a test server and switch it on with \`unverified: [${kind}]\`.`;
const NO_UPDATE = unproven(
	"Changing names and addresses",
	"account.update",
	"Change them under Administration > Users, or in the directory that Fisheye reads.",
);

const no = (because: string): Capability => ({ supported: false, because });
const YES: Capability = { supported: true };

/** What a Fisheye/Crucible of this version can do by REST, with these operations switched on. `concurrency`: requests at once. */
export function capabilitiesOf(
	version: FisheyeVersion,
	unverified: readonly Unverified[],
	limits: { readonly pageSize: number; readonly concurrency: number },
): Capabilities {
	const on = new Set(unverified);
	const risky = (kind: Unverified, because: string): Capability => (on.has(kind) ? YES : no(because));
	const noSwitch = no(version.major < GROUPS_GIVE_ACCESS ? NO_SWITCH_BEFORE_4 : NO_SWITCH);
	const operations: Record<ProductOperation["kind"], Capability> = {
		"group.create": risky(
			"group.create",
			unproven("Creating groups", "group.create", "Create the group under Administration > Groups; memberships follow in the next run."),
		),
		"group.delete": YES,
		"account.create": risky(
			"account.create",
			unproven(
				"Creating accounts",
				"account.create",
				"Create the account under Administration > Users, with this username (adopt: username takes it over), or let Fisheye read a directory.",
			),
		),
		"account.rename": no(NO_RENAME),
		"account.update": risky("account.update", NO_UPDATE),
		"account.enable": noSwitch,
		"account.disable": noSwitch,
		"attribute.set": no(NO_PROPERTIES),
		"member.add": YES,
		"member.remove": risky(
			"member.remove",
			unproven("Taking accounts out of groups", "member.remove", "Take the person out of the group under Administration > Groups."),
		),
	};
	return {
		server: `Fisheye/Crucible ${version.text}`,
		operations,
		updatableFields: new Set(on.has("account.update") ? ["email", "displayName"] : []),
		fixedFields: { username: NO_RENAME, ...(on.has("account.update") ? {} : { email: NO_UPDATE, displayName: NO_UPDATE }) },
		readableFields: new Set(["username", "email", "displayName"]),
		requiredFields: new Set(["username", "displayName"]),
		// Whether accounts that an outer directory switched off are listed is written nowhere.
		readsDisabledAccounts: false,
		idsAreNames: true,
		names: { usernames: "fold", groups: "fold" },
		limits,
	};
}
