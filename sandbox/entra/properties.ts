import type { EntraUser, Value } from "./records.ts";
import type { Tenant } from "./tenant.ts";

/** Properties of the entity types `user` and `group`, v1.0: https://learn.microsoft.com/graph/api/resources/user */
const USER =
	"accountEnabled ageGroup assignedLicenses assignedPlans authorizationInfo businessPhones city companyName consentProvidedForMinor country createdDateTime creationType customSecurityAttributes deletedDateTime department displayName employeeHireDate employeeId employeeLeaveDateTime employeeOrgData employeeType externalUserState externalUserStateChangeDateTime faxNumber givenName id identities imAddresses isManagementRestricted isResourceAccount jobTitle lastPasswordChangeDateTime legalAgeGroupClassification licenseAssignmentStates mail mailNickname mobilePhone officeLocation onPremisesDistinguishedName onPremisesDomainName onPremisesExtensionAttributes onPremisesImmutableId onPremisesLastSyncDateTime onPremisesProvisioningErrors onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled onPremisesUserPrincipalName otherMails passwordPolicies passwordProfile postalCode preferredDataLocation preferredLanguage provisionedPlans proxyAddresses securityIdentifier serviceProvisioningErrors showInAddressList signInActivity signInSessionsValidFromDateTime state streetAddress surname usageLocation userPrincipalName userType";
const GROUP =
	"assignedLabels assignedLicenses classification createdDateTime deletedDateTime description displayName expirationDateTime groupTypes hideFromAddressLists hideFromOutlookClients id isAssignableToRole isManagementRestricted licenseProcessingState mail mailEnabled mailNickname membershipRule membershipRuleProcessingState onPremisesDomainName onPremisesLastSyncDateTime onPremisesNetBiosName onPremisesProvisioningErrors onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled preferredDataLocation preferredLanguage proxyAddresses renewedDateTime resourceBehaviorOptions resourceProvisioningOptions securityEnabled securityIdentifier serviceProvisioningErrors theme uniqueName visibility";
const DIRECTORY_OBJECT = "id deletedDateTime";

const LISTS = new Set(
	"assignedLicenses assignedPlans assignedLabels businessPhones groupTypes identities imAddresses licenseAssignmentStates onPremisesProvisioningErrors otherMails provisionedPlans proxyAddresses resourceBehaviorOptions resourceProvisioningOptions serviceProvisioningErrors".split(
		" ",
	),
);

/** Answered when nothing is selected: https://learn.microsoft.com/graph/api/user-list (eleven, without accountEnabled). */
const USER_DEFAULT =
	"businessPhones displayName givenName id jobTitle mail mobilePhone officeLocation preferredLanguage surname userPrincipalName".split(" ");
/** All that User.ReadBasic.All shows. */
const BASIC = new Set(["id", "displayName", "givenName", "surname", "mail", "userPrincipalName", "userType"]);

export const NAMES = { user: names(USER), group: names(GROUP), directoryObject: names(DIRECTORY_OBJECT) } as const;
export type Entity = keyof typeof NAMES;

/** Lower case to the right case: $select takes any. */
function names(text: string): ReadonlyMap<string, string> {
	return new Map(text.split(" ").map((name) => [name.toLowerCase(), name]));
}

/** The name of a property that exists, whatever the case it was asked for in. */
export function propertyNamed(entity: Entity, asked: string, tenant: Tenant): string | undefined {
	const found = NAMES[entity].get(asked.toLowerCase());
	if (found !== undefined || entity !== "user") return found;
	return [...tenant.extensions].find((name) => name.toLowerCase() === asked.toLowerCase());
}

/** An object with the properties asked for; what is not set is null, or an empty list. Extensions that are not set are left out. */
export function selected(row: Readonly<Record<string, Value>>, wanted: readonly string[]): Record<string, unknown> {
	const out: Record<string, unknown> = {};
	for (const name of wanted) {
		const value = row[name];
		if (value !== undefined) out[name] = value;
		else if (!name.startsWith("extension_")) out[name] = LISTS.has(name) ? [] : null;
	}
	return out;
}

export const userDefaults: readonly string[] = USER_DEFAULT;
export const allNames = (entity: Entity): readonly string[] => [...NAMES[entity].values()];

/** What a caller with User.ReadBasic.All only sees. */
export const basicOnly = (user: EntraUser): Readonly<Record<string, Value>> =>
	Object.fromEntries(Object.entries(user).filter(([name]) => BASIC.has(name)));
