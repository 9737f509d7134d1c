import type { AttributeNeeds } from "../../../core/connector.ts";
import { compareText } from "../../../core/digest.ts";
import type { Attributes, GroupId, Person, PersonId } from "../../../core/model.ts";
import { keyOf, withoutUid } from "../../ldap/dn.ts";
import type { AttributeNames } from "./settings.ts";
import type { Row } from "./talk.ts";

/**
 * The wire's shape, resource version 3.0: `_id`, `_rev`, `username` and `realm` are texts, everything else a list of
 * texts under its LDAP name, whose upper and lower case may differ from one answer to the next. An attribute without
 * values is an absent key. (Recorded from OpenAM 16.0.5.)
 */
export interface FoundPerson {
	readonly person: Person;
	/** Whether the record says itself if it is active. */
	readonly saysStatus: boolean;
}
export interface FoundGroup {
	readonly id: GroupId;
	readonly title: string;
	/** DNs in the one spelling; people and groups. */
	readonly members: readonly string[];
}

/**
 * A record that was understood, or one that was seen and must be held. `unusable`: not even an id. `name`: as OpenAM calls
 * it. `dn`: in the one spelling that DNs are compared by.
 */
export type Translated<T> =
	| { readonly kind: "good"; readonly name: string; readonly id: string; readonly dn: string; readonly value: T }
	| { readonly kind: "bad"; readonly name: string; readonly id: string; readonly dn: string; readonly because: string }
	| { readonly kind: "unusable"; readonly because: string };

export function personFrom(row: Row, names: AttributeNames, needs: AttributeNeeds): Translated<FoundPerson> {
	const head = headOf(row, names.id);
	if (head.kind !== "good") return head;
	const { name, id, dn, record } = head;
	const status = record.first(names.status);
	const active = activeFrom(status);
	const because = record.fault ?? (active === undefined ? `${names.status} is neither Active nor Inactive` : undefined);
	if (because !== undefined || active === undefined) return { kind: "bad", name, id, dn, because: because ?? "" };
	const person: Person = {
		id: id as PersonId,
		username: name,
		email: record.first("mail"),
		givenName: record.first("givenName"),
		familyName: record.first("sn"),
		displayName: record.first("cn"),
		active,
		attributes: needs === "all" ? record.further(names) : record.named(needs),
	};
	return { kind: "good", name, id, dn, value: { person, saysStatus: status !== undefined } };
}

export function groupFrom(row: Row, names: AttributeNames): Translated<FoundGroup> {
	const head = headOf(row, names.groupId);
	if (head.kind !== "good") return head;
	const { name, id, dn, record } = head;
	if (record.fault !== undefined) return { kind: "bad", name, id, dn, because: record.fault };
	const members = record.all(names.member).map((member) => keyOf(withoutUid(member)));
	return { kind: "good", name, id, dn, value: { id: id as GroupId, title: record.first(names.groupName) ?? name, members } };
}

/** OpenAM makes one of two words of what is stored; without any the account is active (and its log-in works). */
function activeFrom(status: string | undefined): boolean | undefined {
	if (status === undefined || status.toLowerCase() === "active") return true;
	return status.toLowerCase() === "inactive" ? false : undefined;
}

type Head =
	| { readonly kind: "good"; readonly name: string; readonly id: string; readonly dn: string; readonly record: RecordOf }
	| { readonly kind: "unusable"; readonly because: string };

function headOf(row: Row, idAttribute: string): Head {
	const name = row._id;
	if (typeof name !== "string" || name === "") return { kind: "unusable", because: "a record has no _id" };
	const record = new RecordOf(row);
	const [dn, ...otherNames] = record.all("dn");
	if (dn === undefined || otherNames.length > 0) return { kind: "unusable", because: `"${name}" has no dn` };
	const key = keyOf(dn);
	const ids = idAttribute.toLowerCase() === "dn" ? [key] : record.all(idAttribute);
	const [id] = ids;
	if (id === undefined || ids.length > 1)
		return { kind: "unusable", because: `"${name}" has ${ids.length === 0 ? "no" : "several"} ${idAttribute}` };
	return { kind: "good", name, id: UUID.test(id) ? id.toLowerCase() : id, dn: key, record };
}
export const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Has a place of its own in a Person, or says nothing about one. `roles`: what the account itself may do in the console. */
const PLUMBING = "dn universalid objectclass createtimestamp modifytimestamp uid cn sn givenname mail userpassword roles".split(" ");

/** A record whose attributes are found in any spelling. Values have no order in LDAP, and come in another one every time: they are sorted. */
class RecordOf {
	readonly #values = new Map<string, { readonly spelt: string; readonly values: readonly string[] }>();
	/** What is not as it should be. */
	readonly fault: string | undefined;

	constructor(row: Row) {
		for (const [spelt, values] of Object.entries(row)) {
			if (spelt.startsWith("_") || typeof values === "string") continue;
			if (Array.isArray(values) && values.every((value): value is string => typeof value === "string")) {
				const before = this.#values.get(spelt.toLowerCase())?.values ?? [];
				this.#values.set(spelt.toLowerCase(), { spelt, values: [...before, ...values].sort(compareText) });
			} else this.fault ??= `${spelt} is not a list of texts`;
		}
	}

	all(name: string): readonly string[] {
		return this.#values.get(name.toLowerCase())?.values ?? [];
	}

	/** The first value that is not empty. */
	first(name: string): string | undefined {
		return this.all(name).find((value) => value !== "");
	}

	/** Under the names that were asked for. */
	named(needs: ReadonlySet<string>): Attributes {
		return Object.fromEntries([...needs].map((name) => [name, this.all(name)] as const).filter(([, values]) => values.length > 0));
	}

	/** Those without a place of their own, under the names that the server gives them. */
	further(names: AttributeNames): Attributes {
		const placed = new Set([...PLUMBING, ...[names.id, names.name, names.status].map((name) => name.toLowerCase())]);
		const rest = [...this.#values].filter(([key, { values }]) => !placed.has(key) && values.length > 0);
		return Object.fromEntries(rest.map(([, { spelt, values }]) => [spelt, values]));
	}
}
