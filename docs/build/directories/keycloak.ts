import { type Card, inPages, once, pages, sum } from "./card.ts";

export const keycloak: Card = {
	guide: "keycloak.md",
	tells: {
		id: "Keycloak's id of the user",
		username: "the username, which Keycloak keeps in lower case",
		active: "`enabled`",
		attributes: "those of the realm's user profile, custom ones included",
		groups: "groups of all levels with their direct members; a subgroup is inside its parent",
	},
	cannotTell: [
		"People of a federation (LDAP, Active Directory) whom Keycloak neither imports nor lists.",
		"Memberships that only a token has (mappers), roles, organizations, and a lock that ends by itself.",
		"Attributes that the realm's user profile does not declare, where Keycloak hides those.",
	],
	whole:
		"Keycloak's own counts of people and groups, before and after; pages that overlap by a row; the role in the token that lets it see everybody.",
	requests: [
		once("log-in"),
		once("counts of people and of groups, before and after", 4),
		inPages("people", 1_000),
		inPages("groups", 1_000),
		{
			what: "members",
			formula: "for each group ⌈m ÷ 1,000⌉, and 1 more where its last page has 100 or more",
			count: ({ groups }) =>
				sum(
					groups.map(({ people }) => {
						const needed = pages(people, 1_000);
						return needed + (people - (needed - 1) * 1_000 >= 100 ? 1 : 0);
					}),
				),
		},
	],
	more: "With people of a federation every group that has members takes 1 more. A realm that changes meanwhile is read up to three times.",
	proof: {
		server: "Keycloak 26.7.4 with 10,000 people and 1,000 groups, in the live tests.",
		description: "The requests agree with Keycloak's own description (OpenAPI, 26.6.2).",
		documents: "Keycloak 24 and 25: source and documentation.",
	},
};
