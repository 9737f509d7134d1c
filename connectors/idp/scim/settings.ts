import type { ConnectorId } from "../../../core/model.ts";
import type { Secret } from "../../../core/secret.ts";
import type { HttpLog } from "../../http/log.ts";
import type { NetworkSettings } from "../../http/network.ts";
import type { RetryPolicy } from "../../http/retry.ts";

export interface ScimSettings {
	readonly id: ConnectorId;
	/** Up to and including the version (`https://example.org/scim/v2`). */
	readonly url: string;
	readonly auth: ScimAuth;
	/** `auto`: by cursor where the server announces it or sends one, else by index. */
	readonly paging: "auto" | "index" | "cursor";
	/** Rows per request; the server's stated limit counts if it is lower. */
	readonly pageSize?: number;
	/** `ignore`: `totalResults` is not believed; lists are read twice instead. */
	readonly totals: "prove" | "ignore";
	/** `none`: the server has no groups. */
	readonly groups: "read" | "none";
	/** Where memberships are: in the list of groups, in each group by itself, in the list of people, or wherever they turn up. */
	readonly memberships: "auto" | "list" | "single" | "people";
	/** A group with a member of a kind that is neither User nor Group is held, or the member is left out. */
	readonly unknownMembers: "hold" | "ignore";
	/** People without `active`. `auto`: active when nobody has it, held when others do. */
	readonly activeMissing: "auto" | "active" | "inactive";
	readonly requestsPerMinute?: number;
	readonly network: NetworkSettings;
	readonly log?: HttpLog;
	readonly retry?: RetryPolicy;
}

export type ScimAuth =
	| { readonly kind: "bearer"; readonly token: Secret }
	| { readonly kind: "basic"; readonly username: string; readonly password: Secret }
	| ScimClient;

/** OAuth 2.0 client credentials (RFC 6749 section 4.4). */
export interface ScimClient {
	readonly kind: "oauth";
	readonly tokenUrl: string;
	readonly clientId: string;
	readonly clientSecret: Secret;
	readonly scope?: string;
	readonly audience?: string;
	/** How id and secret are sent: as HTTP Basic, or in the form. */
	readonly clientAuthentication: "basic" | "body";
}

/** What the standard's defaults make of most servers, without asking for unusually much. */
export const PAGE_SIZE = 200;

/** Settings beyond address and log-in, as the configuration has them by default. */
export const DEFAULTS = {
	paging: "auto",
	totals: "prove",
	groups: "read",
	memberships: "auto",
	unknownMembers: "hold",
	activeMissing: "auto",
} as const satisfies Partial<ScimSettings>;
