import { SyncError } from "../../../core/errors.ts";
import type { AccountFields, ProductOperation } from "../../../core/operation.ts";
import type { Capabilities, Capability } from "../../../core/product.ts";
import { EMAILS } from "../../usermanagement/refusals.ts";
import type { Server } from "../../usermanagement/talk.ts";
import type { CrowdSettings } from "./settings.ts";

export interface CrowdVersion {
	/** As the server writes it. */
	readonly text: string;
	readonly major: number;
	readonly minor: number;
}

/** Of the answers' header `X-Embedded-Crowd-Version`. Throws `target.unsupported` for a Jira, `target.malformed` for what is no version. */
export function versionOf(server: Server): CrowdVersion {
	if (!/crowd/i.test(server.name)) {
		throw new SyncError("target.unsupported", `this is the user server of a ${server.name}, not a Crowd`, {
			todo: "Use kind: jira for a Jira; kind: crowd is for Crowd 3 and later.",
		});
	}
	const [, major, minor = "0"] = /^(\d{1,3})(?:\.(\d{1,3}))?/.exec(server.version) ?? [];
	if (major !== undefined) return { text: server.version, major: Number(major), minor: Number(minor) };
	throw new SyncError("target.malformed", `Crowd states the version "${server.version.slice(0, 40)}", which is not one`, {
		todo: "Check that url leads to a Crowd, and that nothing in between changes headers.",
	});
}

const isAtLeast = (version: CrowdVersion, major: number, minor: number): boolean =>
	version.major > major || (version.major === major && version.minor >= minor);

/** The releases that the table below was written for. */
export const OLDEST_KNOWN = 3;
export const NEWEST_KNOWN = 7;

type Kind = ProductOperation["kind"];
interface Since {
	readonly major: number;
	readonly minor: number;
	/** Why not before, and what the administrator does instead. */
	readonly because: string;
}

/** One row per operation: `always`, or the first version that can. */
const OPERATIONS: Readonly<Record<Kind, "always" | Since>> = {
	"group.create": "always",
	"group.delete": "always",
	"account.create": "always",
	// 2.8.4 and later, by Internet2's COmanage (CrowdProvisioner), which takes a 404 for an older server.
	"account.rename": {
		major: 2,
		minor: 9,
		because: "Crowd before 2.9 cannot rename users by REST: rename the user in Crowd's console (Users > the user), or upgrade Crowd.",
	},
	"account.update": "always",
	"account.enable": "always",
	"account.disable": "always",
	"attribute.set": "always",
	"member.add": "always",
	"member.remove": "always",
};

/** Since 4.4 a change of the address is answered 403, unless the server was started with a property that says otherwise. */
export function mayChangeEmails(version: CrowdVersion, settings: Pick<CrowdSettings, "emailChanges">): boolean {
	if (settings.emailChanges !== undefined) return settings.emailChanges === "allowed";
	return !isAtLeast(version, 4, 4);
}

/** What a Crowd of this version lets an application do. What the application has no permission for shows when it is tried. */
export function capabilitiesOf(
	version: CrowdVersion,
	settings: Pick<CrowdSettings, "emailChanges">,
	limits: { readonly pageSize: number; readonly concurrency: number },
): Capabilities {
	const operations = Object.fromEntries(
		Object.entries(OPERATIONS).map(([kind, since]): [string, Capability] => [
			kind,
			since === "always" || isAtLeast(version, since.major, since.minor)
				? { supported: true }
				: { supported: false, because: since.because },
		]),
	) as Record<Kind, Capability>;
	const emails = mayChangeEmails(version, settings);
	return {
		server: `Crowd ${version.text}`,
		operations,
		updatableFields: new Set<keyof AccountFields>(emails ? ["username", "email", "displayName"] : ["username", "displayName"]),
		...(emails ? {} : { fixedFields: { email: EMAILS } }),
		readableFields: new Set<keyof AccountFields>(["username", "email", "displayName"]),
		// An empty display name becomes the username, and an empty address is one.
		requiredFields: new Set<keyof AccountFields>(["username"]),
		readsDisabledAccounts: true,
		names: { usernames: "fold", groups: "fold" },
		limits,
	};
}
