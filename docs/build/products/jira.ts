import { capabilitiesOf, PROFILES, versionOf } from "../../../connectors/atlassian/jira/capabilities.ts";
import { type ProductCard, SOME_LIMITS } from "./card.ts";

export const jira: ProductCard = {
	guide: "jira.md",
	versions: PROFILES.map((text) => ({ title: text, can: capabilitiesOf(versionOf(text), SOME_LIMITS) })),
	id: "the account's key, which no rename changes",
	whole:
		"`/user/list` to its end (10.3 LTS and 11), else user search; an answer that ends exactly where Jira cuts lists is refused; Rollcall's own account has to be in it; who is logged in is proven before and after.",
	seats: "per application, by `/applicationrole`",
	cannot: [
		"Lists effective members: a membership through a subgroup shows when its removal is refused.",
		"Does not tell which directory an account lives in; one that Jira cannot write shows when a change is refused.",
	],
	proof: [
		"Requests and the stand-in's answers agree with the vendor's description of 10.3.",
		"Older versions, refusals and limits: Atlassian's documentation and issue tracker. No real Jira was at hand.",
	],
};
