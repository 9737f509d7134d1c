import { SyncError } from "../../../core/errors.ts";
import type { ProductOperation } from "../../../core/operation.ts";
import type { Capabilities, Capability } from "../../../core/product.ts";
import type { Server } from "../../usermanagement/talk.ts";

export interface JiraVersion {
	/** As the server writes it. */
	readonly text: string;
	readonly major: number;
	readonly minor: number;
}

/** `10.3.4`, `9.12.0-m0001`. Throws `target.malformed` for anything else. */
export function versionOf(text: string): JiraVersion {
	const [, major, minor] = /^(\d{1,3})\.(\d{1,3})/.exec(text) ?? [];
	if (major === undefined || minor === undefined) {
		throw new SyncError("target.malformed", `Jira states the version "${text.slice(0, 40)}", which is not one`, {
			todo: "Check that url leads to a Jira Data Center.",
		});
	}
	return { text, major: Number(major), minor: Number(minor) };
}

export const isAtLeast = (version: JiraVersion, major: number, minor: number): boolean =>
	version.major > major || (version.major === major && version.minor >= minor);

/** Versions worth a column in the table of products. */
export const PROFILES: readonly string[] = ["8.2", "8.3", "9.12", "10.3", "11.0"];

/** The newest major release that the table below was written from. */
export const NEWEST_KNOWN = 11;

type Kind = ProductOperation["kind"];
interface Since {
	readonly major: number;
	readonly minor: number;
	/** Why not before, and what the administrator does instead. */
	readonly because: string;
}
const SWITCHING: Since = {
	major: 8,
	minor: 3,
	because:
		"Jira before 8.3 cannot switch accounts on or off by REST (JRASERVER-37294): do it under Administration > User management, upgrade Jira to 8.3 or later, or give Rollcall the log-in of an application (userServer).",
};

/** One row per operation: `always`, or the first version that can. */
const OPERATIONS: Readonly<Record<Kind, "always" | Since>> = {
	"group.create": "always",
	"group.delete": "always",
	"account.create": "always",
	"account.rename": "always",
	"account.update": "always",
	"account.enable": SWITCHING,
	"account.disable": SWITCHING,
	"attribute.set": "always",
	"member.add": "always",
	"member.remove": "always",
};

/** Of the header in the answers of a Jira's user server. Throws `target.unsupported` for a Crowd. */
export function versionOfUserServer(server: Server): JiraVersion {
	if (/jira/i.test(server.name)) return versionOf(server.version);
	throw new SyncError("target.unsupported", `this is a ${server.name}, not the user server of a Jira`, {
		todo: "Use kind: crowd for a Crowd; userServer is for the applications under User management > Jira user server.",
	});
}

/**
 * What a Jira of this version can do by REST v2. `concurrency`: requests at once. `userServer`: with an application's log-in to its user
 * server, be it beside REST v2 or alone.
 */
export function capabilitiesOf(
	version: JiraVersion,
	limits: { readonly pageSize: number; readonly concurrency: number },
	{ userServer }: { readonly userServer: boolean } = { userServer: false },
): Capabilities {
	const operations = Object.fromEntries(
		Object.entries(OPERATIONS).map(([kind, since]): [string, Capability] => [
			kind,
			since === "always" || userServer || isAtLeast(version, since.major, since.minor)
				? { supported: true }
				: { supported: false, because: since.because },
		]),
	) as Record<Kind, Capability>;
	return {
		server: `Jira ${version.text}`,
		operations,
		updatableFields: new Set(["username", "email", "displayName"]),
		readableFields: new Set(["username", "email", "displayName"]),
		// "You must specify an email address.": Jira asks for all three.
		requiredFields: new Set(["username", "email", "displayName"]),
		readsDisabledAccounts: true,
		names: { usernames: "fold", groups: "fold" },
		limits,
	};
}
