import { capabilitiesOf, PROFILES, versionOf } from "../../../connectors/atlassian/bitbucket/capabilities.ts";
import { type ProductCard, SOME_LIMITS } from "./card.ts";

export const bitbucket: ProductCard = {
	guide: "bitbucket.md",
	versions: PROFILES.map((text) => ({ title: text, can: capabilitiesOf(versionOf(text), SOME_LIMITS) })),
	id: "the account's numeric id",
	whole: "the administrators' paged list of users to `isLastPage`, with Rollcall's own account in it; each group's members likewise.",
	seats: "by the licence page and the groups with a global permission",
	cannot: ["A password has to travel in the query of the creating request: it is random, known to nobody, and may stand in access logs."],
	proof: [
		"Requests and the stand-in's answers agree with the vendor's descriptions of 8.10 and 9.5.",
		"A client written by others (npm bitbucket-server-nodejs) drives the stand-in.",
		"Refusals and limits: Atlassian's documentation and issue tracker. No real Bitbucket was at hand.",
	],
};
