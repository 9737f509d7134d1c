import type { AttributeNeeds } from "../../../core/connector.ts";
import type { Attributes, GroupId, Person, PersonId } from "../../../core/model.ts";
import { fold } from "../../usermanagement/memberships.ts";
import type { WireUser } from "../../usermanagement/wire.ts";

/** `person` is undefined for a record whose attributes were asked for and did not come: `attributesMissing`. */
export function personFrom(user: WireUser, id: PersonId, needs: AttributeNeeds): Person {
	return {
		id,
		username: user.name,
		email: filled(user.email),
		givenName: filled(user["first-name"]),
		familyName: filled(user["last-name"]),
		displayName: filled(user["display-name"]),
		active: user.active,
		attributes: needed(user, needs),
	};
}

const filled = (value: string | null | undefined): string | undefined =>
	value === null || value === undefined || value === "" ? undefined : value;

const NOTHING: Attributes = Object.freeze({});
function needed(user: WireUser, needs: AttributeNeeds): Attributes {
	if (needs !== "all" && needs.size === 0) return NOTHING;
	const kept: Record<string, readonly string[]> = {};
	for (const { name, values } of user.attributes ?? []) {
		if (values.length > 0 && (needs === "all" || needs.has(name))) kept[name] = [...values].sort();
	}
	return kept;
}

/** `32769:5f3e…` belongs to directory 32769. */
export function directoryIn(key: string | undefined): number | undefined {
	const id = /^(\d{1,15}):/.exec(key ?? "")?.[1];
	return id === undefined ? undefined : Number(id);
}

/** Groups have no id in this protocol, and cannot be renamed by it: the name is the id, in whatever case it is written. */
export const groupId = (name: string): GroupId => fold(name) as GroupId;
