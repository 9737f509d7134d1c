import type { AttributeNeeds } from "../../../core/connector.ts";
import type { Attributes } from "../../../core/model.ts";

type Row = Readonly<Record<string, unknown>>;

/**
 * What "all" asks for: properties of a user that Graph lists and User.Read.All may see
 * (https://learn.microsoft.com/graph/api/resources/user). Left out: those that can be had for one user at a time only
 * (aboutMe, skills, mailboxSettings), those with a permission of their own (signInActivity, customSecurityAttributes,
 * employeeLeaveDateTime), what changes by itself all day (last synchronisation, last password change), licences and plans.
 * Directory and schema extensions have names of their own and come only when the policy names them.
 */
const ALL: readonly string[] = [
	..."ageGroup businessPhones city companyName consentProvidedForMinor country createdDateTime creationType department".split(" "),
	..."employeeHireDate employeeId employeeOrgData employeeType externalUserState faxNumber imAddresses isResourceAccount".split(" "),
	..."jobTitle legalAgeGroupClassification mailNickname mobilePhone officeLocation onPremisesDistinguishedName".split(" "),
	..."onPremisesDomainName onPremisesExtensionAttributes onPremisesImmutableId onPremisesSamAccountName".split(" "),
	..."onPremisesSecurityIdentifier onPremisesSyncEnabled onPremisesUserPrincipalName otherMails passwordPolicies postalCode".split(" "),
	..."preferredDataLocation preferredLanguage proxyAddresses securityIdentifier showInAddressList state streetAddress".split(" "),
	..."usageLocation userType".split(" "),
];

/** A property, or one inside a complex property or schema extension (`employeeOrgData.costCenter`). Nothing else can be a name in Graph. */
const NAME = /^([A-Za-z_]\w{0,255})(?:\.([A-Za-z_]\w{0,255}))?$/;
/** The fifteen of Exchange and Active Directory are members of one complex property; by themselves they are known by these names. */
const FIFTEEN = /^extensionAttribute(?:[1-9]|1[0-5])$/i;
const FIFTEEN_IN = "onPremisesExtensionAttributes";

/** The properties to select for these attributes. A name that Graph could not have is left out: nobody has such an attribute. */
export function propertiesFor(needs: AttributeNeeds): readonly string[] {
	if (needs === "all") return ALL;
	const names = [...needs].flatMap((name) => (FIFTEEN.test(name) ? [FIFTEEN_IN] : [NAME.exec(name)?.[1] ?? []].flat()));
	return [...new Set(names)].sort();
}

const NOTHING: Attributes = Object.freeze({});

/** The attributes of one row, under the names that were asked for. */
export function attributesOf(row: Row, needs: AttributeNeeds): Attributes {
	if (needs === "all") return Object.fromEntries(ALL.flatMap((name) => flat(name, row[name])));
	if (needs.size === 0) return NOTHING;
	const found: [string, readonly string[]][] = [];
	for (const name of needs) {
		const values = valuesOf(valueAt(row, name));
		if (values.length > 0) found.push([name, values]);
	}
	return Object.fromEntries(found);
}

function valueAt(row: Row, name: string): unknown {
	if (FIFTEEN.test(name)) return memberOf(memberOf(row, FIFTEEN_IN), name);
	const [, outer, inner] = NAME.exec(name) ?? [];
	if (outer === undefined) return undefined;
	return inner === undefined ? memberOf(row, outer) : memberOf(memberOf(row, outer), inner);
}

/** Graph takes names in any case, and answers in its own. */
function memberOf(row: unknown, name: string): unknown {
	if (!(row instanceof Object)) return undefined;
	if (Object.hasOwn(row, name)) return (row as Row)[name];
	const wanted = name.toLowerCase();
	return Object.entries(row).find(([key]) => key.toLowerCase() === wanted)?.[1];
}

/** A complex property becomes one attribute for each member that has a value. */
function flat(name: string, value: unknown): [string, readonly string[]][] {
	if (!(value instanceof Object) || Array.isArray(value)) {
		const values = valuesOf(value);
		return values.length === 0 ? [] : [[name, values]];
	}
	return Object.entries(value).flatMap(([key, inner]) => flat(name === FIFTEEN_IN ? key : `${name}.${key}`, inner));
}

/** Texts, numbers and truth values; lists of them. Null, empty texts and empty lists are no value. */
function valuesOf(value: unknown): readonly string[] {
	if (Array.isArray(value)) return value.flatMap((one) => (Array.isArray(one) ? [] : valuesOf(one)));
	if (typeof value === "string") return value === "" ? [] : [value];
	return typeof value === "number" || typeof value === "boolean" ? [String(value)] : [];
}
