import type { ProductId } from "../../../core/model.ts";
import type { Secret } from "../../../core/secret.ts";
import type { HttpLog } from "../../http/log.ts";
import type { NetworkSettings } from "../../http/network.ts";
import type { RetryPolicy } from "../../http/retry.ts";

export interface BitbucketSettings {
	readonly id: ProductId;
	/** With the context path, without `/rest`. */
	readonly url: string;
	/** A name and its password; or a token that may administer, which HTTP access tokens may not (BSERV-10482). */
	readonly auth: BitbucketAuth;
	readonly network: NetworkSettings;
	readonly log?: HttpLog;
	/** Rows per page; default 1,000, which is what Bitbucket gives at most unless it was set otherwise. */
	readonly pageSize?: number;
	/**
	 * True: a new account gets no password, and Bitbucket sends its owner a mail to choose one (needs a mail server). False: it
	 * gets one that nobody learns. Bitbucket takes that one in the query of the request only, so it is replaced at once.
	 */
	readonly invite?: boolean;
	/** Asked directly before each request that changes something (the lease); what it throws comes out, and nothing is sent. */
	readonly beforeWrite?: () => Promise<void>;
	/** Default: six tries within two minutes. */
	readonly retry?: RetryPolicy;
}
export type BitbucketAuth =
	| { readonly kind: "pat"; readonly token: Secret }
	| { readonly kind: "basic"; readonly username: string; readonly password: Secret };
