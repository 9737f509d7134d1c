import type { ConnectorId } from "../../../core/model.ts";
import type { Secret } from "../../../core/secret.ts";
import type { HttpLog } from "../../http/log.ts";
import type { NetworkSettings } from "../../http/network.ts";
import type { RetryPolicy } from "../../http/retry.ts";
import type { State, Status } from "./status.ts";

export interface OneLoginSettings {
	readonly id: ConnectorId;
	/** The account's own address (`https://example.onelogin.com`), or the older regional one (`https://api.eu.onelogin.com`). */
	readonly url: string;
	readonly clientId: string;
	readonly clientSecret: Secret;
	readonly groups: GroupSettings;
	readonly active: ActiveSettings;
	/** From 0 to 1: how much of the account's hourly calls Rollcall leaves to others. */
	readonly reserve: number;
	/** Rows a request. Default: 100 people, 650 roles, 50 groups; fewer are taken where OneLogin sends fewer. */
	readonly pageSize?: number;
	readonly network: NetworkSettings;
	readonly log?: HttpLog;
	readonly retry?: RetryPolicy;
}

/** What of OneLogin's is a group here. */
export interface GroupSettings {
	/** Roles (many for a person), and groups (security policies; one for a person). */
	readonly read: readonly ("roles" | "groups")[];
	/** Put before the names, so that a role and a group of one name are not taken for one another. */
	readonly rolePrefix: string;
	readonly groupPrefix: string;
	/**
	 * Who is believed about the people of a role. `both` (default): its own list, and what each person's record says; where
	 * they disagree for good, the role is held. `roles`, `people`: the one or the other alone.
	 */
	readonly members: "both" | "roles" | "people";
}

/** Who is active: every other status and state is somebody who is there and switched off. */
export interface ActiveSettings {
	readonly statuses: readonly Status[];
	readonly states: readonly State[];
}

/** As OneLogin's own clients have it; its page on users says 50, and whatever comes is taken (paging.ts). */
export const PEOPLE_PAGE = 100;
/** https://developers.onelogin.com/api-docs/2/roles/list-roles */
export const ROLES_PAGE = 650;
/** https://developers.onelogin.com/api-docs/1/groups/get-groups */
export const GROUPS_PAGE = 50;

/** A fifth of 5,000 calls is more than most integrations use in an hour. */
export const RESERVE = 0.2;
export const GROUPS: GroupSettings = { read: ["roles", "groups"], rolePrefix: "", groupPrefix: "group:", members: "both" };
