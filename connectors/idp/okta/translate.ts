import { z } from "zod";
import type { AttributeNeeds } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { Attributes, GroupId, Person, PersonId } from "../../../core/model.ts";

/**
 * The wire's shapes: User and Group of Okta's management API, 2026.06
 * (https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/). Read from the bare JSON: the SDK's
 * models drop a group's custom attributes.
 */
const text = z.string().nullish();
const personSchema = z.object({
	id: z.string().min(1),
	status: z.string(),
	profile: z.looseObject({ login: z.string().min(1), email: text, firstName: text, lastName: text, displayName: text }),
});
const groupSchema = z.object({
	id: z.string().min(1),
	type: z.string(),
	profile: z.looseObject({ name: z.string().min(1), dn: text, windowsDomainQualifiedName: text }),
	_embedded: z.object({ stats: z.object({ usersCount: z.number().int().nonnegative() }).nullish() }).nullish(),
});
const memberSchema = z.object({ id: z.string().min(1) });

/** A record that was understood, or one that was seen and must be held. `unusable`: not even an id. */
export type Translated<T> =
	| { readonly kind: "good"; readonly id: string; readonly value: T }
	| { readonly kind: "bad"; readonly id: string; readonly label: string | undefined; readonly because: string }
	| { readonly kind: "unusable"; readonly because: string };
/** A record that has at least an id. */
export type Known<T> = Exclude<Translated<T>, { readonly kind: "unusable" }>;

/**
 * Who may work. PROVISIONED has been let in and has not logged in yet; a lock-out and an expired password pass. STAGED is
 * not let in yet. A status that is not here is not guessed: the person is held.
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/ (status)
 */
const ACTIVE: Readonly<Record<string, boolean>> = {
	ACTIVE: true,
	ACTIVATING: true,
	PROVISIONED: true,
	RECOVERY: true,
	LOCKED_OUT: true,
	PASSWORD_EXPIRED: true,
	STAGED: false,
	SUSPENDED: false,
	DEPROVISIONED: false,
};

/** Parts of the profile that a person has members of its own for; everything else is an attribute. */
export const OWN_MEMBERS = ["login", "email", "firstName", "lastName", "displayName"] as const;

export function personFrom(row: unknown, needs: AttributeNeeds): Translated<Person> {
	const parsed = personSchema.safeParse(row);
	if (!parsed.success) return unreadable(row, "login", parsed.error);
	const { id, status, profile } = parsed.data;
	const active = Object.hasOwn(ACTIVE, status) ? ACTIVE[status] : undefined;
	if (active === undefined) return { kind: "bad", id, label: profile.login, because: `its status ${JSON.stringify(status)} is not known` };
	const person: Person = {
		id: id as PersonId,
		username: profile.login,
		email: filled(profile.email),
		givenName: filled(profile.firstName),
		familyName: filled(profile.lastName),
		displayName: filled(profile.displayName),
		active,
		attributes: attributesOf(profile, needs),
	};
	return { kind: "good", id, value: person };
}

/**
 * `counted`: members by Okta's own statistics; undefined where it sent none. `everyone`: Okta's own group of everybody.
 * `closed`: any other of Okta's own (Okta Administrators), whose members the API does not list
 * (https://github.com/okta/terraform-provider-okta/issues/1845).
 */
export interface FoundGroup {
	readonly id: GroupId;
	readonly name: string;
	readonly path: string;
	readonly everyone: boolean;
	readonly closed: boolean;
	readonly counted: number | undefined;
}

/** Names are unique among Okta's own groups only; one from Active Directory is told apart by where it lies there. */
export function groupFrom(row: unknown): Translated<FoundGroup> {
	const parsed = groupSchema.safeParse(row);
	if (!parsed.success) return unreadable(row, "name", parsed.error);
	const { id, type, profile, _embedded } = parsed.data;
	const path = filled(profile.dn) ?? filled(profile.windowsDomainQualifiedName) ?? profile.name;
	const counted = _embedded?.stats?.usersCount;
	const everyone = type === "BUILT_IN" && profile.name === "Everyone";
	return {
		kind: "good",
		id,
		value: { id: id as GroupId, name: profile.name, path, everyone, closed: type === "BUILT_IN" && !everyone, counted },
	};
}

export function memberFrom(row: unknown): Translated<PersonId> {
	const parsed = memberSchema.safeParse(row);
	if (!parsed.success) return unreadable(row, "login", parsed.error);
	return { kind: "good", id: parsed.data.id, value: parsed.data.id as PersonId };
}

/** A record without an id cannot be held: nobody would know whom to leave alone. Throws `source.malformed`. */
export function known<T>(row: Translated<T>, where: string): Known<T> {
	if (row.kind !== "unusable") return row;
	throw new SyncError("source.malformed", `a record of ${where} could not be understood: ${row.because}`, {
		todo: "Okta's API may be newer than what Rollcall knows. Please report it.",
	});
}

const filled = (value: string | null | undefined): string | undefined => (value === null || value === "" ? undefined : value);

function attributesOf(profile: Readonly<Record<string, unknown>>, needs: AttributeNeeds): Attributes {
	const own: ReadonlySet<string> = new Set(OWN_MEMBERS);
	const wanted = Object.entries(profile).filter(([name]) => !own.has(name) && (needs === "all" || needs.has(name)));
	return Object.fromEntries(
		wanted.flatMap(([name, value]) => {
			const values = valuesOf(value);
			return values.length === 0 ? [] : [[name, values]];
		}),
	);
}

/** Okta's types are text, number, boolean and lists of these; null is no value. */
function valuesOf(value: unknown): readonly string[] {
	if (value === null || value === undefined) return [];
	if (Array.isArray(value)) return value.flatMap(valuesOf);
	return [typeof value === "string" ? value : JSON.stringify(value)];
}

function unreadable<T>(row: unknown, labelled: "login" | "name", error: z.ZodError): Translated<T> {
	const issue = error.issues[0];
	const because = `Okta's answer has no usable ${issue?.path.join(".") || "record"}: ${issue?.message ?? "unknown shape"}`;
	const { id, profile } = row instanceof Object ? (row as Record<string, unknown>) : {};
	if (typeof id !== "string" || id === "") return { kind: "unusable", because };
	const label = profile instanceof Object ? (profile as Record<string, unknown>)[labelled] : undefined;
	return { kind: "bad", id, label: typeof label === "string" ? label : undefined, because };
}
