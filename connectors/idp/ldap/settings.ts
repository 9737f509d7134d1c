import type { ConnectorId } from "../../../core/model.ts";
import type { LdapServer } from "../../ldap/settings.ts";
import type { Unknown } from "../../ldap/strangers.ts";

/** Everything but `peopleBases` and `groupBases` has a default that fits the server's vendor (vendors.ts). */
export interface LdapSettings extends LdapServer {
	readonly id: ConnectorId;
	/** Distinguished names; each must exist. */
	readonly peopleBases: readonly string[];
	readonly peopleFilter?: string;
	readonly groupBases: readonly string[];
	readonly groupFilter?: string;
	/** Of `member` and its like (distinguished names) and memberUid (values of `uid`). */
	readonly memberAttributes?: readonly string[];
	readonly idAttribute?: string;
	readonly usernameAttribute?: string;
	readonly emailAttribute?: string;
	readonly givenNameAttribute?: string;
	readonly familyNameAttribute?: string;
	readonly displayNameAttribute?: string;
	readonly groupNameAttribute?: string;
	/** A filter; whoever matches is inactive. `{now}`, `{nowFiletime}` and `{today}` stand for the time of the reading. */
	readonly disabledWhen?: string;
	/** Members whose entries the server does not show. Default `ignore`. */
	readonly unknownMembers?: Unknown;
}
