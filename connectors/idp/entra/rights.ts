import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";

/** What an access token says, as far as Rollcall looks. `known`: it could be read at all; Microsoft does not promise that. */
export interface Rights {
	readonly known: boolean;
	/** Application permissions that an administrator has consented to. */
	readonly roles: ReadonlySet<string>;
	/** The application's id, or the managed identity's. */
	readonly application: string | undefined;
}

const claimsSchema = z.object({ roles: z.array(z.string()).optional(), appid: z.string().optional(), azp: z.string().optional() });

/** From the claims inside a JSON Web Token (RFC 7519), unverified: Graph is the one who judges it. A token without `roles` has none. */
export function rightsOf(token: string): Rights {
	const nothing: Rights = { known: false, roles: new Set(), application: undefined };
	const body = token.split(".")[1];
	if (body === undefined || body === "") return nothing;
	try {
		const claims = claimsSchema.safeParse(JSON.parse(Buffer.from(body, "base64url").toString("utf8"))).data;
		if (claims === undefined) return nothing;
		return { known: true, roles: new Set(claims.roles ?? []), application: claims.appid ?? claims.azp };
	} catch (error) {
		if (error instanceof SyntaxError) return nothing;
		throw error;
	}
}

/** All that Rollcall asks for: https://learn.microsoft.com/graph/permissions-reference */
export const NEEDED = ["User.Read.All", "GroupMember.Read.All"] as const;
/** For groups that hide their members; only where such groups matter. */
export const HIDDEN = "Member.Read.Hidden";

/** Any of these shows every user with accountEnabled. User.ReadBasic.All does not. */
const SHOWS_USERS = ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
const SHOWS_GROUPS = [
	"GroupMember.Read.All",
	"GroupMember.ReadWrite.All",
	"Group.Read.All",
	"Group.ReadWrite.All",
	"Directory.Read.All",
	"Directory.ReadWrite.All",
];

export const missingRights = (rights: Rights): readonly string[] => [
	...(SHOWS_USERS.some((role) => rights.roles.has(role)) ? [] : [NEEDED[0]]),
	...(SHOWS_GROUPS.some((role) => rights.roles.has(role)) ? [] : [NEEDED[1]]),
];

/** Whatever is neither needed nor of use here; those that can change something first. */
export function excessiveRights(rights: Rights): { readonly writing: readonly string[]; readonly reading: readonly string[] } {
	const more = [...rights.roles].filter((role) => role !== HIDDEN && !NEEDED.some((needed) => needed === role)).sort();
	const writes = (role: string) => !/\.(Read|ReadBasic)(\.|$)/.test(role);
	return { writing: more.filter(writes), reading: more.filter((role) => !writes(role)) };
}

export const seesHiddenMembers = (rights: Rights): boolean => rights.roles.has(HIDDEN);

export const howToGrant = (rights: readonly string[]): string =>
	`In the Entra admin center: App registrations > this application > API permissions > Add > Microsoft Graph > Application permissions > ${rights.join(" and ")}, then "Grant admin consent". New tokens have it; a daemon gets one within an hour.`;

/** Throws `source.denied` when the token itself says that people or groups cannot be read. */
export function assertSeesEverybody(rights: Rights, source: string): void {
	const missing = rights.known ? missingRights(rights) : [];
	if (missing.length === 0) return;
	const message = `${source}: application ${rights.application ?? "(unnamed)"} lacks ${missing.join(" and ")}`;
	throw new SyncError("source.denied", message, { todo: howToGrant(missing), context: { source, missing: missing.join(" ") } });
}
