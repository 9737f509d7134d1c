import { capabilitiesOf, PROFILES, versionOf } from "../../../connectors/atlassian/fisheye/capabilities.ts";
import { UNVERIFIED } from "../../../connectors/atlassian/fisheye/settings.ts";
import { type ProductCard, SOME_LIMITS } from "./card.ts";

export const fisheye: ProductCard = {
	guide: "fisheye.md",
	versions: [
		...PROFILES.map((text) => ({ title: text, can: capabilitiesOf(versionOf(text), [], SOME_LIMITS) })),
		{ title: "4.8, everything in `unverified`", can: capabilitiesOf(versionOf("4.8"), UNVERIFIED, SOME_LIMITS) },
	],
	id: "the account's username: Fisheye shows no other",
	whole:
		"the administrators' paged list of users to its last page, pages overlapping by a row, with Rollcall's own account in it; each group's members likewise.",
	cannot: [
		"Says nothing of seats, nor which groups may log in: name those in `leavers.licenceGroups`.",
		"An account that is renamed by hand in Fisheye is another account for Rollcall.",
	],
	proof: [
		"Paths and methods agree with the vendor's description, which has lost all bodies.",
		"Shapes are those of two clients written by others; what neither shows is switched off until `unverified` names it, and is then read back.",
		"No real Fisheye was at hand.",
	],
};
