import type { ConnectorId } from "../../../core/model.ts";
import type { Secret } from "../../../core/secret.ts";
import type { HttpLog } from "../../http/log.ts";
import type { NetworkSettings } from "../../http/network.ts";
import type { RetryPolicy } from "../../http/retry.ts";
import type { CloudName } from "./clouds.ts";

/** How the application shows who it is. `tenant`: the directory's id or one of its domains; `clientId`: the application's id. */
export type EntraLogin =
	| { readonly kind: "secret"; readonly tenant: string; readonly clientId: string; readonly secret: Secret }
	/** `pem`: certificate and private key (RSA), one after the other. */
	| { readonly kind: "certificate"; readonly tenant: string; readonly clientId: string; readonly pem: Secret }
	/** `assertion` is asked for each log-in, since such tokens live for minutes. */
	| { readonly kind: "federated"; readonly tenant: string; readonly clientId: string; readonly assertion: () => Promise<Secret> }
	/** The machine's own identity; `clientId` names a user-assigned one. */
	| { readonly kind: "managed"; readonly clientId?: string };

/** The property that a person's username is taken from. Whoever has no value there is held, not renamed. */
export type UsernameProperty = "userPrincipalName" | "mail" | "onPremisesSamAccountName" | "mailNickname";
/** By userType; a person without one is a member. */
export type PeopleKind = "everybody" | "members" | "guests";

export interface EntraSettings {
	readonly id: ConnectorId;
	readonly login: EntraLogin;
	/** Default `global`. */
	readonly cloud?: CloudName;
	/** Other addresses than the cloud's own, both https: a stand-in, a gateway. */
	readonly url?: string;
	readonly authority?: string;
	readonly username?: UsernameProperty;
	readonly people?: PeopleKind;
	/** People, groups or members a request, 1 to 999; default 999. Graph's own default is 100. */
	readonly pageSize?: number;
	readonly network: NetworkSettings;
	readonly log?: HttpLog;
	readonly retry?: RetryPolicy;
}

/** The most that Graph gives ("Must be between 1 and 999"). */
export const PAGE_SIZE = 999;
export const USERNAME: UsernameProperty = "userPrincipalName";
