import { z } from "zod";
import type { AttributeNeeds } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { GroupId, Person, PersonId } from "../../../core/model.ts";
import { attributesOf } from "./attributes.ts";

/** The wire's shapes: User, Group, Member and OrgUnit of directory_v1 (https://developers.google.com/admin-sdk/directory/reference/rest/v1). */
const text = z.string().nullish();
const personSchema = z.looseObject({
	id: z.string().min(1),
	primaryEmail: z.string().min(1),
	name: z.object({ givenName: text, familyName: text, fullName: text, displayName: text }).nullish(),
	// Without it nobody knows whether somebody may work.
	suspended: z.boolean(),
	archived: z.boolean().nullish(),
	orgUnitPath: text,
});
const groupSchema = z.object({
	id: z.string().min(1),
	email: z.string().min(1),
	name: text,
	directMembersCount: z.string().regex(/^\d+$/).nullish(),
});
const memberSchema = z.object({ id: text, email: text, type: z.string() });
const unitSchema = z.object({ orgUnitId: z.string().min(1), name: text, orgUnitPath: z.string().min(1), parentOrgUnitId: text });

/** A record that was understood, or one that was seen and must be held. `unusable`: not even an id. */
export type Translated<T> =
	| { readonly kind: "good"; readonly id: string; readonly value: T }
	| { readonly kind: "bad"; readonly id: string; readonly label: string | undefined; readonly because: string }
	| { readonly kind: "unusable"; readonly because: string };
/** A record that has at least an id. */
export type Known<T> = Exclude<Translated<T>, { readonly kind: "unusable" }>;

export interface FoundPerson {
	readonly person: Person;
	/** Path of the organisational unit; undefined where it was not asked for. */
	readonly unit: string | undefined;
}

/** Whoever is suspended or archived cannot log in. The address is the username: Google knows no other. */
export function personFrom(row: unknown, needs: AttributeNeeds): Translated<FoundPerson> {
	const parsed = personSchema.safeParse(row);
	if (!parsed.success) return unreadable(row, { id: "id", label: "primaryEmail" }, parsed.error);
	const user = parsed.data;
	const person: Person = {
		id: user.id as PersonId,
		username: user.primaryEmail,
		email: user.primaryEmail,
		givenName: filled(user.name?.givenName),
		familyName: filled(user.name?.familyName),
		displayName: filled(user.name?.displayName) ?? filled(user.name?.fullName),
		active: !user.suspended && user.archived !== true,
		attributes: attributesOf(user, needs),
	};
	return { kind: "good", id: user.id, value: { person, unit: filled(user.orgUnitPath) } };
}

/** `path` is the address: names are shown, chosen by whoever owns the group, and not unique. `counted`: members, as Google counts them. */
export interface FoundGroup {
	readonly id: GroupId;
	readonly name: string;
	readonly path: string;
	readonly counted: number | undefined;
}

export function groupFrom(row: unknown): Translated<FoundGroup> {
	const parsed = groupSchema.safeParse(row);
	if (!parsed.success) return unreadable(row, { id: "id", label: "name" }, parsed.error);
	const { id, email, name, directMembersCount } = parsed.data;
	const counted = typeof directMembersCount === "string" ? Number(directMembersCount) : undefined;
	return { kind: "good", id, value: { id: id as GroupId, name: filled(name) ?? email, path: email, counted } };
}

/** `person` may be from outside too. `customer`: everybody in the organisation. */
export type Member =
	| { readonly kind: "person"; readonly id: PersonId; readonly email: string | undefined }
	| { readonly kind: "group"; readonly id: GroupId }
	| { readonly kind: "customer" }
	| { readonly kind: "outside" };

/** A type that is not here is not guessed: the group is held. */
export function memberFrom(row: unknown): Translated<Member> {
	const parsed = memberSchema.safeParse(row);
	if (!parsed.success) return unreadable(row, { id: "id", label: "email" }, parsed.error);
	const { type } = parsed.data;
	const [id, email] = [filled(parsed.data.id), filled(parsed.data.email)];
	const key = id ?? email;
	if (key === undefined) return { kind: "unusable", because: `a member of type ${JSON.stringify(type)} has neither id nor address` };
	if (type === "CUSTOMER") return { kind: "good", id: key, value: { kind: "customer" } };
	if (type === "EXTERNAL") return { kind: "good", id: key, value: { kind: "outside" } };
	if (type === "USER" && id !== undefined) return { kind: "good", id, value: { kind: "person", id: id as PersonId, email } };
	if (type === "GROUP" && id !== undefined) return { kind: "good", id, value: { kind: "group", id: id as GroupId } };
	const because = type === "USER" || type === "GROUP" ? "it has no id" : `its type ${JSON.stringify(type)} is not known`;
	return { kind: "bad", id: key, label: email, because };
}

export interface FoundUnit {
	readonly id: GroupId;
	readonly name: string;
	readonly path: string;
	/** Undefined for the topmost. */
	readonly parent: GroupId | undefined;
}

export function unitFrom(row: unknown): Translated<FoundUnit> {
	const parsed = unitSchema.safeParse(row);
	if (!parsed.success) return unreadable(row, { id: "orgUnitId", label: "orgUnitPath" }, parsed.error);
	const { orgUnitId, name, orgUnitPath: path, parentOrgUnitId } = parsed.data;
	const parent = filled(parentOrgUnitId);
	const value = { id: orgUnitId as GroupId, name: filled(name) ?? path, path, parent: parent as GroupId | undefined };
	return { kind: "good", id: orgUnitId, value };
}

/** No more than its id: for lists that are only compared. */
export const idFrom =
	(name: "id" | "orgUnitId") =>
	(row: unknown): Translated<undefined> => {
		const id = row instanceof Object ? (row as Record<string, unknown>)[name] : undefined;
		if (typeof id === "string" && id !== "") return { kind: "good", id, value: undefined };
		return { kind: "unusable", because: `Google's answer has no usable ${name}` };
	};

/** A record without an id cannot be held: nobody would know whom to leave alone. Throws `source.malformed`. */
export function known<T>(row: Translated<T>, where: string): Known<T> {
	if (row.kind !== "unusable") return row;
	throw new SyncError("source.malformed", `a record of ${where} could not be understood: ${row.because}`, {
		todo: "Google's API may be newer than what Rollcall knows. Please report it.",
	});
}

const filled = (value: string | null | undefined): string | undefined => (value === null || value === "" ? undefined : value);

function unreadable<T>(row: unknown, names: { readonly id: string; readonly label: string }, error: z.ZodError): Translated<T> {
	const issue = error.issues[0];
	const because = `Google's answer has no usable ${issue?.path.join(".") || "record"}: ${issue?.message ?? "unknown shape"}`;
	const { [names.id]: id, [names.label]: label } = row instanceof Object ? (row as Record<string, unknown>) : {};
	if (typeof id !== "string" || id === "") return { kind: "unusable", because };
	return { kind: "bad", id, label: typeof label === "string" ? label : undefined, because };
}
