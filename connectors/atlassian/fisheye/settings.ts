import type { ProductId } from "../../../core/model.ts";
import type { Secret } from "../../../core/secret.ts";
import type { HttpLog } from "../../http/log.ts";
import type { NetworkSettings } from "../../http/network.ts";
import type { RetryPolicy } from "../../http/retry.ts";

/**
 * Operations whose request bodies no description and no client in use shows: Rollcall's reading of them may be wrong. They are
 * done only where they are switched on, and what they did is read back.
 */
export const UNVERIFIED = ["account.create", "account.update", "group.create", "member.remove"] as const;
export type Unverified = (typeof UNVERIFIED)[number];

export interface FisheyeSettings {
	readonly id: ProductId;
	/** With the context path, without `/rest-service-fecru`. */
	readonly url: string;
	/** The REST API token of the whole server, which is nobody's, or an administrator's name and password. */
	readonly auth: FisheyeAuth;
	/** Switched on; default none. */
	readonly unverified?: readonly Unverified[];
	readonly network: NetworkSettings;
	readonly log?: HttpLog;
	/** Rows per page; default 500. */
	readonly pageSize?: number;
	/** Asked directly before each request that changes something (the lease); what it throws comes out, and nothing is sent. */
	readonly beforeWrite?: () => Promise<void>;
	/** Default: six tries within two minutes. */
	readonly retry?: RetryPolicy;
}
export type FisheyeAuth =
	| { readonly kind: "pat"; readonly token: Secret }
	| { readonly kind: "basic"; readonly username: string; readonly password: Secret };
