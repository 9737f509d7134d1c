import { SyncError } from "../../../core/errors.ts";
import type { ProductOperation } from "../../../core/operation.ts";
import type { Capabilities, Capability } from "../../../core/product.ts";

export interface BambooVersion {
	/** As the server writes it. */
	readonly text: string;
	readonly major: number;
	readonly minor: number;
}

/** `12.1.1`, `9.3.2`. Throws `target.malformed` for anything else. */
export function versionOf(text: string): BambooVersion {
	const [, major, minor] = /^(\d{1,3})\.(\d{1,3})/.exec(text) ?? [];
	if (major === undefined || minor === undefined) {
		throw new SyncError("target.malformed", `Bamboo states the version "${text.slice(0, 40)}", which is not one`, {
			todo: "Check that url leads to a Bamboo Data Center.",
		});
	}
	return { text, major: Number(major), minor: Number(minor) };
}

/** The releases that the table below was written from; the vendor describes their calls alike. */
export const OLDEST_KNOWN = 9;
export const NEWEST_KNOWN = 12;
/** Versions worth a column in the table of products. */
export const PROFILES: readonly string[] = ["9.3", "10.2", "12.1"];
/** Accounts that one request puts into a group, or takes out of it. */
const MEMBERSHIP_BATCH = 200;

const NO_SWITCH =
	"Bamboo cannot switch accounts on or off by REST: with leavers.action: unlicense a leaver loses the groups that give access, and gets them back on return; or switch the account off under Administration > Users, or in the directory that Bamboo reads.";
const NO_UPDATE =
	"Bamboo cannot change names and addresses by REST: change them under Administration > Users, or in the directory that Bamboo reads.";
const NO_PROPERTIES = "Bamboo keeps no properties of accounts that REST could set: leave `attributes` out for this product.";

const no = (because: string): Capability => ({ supported: false, because });
const YES: Capability = { supported: true };
const OPERATIONS: Readonly<Record<ProductOperation["kind"], Capability>> = {
	"group.create": YES,
	"group.delete": YES,
	"account.create": YES,
	"account.rename": YES,
	"account.update": no(NO_UPDATE),
	"account.enable": no(NO_SWITCH),
	"account.disable": no(NO_SWITCH),
	"attribute.set": no(NO_PROPERTIES),
	"member.add": YES,
	"member.remove": YES,
};

/** What a Bamboo of this version can do by REST. `concurrency`: requests at once. */
export const capabilitiesOf = (
	version: BambooVersion,
	limits: { readonly pageSize: number; readonly concurrency: number },
): Capabilities => ({
	server: `Bamboo ${version.text}`,
	operations: OPERATIONS,
	updatableFields: new Set(["username"]),
	fixedFields: { email: NO_UPDATE, displayName: NO_UPDATE },
	readableFields: new Set(["username", "email", "displayName"]),
	requiredFields: new Set(["username", "email", "displayName"]),
	readsDisabledAccounts: true,
	idsAreNames: true,
	names: { usernames: "fold", groups: "fold" },
	limits: { ...limits, membershipBatch: MEMBERSHIP_BATCH },
});
