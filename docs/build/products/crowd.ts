import { capabilitiesOf, versionOf } from "../../../connectors/atlassian/crowd/capabilities.ts";
import { type ProductCard, SOME_LIMITS } from "./card.ts";

const version = (text: string) => versionOf({ name: "Crowd", version: text });

export const crowd: ProductCard = {
	guide: "crowd.md",
	versions: [
		...["3.7", "4.3", "5.3", "7.0"].map((text) => ({ title: text, can: capabilitiesOf(version(text), {}, SOME_LIMITS) })),
		{ title: "7.0, `emailChanges: allowed`", can: capabilitiesOf(version("7.0"), { emailChanges: "allowed" }, SOME_LIMITS) },
	],
	id: "Crowd's key of the user, which no rename changes",
	whole:
		"pages that overlap by a row, up to one that holds nothing new; every membership in one XML answer that has to be closed; groups and members must be the same in both.",
	cannot: [
		"Tells neither what the application may do nor how many seats the licence has: the first shows when something is refused.",
		"Cannot choose the directory that a new account goes into: it is the first in which the application may create.",
	],
	proof: [
		"A client written by others (npm atlassian-crowd-client) drives the stand-in.",
		"Everything else: Atlassian's documentation and issue tracker; Crowd has no machine-readable description here. No real Crowd was at hand.",
	],
};
