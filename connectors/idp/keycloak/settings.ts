import type { ConnectorId } from "../../../core/model.ts";
import type { Secret } from "../../../core/secret.ts";
import type { HttpLog } from "../../http/log.ts";
import type { NetworkSettings } from "../../http/network.ts";
import type { RetryPolicy } from "../../http/retry.ts";

export interface KeycloakSettings {
	readonly id: ConnectorId;
	/** With the context path, where there is one (before Keycloak 17: `/auth`), without `/admin` and `/realms`. */
	readonly url: string;
	/** The realm that is read. */
	readonly realm: string;
	/** The realm that the client lives in; default: the one that is read. */
	readonly authRealm?: string;
	/** A confidential client with a service account. */
	readonly clientId: string;
	readonly clientSecret: Secret;
	/** People, groups or members a request; default 1,000. Keycloak's own default is 100, and 10 for child groups. */
	readonly pageSize?: number;
	readonly network: NetworkSettings;
	readonly log?: HttpLog;
	readonly retry?: RetryPolicy;
	/**
	 * When a page of members that is shorter than asked for is taken for the last one.
	 * `rights` (default): when the account's rights and the realm prove that nothing is taken out of pages; otherwise as `always`.
	 * `always`: never; the page after it is asked for and must be empty. One request more for each group that has members.
	 */
	readonly proveMembers?: "rights" | "always";
}

/** Ten times Keycloak's own: fewer requests for large groups, and still a body of less than half a megabyte. */
export const PAGE_SIZE = 1_000;
