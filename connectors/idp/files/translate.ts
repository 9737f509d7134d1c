import type { AttributeNeeds } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { Attributes, Person, PersonId } from "../../../core/model.ts";
import { cleanText } from "../../http/text.ts";
import { type AllColumns, isSecretColumn } from "./columns.ts";
import { fold, type Row, type Value } from "./row.ts";
import type { FilesSettings } from "./settings.ts";

/** A record that was understood, one that was seen and is not understood, or one that has not even an id. */
export type Translated<T> =
	| { readonly kind: "good"; readonly value: T }
	| { readonly kind: "bad"; readonly id: string; readonly label: string | undefined; readonly because: string }
	| { readonly kind: "unusable"; readonly because: string };

export interface FoundPerson {
	readonly person: Person;
	/** What its column of groups names. */
	readonly groups: readonly string[];
}
export interface FoundGroup {
	readonly id: string;
	readonly name: string;
	readonly path: string;
	readonly members: readonly string[];
	readonly groups: readonly string[];
	readonly parents: readonly string[];
}
export interface FoundMembership {
	readonly group: string;
	readonly member: string;
	readonly isGroup: boolean;
}

/** Says why instead of a value. */
class Unclear extends Error {}

const ask = (column: string | undefined): string => column ?? "\0";
const shown = (text: string): string => JSON.stringify(cleanText(text, 60));

/** Translates records by the settings. Pure. */
export class Translator {
	readonly #settings: FilesSettings;
	readonly #columns: AllColumns;
	readonly #active: ReadonlyMap<string, boolean>;
	readonly #mapped: ReadonlySet<string | undefined>;

	constructor(settings: FilesSettings, columns: AllColumns) {
		this.#settings = settings;
		this.#columns = columns;
		this.#active = new Map([
			...settings.activeWhen.map((text) => [fold(text), true] as const),
			...settings.inactiveWhen.map((text) => [fold(text), false] as const),
		]);
		this.#mapped = new Set(Object.values(columns.people.of));
	}

	person(row: Row, needs: AttributeNeeds): Translated<FoundPerson> {
		const { of } = this.#columns.people;
		return this.#guarded(row, of.id, of.username, (id) => {
			const username = needed(row, of.username);
			return {
				person: {
					id: id as PersonId,
					username,
					email: single(row, of.email),
					givenName: single(row, of.givenName),
					familyName: single(row, of.familyName),
					displayName: single(row, of.displayName),
					active: of.active === undefined || this.#isActive(row, of.active),
					attributes: this.#attributes(row, needs),
				},
				groups: this.#list(row, of.groups),
			};
		});
	}

	group(row: Row): Translated<FoundGroup> {
		const { of } = this.#columns.groups;
		return this.#guarded(row, of.id, of.name, (id) => {
			const name = needed(row, of.name);
			return {
				id,
				name,
				path: single(row, of.path) ?? name,
				members: this.#list(row, of.members),
				groups: this.#list(row, of.groups),
				parents: this.#list(row, of.parents),
			};
		});
	}

	/** `unusable` where it is not clear who belongs to what. */
	membership(row: Row): Translated<FoundMembership> {
		const { of } = this.#columns.memberships;
		try {
			return {
				kind: "good",
				value: { group: needed(row, of.group), member: needed(row, of.member), isGroup: isGroup(single(row, of.type), of.type) },
			};
		} catch (error) {
			if (!(error instanceof Unclear)) throw error;
			return { kind: "unusable", because: error.message };
		}
	}

	#guarded<T>(row: Row, idColumn: string | undefined, label: string | undefined, make: (id: string) => T): Translated<T> {
		let id: string;
		try {
			id = needed(row, idColumn);
			// A spreadsheet has been over it: many ids have become the same, or will.
			if (/^(?:\d[.,]\d+E\+\d+|#(?:N\/A|REF!|VALUE!|NAME\?|NULL!|DIV\/0!)|=.*)$/i.test(id))
				throw new Unclear(`the ${idColumn} ${shown(id)} has been spoiled by a spreadsheet`);
		} catch (error) {
			if (!(error instanceof Unclear)) throw error;
			return { kind: "unusable", because: error.message };
		}
		try {
			return { kind: "good", value: make(id) };
		} catch (error) {
			if (!(error instanceof Unclear)) throw error;
			const name = row.get(ask(label));
			return { kind: "bad", id, label: typeof name === "string" ? cleanText(name, 100) : undefined, because: error.message };
		}
	}

	#isActive(row: Row, column: string): boolean {
		const text = single(row, column) ?? "";
		const active = this.#active.get(fold(text));
		if (active === undefined)
			throw new Unclear(
				text === ""
					? `there is no ${column}, and an empty one is neither in activeWhen nor in inactiveWhen`
					: `${column} is ${shown(text)}, which is neither in activeWhen nor in inactiveWhen`,
			);
		return active;
	}

	/** Several values in one cell of a CSV file; in JSON a list, or the same. */
	#list(row: Row, column: string | undefined): readonly string[] {
		return this.#values(row.get(ask(column)), column ?? "", true);
	}

	#values(value: Value, column: string, isList: boolean): readonly string[] {
		if (value === undefined) return [];
		if (typeof value === "string") {
			const { listSeparator } = this.#settings;
			if (!isList || listSeparator === undefined) return [value];
			return value
				.split(listSeparator)
				.map((one) => one.trim())
				.filter((one) => one !== "");
		}
		if ("odd" in value) throw new Unclear(`${column} holds ${value.odd}`);
		return value;
	}

	/** Named as they were asked for, found whatever their case. Of all columns those that have no other use. */
	#attributes(row: Row, needs: AttributeNeeds): Attributes {
		const all = needs === "all";
		const wanted = all
			? [...row.names()].filter((name) => name !== "" && !this.#mapped.has(fold(name)) && !isSecretColumn(name))
			: [...needs];
		const found: [string, readonly string[]][] = [];
		for (const name of wanted) {
			const value = row.get(fold(name));
			if (value === undefined || (all && typeof value === "object" && "odd" in value)) continue;
			const values = this.#values(value, name, this.#columns.people.lists.has(fold(name)));
			if (values.length > 0) found.push([name, values]);
		}
		return Object.fromEntries(found);
	}
}

/** Throws `config.invalid` for what no policy may see. */
export function assertNoSecrets(needs: AttributeNeeds): void {
	if (needs === "all") return;
	for (const name of needs)
		if (isSecretColumn(name))
			throw new SyncError("config.invalid", `an expression uses person.attributes.${name}, which holds a secret by its name`, {
				todo: "Take it out of the policy, and the column out of the export; Rollcall never reads passwords or keys.",
			});
}

function single(row: Row, column: string | undefined): string | undefined {
	const value = row.get(ask(column));
	if (value === undefined || typeof value === "string") {
		if (value !== undefined && !value.isWellFormed()) throw new Unclear(`${column} holds half of a character`);
		return value;
	}
	if ("odd" in value) throw new Unclear(`${column} holds ${value.odd}`);
	if (value.length > 1) throw new Unclear(`${column} has ${value.length} values`);
	return value[0];
}

/** What others are compared with: one line of visible text. */
function needed(row: Row, column: string | undefined): string {
	const text = single(row, column);
	if (text === undefined) throw new Unclear(`there is no ${column}`);
	if (/\p{Cc}/u.test(text)) throw new Unclear(`the ${column} ${shown(text)} has line breaks or control characters in it`);
	return text;
}

function isGroup(type: string | undefined, column: string | undefined): boolean {
	if (type === undefined || /^(?:person|user)$/i.test(type)) return false;
	if (/^group$/i.test(type)) return true;
	throw new Unclear(`${column} is ${shown(type)}; it can be person, user or group`);
}
