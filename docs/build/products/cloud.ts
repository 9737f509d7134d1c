import { capabilitiesOf, PROFILES } from "../../../connectors/atlassian/cloud/capabilities.ts";
import { type ProductCard, SOME_LIMITS } from "./card.ts";

export const cloud: ProductCard = {
	guide: "cloud.md",
	versions: PROFILES.map((profile) => ({ title: profile, can: capabilitiesOf(profile, SOME_LIMITS) })),
	id: "the directory's id of the user, which no rename changes",
	whole:
		"pages that overlap by a row, up to the stated total; each group's members by itself, held against what users say of their groups (where they say nothing, each group is read twice).",
	seats: "by the directory's bounds, which a setting states: users and groups; members of a group are counted before each request",
	cannot: [
		"A group is not renamed: Atlassian keeps the name of a group once it is synchronised. Map people to the new name, and delete the old group when nobody needs it.",
		"Accounts of the organisation that are not in the directory are not listed; creating their user links them by the e-mail address.",
		"Users are never deleted from the directory: that unlinks them from their accounts for good.",
	],
	proof: [
		"Requests and the stand-in's answers agree with the vendor's descriptions (user provisioning 2022, user management 2026).",
		"SCIMMY, an implementation of SCIM by others, understands our requests and the stand-in's answers; Python's scim2-client was run against the stand-in by hand.",
		"Refusals and bounds: Atlassian's documentation and answers that others recorded. No real organisation was at hand.",
	],
};
