import { z } from "zod";
import type { AttributeNeeds } from "../../../core/connector.ts";
import type { Attributes, GroupId, Person, PersonId } from "../../../core/model.ts";

/**
 * The wire's shapes: UserRepresentation and GroupRepresentation of the admin API
 * (https://www.keycloak.org/docs-api/latest/rest-api/index.html). Absent values are absent keys (seen on 26.7.4).
 */
const text = z.string().nullish();
const personSchema = z.object({
	id: z.string().min(1),
	username: z.string().min(1),
	email: text,
	firstName: text,
	lastName: text,
	enabled: z.boolean(),
	attributes: z.record(z.string(), z.array(z.string())).nullish(),
	federationLink: text,
});
const groupSchema = z.object({
	id: z.string().min(1),
	name: z.string(),
	path: z.string(),
	parentId: text,
	/** Absent where the number was not asked for. */
	subGroupCount: z.number().nullish(),
	subGroups: z.array(z.unknown()).nullish(),
});
const memberSchema = z.object({ id: z.string().min(1), username: z.string() });

/** A record that was understood, or one that was seen and must be held. `unusable`: not even an id. */
export type Translated<T> =
	| { readonly kind: "good"; readonly id: string; readonly value: T }
	| { readonly kind: "bad"; readonly id: string; readonly label: string | undefined; readonly because: string }
	| { readonly kind: "unusable"; readonly because: string };

/** `federated`: comes from a user federation (LDAP, Kerberos, own provider), so that Keycloak may take records out of pages. */
export interface FoundPerson {
	readonly person: Person;
	readonly federated: boolean;
}
export interface FoundGroup {
	readonly id: GroupId;
	readonly name: string;
	readonly path: string;
	readonly parent: GroupId | undefined;
	/** Undefined: the server did not say. */
	readonly children: number | undefined;
	readonly nested: readonly unknown[];
}
export interface Member {
	readonly id: PersonId;
	/** Service accounts are members like anybody, and in no list of people. */
	readonly service: boolean;
}

export function personFrom(row: unknown, needs: AttributeNeeds): Translated<FoundPerson> {
	const parsed = personSchema.safeParse(row);
	if (!parsed.success) return unreadable(row, "username", parsed.error);
	const p = parsed.data;
	const person: Person = {
		id: p.id as PersonId,
		username: p.username,
		email: filled(p.email),
		givenName: filled(p.firstName),
		familyName: filled(p.lastName),
		displayName: undefined,
		active: p.enabled,
		attributes: needed(p.attributes ?? {}, needs),
	};
	return { kind: "good", id: p.id, value: { person, federated: filled(p.federationLink) !== undefined || isFederatedId(p.id) } };
}

/** People of a federation that are not imported: `f:<provider>:<their id there>` (org.keycloak.storage.StorageId). */
export const isFederatedId = (id: string): boolean => id.startsWith("f:");

export function groupFrom(row: unknown): Translated<FoundGroup> {
	const parsed = groupSchema.safeParse(row);
	if (!parsed.success) return unreadable(row, "name", parsed.error);
	const g = parsed.data;
	const parent = filled(g.parentId);
	const value: FoundGroup = {
		id: g.id as GroupId,
		name: g.name,
		path: g.path,
		parent: parent as GroupId | undefined,
		children: g.subGroupCount ?? undefined,
		nested: g.subGroups ?? [],
	};
	return { kind: "good", id: g.id, value };
}

export function memberFrom(row: unknown): Translated<Member> {
	const parsed = memberSchema.safeParse(row);
	if (!parsed.success) return unreadable(row, "username", parsed.error);
	const { id, username } = parsed.data;
	return { kind: "good", id, value: { id: id as PersonId, service: username.startsWith("service-account-") } };
}

const filled = (value: string | null | undefined): string | undefined => (value === null || value === "" ? undefined : value);

const NOTHING: Attributes = Object.freeze({});
function needed(all: Attributes, needs: AttributeNeeds): Attributes {
	if (needs === "all") return all;
	if (needs.size === 0) return NOTHING;
	return Object.fromEntries(Object.entries(all).filter(([name]) => needs.has(name)));
}

function unreadable<T>(row: unknown, labelled: "username" | "name", error: z.ZodError): Translated<T> {
	const issue = error.issues[0];
	const because = `Keycloak's answer has no usable ${issue?.path.join(".") || "record"}: ${issue?.message ?? "unknown shape"}`;
	const { id, [labelled]: label } = row instanceof Object ? (row as Record<string, unknown>) : {};
	if (typeof id !== "string" || id === "") return { kind: "unusable", because };
	return { kind: "bad", id, label: typeof label === "string" ? label : undefined, because };
}
