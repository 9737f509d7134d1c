import { type Card, inPages, once } from "./card.ts";

const PAGE = 500;

export const ldap: Card = {
	guide: "ldap.md",
	tells: {
		id: "`entryUUID`, `nsUniqueId`, `ipaUniqueID` or `GUID`, by the server's make",
		username: "`uid`, or another attribute",
		active: "by a filter (`disabledWhen`), with a default for each make",
		attributes: "every attribute that the account may read, but for passwords",
		groups: "`member`, `uniqueMember` and `memberUid`, groups inside groups",
	},
	cannotTell: [
		"Who is switched off, where the account may not read the attribute that says so: a hidden lock looks like none.",
		"A member whom the server hides from one who was deleted: `unknownMembers` decides.",
		"Primary groups (`gidNumber`), roles of 389 Directory Server, groups by a search that the server does not expand: these are held.",
		"What lies on other servers: references are errors.",
	],
	whole: "Every list is read twice, the second time names and ids only; both must agree.",
	requests: [
		{ what: "log-in", formula: "1 a connection, at most `network.concurrency`", count: () => 1 },
		once("root DSE"),
		inPages("people", PAGE, 2),
		inPages("groups", PAGE, 2),
	],
	more: "For each further base 2 more at least. StartTLS takes 1 a connection. Members outside of what was read: one list of groups' names for each naming context, and with `unknownMembers: hold` 1 or 2 each. A list that differs is read again, three times at most.",
	proof: {
		server: "OpenLDAP 2.5 with 10,000 people, in the live tests.",
		documents: "389 Directory Server, FreeIPA, OpenDJ, eDirectory: the vendors' documentation, and a stand-in of each.",
	},
};
