import type { Secret } from "../../core/secret.ts";
import type { Side } from "../http/failure.ts";
import type { HttpLog } from "../http/log.ts";
import type { NetworkSettings } from "../http/network.ts";
import type { RetryPolicy } from "../http/retry.ts";

/** How to reach one server of the user-management protocol: Crowd, or Jira for the applications that use it as their user server. */
export interface UserManagementSettings {
	readonly side: Side;
	/** With the context path (`https://crowd.example.org/crowd`, `https://jira.example.org`), without `/rest`. */
	readonly url: string;
	/** Name and password of an *application* in that server, never a person's (JRASERVER-27782). */
	readonly application: string;
	readonly password: Secret;
	/** New rows a page of a search; one more is asked for. Default 999, so that 1,000 are, which is the server's own default. */
	readonly pageSize?: number;
	readonly network: NetworkSettings;
	readonly log?: HttpLog;
	readonly retry?: RetryPolicy;
	/** Asked directly before each request that changes something; what it throws comes out, and nothing is sent. */
	readonly beforeWrite?: () => Promise<void>;
}

export const PAGE_SIZE = 999;
