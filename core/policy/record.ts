import type { Person } from "../model.ts";
import type { PersonView } from "./policy.ts";

const NO_NAMES: readonly string[] = [];

/** What the expressions' `person` is at run time: one class, so that the library need not copy or convert it. */
export class PersonRecord implements PersonView {
	readonly id: string;
	readonly source: string;
	readonly username: string;
	readonly email: string;
	readonly givenName: string;
	readonly familyName: string;
	readonly displayName: string;
	readonly active: boolean;
	readonly groups: readonly string[];
	readonly groupPaths: readonly string[];
	readonly attributes: Readonly<Record<string, readonly string[]>>;

	constructor(view: PersonView) {
		this.id = view.id;
		this.source = view.source;
		this.username = view.username;
		this.email = view.email;
		this.givenName = view.givenName;
		this.familyName = view.familyName;
		this.displayName = view.displayName;
		this.active = view.active;
		this.groups = view.groups;
		this.groupPaths = view.groupPaths;
		this.attributes = view.attributes;
	}
}

export const asRecord = (view: PersonView): PersonRecord => (view instanceof PersonRecord ? view : new PersonRecord(view));

/** A directory's person as expressions see it: absent strings are "". */
export function viewOf(
	source: string,
	person: Person,
	groups: { names: readonly string[]; paths: readonly string[] } = NO_GROUPS,
): PersonView {
	return new PersonRecord({
		id: person.id,
		source,
		username: person.username,
		email: person.email ?? "",
		givenName: person.givenName ?? "",
		familyName: person.familyName ?? "",
		displayName: person.displayName ?? "",
		active: person.active,
		groups: groups.names,
		groupPaths: groups.paths,
		attributes: person.attributes,
	});
}
const NO_GROUPS = { names: NO_NAMES, paths: NO_NAMES };

/** The fields of `person` with their CEL types; the type checker, the suggestions and the guide read this table. */
export const PERSON_FIELDS = {
	id: "string",
	source: "string",
	username: "string",
	email: "string",
	givenName: "string",
	familyName: "string",
	displayName: "string",
	active: "bool",
	groups: "list<string>",
	groupPaths: "list<string>",
	attributes: "map<string, list<string>>",
} as const satisfies Record<keyof PersonView, string>;
