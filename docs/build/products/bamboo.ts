import { capabilitiesOf, PROFILES, versionOf } from "../../../connectors/atlassian/bamboo/capabilities.ts";
import { type ProductCard, SOME_LIMITS } from "./card.ts";

export const bamboo: ProductCard = {
	guide: "bamboo.md",
	versions: PROFILES.map((text) => ({ title: text, can: capabilitiesOf(versionOf(text), SOME_LIMITS) })),
	id: "the account's username: Bamboo has no other",
	whole: "the administrators' paged list of users to its last page, with Rollcall's own account in it; each group's members likewise.",
	seats: "by the groups with access; how many the licence has, Bamboo does not tell",
	cannot: ["An account that is renamed by hand in Bamboo is another account for Rollcall; one that Rollcall renames is not."],
	proof: [
		"Requests and the stand-in's answers agree with the vendor's descriptions of 9.3 and 12.1.",
		"Refusals and limits: Atlassian's documentation and issue tracker. No real Bamboo was at hand.",
	],
};
