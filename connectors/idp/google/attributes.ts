import type { AttributeNeeds } from "../../../core/connector.ts";
import type { Attributes } from "../../../core/model.ts";

/** Members of the User resource that hold one value, or plain texts (https://developers.google.com/admin-sdk/directory/reference/rest/v1/users). */
const PLAIN = [
	"agreedToTerms",
	"aliases",
	"archived",
	"changePasswordAtNextLogin",
	"creationTime",
	"customerId",
	"includeInGlobalAddressList",
	"ipWhitelisted",
	"isAdmin",
	"isDelegatedAdmin",
	"isEnforcedIn2Sv",
	"isEnrolledIn2Sv",
	"isMailboxSetup",
	"lastLoginTime",
	"nonEditableAliases",
	"orgUnitPath",
	"recoveryEmail",
	"recoveryPhone",
	"suspended",
	"suspensionReason",
] as const;

/** Attribute → part of an entry in `organizations`. */
const ORGANIZATION: Readonly<Record<string, string>> = {
	company: "name",
	costCenter: "costCenter",
	department: "department",
	employeeType: "description",
	title: "title",
};

/** Lists of entries with a type: the attribute is `<list>.<type>`, its value this part of the entry. */
const TYPED: Readonly<Record<string, string>> = {
	addresses: "formatted",
	emails: "address",
	externalIds: "value",
	ims: "im",
	keywords: "value",
	languages: "languageCode",
	locations: "buildingId",
	phones: "value",
	posixAccounts: "username",
	relations: "value",
	websites: "value",
};

/** The everyday names of two of them. */
const EVERYDAY: Readonly<Record<string, string>> = { "externalIds.organization": "employeeId", "relations.manager": "manager" };

/** What a list of people is asked for. */
export interface Projection {
	readonly projection: "basic" | "custom" | "full";
	/** Schema names, for `custom` only. */
	readonly customFieldMask?: string;
	/** Members of a user; undefined: all of them. */
	readonly members: readonly string[] | undefined;
}

const OWN = ["id", "primaryEmail", "name", "suspended", "archived"];
/** A schema's name that could not be mistaken for several. */
const SCHEMA = /^[\w-]+$/;

/** Only what the policy uses: custom fields by their schemas, for which alone Google has a selection. */
export function projectionOf(needs: AttributeNeeds): Projection {
	if (needs === "all") return { projection: "full", members: undefined };
	const members = new Set<string>(OWN);
	const schemas = new Set<string>();
	for (const name of needs) {
		const [head = "", rest] = [name.split(".", 1)[0], name.includes(".") ? name.slice(name.indexOf(".") + 1) : undefined];
		const everyday = Object.entries(EVERYDAY)
			.find(([, short]) => short === name)?.[0]
			.split(".")[0];
		if ((PLAIN as readonly string[]).includes(name)) members.add(name);
		else if (Object.hasOwn(ORGANIZATION, name)) members.add("organizations");
		else if (everyday !== undefined) members.add(everyday);
		else if (Object.hasOwn(TYPED, head)) members.add(head);
		else if (rest !== undefined && SCHEMA.test(head)) schemas.add(head);
	}
	if (schemas.size === 0) return { projection: "basic", members: [...members] };
	return { projection: "custom", customFieldMask: [...schemas].sort().join(","), members: [...members, "customSchemas"] };
}

type Row = Readonly<Record<string, unknown>>;

/** Those attributes of a User resource that are needed; whatever has no value is left out. */
export function attributesOf(user: Row, needs: AttributeNeeds): Attributes {
	if (needs !== "all" && needs.size === 0) return NOTHING;
	const found = new Map<string, string[]>();
	for (const [name, value] of named(user)) {
		if (needs !== "all" && !needs.has(name)) continue;
		const values = found.get(name) ?? [];
		for (const text of textsOf(value)) if (!values.includes(text)) values.push(text);
		if (values.length > 0) found.set(name, values);
	}
	return Object.fromEntries(found);
}
const NOTHING: Attributes = Object.freeze({});

function* named(user: Row): Iterable<readonly [string, unknown]> {
	for (const name of PLAIN) yield [name, user[name]];
	for (const entry of entriesOf(user.organizations)) for (const [name, part] of Object.entries(ORGANIZATION)) yield [name, entry[part]];
	for (const [list, part] of Object.entries(TYPED)) {
		for (const entry of entriesOf(user[list])) {
			const type = entry.type === "custom" ? entry.customType : entry.type;
			const name = typeof type === "string" && type !== "" ? `${list}.${type}` : list;
			yield [EVERYDAY[name] ?? name, entry[part]];
		}
	}
	for (const [schema, fields] of Object.entries(rowOf(user.customSchemas)))
		for (const [name, value] of Object.entries(rowOf(fields))) yield [`${schema}.${name}`, value];
}

/** The primary one first. */
function entriesOf(list: unknown): readonly Row[] {
	const entries = Array.isArray(list) ? list.map(rowOf) : [];
	return [...entries.filter((entry) => entry.primary === true), ...entries.filter((entry) => entry.primary !== true)];
}

const rowOf = (value: unknown): Row => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Row) : {});

/** Several values of a custom field come as objects with a `value` (https://developers.google.com/admin-sdk/directory/v1/guides/manage-schemas#set_fields). */
function textsOf(value: unknown): readonly string[] {
	if (value === null || value === undefined || value === "") return [];
	if (Array.isArray(value)) return value.flatMap(textsOf);
	if (typeof value === "object") return "value" in value ? textsOf(value.value) : [JSON.stringify(value)];
	return [String(value)];
}
