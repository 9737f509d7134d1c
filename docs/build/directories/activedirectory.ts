import { type Card, inPages, once, pages, sum } from "./card.ts";

const PAGE = 500;
/** MaxValRange since Windows Server 2003. */
const RANGE = 1_500;

export const activedirectory: Card = {
	guide: "active-directory.md",
	tells: {
		id: "`objectGUID`",
		username: "`sAMAccountName`, or another attribute",
		active: "`userAccountControl` without ACCOUNTDISABLE, and `accountExpires` not passed",
		attributes: "every attribute that the account may read, but for passwords",
		groups: "security and distribution groups with direct members, primary groups, several domains",
	},
	cannotTell: [
		"Members that are hidden from the account, or of a domain that is not read: such groups are held, unless `unknownMembers: ignore`.",
		"“Everyone” and “Authenticated Users”, dynamic distribution groups, memberships that a token gets at log-in.",
		"A lock-out or an expired password: they end by themselves, and do not count.",
	],
	whole:
		"Every list is read twice from one controller, the second time names and ids only; parts of a member list must have one `uSNChanged`.",
	requests: [
		{ what: "log-in", formula: "1 a connection, at most `network.concurrency`", count: () => 1 },
		once("root DSE"),
		inPages("people", PAGE, 2),
		inPages("groups", PAGE, 2),
		{
			what: "members",
			formula: "1 for each further 1,500 direct members of a group",
			count: ({ groups }) => sum(groups.map(({ people, groups: inner }) => pages(people + inner, RANGE) - 1)),
		},
	],
	more: "For each further domain as much again. Members outside of what was read: 1 each, above 200 of them one list. A list that differs is read again, three times at most.",
	proof: {
		server: "Samba 4.17 as a domain controller with 2,000 people, in the live tests.",
		documents: "Microsoft's own controllers, where they cut pages and member lists, and several domains: [MS-ADTS], and the stand-in.",
	},
};
