import type { Finding } from "../../../core/connector.ts";
import { asSyncError, type SyncError } from "../../../core/errors.ts";
import { eq } from "./filter.ts";
import { GRANT } from "./refusals.ts";
import type { Talk } from "./talk.ts";

/** Further apart than this, time stamps are judged wrongly somewhere. */
const SKEW_MS = 30_000;

/**
 * Log-in, clock, rights that are missing, rights that are too much, and the realms. Lists are not read: their cost is
 * OpenAM's, and a search that finds nobody is refused just the same when the right is missing.
 */
export async function checkOpenAm(talk: Talk, signal: AbortSignal): Promise<readonly Finding[]> {
	const { username, authRealm, realms } = talk.settings;
	try {
		await talk.login(signal);
	} catch (error) {
		return [failed(asSyncError(error))];
	}
	const findings: Finding[] = [
		{ level: "ok", name: "server.login", message: `${username} is logged in at ${talk.host}, realm ${authRealm}` },
	];
	findings.push(await guarded(() => clock(talk, signal)));
	for (const realm of realms) findings.push(await guarded(() => readable(talk, realm, signal)));
	findings.push(...(await excessive(talk, signal)));
	findings.push(...(await furtherRealms(talk, signal)));
	return findings;
}

async function guarded(work: () => Promise<Finding>): Promise<Finding> {
	try {
		return await work();
	} catch (error) {
		return failed(asSyncError(error));
	}
}

function failed(error: SyncError): Finding {
	if (error.code === "run.cancelled" || error.code === "bug") throw error;
	const todo = error.todo ?? "Look at OpenAM's log.";
	return { level: "error", name: nameOf(error), message: error.message, todo };
}

function nameOf(error: SyncError): string {
	if (error.code === "config.invalid") return error.context.realm === undefined ? "server.host" : "server.realm";
	if (error.context.missing !== undefined) return "rights.missing";
	return error.code === "source.denied" ? "server.credentials" : `server.${error.code.slice(error.code.indexOf(".") + 1)}`;
}

/** OpenAM sends no Date header that it did not get from a proxy; its clock is in the session. */
async function clock(talk: Talk, signal: AbortSignal): Promise<Finding> {
	const asked = Date.now();
	const server = (await talk.serverTime(signal)).getTime();
	const answered = Date.now();
	const early = asked - 1_000 - server;
	const late = server - answered;
	const skew = Math.max(early, late, 0);
	if (skew <= SKEW_MS) return { level: "ok", name: "clock.skew", message: `the clocks of ${talk.host} and of this machine agree` };
	const message = `the clock of ${talk.host} is ${Math.round(skew / 1_000)} s ${late > early ? "ahead of" : "behind"} this machine's`;
	return { level: "warning", name: "clock.skew", message, todo: "Let both machines follow a time server (NTP)." };
}

/** One record: one that need not be there, since that is not what is asked. */
async function readable(talk: Talk, realm: string, signal: AbortSignal): Promise<Finding> {
	const { name, groupName, id } = talk.settings.attributes;
	const self = await talk.list({ realm, what: "users", filter: eq(name, talk.settings.username) }, signal);
	await talk.list({ realm, what: "groups", filter: eq(groupName, talk.settings.username) }, signal);
	const shown = self.every((row) => id.toLowerCase() === "dn" || Object.keys(row).some((key) => key.toLowerCase() === id.toLowerCase()));
	if (shown) return { level: "ok", name: "rights.read", message: `people and groups of realm ${realm} may be read` };
	return {
		level: "error",
		name: "attributes.hidden",
		message: `realm ${realm} does not show ${id}, by which people are known for good`,
		todo: `Add ${id} to the user and the group attributes of this realm's data store; see docs/guides/openam.md.`,
	};
}

async function excessive(talk: Talk, signal: AbortSignal): Promise<readonly Finding[]> {
	const { username } = talk.settings;
	const pages = [
		{ page: "version", may: "administer OpenAM or a realm (RealmAdmin)" },
		{ page: "policies", may: "administer policies (PolicyAdmin)" },
	] as const;
	const found: string[] = [];
	for (const { page, may } of pages) {
		try {
			if (await talk.mayRead(page, signal)) found.push(may);
		} catch (error) {
			return [failed(asSyncError(error))];
		}
	}
	if (found.length === 0) return [{ level: "ok", name: "rights.excessive", message: `${username} may not do more than read` }];
	return [{ level: "warning", name: "rights.excessive", message: `${username} may do more than read: ${found.join(", ")}`, todo: GRANT }];
}

/** Only an account with RealmReadAccess, or too many rights, can see which realms there are. */
async function furtherRealms(talk: Talk, signal: AbortSignal): Promise<readonly Finding[]> {
	try {
		const all = await talk.realms(signal);
		const unread = (all ?? []).filter((realm) => !talk.settings.realms.includes(realm));
		if (unread.length === 0) return [];
		return [{ level: "ok", name: "realms.unread", message: `these realms are not read: ${unread.join(", ")}` }];
	} catch (error) {
		return [failed(asSyncError(error))];
	}
}
