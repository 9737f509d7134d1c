import { z } from "zod";
import type { AttributeNeeds } from "../../../core/connector.ts";
import type { GroupId, Person, PersonId } from "../../../core/model.ts";
import { attributesOf, propertiesFor } from "./attributes.ts";
import type { PeopleKind, UsernameProperty } from "./settings.ts";

/**
 * The wire's shapes: `user`, `group` and members of Graph v1.0 (https://learn.microsoft.com/graph/api/resources/user and
 * .../group). What is not set is null; what the account may not see is null too.
 */
const text = z.string().nullish();
const personSchema = z.object({
	id: z.string().min(1),
	userPrincipalName: z.string().min(1),
	mail: text,
	givenName: text,
	surname: text,
	displayName: text,
	accountEnabled: z.boolean(),
	userType: text,
	mailNickname: text,
	onPremisesSamAccountName: text,
});
const groupSchema = z.object({ id: z.string().min(1), displayName: z.string().min(1), visibility: text });
const memberSchema = z.object({ id: z.string().min(1), "@odata.type": z.string().startsWith("#microsoft.graph.") });

/** A record that was understood, or one that was seen and must be held. `unusable`: not even an id. */
export type Translated<T> =
	| { readonly kind: "good"; readonly id: string; readonly value: T }
	| { readonly kind: "bad"; readonly id: string; readonly label: string | undefined; readonly because: string; readonly lacks?: string }
	| { readonly kind: "unusable"; readonly because: string };

export interface FoundGroup {
	readonly id: GroupId;
	readonly name: string;
	/** Who is in it is shown to few: https://learn.microsoft.com/graph/api/resources/group#group-visibility-options */
	readonly hidesMembers: boolean;
}
export interface FoundMember {
	readonly id: string;
	/** Devices, service principals and contacts are members like anybody, and no people. */
	readonly type: "person" | "group" | "other";
}

export interface Reading {
	readonly username: UsernameProperty;
	readonly needs: AttributeNeeds;
}

/** What is selected for a person; userType always, since it is what `people` chooses by. */
export const selectionFor = (reading: Reading): string =>
	[
		...new Set([
			"id",
			"userPrincipalName",
			"displayName",
			"givenName",
			"surname",
			"mail",
			"accountEnabled",
			"userType",
			reading.username,
			...propertiesFor(reading.needs),
		]),
	].join(",");

export function personFrom(row: unknown, reading: Reading): Translated<Person> {
	const parsed = personSchema.safeParse(row);
	if (!parsed.success) return unreadable(row, "userPrincipalName", parsed.error);
	const p = parsed.data;
	const username = filled(p[reading.username]);
	if (username === undefined) {
		const because = `it has no ${reading.username}, which usernames are taken from`;
		return { kind: "bad", id: p.id, label: p.userPrincipalName, because, lacks: reading.username };
	}
	const person: Person = {
		id: p.id as PersonId,
		username,
		email: filled(p.mail),
		givenName: filled(p.givenName),
		familyName: filled(p.surname),
		displayName: filled(p.displayName),
		active: p.accountEnabled,
		attributes: attributesOf(row as Readonly<Record<string, unknown>>, reading.needs),
	};
	return { kind: "good", id: p.id, value: person };
}

/** Somebody without a userType is a member: old tenants have such people. */
export function isWanted(row: unknown, people: PeopleKind): boolean {
	if (people === "everybody") return true;
	const type = row instanceof Object && "userType" in row ? row.userType : undefined;
	return (type === "Guest") === (people === "guests");
}

export function groupFrom(row: unknown): Translated<FoundGroup> {
	const parsed = groupSchema.safeParse(row);
	if (!parsed.success) return unreadable(row, "displayName", parsed.error);
	const { id, displayName, visibility } = parsed.data;
	return {
		kind: "good",
		id,
		value: { id: id as GroupId, name: displayName, hidesMembers: visibility?.toLowerCase() === "hiddenmembership" },
	};
}

export function memberFrom(row: unknown): Translated<FoundMember> {
	const parsed = memberSchema.safeParse(row);
	if (!parsed.success) return unreadable(row, "displayName", parsed.error);
	const { id, "@odata.type": type } = parsed.data;
	const kind = type === "#microsoft.graph.user" ? "person" : type === "#microsoft.graph.group" ? "group" : "other";
	return { kind: "good", id, value: { id, type: kind } };
}

const filled = (value: string | null | undefined): string | undefined => (value === null || value === "" ? undefined : value);

function unreadable<T>(row: unknown, labelled: "userPrincipalName" | "displayName", error: z.ZodError): Translated<T> {
	const issue = error.issues[0];
	const lacks = issue?.path.join(".") || "record";
	const because = `Graph's answer has no usable ${lacks}: ${issue?.message ?? "unknown shape"}`;
	const { id, [labelled]: label } = row instanceof Object ? (row as Record<string, unknown>) : {};
	if (typeof id !== "string" || id === "") return { kind: "unusable", because };
	return { kind: "bad", id, label: typeof label === "string" ? label : undefined, because, lacks };
}
