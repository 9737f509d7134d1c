import type { ProductOperation } from "../../../core/operation.ts";
import type { Capabilities, Capability } from "../../../core/product.ts";

/** The cloud has no versions; what Rollcall can do depends on which keys it has. */
export type CloudProfile = (typeof PROFILES)[number];
/** Worth a column each in the table of products. */
export const PROFILES = ["SCIM directory", "SCIM directory and organisation key"] as const;

/** Members that one request takes in or out. Atlassian states no bound; this is that of its pages. */
export const MEMBERSHIP_BATCH = 100;

const YES: Capability = { supported: true };
const OPERATIONS: Readonly<Record<ProductOperation["kind"], Capability>> = {
	"group.create": YES,
	"group.delete": YES,
	"account.create": YES,
	"account.rename": YES,
	"account.update": YES,
	"account.enable": YES,
	"account.disable": YES,
	"attribute.set": {
		supported: false,
		because:
			"Atlassian's directory stores no attributes of others, only the members of its own schema: keep job title, department and the like in the profile at admin.atlassian.com, or let the identity provider send them; Rollcall leaves what is there as it is.",
	},
	"member.add": YES,
	"member.remove": YES,
};

/** What a SCIM directory of Atlassian Cloud can do. `concurrency`: requests at once. */
export const capabilitiesOf = (
	profile: CloudProfile,
	limits: { readonly pageSize: number; readonly concurrency: number },
): Capabilities => ({
	server: `Atlassian Cloud (${profile})`,
	operations: OPERATIONS,
	updatableFields: new Set(["username", "email", "displayName"]),
	readableFields: new Set(["username", "email", "displayName"]),
	requiredFields: new Set(["username", "email"]),
	readsDisabledAccounts: true,
	names: { usernames: "fold", groups: "fold" },
	limits: { ...limits, membershipBatch: MEMBERSHIP_BATCH },
});
