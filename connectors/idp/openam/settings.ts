import type { ConnectorId } from "../../../core/model.ts";
import type { Secret } from "../../../core/secret.ts";
import type { HttpLog } from "../../http/log.ts";
import type { NetworkSettings } from "../../http/network.ts";
import type { RetryPolicy } from "../../http/retry.ts";

export interface OpenAmSettings {
	readonly id: ConnectorId;
	/** With the context path (`https://sso.example.org/openam`), and with the host name that OpenAM was set up with. */
	readonly url: string;
	/** Paths of the realms that are read: `/`, `/staff/berlin`. */
	readonly realms: readonly string[];
	/** The realm that the account lives in. */
	readonly authRealm: string;
	/** An authentication chain of that realm; absent: its default. */
	readonly chain?: string;
	readonly username: string;
	readonly password: Secret;
	readonly attributes: AttributeNames;
	readonly network: NetworkSettings;
	readonly log?: HttpLog;
	readonly retry?: RetryPolicy;
}

/** What the data store behind OpenAM calls things: names of LDAP attributes, in any case. */
export interface AttributeNames {
	/** Never changes for a person, and is shown by the data store; `dn` is accepted and changes with every renaming. */
	readonly id: string;
	/** The same for groups. */
	readonly groupId: string;
	/** What OpenAM calls a person by: the data store's naming attribute of people. */
	readonly name: string;
	readonly groupName: string;
	/** DNs of a group's direct members, people and groups. */
	readonly member: string;
	/** OpenAM itself makes `Active` or `Inactive` of what is stored there. */
	readonly status: string;
}

/** Of the embedded OpenDJ and of other OpenDJ, Sun and 389 Directory Servers. */
export const ATTRIBUTES: AttributeNames = {
	id: "entryUUID",
	groupId: "entryUUID",
	name: "uid",
	groupName: "cn",
	member: "uniqueMember",
	status: "inetUserStatus",
};
