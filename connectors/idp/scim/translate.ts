import type { AttributeNeeds } from "../../../core/connector.ts";
import type { GroupId, Person, PersonId } from "../../../core/model.ts";
import { attributesOf } from "./attributes.ts";
import { type Fields, fieldsOf } from "./wire.ts";

/** A record that was understood, or one that was seen and must be held. `unusable`: not even an id. */
export type Translated<T> =
	| { readonly kind: "good"; readonly id: string; readonly value: T }
	| { readonly kind: "bad"; readonly id: string; readonly label: string | undefined; readonly because: string }
	| { readonly kind: "unusable"; readonly because: string };
/** A record that has at least an id. */
export type Known<T> = Exclude<Translated<T>, { readonly kind: "unusable" }>;

export interface FoundPerson {
	/** `active` is true where the record does not say. */
	readonly person: Person;
	readonly saysActive: boolean;
	/** Groups as the person's own record has them; undefined: it does not say. */
	readonly groups: readonly Membership[] | undefined;
}

/** One of `groups` in a person's record. */
export interface Membership {
	readonly id: string;
	/** Comes from a group inside this one only. */
	readonly indirect: boolean;
}

export interface FoundGroup {
	readonly id: GroupId;
	readonly name: string;
	/** Empty and missing are the same (RFC 7643 section 2.5). */
	readonly members: readonly Member[];
	/** Why the members cannot be believed. */
	readonly fault: string | undefined;
}

export interface Member {
	readonly id: string;
	/** As far as the record says so: by `type`, else by the address in `$ref`. `other`: a type of the server's own. */
	readonly kind: "person" | "group" | "other" | "unsaid";
	/** The type as it was written. */
	readonly type: string | undefined;
}

/** RFC 7643 sections 3.1 and 4.1. */
export function personFrom(row: unknown, needs: AttributeNeeds): Translated<FoundPerson> {
	const head = headOf(row, "userName");
	if (head.kind === "unusable") return head;
	const { fields, id, label } = head;
	if (label === undefined) return { kind: "bad", id, label, because: "the record has no userName" };
	const active = activeOf(fields.get("active"));
	if (active === "odd") return { kind: "bad", id, label, because: "active is neither true nor false" };
	const name = fieldsOf(fields.get("name"));
	const person: Person = {
		id: id as PersonId,
		username: label,
		email: emailOf(fields.get("emails")),
		givenName: textOf(name?.get("givenName")),
		familyName: textOf(name?.get("familyName")),
		displayName: textOf(fields.get("displayName")) ?? textOf(name?.get("formatted")),
		active: active ?? true,
		attributes: attributesOf(fields, needs),
	};
	const groups = membershipsOf(fields.get("groups"));
	return { kind: "good", id, value: { person, saysActive: active !== undefined, groups } };
}

/** RFC 7643 section 4.2. */
export function groupFrom(row: unknown): Translated<FoundGroup> {
	const head = headOf(row, "displayName");
	if (head.kind === "unusable") return head;
	const { fields, id, label } = head;
	if (label === undefined) return { kind: "bad", id, label, because: "the record has no displayName" };
	const { members, fault } = membersOf(fields.get("members"));
	return { kind: "good", id, value: { id: id as GroupId, name: label, members, fault } };
}

/** For readings of which only the ids count. */
export function idFrom(row: unknown): Translated<undefined> {
	const head = headOf(row, "id");
	return head.kind === "unusable" ? head : { kind: "good", id: head.id, value: undefined };
}

type Head =
	| { readonly kind: "known"; readonly id: string; readonly label: string | undefined; readonly fields: Fields }
	| { readonly kind: "unusable"; readonly because: string };

function headOf(row: unknown, labelled: string): Head {
	const fields = fieldsOf(row);
	const id = idOf(fields?.get("id"));
	if (fields === undefined || id === undefined)
		return { kind: "unusable", because: fields === undefined ? "it is no object" : "it has no id" };
	return { kind: "known", id, label: textOf(fields.get(labelled)), fields };
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
/** A text by the standard; some servers send their numbers. */
const idOf = (value: unknown): string | undefined => (typeof value === "number" ? String(value) : textOf(value));

/** Some servers write it as text. */
function activeOf(value: unknown): boolean | undefined | "odd" {
	if (value === undefined || value === null || typeof value === "boolean") return value ?? undefined;
	const word = typeof value === "string" ? value.toLowerCase() : "";
	return word === "true" ? true : word === "false" ? false : "odd";
}

/** The primary one; else the first that is for work; else the first. */
function emailOf(value: unknown): string | undefined {
	const all = (Array.isArray(value) ? value : [value]).flatMap((one) => {
		const fields = fieldsOf(one);
		const address = textOf(fields === undefined ? one : fields.get("value"));
		return address === undefined ? [] : [{ address, fields }];
	});
	const primary = all.find(({ fields }) => activeOf(fields?.get("primary")) === true);
	return (primary ?? all.find(({ fields }) => textOf(fields?.get("type"))?.toLowerCase() === "work") ?? all[0])?.address;
}

function membershipsOf(value: unknown): readonly Membership[] | undefined {
	if (!Array.isArray(value)) return undefined;
	return value.flatMap((one) => {
		const fields = fieldsOf(one);
		const id = idOf(fields?.get("value")) ?? lastOf(fields?.get("$ref"));
		return id === undefined ? [] : [{ id, indirect: textOf(fields?.get("type"))?.toLowerCase() === "indirect" }];
	});
}

function membersOf(value: unknown): Pick<FoundGroup, "members" | "fault"> {
	if (value === undefined || value === null) return { members: [], fault: undefined };
	if (!Array.isArray(value)) return { members: [], fault: "its members are not a list" };
	const members: Member[] = [];
	let fault: string | undefined;
	for (const one of value) {
		const member = memberFrom(one);
		if (member === undefined) fault = "a member of it has no id";
		else members.push(member);
	}
	return { members, fault };
}

function memberFrom(value: unknown): Member | undefined {
	const fields = fieldsOf(value);
	const id = idOf(fields?.get("value")) ?? lastOf(fields?.get("$ref"));
	if (fields === undefined || id === undefined) return undefined;
	const type = textOf(fields.get("type"));
	return { id, type, kind: kindOf(type) ?? kindOf(endpointOf(fields.get("$ref"))) ?? (type === undefined ? "unsaid" : "other") };
}

function kindOf(word: string | undefined): "person" | "group" | undefined {
	if (/^users?$/i.test(word ?? "")) return "person";
	return /^groups?$/i.test(word ?? "") ? "group" : undefined;
}

/** `https://example.org/scim/v2/Users/2819c223`, or a part of it. */
const partsOf = (ref: unknown): readonly string[] =>
	(textOf(ref) ?? "")
		.replace(/[?#].*$/, "")
		.split("/")
		.filter((part) => part !== "");
const endpointOf = (ref: unknown): string | undefined => partsOf(ref).at(-2);

function lastOf(ref: unknown): string | undefined {
	const last = partsOf(ref).at(-1);
	try {
		return last === undefined ? undefined : decodeURIComponent(last);
	} catch {
		return undefined; // no address
	}
}
