import { fold } from "./row.ts";
import type { FilesSettings, Kind } from "./settings.ts";

/** The columns of one kind of record: where each is (folded), and which must be there. */
export interface Columns<Name extends string> {
	readonly of: Readonly<Record<Name, string | undefined>>;
	/** Folded. */
	readonly needed: readonly string[];
	/** Folded names of columns that hold several values. */
	readonly lists: ReadonlySet<string>;
}
type Person = "id" | "username" | "email" | "givenName" | "familyName" | "displayName" | "active" | "groups";
type Group = "id" | "name" | "path" | "members" | "groups" | "parents";
type Membership = "group" | "member" | "type";

export interface AllColumns {
	readonly people: Columns<Person>;
	readonly groups: Columns<Group>;
	readonly memberships: Columns<Membership>;
}

/** Names that are stated must be there, and so must those that no record can do without. */
export function columnsOf(settings: FilesSettings): AllColumns {
	const { columns, groupColumns, membershipColumns } = settings;
	const active = settings.everybodyActive ? undefined : (columns.active ?? "active");
	const person = { id: "id", username: "username", email: "email", givenName: "givenName", familyName: "familyName" };
	const names = { ...person, displayName: "displayName", groups: undefined, ...columns, active };
	const group = { id: "id", name: "name", path: "path", members: "members", groups: "groups", parents: "parents", ...groupColumns };
	return {
		people: {
			of: foldAll(names),
			needed: needed([names.id, names.username, active], [...Object.values(columns), ...settings.lists]),
			lists: listsOf([names.groups, ...settings.lists]),
		},
		groups: {
			of: foldAll(group),
			needed: needed([group.id, group.name], Object.values(groupColumns)),
			lists: listsOf([group.members, group.groups, group.parents]),
		},
		memberships: {
			of: foldAll({ group: "group", member: "member", type: "type", ...membershipColumns }),
			needed: needed([membershipColumns.group ?? "group", membershipColumns.member ?? "member"], Object.values(membershipColumns)),
			lists: new Set(),
		},
	};
}

type Names = readonly (string | undefined)[];
const foldAll = <Name extends string>(names: Readonly<Record<Name, string | undefined>>): Readonly<Record<Name, string | undefined>> =>
	Object.fromEntries(
		Object.entries<string | undefined>(names).map(([name, column]) => [name, column === undefined ? undefined : fold(column)]),
	) as Record<Name, string | undefined>;
const listsOf = (names: Names): ReadonlySet<string> => new Set(names.flatMap((name) => (name === undefined ? [] : [fold(name)])));
const needed = (always: Names, stated: Names): readonly string[] => [...listsOf([...always, ...stated])];

/** What a header lacks beyond need, for `check`; and what it should not have. */
const SECRET =
	/^(?:.*[ _.-])?(?:password|passwd|passwort|kennwort|pwd|userpassword|unicodepwd|secret|api[ _-]?key|private[ _-]?key)(?:[ _.-]?(?:hash|salt))?$/i;
/** Columns that hold what opens accounts: never an attribute. */
export const isSecretColumn = (name: string): boolean => SECRET.test(name.trim());

export const KIND_KEYS: Readonly<Record<Kind, string>> = {
	people: "columns",
	groups: "groupColumns",
	memberships: "membershipColumns",
};
