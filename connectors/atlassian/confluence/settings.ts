import type { ProductId } from "../../../core/model.ts";
import type { Secret } from "../../../core/secret.ts";
import type { HttpLog } from "../../http/log.ts";
import type { NetworkSettings } from "../../http/network.ts";
import type { RetryPolicy } from "../../http/retry.ts";

/** What a server can do where public sources disagree: asked of the server itself, or stated by its administrator. */
export type Ability = "probe" | "yes" | "no";

export interface ConfluenceSettings {
	readonly id: ProductId;
	/** With the context path, without `/rest`. */
	readonly url: string;
	/** A personal access token (7.9 and later), or a name and its password. */
	readonly auth: ConfluenceAuth;
	readonly network: NetworkSettings;
	readonly log?: HttpLog;
	/** Rows per page; default 200. */
	readonly pageSize?: number;
	/**
	 * True: a new account gets no password, and Confluence sends its owner a mail (needs a mail server). False: it gets one
	 * that nobody learns.
	 */
	readonly invite?: boolean;
	/** Whether accounts can be disabled and enabled by REST; default `probe`. */
	readonly switching?: Ability;
	/** Whether names and addresses can be changed by REST; default `probe`. */
	readonly updating?: Ability;
	/** The old remote API (JSON-RPC) is switched on in Confluence: it does what the version's REST does not have. Default false. */
	readonly jsonRpc?: boolean;
	/** Asked directly before each request that changes something (the lease); what it throws comes out, and nothing is sent. */
	readonly beforeWrite?: () => Promise<void>;
	/** Default: six tries within two minutes. */
	readonly retry?: RetryPolicy;
}
export type ConfluenceAuth =
	| { readonly kind: "pat"; readonly token: Secret }
	| { readonly kind: "basic"; readonly username: string; readonly password: Secret };
