import { z } from "zod";
import type { AttributeNeeds } from "../../../core/connector.ts";
import type { GroupId, Person, PersonId } from "../../../core/model.ts";
import { attributesFrom } from "./attributes.ts";

/**
 * The wire's shapes: `systemuserreturn` of the V1 description, `UserGroup`, `GraphObjectWithPaths` and `GraphConnection` of the V2
 * one (https://docs.jumpcloud.com/api/). Empty texts and nulls stand for "none".
 */
const text = z.string().nullish();
const flag = z.boolean().nullish();
const personSchema = z.object({
	_id: text,
	id: text,
	username: z.string().min(1),
	email: text,
	firstname: text,
	lastname: text,
	displayname: text,
	state: text,
	activated: flag,
	suspended: flag,
	account_locked: flag,
	organization: text,
	attributes: z.array(z.object({ name: z.string(), value: z.unknown() })).nullish(),
});
const groupSchema = z.object({
	id: z.string().min(1),
	name: z.string().min(1),
	type: text,
	membershipMethod: text,
	memberQueryErrorFlags: z.array(z.string()).nullish(),
	organizationObjectId: text,
});
const nodeSchema = z.object({ id: z.string().min(1), type: z.string() });
const memberSchema = z.union([nodeSchema, z.object({ to: nodeSchema }).transform(({ to }) => to)]);

/** A record that was understood, or one that was seen and must be held. `unusable`: not even an id. */
export type Translated<T> =
	| { readonly kind: "good"; readonly id: string; readonly organization: string | undefined; readonly value: T }
	| { readonly kind: "bad"; readonly id: string; readonly label: string | undefined; readonly because: string }
	| { readonly kind: "unusable"; readonly because: string };
/** One that has at least an id. */
export type Known<T> = Exclude<Translated<T>, { readonly kind: "unusable" }>;

export interface FoundGroup {
	readonly id: GroupId;
	readonly name: string;
	/** Why nobody can say who is in it, where JumpCloud itself cannot. */
	readonly broken: string | undefined;
}
/** `kind`: as JumpCloud calls it; a member that is no `user` is not documented. */
export interface Member {
	readonly id: PersonId;
	readonly kind: string;
}

/** How people are judged who cannot log in just now. */
export interface Judgement {
	readonly needs: AttributeNeeds;
	readonly locked: "active" | "inactive";
}

export function personFrom(row: unknown, { needs, locked }: Judgement): Translated<Person> {
	const parsed = personSchema.safeParse(row);
	if (!parsed.success) return unreadable(row, "username", parsed.error);
	const p = parsed.data;
	const id = filled(p._id) ?? filled(p.id);
	if (id === undefined) return { kind: "unusable", because: `"${p.username}" has no _id` };
	const active = activeFrom(p, locked);
	if (typeof active === "string") return { kind: "bad", id, label: p.username, because: active };
	const person: Person = {
		id: id as PersonId,
		username: p.username,
		email: filled(p.email),
		givenName: filled(p.firstname),
		familyName: filled(p.lastname),
		displayName: filled(p.displayname),
		active,
		attributes: attributesFrom(row as Readonly<Record<string, unknown>>, p.attributes ?? [], needs),
	};
	return { kind: "good", id, organization: filled(p.organization), value: person };
}

/**
 * STAGED (prepared, has access to nothing yet) and SUSPENDED are switched off; nobody who is merely waiting for a first password,
 * or whose password has run out, is (https://jumpcloud.com/support/manage-user-states). Older records have no `state`: then both flags must be
 * there. Text: why it cannot be told.
 */
function activeFrom(p: z.output<typeof personSchema>, locked: Judgement["locked"]): boolean | string {
	if (locked === "inactive" && p.account_locked === true) return false;
	const state = filled(p.state);
	if (state !== undefined) {
		if (!["ACTIVATED", "STAGED", "SUSPENDED"].includes(state)) return `JumpCloud says state ${state}, which Rollcall does not know`;
		return state === "ACTIVATED" && p.suspended !== true;
	}
	if (typeof p.suspended !== "boolean" || typeof p.activated !== "boolean") return "JumpCloud does not say whether this account is active";
	return p.activated && !p.suspended;
}

export function groupFrom(row: unknown): Translated<FoundGroup> {
	const parsed = groupSchema.safeParse(row);
	if (!parsed.success) return unreadable(row, "name", parsed.error);
	const { id, name, type, membershipMethod, memberQueryErrorFlags, organizationObjectId } = parsed.data;
	if (filled(type) !== undefined && type !== "user_group")
		return { kind: "bad", id, label: name, because: `it is a ${type}, not a group of people` };
	const flags = memberQueryErrorFlags ?? [];
	const byRule = membershipMethod?.startsWith("DYNAMIC") ?? true;
	const broken = flags.length > 0 && byRule ? `JumpCloud cannot evaluate the rule that says who is in it (${flags.join(", ")})` : undefined;
	return { kind: "good", id, organization: filled(organizationObjectId), value: { id: id as GroupId, name, broken } };
}

export function memberFrom(row: unknown): Translated<Member> {
	const parsed = memberSchema.safeParse(row);
	if (!parsed.success) return { kind: "unusable", because: "a member has no id or no type" };
	const { id, type } = parsed.data;
	return { kind: "good", id, organization: undefined, value: { id: id as PersonId, kind: type } };
}

const filled = (value: string | null | undefined): string | undefined => (value === null || value === "" ? undefined : value);

function unreadable<T>(row: unknown, labelled: "username" | "name", error: z.ZodError): Translated<T> {
	const issue = error.issues[0];
	const because = `JumpCloud's answer has no usable ${issue?.path.join(".") || "record"}: ${issue?.message ?? "unknown shape"}`;
	const record = row instanceof Object ? (row as Readonly<Record<string, unknown>>) : {};
	const id = [record._id, record.id].find((value): value is string => typeof value === "string" && value !== "");
	const label = record[labelled];
	if (id === undefined) return { kind: "unusable", because };
	return { kind: "bad", id, label: typeof label === "string" ? label : undefined, because };
}
