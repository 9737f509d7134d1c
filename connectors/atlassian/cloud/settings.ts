import type { ProductId } from "../../../core/model.ts";
import type { Secret } from "../../../core/secret.ts";
import type { HttpLog } from "../../http/log.ts";
import type { NetworkSettings } from "../../http/network.ts";
import type { RetryPolicy } from "../../http/retry.ts";

export interface CloudSettings {
	readonly id: ProductId;
	/** `https://api.atlassian.com`. */
	readonly url: string;
	/** Id of the SCIM directory, the last part of its base URL. */
	readonly directory: string;
	/** The directory's API key. */
	readonly key: Secret;
	/** A key of the organisation, made without scopes, for accounts that the directory no longer governs. */
	readonly organizationKey?: Secret;
	/** Upper bounds of the directory; what is left out is as Atlassian states them. */
	readonly bounds?: Partial<DirectoryBounds>;
	/** `checked`: what groups say of their members must agree with what users say of their groups. Default. */
	readonly memberships?: "checked" | "groups";
	readonly network: NetworkSettings;
	readonly log?: HttpLog;
	/** Rows per page; default 99, so that pages can overlap by one within the 100 that Atlassian gives. */
	readonly pageSize?: number;
	/** Asked directly before each request that changes something (the lease); what it throws comes out, and nothing is sent. */
	readonly beforeWrite?: () => Promise<void>;
	/** Default: six tries within two minutes. */
	readonly retry?: RetryPolicy;
}

export interface DirectoryBounds {
	readonly users: number;
	readonly groups: number;
	readonly membersPerGroup: number;
	/** Members of all groups together. */
	readonly memberships: number;
}

/** https://support.atlassian.com/provisioning-users/docs/users-and-groups-limits; earlier, and for some plans, they are far smaller. */
export const STATED_BOUNDS: DirectoryBounds = { users: 1_000_000, groups: 250_000, membersPerGroup: 290_000, memberships: 8_000_000 };
