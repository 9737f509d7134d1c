import { capabilitiesOf, isAtLeast, PROFILES, versionOf } from "../../../connectors/atlassian/jira/capabilities.ts";
import { type ProductCard, SOME_LIMITS } from "./card.ts";

export const jira: ProductCard = {
	guide: "jira.md",
	versions: PROFILES.flatMap((text) => {
		const version = versionOf(text);
		const rest = { title: text, can: capabilitiesOf(version, SOME_LIMITS) };
		const doors = { title: `${text}, \`userServer\``, can: capabilitiesOf(version, SOME_LIMITS, { userServer: true }) };
		// The doors differ in what they can do only before 8.3.
		return isAtLeast(version, 8, 3) ? [rest] : [rest, doors];
	}),
	id: "the account's key, which no rename changes; by the user server alone its own key, so that links made by the one are refused by the other",
	whole:
		"with `userServer`: pages that overlap by a row, every membership in one XML answer, both must fit; beside a token, both doors must know the same people, and names that go over to somebody else meanwhile are noticed. Over REST v2 alone: `/user/list` to its end (10.3 LTS and 11), else user search; an answer that ends exactly where Jira cuts lists is refused; Rollcall's own account has to be in it; who is logged in is proven before and after.",
	seats: "per application, by `/applicationrole`; not by the user server alone",
	cannot: [
		"Over REST v2 alone lists effective members: a membership through a subgroup shows when its removal is refused. With `userServer` they are told apart.",
		"By the user server alone: neither seats, nor who leads a project (and Jira switches such people off without a word), nor its own account; attributes are other ones than REST v2's user properties.",
		"Does not tell which directory an account lives in; one that Jira cannot write shows when a change is refused.",
	],
	proof: [
		"Requests and the stand-in's answers agree with the vendor's description of 10.3.",
		"Clients written by others (npm jira-client for REST v2, atlassian-crowd-client for the user server) drive the stand-in.",
		"Older versions, refusals and limits: Atlassian's documentation and issue tracker. No real Jira was at hand.",
	],
};
