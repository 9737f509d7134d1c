import type { ProductId } from "../../../core/model.ts";
import type { Secret } from "../../../core/secret.ts";
import type { HttpLog } from "../../http/log.ts";
import type { NetworkSettings } from "../../http/network.ts";
import type { RetryPolicy } from "../../http/retry.ts";

export interface JiraSettings {
	readonly id: ProductId;
	/** With the context path, without `/rest`. */
	readonly url: string;
	/** An administrator's log-in, for REST v2: a personal access token (Jira 8.14 and later), or a name and its password. */
	readonly auth?: JiraAuth;
	/** The log-in of an application, for the user-management API that Jira serves too. One of the two has to be there. */
	readonly userServer?: UserServerLogin;
	readonly network: NetworkSettings;
	readonly log?: HttpLog;
	/** Accounts per page; default what the server gives at most. */
	readonly pageSize?: number;
	/** Asked directly before each request that changes something (the lease); what it throws comes out, and nothing is sent. */
	readonly beforeWrite?: () => Promise<void>;
	/** Default: six tries within two minutes. */
	readonly retry?: RetryPolicy;
}
export interface UserServerLogin {
	/** As Jira's administrator has called it under User management > Jira user server. */
	readonly application: string;
	readonly password: Secret;
}
/** With the door to REST v2. */
export type RestSettings = JiraSettings & { readonly auth: JiraAuth };
/** With the door for applications. */
export type UserServerSettings = JiraSettings & { readonly userServer: UserServerLogin };
export type JiraAuth =
	| { readonly kind: "pat"; readonly token: Secret }
	| { readonly kind: "basic"; readonly username: string; readonly password: Secret };
