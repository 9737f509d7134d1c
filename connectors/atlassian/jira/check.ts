import type { Finding } from "../../../core/connector.ts";
import { asSyncError, SyncError } from "../../../core/errors.ts";
import { isAtLeast, type JiraVersion, NEWEST_KNOWN, versionOf } from "./capabilities.ts";
import type { JiraTalk } from "./talk.ts";
import type { WireUser } from "./translate.ts";

const ok = (name: string, message: string): Finding => ({ level: "ok", name, message });
const fault = (level: "warning" | "error", name: string, message: string, todo: string): Finding => ({ level, name, message, todo });

/** More than a minute: certificates, tokens and schedules begin to disagree. */
const MOST_SKEW_MS = 60_000;

/** Reachability, identity, rights, seats, completeness of listings, clock; at most one page of anything. */
export async function checkJira(
	talk: JiraTalk,
	signal: AbortSignal,
	{ userServer }: { readonly userServer: boolean } = { userServer: false },
): Promise<readonly Finding[]> {
	const server = await attempt("server.reachable", () => checkServer(talk, { userServer }, signal));
	const version = server.value;
	if (version === undefined) return server.findings;
	const identity = await attempt("identity", () => checkIdentity(talk, signal));
	if (identity.value === undefined) return [...server.findings, ...identity.findings];
	const rights = await attempt("rights", () => checkRights(talk, identity.value as WireUser, signal));
	const found = [...server.findings, ...identity.findings, ...rights.findings];
	if (rights.value !== true) return found;
	// Lists come from the user server where there is one.
	const lists = [
		["accounts.listing", () => checkAccounts(talk, version, signal)],
		["groups.listing", () => checkGroups(talk, signal)],
	] as const;
	for (const [name, look] of [...(userServer ? [] : lists), ["licence.seats", () => checkSeats(talk, signal)] as const]) {
		found.push(...(await attempt(name, look)).findings);
	}
	return found;
}

interface Looked<T> {
	readonly findings: readonly Finding[];
	readonly value?: T;
}

/** A failed look is a finding of its own; only a stop and a bug go up. */
async function attempt<T>(name: string, look: () => Promise<Looked<T>>): Promise<Looked<T>> {
	try {
		return await look();
	} catch (error) {
		const failure = asSyncError(error);
		if (failure.code === "run.cancelled" || failure.code === "bug") throw failure;
		return { findings: [fault("error", name, failure.message, failure.todo ?? "Look at Jira's log.")] };
	}
}

async function checkServer(talk: JiraTalk, by: { readonly userServer: boolean }, signal: AbortSignal): Promise<Looked<JiraVersion>> {
	const { body, headers } = await talk.serverInfo(signal);
	assertDataCenter(body.deploymentType);
	const version = versionOf(body.version);
	const findings = [ok("server.reachable", `Jira ${version.text} answers on ${talk.host}`)];
	if (!isAtLeast(version, 8, 3) && !by.userServer) {
		const todo =
			"Upgrade Jira to 8.3 or later, or give Rollcall the log-in of an application (userServer); until then leavers have to be switched off by hand.";
		findings.push(fault("error", "server.version", `Jira ${version.text} cannot switch accounts on or off by REST`, todo));
	}
	findings.push(...newness(version), ...skewOf(headers.date));
	return { findings, value: version };
}

/** A warning for a Jira that is newer than this program. */
export function newness(version: JiraVersion): readonly Finding[] {
	if (version.major <= NEWEST_KNOWN) return [];
	const todo = "Try a dry run first, and look for a newer Rollcall.";
	return [fault("warning", "server.version", `Jira ${version.text} is newer than what Rollcall was written for (${NEWEST_KNOWN}.x)`, todo)];
}

/** Throws `target.unsupported` for Jira Cloud, whose accounts are not Jira's own. */
export function assertDataCenter(deploymentType: string | null | undefined): void {
	if (deploymentType?.toLowerCase() !== "cloud") return;
	throw new SyncError("target.unsupported", "this is Jira Cloud, whose accounts are kept by the organisation and not by Jira", {
		todo: "kind: jira is for Jira Data Center and Server.",
	});
}

function skewOf(date: string | undefined): readonly Finding[] {
	const server = Date.parse(date ?? "");
	if (Number.isNaN(server)) return [];
	const skew = Math.round((server - Date.now()) / 1000);
	if (Math.abs(skew) * 1000 <= MOST_SKEW_MS) return [ok("clock.skew", "Jira's clock and this machine's agree")];
	const todo = "Let both machines take their time from the same source (NTP).";
	return [
		fault("warning", "clock.skew", `Jira's clock is ${Math.abs(skew)} seconds ${skew > 0 ? "ahead of" : "behind"} this machine's`, todo),
	];
}

async function checkIdentity(talk: JiraTalk, signal: AbortSignal): Promise<Looked<WireUser>> {
	const self = await talk.myself(signal);
	const findings = [ok("identity", `logged in as "${self.name}" (${self.key})`)];
	// An account of one's own without a readable address: Jira masks or hides them all.
	if (!/@/.test(self.emailAddress ?? "")) {
		const todo =
			'Set "User email visibility" to public or logged-in users (Administration > System > General configuration), or every address will look changed.';
		findings.push(fault("warning", "emails.hidden", `Jira does not show the e-mail address of "${self.name}" to itself`, todo));
	}
	return { findings, value: self };
}

async function checkRights(talk: JiraTalk, self: WireUser, signal: AbortSignal): Promise<Looked<boolean>> {
	const rights = await talk.permissions(signal);
	const system = rights.has("SYSTEM_ADMIN");
	if (!rights.has("ADMINISTER") && !system) {
		const todo = `Give "${self.name}" the global permission Jira Administrators.`;
		return { findings: [fault("error", "rights.missing", `"${self.name}" may not administer Jira (ADMINISTER)`, todo)], value: false };
	}
	const findings: Finding[] = [];
	if (rights.has("USER_PICKER")) findings.push(ok("rights", `"${self.name}" may administer Jira and browse users`));
	else {
		const todo = `Give "${self.name}" the global permission Browse Users: without it the lists of accounts and groups may come back empty.`;
		findings.push(fault("error", "rights.missing", `"${self.name}" may not browse users (USER_PICKER)`, todo));
	}
	if (system) {
		const todo = "Jira Administrators is enough, unless accounts of system administrators are to be managed.";
		findings.push(fault("warning", "rights.excessive", `"${self.name}" is a system administrator of Jira`, todo));
	}
	return { findings, value: true };
}

async function checkAccounts(talk: JiraTalk, version: JiraVersion, signal: AbortSignal): Promise<Looked<never>> {
	const modern = isAtLeast(version, 10, 0);
	if (modern && (await hasUserList(talk, signal))) {
		return { findings: [ok("accounts.listing", "Jira lists all accounts (GET /rest/api/2/user/list)")] };
	}
	const cap = modern ? 100 : 1_000;
	const [last] = await talk.userSearch({ startAt: cap - 1, maxResults: 1 }, signal);
	if (last === undefined) return { findings: [ok("accounts.listing", `fewer than ${cap} accounts: user search shows them all`)] };
	const [beyond] = await talk.userSearch({ startAt: cap, maxResults: 1 }, signal);
	if (beyond !== undefined) return { findings: [ok("accounts.listing", `user search goes on beyond ${cap} accounts`)] };
	const message = `user search of Jira ${version.text} ends at exactly ${cap} accounts: more cannot be seen, and nothing will be planned`;
	return { findings: [fault("error", "accounts.capped", message, "Upgrade Jira to 10.3 or later, which lists all accounts.")] };
}

async function hasUserList(talk: JiraTalk, signal: AbortSignal): Promise<boolean> {
	try {
		await talk.userList({ cursor: undefined, maxResults: 1 }, signal);
		return true;
	} catch (error) {
		if (error instanceof SyncError && error.context.status === 404) return false;
		throw error;
	}
}

async function checkGroups(talk: JiraTalk, signal: AbortSignal): Promise<Looked<never>> {
	const { groups, total } = await talk.groupPicker("", 10_000, signal);
	if (groups.length >= total) return { findings: [ok("groups.listing", `Jira lists all ${total} groups`)] };
	const todo = `Raise the application property jira.ajax.autocomplete.limit above ${total} (Administration > System > General configuration > Advanced settings); until then every reading costs many small requests.`;
	return { findings: [fault("warning", "groups.cut", `Jira shows ${groups.length} of ${total} groups at once`, todo)] };
}

async function checkSeats(talk: JiraTalk, signal: AbortSignal): Promise<Looked<never>> {
	const findings: Finding[] = [];
	for (const role of await talk.applicationRoles(signal)) {
		const name = role.name ?? role.key;
		const { remainingSeats: left, numberOfSeats: seats } = role;
		if (role.hasUnlimitedSeats === true || typeof left !== "number" || left < 0)
			findings.push(ok("licence.seats", `${name}: no limit of seats`));
		else if (left > 0) findings.push(ok("licence.seats", `${name}: ${left} of ${seats ?? "?"} seats are free`));
		else {
			const todo = "Free a seat or extend the licence: new accounts will be created without access.";
			findings.push(fault("warning", "licence.full", `${name}: all ${seats ?? ""} seats are taken`, todo));
		}
	}
	return { findings };
}
