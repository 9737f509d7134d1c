import type { ProductId } from "../../../core/model.ts";
import type { Secret } from "../../../core/secret.ts";
import type { HttpLog } from "../../http/log.ts";
import type { NetworkSettings } from "../../http/network.ts";
import type { RetryPolicy } from "../../http/retry.ts";

export interface BambooSettings {
	readonly id: ProductId;
	/** With the context path, without `/rest`. */
	readonly url: string;
	/** A personal access token, or a name and its password. */
	readonly auth: BambooAuth;
	readonly network: NetworkSettings;
	readonly log?: HttpLog;
	/** Rows per page; default 500. */
	readonly pageSize?: number;
	/** Asked directly before each request that changes something (the lease); what it throws comes out, and nothing is sent. */
	readonly beforeWrite?: () => Promise<void>;
	/** Default: six tries within two minutes. */
	readonly retry?: RetryPolicy;
}
export type BambooAuth =
	| { readonly kind: "pat"; readonly token: Secret }
	| { readonly kind: "basic"; readonly username: string; readonly password: Secret };
