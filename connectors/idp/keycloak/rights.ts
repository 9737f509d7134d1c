import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";

/** What an access token says, as far as Rollcall looks. Times are seconds since 1970. */
export interface Claims {
	readonly iat?: number | undefined;
	readonly resource_access?: Readonly<Record<string, { readonly roles: readonly string[] }>> | undefined;
}

const claimsSchema = z.object({
	iat: z.number().optional(),
	resource_access: z.record(z.string(), z.object({ roles: z.array(z.string()) })).optional(),
});

/** The claims inside a JSON Web Token (RFC 7519), unverified: the server is the one who judges it. Undefined: not such a token. */
export function claimsOf(token: string): Claims | undefined {
	const body = token.split(".")[1];
	if (body === undefined) return undefined;
	try {
		return claimsSchema.safeParse(JSON.parse(Buffer.from(body, "base64url").toString("utf8"))).data;
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
}

/**
 * The account's roles for administering the realm. `known` is false when the token does not carry them
 * (lightweight access tokens, "full scope allowed" switched off).
 */
export interface Rights {
	readonly known: boolean;
	/** Where Keycloak keeps them: the client whose roles these are. */
	readonly holder: string;
	readonly roles: ReadonlySet<string>;
}

/** Composite roles come expanded in the token: view-users brings query-users and query-groups along. */
export function rightsOf(claims: Claims | undefined, realm: string, authRealm: string): Rights {
	const holder = authRealm === realm && realm !== "master" ? "realm-management" : `${realm}-realm`;
	const access = claims?.resource_access;
	return { known: access !== undefined, holder, roles: new Set(access?.[holder]?.roles ?? []) };
}

/** All that Rollcall asks for. */
export const NEEDED = "view-users";
/** What view-users brings along, and what only reads events: no more than needed. */
const HARMLESS = new Set(["view-users", "query-users", "query-groups", "view-events"]);

/** Any of these shows every person and every group, and switches off fine-grained permissions for the account. */
const SEE_ALL = ["view-users", "manage-users", "realm-admin"];

export const seesEverybody = (rights: Rights): boolean => SEE_ALL.some((role) => rights.roles.has(role));

/** Roles that can do more than read people and groups; view-only ones for other things are left alone. */
export const excessiveRoles = (rights: Rights): readonly string[] =>
	[...rights.roles].filter((role) => !HARMLESS.has(role) && !/^(view|query)-/.test(role)).sort();

export const howToGrant = (rights: Rights, clientId: string): string =>
	`In Keycloak: Clients > ${clientId} > Service account roles > Assign role > client role "${rights.holder} ${NEEDED}".`;

/**
 * Without the right to see people Keycloak answers 200 with an empty list, as if there were nobody
 * (https://www.keycloak.org/docs/latest/server_admin/#_fine_grained_permissions). Throws `source.denied`.
 */
export function assertSeesEverybody(rights: Rights, about: { readonly source: string; readonly clientId: string }): void {
	if (!rights.known || seesEverybody(rights)) return;
	throw new SyncError(
		"source.denied",
		`${about.source}: client ${about.clientId} lacks the role ${NEEDED}, so Keycloak hides people from it`,
		{
			todo: howToGrant(rights, about.clientId),
			context: { source: about.source, clientId: about.clientId, missing: NEEDED },
		},
	);
}
