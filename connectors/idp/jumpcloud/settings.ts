import type { ConnectorId } from "../../../core/model.ts";
import type { Secret } from "../../../core/secret.ts";
import type { HttpLog } from "../../http/log.ts";
import type { NetworkSettings } from "../../http/network.ts";
import type { RetryPolicy } from "../../http/retry.ts";

/**
 * Where an organisation is kept: it is served from one region only, and a credential of one is refused by the others.
 * Console hosts: `servers` of the vendor's description (https://docs.jumpcloud.com/api/2.0/); token hosts: their OpenID discovery documents.
 */
export const REGIONS = {
	us: { console: "https://console.jumpcloud.com", tokens: "https://admin-oauth.id.jumpcloud.com/oauth2/token" },
	eu: { console: "https://console.eu.jumpcloud.com", tokens: "https://admin-oauth.id.eu.jumpcloud.com/oauth2/token" },
	in: { console: "https://console.in.jumpcloud.com", tokens: "https://admin-oauth.id.in.jumpcloud.com/oauth2/token" },
} as const;
export type Region = keyof typeof REGIONS;

export interface JumpCloudSettings {
	readonly id: ConnectorId;
	readonly region: Region;
	/** In place of the region's console, without `/api`. */
	readonly url?: string;
	/** In place of the region's token endpoint, whole. */
	readonly tokenUrl?: string;
	readonly auth: JumpCloudAuth;
	/** The organisation's id, for administrators of several (header `x-org-id`). */
	readonly organization?: string;
	/** New rows a request; one more is asked for, 100 at most. Default 100. */
	readonly pageSize?: number;
	/** Default 600. JumpCloud states no limit. */
	readonly requestsPerMinute?: number;
	/** How people count whom too many wrong passwords have locked out. Default `active`. */
	readonly locked?: "active" | "inactive";
	/** `id` (default): groups and memberships are asked for sorted by id. `server`: in the order that the server likes. */
	readonly groupOrder?: "id" | "server";
	/**
	 * Where no total is stated: whether the end of a list is proven by one request more (`prove`, default), or a page shorter
	 * than asked for is believed to be the last one (`trust`).
	 */
	readonly listEnd?: "prove" | "trust";
	readonly network: NetworkSettings;
	readonly log?: HttpLog;
	readonly retry?: RetryPolicy;
}

/** `apiKey`: of an administrator. `serviceAccount`: client credentials, exchanged for tokens of about an hour. */
export type JumpCloudAuth =
	| { readonly kind: "apiKey"; readonly key: Secret }
	| { readonly kind: "serviceAccount"; readonly clientId: string; readonly clientSecret: Secret };

/** The most rows that JumpCloud gives in one answer; more is refused with 400. */
export const MOST_ROWS = 100;
export const REQUESTS_PER_MINUTE = 600;
