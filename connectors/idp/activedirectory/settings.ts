import type { ConnectorId } from "../../../core/model.ts";
import type { LdapServer } from "../../ldap/settings.ts";
import type { Unknown } from "../../ldap/strangers.ts";

/** One domain: the domain controller that is asked, and where in the domain people and groups are. Default: everywhere. */
export interface Domain {
	readonly url: string;
	readonly peopleBases?: readonly string[];
	readonly groupBases?: readonly string[];
}

export interface ActiveDirectorySettings extends LdapServer, Domain {
	readonly id: ConnectorId;
	/** Further domains of the forest, or of forests that trust this one; read with the same account. */
	readonly furtherDomains?: readonly Domain[];
	readonly peopleFilter?: string;
	readonly groupFilter?: string;
	/** Default sAMAccountName, which is unique within one domain only. */
	readonly usernameAttribute?: string;
	readonly emailAttribute?: string;
	readonly groupNameAttribute?: string;
	/** Whether an account past accountExpires is inactive. Default true. */
	readonly expiredIsInactive?: boolean;
	/** Members that this account does not see, or that lie in domains that are not read. Default `hold`. */
	readonly unknownMembers?: Unknown;
}

/** Computers are users too ([MS-ADSC]); their category is another one. Indexed in every domain. */
export const PEOPLE_FILTER = "(&(objectCategory=person)(objectClass=user))";
export const GROUP_FILTER = "(objectCategory=group)";
