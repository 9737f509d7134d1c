import type { ConnectorId } from "../../../core/model.ts";
import type { Secret } from "../../../core/secret.ts";
import type { HttpLog } from "../../http/log.ts";
import type { NetworkSettings } from "../../http/network.ts";
import type { RetryPolicy } from "../../http/retry.ts";

/** An API token acts with the rights of whoever made it; a service app logs in with a signed assertion and acts with its own. */
export type OktaAuth =
	| { readonly kind: "token"; readonly token: Secret }
	| {
			readonly kind: "serviceApp";
			readonly clientId: string;
			/** PEM or JSON Web Key, RSA or P-256/384/521; its public half is registered with the app. */
			readonly privateKey: Secret;
			/** `kid` of the registered key; a JSON Web Key has it inside. */
			readonly keyId?: string;
	  };

export interface OktaSettings {
	readonly id: ConnectorId;
	/** The organisation's own address (`https://example.okta.com` or a custom domain), not the one with `-admin`. */
	readonly url: string;
	readonly auth: OktaAuth;
	/** Rows a request; people and groups at most 200, members at most 1,000. Default: those. */
	readonly pageSize?: number;
	/** How much of each rate-limit bucket Rollcall may use up in one window, from 0 to 1; the rest is for others. Default 0.45. */
	readonly rateShare?: number;
	/**
	 * `prove` (default): a group of which fewer members came than Okta counts is held. `ignore`: the count only serves to
	 * pass over empty groups.
	 */
	readonly memberCount?: "prove" | "ignore";
	readonly network: NetworkSettings;
	readonly log?: HttpLog;
	readonly retry?: RetryPolicy;
}

/** Both are the maximum that Okta recommends; above 200 "affects performance and accuracy" (reference of listGroups). */
export const PEOPLE_PAGE = 200;
export const GROUPS_PAGE = 200;
/** Okta's own default for members (reference of listGroupUsers). */
export const MEMBERS_PAGE = 1_000;

/** Okta lets one token have half a bucket (https://developer.okta.com/docs/reference/rl2-token-oauth/); a little less leaves no 429 behind. */
export const RATE_SHARE = 0.45;

/** All that a service app is granted; both only read. */
export const SCOPES = ["okta.users.read", "okta.groups.read"] as const;
