import type { ConnectorId } from "../../../core/model.ts";
import type { Secret } from "../../../core/secret.ts";
import type { HttpLog } from "../../http/log.ts";
import type { NetworkSettings } from "../../http/network.ts";
import type { RetryPolicy } from "../../http/retry.ts";

/** Who signs the log-in of the service account. */
export type GoogleAuth =
	/** A key file (JSON) of the service account. */
	| { readonly kind: "key"; readonly key: Secret }
	/** No key: IAM signs for whoever another identity provider vouches for. `configuration`: the client configuration (JSON, `external_account`). */
	| { readonly kind: "federation"; readonly serviceAccount: string; readonly configuration: Secret }
	/** No key: IAM signs for the identity of the Google Cloud machine that Rollcall runs on. */
	| { readonly kind: "machine"; readonly serviceAccount: string };

export interface GoogleSettings {
	readonly id: ConnectorId;
	readonly auth: GoogleAuth;
	/** The administrator that the service account stands in for (domain-wide delegation). Absent: it acts with a role of its own. */
	readonly subject?: string;
	/** Id of the customer account; default: the one that the subject belongs to. */
	readonly customer?: string;
	/** Only people whose primary address is in this domain. Groups are read all the same. */
	readonly domain?: string;
	/** `groups`: each organisational unit is a group too, with those below inside it. Default: `ignore`. */
	readonly organizationalUnits?: "groups" | "ignore";
	/** `prove` (default): a group of which fewer members came than Google counts is held. */
	readonly memberCount?: "prove" | "ignore";
	/** Requests a minute that Rollcall allows itself; Google allows 2,400 for each user of a project. Default 1,200. */
	readonly requestsPerMinute?: number;
	/** Rows a request; people at most 500, groups and members at most 200. Default: those. */
	readonly pageSize?: number;
	/** Origins, for stand-ins and private endpoints. Defaults: Google's own. */
	readonly url?: string;
	readonly tokenUrl?: string;
	readonly iamUrl?: string;
	readonly metadataUrl?: string;
	readonly network: NetworkSettings;
	readonly log?: HttpLog;
	readonly retry?: RetryPolicy;
}

/** The maximum of each list (discovery document of directory_v1: text of `maxResults`). */
export const PEOPLE_PAGE = 500;
export const GROUPS_PAGE = 200;
export const MEMBERS_PAGE = 200;

/** Half of what Google allows (https://developers.google.com/admin-sdk/directory/v1/limits); the rest is for others. */
export const REQUESTS_PER_MINUTE = 1_200;

/** The quota counts by the minute, so that patience has to last longer than one. */
export const PATIENCE: RetryPolicy = { attempts: 8, baseMs: 250, capMs: 20_000, budgetMs: 180_000 };

const scope = (name: string): string => `https://www.googleapis.com/auth/${name}`;

/** All that the delegation is granted; each only reads. */
export function scopesOf({ organizationalUnits }: Pick<GoogleSettings, "organizationalUnits">): readonly string[] {
	const units = organizationalUnits === "groups" ? [scope("admin.directory.orgunit.readonly")] : [];
	return [scope("admin.directory.user.readonly"), scope("admin.directory.group.readonly"), ...units];
}

/** More than reading: `check` asks for a token with each, and warns when it gets one. */
export const EXCESSIVE_SCOPES: readonly string[] = [
	scope("admin.directory.user"),
	scope("admin.directory.group"),
	scope("admin.directory.orgunit"),
	scope("admin.directory.rolemanagement"),
];
