import type { Secret } from "../../core/secret.ts";
import type { HttpLog } from "../http/log.ts";
import type { NetworkSettings } from "../http/network.ts";
import type { RetryPolicy } from "../http/retry.ts";

/** How to reach one LDAP server, and as whom. */
export interface LdapServer {
	/** `ldaps://host[:636]`, or `ldap://host[:389]`. */
	readonly url: string;
	/** With ldap://: TLS by StartTLS before anything else is said. False: in clear, the password included. Default true. */
	readonly startTls?: boolean;
	/** A distinguished name; Active Directory also takes `name@domain` and `DOMAIN\name`. */
	readonly account: string;
	readonly password: Secret;
	/** Entries a page; default 500. */
	readonly pageSize?: number;
	readonly network: NetworkSettings;
	readonly log?: HttpLog;
	readonly retry?: RetryPolicy;
}

/** The hard limit of most servers is 500 or 1,000: OpenLDAP's default `sizelimit` is 500, Active Directory's MaxPageSize 1,000. */
export const PAGE_SIZE = 500;
