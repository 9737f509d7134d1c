import { type Card, inPages, once, sum } from "./card.ts";

const PAGE = 999;
const PARTS = 20;

export const entra: Card = {
	guide: "entra.md",
	tells: {
		id: "the object id",
		username: "`userPrincipalName`, `mail`, `onPremisesSamAccountName` or `mailNickname`, as configured",
		active: "`accountEnabled`",
		attributes: "Graph's properties of people, directory and schema extensions",
		groups: "security, Microsoft 365 and distribution groups, assigned or dynamic, with direct members",
	},
	cannotTell: [
		"Members of groups that hide them, without Member.Read.Hidden: such groups are held.",
		"People who are in the recycle bin: they count as deleted.",
		"Administrative units, roles, licences, owners, open extensions, custom security attributes.",
		"Azure AD B2C tenants: their lists have no counts, and are refused.",
	],
	whole: "The count that Graph gives with every list, of each group's members too; members in no list are looked up.",
	requests: [
		once("log-in, and the authority's metadata", 2),
		inPages("people", PAGE),
		inPages("groups", PAGE),
		{
			what: "members",
			formula: "⌈G ÷ 20⌉; and so again for the groups of more than 999 members, of more than 1,998, and so on",
			count: ({ groups }) => {
				const left = (round: number) => groups.filter(({ people, groups: inner }) => people + inner > round * PAGE).length;
				const most = Math.ceil(Math.max(0, ...groups.map(({ people, groups: inner }) => people + inner)) / PAGE);
				const later = Array.from({ length: Math.max(0, most - 1) }, (_, at) => Math.ceil(left(at + 1) / PARTS));
				return Math.ceil(groups.length / PARTS) + sum(later);
			},
		},
	],
	more: "A group whose count and list disagree is counted by kinds of members, and read again; `people: members` counts three times first. Parts of a batch that are refused (429) are asked again.",
	proof: {
		description:
			"Requests and the stand-in's answers agree with Microsoft's descriptions of Graph v1.0 (types of 2026, addresses and parameters of 2022).",
		documents: "Hidden membership, throttling, national clouds, managed identities: Microsoft's documentation. No real tenant was at hand.",
	},
};
