import { z } from "zod";
import { expression, field, line } from "./fields.ts";
import { DURATION_ALLOWED, duration } from "./units.ts";

const YEAR_MS = 365 * 86_400_000;
const CEL = "a CEL expression";
const groupName = () => line().max(255);

const ORDER_ALLOWED = "a list of names from `from`";
const sourceNames = () => z.array(field(line(), { meaning: "A source.", allowed: "a name from `from`", example: "corp" })).min(1);
const order = (of: string, example: string) =>
	field(sourceNames().optional(), { meaning: `Whose value counts for ${of}.`, allowed: ORDER_ALLOWED, example });

/** The `people` section: who is meant, and what their accounts look like. */
export const people = field(
	z.strictObject({
		from: field(z.array(line()).min(1), {
			meaning:
				"The sources, in order of precedence: where several know one person, the first has the say. Several sources need `samePerson`.",
			allowed: "a list of names from `sources`",
			example: "[staff]",
			todo: "Name the directories whose people belong into this product.",
		}),
		samePerson: field(expression().optional(), {
			meaning: "People of different sources with the same non-empty value are one person. Required with several sources.",
			allowed: `${CEL} that gives a string`,
			example: "person.email.lowerAscii()",
		}),
		active: field(z.enum(["first", "any", "every"]).optional(), {
			meaning:
				"When somebody whom several sources know counts as active. `first`: as the first of them in `from` says. `any`: as soon as one of them says so. `every`: only while all of them say so.",
			allowed: "first, any or every",
			example: "any",
			default: "`first`",
		}),
		precedence: field(
			z
				.strictObject({
					username: order("the username", "[corp, staff]"),
					email: order("the e-mail address", "[corp, staff]"),
					givenName: order("the given name", "[corp, staff]"),
					familyName: order("the family name", "[corp, staff]"),
					displayName: order("the full name", "[corp, staff]"),
					attributes: field(
						z
							.record(
								z.string(),
								field(sourceNames(), { meaning: "Whose value counts for this attribute.", allowed: ORDER_ALLOWED, example: "[corp]" }),
							)
							.optional(),
						{
							meaning: "The same for custom attributes, by their names in the directories.",
							allowed: "a mapping of attributes to lists of sources",
							example: "{ department: [corp] }",
							keys: "attribute",
						},
					),
				})
				.optional(),
			{
				meaning:
					"Whose value counts where several sources know one person, field by field: that of the first source in the list that has one; sources that are not listed come after it, as in `from`. A field that is not named here is the first source's, empty or not.",
				allowed: "a mapping of fields to lists of sources",
				example: "{ email: [corp, staff] }",
			},
		),
		where: field(expression().optional(), {
			meaning:
				"Who is wanted. Without it everybody in the sources. Who was wanted before and no longer is counts as a leaver (see `leavers`).",
			allowed: `${CEL} that gives true or false`,
			example: `person.active && "engineering" in person.groups && !person.username.startsWith("svc-")`,
		}),
		username: field(expression().optional(), {
			meaning: "The account's username. A change renames the account; the person stays the same, because people are known by immutable id.",
			allowed: `${CEL} that gives a string`,
			example: 'person.email.split("@")[0].lowerAscii()',
			default: "`person.username`",
		}),
		email: field(expression().optional(), {
			meaning: "The account's e-mail address.",
			allowed: `${CEL} that gives a string`,
			example: "person.email.lowerAscii()",
			default: "`person.email`",
		}),
		displayName: field(expression().optional(), {
			meaning: "The name that people see.",
			allowed: `${CEL} that gives a string`,
			example: 'person.givenName + " " + person.familyName',
			default: "the directory's display name, else given and family name, else the username",
		}),
		attributes: field(
			z
				.record(
					z.string(),
					field(expression(), {
						meaning: "The value of this user property.",
						allowed: `${CEL} that gives a string`,
						example: 'person.attribute("department")',
					}),
				)
				.optional(),
			{
				meaning: "User properties to keep, by key. Properties that are not named here are never touched.",
				allowed: "a mapping of property keys (at most 255 characters) to CEL expressions",
				example: "{ department: 'person.attribute(\"department\")' }",
				keys: "key",
			},
		),
	}),
	{
		meaning: "Whose accounts are managed, and what they look like.",
		allowed: "a mapping",
		example: "{ from: [staff] }",
		todo: "At least `from` is needed.",
	},
);

const rule = z.strictObject({
	match: field(expression().optional(), {
		meaning: "The directory group's name, or `/…/`: a regular expression over names (RE2: linear time, no back references).",
		allowed: "a group name or /regular expression/",
		example: "/^ops-(.+)$/",
	}),
	path: field(expression().optional(), {
		meaning: "Instead of `match`: the group's full path, or `/…/` as a regular expression over paths.",
		allowed: "a group path or /regular expression/",
		example: "/Company/Berlin/engineering",
	}),
	to: field(groupName(), {
		meaning: "The product's group. `$1`, `$2` … and `${name}` stand for what the regular expression captured. Inside { } put it in quotes.",
		allowed: "a group name",
		example: "jira-$1",
		todo: "Name the group in the product.",
	}),
});

const names = (meaning: string, example: string, fallback: readonly string[] = []) =>
	field(z.array(field(groupName(), { meaning, allowed: "a name", example })).default([...fallback]), {
		meaning,
		allowed: "a list of names",
		example: `[${example}]`,
	});

/** The `groups` section: which groups are managed, and how. */
export const groups = field(
	z
		.strictObject({
			map: field(
				z
					.array(
						field(rule, {
							meaning: "One rule.",
							allowed: "a mapping with `match` or `path`, and `to`",
							example: "{ match: engineering, to: jira-developers }",
						}),
					)
					.default([]),
				{
					meaning:
						"Which directory group feeds which group of the product; every rule that matches counts. Groups that no rule names are never touched. A literal group that the directory does not have is an error, never an empty group.",
					allowed: "a list of rules",
					example: "[{ match: engineering, to: jira-developers }]",
				},
			),
			nested: field(z.boolean().default(true), {
				meaning: "Members of a group inside a group count as members of the outer one.",
				allowed: "true or false",
				example: "true",
			}),
			createMissing: field(z.boolean().default(false), {
				meaning: "Create a mapped group that the product does not have. Off: its memberships are held and reported.",
				allowed: "true or false",
				example: "true",
			}),
			default: names(
				"Groups given once, when an account is created; not managed afterwards. A group that `map` names as well is left to `map`.",
				"jira-software-users",
			),
			ignore: names("Groups of the product that are never touched, in no direction.", "jira-administrators"),
			strangers: field(z.enum(["keep", "remove"]).default("keep"), {
				meaning: "What happens to members of a managed group whose account belongs to nobody in the sources.",
				allowed: "keep or remove",
				example: "keep",
			}),
		})
		.prefault({}),
	{ meaning: "Which groups are managed." },
);

/** Left out: the kind's own list, whose names count where they exist. Written: every name must exist, since a mistyped one protects nobody. */
const protectedNames = (meaning: string, example: string, fallback: readonly string[]) =>
	field(z.array(field(groupName(), { meaning, allowed: "a name", example })).optional(), {
		meaning,
		allowed: "a list of names",
		example: `[${example}]`,
		default: `\`[${fallback.join(", ")}]\`, where they exist`,
	});

/** The `protect` section. What a product protects unless the file says otherwise differs by kind. */
export const protect = (accounts: readonly string[], protectedGroups: readonly string[]) =>
	field(
		z
			.strictObject({
				accounts: protectedNames(
					"Usernames of accounts that nothing may be changed about; each must exist. Rollcall's own account is always protected.",
					"admin",
					accounts,
				),
				groups: protectedNames(
					"Groups that nobody may be added to or removed from; each must exist.",
					"jira-administrators",
					protectedGroups,
				),
			})
			.prefault({}),
		{ meaning: "Accounts and groups that are out of bounds. A list written here replaces the default." },
	);

/** The `leavers` section: what happens to accounts of people who are gone or no longer wanted. */
export const leavers = () =>
	field(
		z
			.strictObject({
				action: field(z.enum(["disable", "keep", "unlicense"]).default("disable"), {
					meaning:
						"`disable`: disable the account. `keep`: leave it alone. `unlicense`: take away the groups that give it a licence seat, for products that cannot disable accounts by REST (Bitbucket, Bamboo, Fisheye); when the person returns, they get back what was taken. Accounts are never deleted.",
					allowed: "disable, keep or unlicense",
					example: "disable",
				}),
				licenceGroups: field(z.array(line()).min(1).optional(), {
					meaning: "For `unlicense`: the product's groups to take from leavers.",
					allowed: "a list of the product's group names",
					example: "[stash-users]",
					default: "the groups that give a licence, as the product tells them",
				}),
				after: field(
					z
						.strictObject({
							sightings: field(z.number().int().min(1).max(1000).default(2), {
								meaning: "How many readings in a row the person must be missing from.",
								allowed: "a whole number from 1 to 1000",
								example: "3",
							}),
							period: field(duration(0, YEAR_MS).prefault("1h"), {
								meaning: "How long the person must have been missing, at least.",
								allowed: `${DURATION_ALLOWED}, at most 365d`,
								example: "1h",
							}),
						})
						.prefault({}),
					{
						meaning:
							"How sure to be that somebody is gone: both conditions must hold. Who is switched off in the directory, or still there and filtered out, does not wait.",
					},
				),
				stripGroups: field(z.boolean().default(false), {
					meaning: "Also remove leavers from managed groups. They stay in all others.",
					allowed: "true or false",
					example: "false",
				}),
			})
			.prefault({}),
		{ meaning: "What happens to the accounts of people who are gone or no longer wanted." },
	);
