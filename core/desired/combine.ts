import type { ConnectorId, Person } from "../model.ts";
import { type Policy, PRECEDENCE_FIELDS, type PrecedenceField } from "../policy/policy.ts";
import { type PersonRef, personOf } from "./sources.ts";

/** What a policy says about people whom several sources know. */
type Rules = Pick<Policy, "active" | "precedence">;

/**
 * One person out of all records of them, the one with the say first: its fields, except where the policy has an order of its own.
 * There the first source with a value counts; the ones that the order does not name come after it, as `from` has them.
 */
export function combined(refs: readonly PersonRef[], rules: Rules): Person {
	const say = personOf(refs[0]!);
	if (refs.length === 1) return say;
	const person = { ...say, active: activeIn(refs, rules.active) };
	for (const field of PRECEDENCE_FIELDS) {
		const order = rules.precedence.fields[field];
		if (order !== undefined) Object.assign(person, { [field]: personOf(firstWith(refs, order, hasField(field)))[field] });
	}
	const attributes = Object.entries(rules.precedence.attributes);
	if (attributes.length === 0) return person;
	const values = { ...say.attributes };
	for (const [name, order] of attributes) {
		const value = personOf(firstWith(refs, order, hasAttribute(name))).attributes[name];
		if (value !== undefined) values[name] = value;
	}
	return { ...person, attributes: values };
}

/** Which source each field with an order of its own came from; attributes as `attributes.NAME`. Empty for a person of one source. */
export function originsOf(refs: readonly PersonRef[], { precedence }: Rules): Readonly<Record<string, ConnectorId>> {
	if (refs.length === 1) return {};
	const origins: Record<string, ConnectorId> = {};
	for (const field of PRECEDENCE_FIELDS) {
		const order = precedence.fields[field];
		if (order !== undefined) origins[field] = firstWith(refs, order, hasField(field)).source.connector;
	}
	for (const [name, order] of Object.entries(precedence.attributes))
		origins[`attributes.${name}`] = firstWith(refs, order, hasAttribute(name)).source.connector;
	return origins;
}

function activeIn(refs: readonly PersonRef[], active: Policy["active"]): boolean {
	if (active === "first") return personOf(refs[0]!).active;
	return active === "any" ? refs.some((ref) => personOf(ref).active) : refs.every((ref) => personOf(ref).active);
}

/** The record with the say when none has a value. */
function firstWith(refs: readonly PersonRef[], order: readonly ConnectorId[], has: (person: Person) => boolean): PersonRef {
	for (const connector of order) {
		const ref = refs.find(({ source }) => source.connector === connector);
		if (ref !== undefined && has(personOf(ref))) return ref;
	}
	return refs.find((ref) => has(personOf(ref))) ?? refs[0]!;
}

const isValue = (text: string | undefined): boolean => text !== undefined && text.trim() !== "";
const hasField = (field: PrecedenceField) => (person: Person) => isValue(person[field]);
const hasAttribute = (name: string) => (person: Person) => person.attributes[name]?.some(isValue) === true;
