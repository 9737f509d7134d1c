import { z } from "zod";
import type { AttributeNeeds } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { Person, PersonId } from "../../../core/model.ts";
import { cleanText } from "../../http/text.ts";
import { attributesOf } from "./attributes.ts";
import type { GroupSettings, OneLoginSettings } from "./settings.ts";
import { stateOf, statusOf } from "./status.ts";

/**
 * The wire's shapes. Ids are numbers; what a person has not is null (https://developers.onelogin.com/api-docs/2/users).
 * The vendor's clients differ in whether some numbers come as text: both are taken.
 */
const id = z.union([z.number().int().positive(), z.string().regex(/^[1-9]\d{0,18}$/)]).transform(String);
const text = z.string().nullish();
const personSchema = z.looseObject({
	id,
	username: text,
	email: text,
	firstname: text,
	lastname: text,
	status: z.number().int(),
	state: z.number().int().nullish(),
	group_id: id.nullish(),
	role_ids: z.array(id).nullish(),
});
const roleSchema = z.object({ id, name: z.string().min(1), users: z.array(id).nullish() });
const groupSchema = z.object({ id, name: z.string().min(1) });

/** A record that was understood, or one that was seen and must be held. `unusable`: not even an id. */
export type Translated<T> =
	| { readonly kind: "good"; readonly id: string; readonly value: T }
	| { readonly kind: "bad"; readonly id: string; readonly label: string | undefined; readonly because: string }
	| { readonly kind: "unusable"; readonly because: string };

/** A record that has at least an id. */
export type Known<T> = Exclude<Translated<T>, { readonly kind: "unusable" }>;

/** A record without an id cannot be held: nobody would know whom to leave alone. */
export function known<T>(row: Translated<T>, where: string): Known<T> {
	if (row.kind !== "unusable") return row;
	throw new SyncError("source.malformed", `a record of ${where} could not be understood: ${row.because}`, {
		todo: "OneLogin's interface may be newer than what Rollcall knows. Please report it.",
	});
}

export interface FoundPerson {
	readonly person: Person;
	/** Ids of the roles; undefined: the record does not say. */
	readonly roles: ReadonlySet<string> | undefined;
	/** The id of the one group. */
	readonly group: string | undefined;
}
export interface FoundRole {
	readonly name: string;
	/** Ids of people; undefined: the record does not say. */
	readonly people: ReadonlySet<string> | undefined;
}
export interface FoundGroup {
	readonly name: string;
}

export function personFrom(
	row: unknown,
	{ active, groups }: Pick<OneLoginSettings, "active" | "groups">,
	needs: AttributeNeeds,
): Translated<FoundPerson> {
	const parsed = personSchema.safeParse(row);
	if (!parsed.success) return unreadable(row, "username", parsed.error);
	const p = parsed.data;
	const bad = (because: string): Translated<FoundPerson> => ({ kind: "bad", id: p.id, label: filled(p.username ?? p.email), because });
	// Whoever has no username logs in by e-mail address.
	const username = filled(p.username) ?? filled(p.email);
	if (username === undefined) return bad("OneLogin has neither a username nor an e-mail address");
	const status = statusOf(p.status);
	if (status === undefined) return bad(`OneLogin's status ${p.status} is not a known one`);
	const state = p.state === null || p.state === undefined ? undefined : stateOf(p.state);
	if (state === undefined && typeof p.state === "number") return bad(`OneLogin's state ${p.state} is not a known one`);
	const person: Person = {
		id: p.id as PersonId,
		username,
		email: filled(p.email),
		givenName: filled(p.firstname),
		familyName: filled(p.lastname),
		displayName: undefined,
		active: active.statuses.includes(status) && (state === undefined || active.states.includes(state)),
		attributes: attributesOf(p, { status, state }, needs),
	};
	// A record of its own has them in any case.
	const roles = groups.members === "roles" || p.role_ids === null || p.role_ids === undefined ? undefined : new Set(p.role_ids);
	return { kind: "good", id: p.id, value: { person, roles, group: p.group_id ?? undefined } };
}

export function roleFrom(row: unknown, members: GroupSettings["members"]): Translated<FoundRole> {
	const parsed = roleSchema.safeParse(row);
	if (!parsed.success) return unreadable(row, "name", parsed.error);
	const { name, users } = parsed.data;
	const people = members === "people" || users === null || users === undefined ? undefined : new Set(users);
	return { kind: "good", id: parsed.data.id, value: { name, people } };
}

export function groupFrom(row: unknown): Translated<FoundGroup> {
	const parsed = groupSchema.safeParse(row);
	if (!parsed.success) return unreadable(row, "name", parsed.error);
	return { kind: "good", id: parsed.data.id, value: { name: parsed.data.name } };
}

const filled = (value: string | null | undefined): string | undefined => (value === null || value === "" ? undefined : value);

function unreadable<T>(row: unknown, labelled: "username" | "name", error: z.ZodError): Translated<T> {
	const issue = error.issues[0];
	const because = `OneLogin's answer has no usable ${issue?.path.join(".") || "record"}: ${cleanText(issue?.message ?? "unknown shape", 120)}`;
	const { id: raw, [labelled]: label } = row instanceof Object ? (row as Record<string, unknown>) : {};
	const known = id.safeParse(raw);
	if (!known.success) return { kind: "unusable", because };
	return { kind: "bad", id: known.data, label: typeof label === "string" ? label : undefined, because };
}
