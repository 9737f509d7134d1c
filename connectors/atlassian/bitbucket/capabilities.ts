import { SyncError } from "../../../core/errors.ts";
import type { ProductOperation } from "../../../core/operation.ts";
import type { Capabilities, Capability } from "../../../core/product.ts";

export interface BitbucketVersion {
	/** As the server writes it. */
	readonly text: string;
	readonly major: number;
	readonly minor: number;
}

/** `9.5.2`, `7.21.0-m01`. Throws `target.malformed` for anything else. */
export function versionOf(text: string): BitbucketVersion {
	const [, major, minor] = /^(\d{1,3})\.(\d{1,3})/.exec(text) ?? [];
	if (major === undefined || minor === undefined) {
		throw new SyncError("target.malformed", `Bitbucket states the version "${text.slice(0, 40)}", which is not one`, {
			todo: "Check that url leads to a Bitbucket Data Center.",
		});
	}
	return { text, major: Number(major), minor: Number(minor) };
}

/** The releases that the table below was written from; the vendor describes their calls alike. */
export const OLDEST_KNOWN = 7;
export const NEWEST_KNOWN = 9;
/** Versions worth a column in the table of products. */
export const PROFILES: readonly string[] = ["7.21", "8.10", "9.5"];
/** Accounts that one request puts into a group; taking out goes one by one (https://jira.atlassian.com/browse/BSERV-13707). */
const MEMBERSHIP_BATCH = 200;

const NO_SWITCH =
	"Bitbucket has no way to switch an account on or off, neither by REST nor on its pages (https://jira.atlassian.com/browse/BSERV-8817): with leavers.action: unlicense a leaver loses the groups that give a licence, and gets them back on return; or switch the account off in the directory that Bitbucket reads.";

const OPERATIONS: Readonly<Record<ProductOperation["kind"], Capability>> = {
	"group.create": { supported: true },
	"group.delete": { supported: true },
	"account.create": { supported: true },
	"account.rename": { supported: true },
	"account.update": { supported: true },
	"account.enable": { supported: false, because: NO_SWITCH },
	"account.disable": { supported: false, because: NO_SWITCH },
	"attribute.set": { supported: true },
	"member.add": { supported: true },
	"member.remove": { supported: true },
};

/** What a Bitbucket of this version can do by REST. `concurrency`: requests at once. */
export const capabilitiesOf = (
	version: BitbucketVersion,
	limits: { readonly pageSize: number; readonly concurrency: number },
): Capabilities => ({
	server: `Bitbucket ${version.text}`,
	operations: OPERATIONS,
	updatableFields: new Set(["username", "email", "displayName"]),
	readableFields: new Set(["username", "email", "displayName"]),
	requiredFields: new Set(["username", "email", "displayName"]),
	readsDisabledAccounts: true,
	names: { usernames: "fold", groups: "fold" },
	limits: { ...limits, membershipBatch: MEMBERSHIP_BATCH },
});
