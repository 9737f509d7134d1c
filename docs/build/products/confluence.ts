import { capabilitiesOf, PROFILES, versionOf } from "../../../connectors/atlassian/confluence/capabilities.ts";
import { type ProductCard, SOME_LIMITS } from "./card.ts";

export const confluence: ProductCard = {
	guide: "confluence.md",
	versions: PROFILES.map((text) => ({ title: text, can: capabilitiesOf(versionOf(text), SOME_LIMITS) })),
	id: "the account's `userKey`",
	whole:
		"from 8.4 the paged list of all users to the page without a link to a next one, with Rollcall's own account in it; each group's members likewise. Before 8.4 there is no such list: only members of groups are seen.",
	seats: "by the licence calls, where the server has them, and the groups that may use Confluence",
	cannot: [
		"It shows no e-mail addresses: they are compared with what Rollcall last wrote, and nobody is recognised by theirs.",
		"Disabling, enabling and updating are asked of the server itself where the version does not settle it; the table shows what is documented.",
		"Deleting accounts is asynchronous in Confluence, and Rollcall never does it.",
	],
	proof: [
		"Requests and the stand-in's answers agree with the vendor's description of 10.0.3.",
		"Older versions: the vendor's pages of 8.x and 9.x, issue tracker, and what others' clients send. No real Confluence was at hand.",
	],
};
