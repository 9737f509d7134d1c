import type { Finding } from "../../../core/connector.ts";
import { asSyncError } from "../../../core/errors.ts";
import { type BitbucketVersion, NEWEST_KNOWN, OLDEST_KNOWN, versionOf } from "./capabilities.ts";
import { firstOf, LARGEST_PAGE, type PageRequest, readAll } from "./pages.ts";
import { permittedUsers, whoAmI } from "./read.ts";
import type { BitbucketTalk } from "./talk.ts";

const ok = (name: string, message: string): Finding => ({ level: "ok", name, message });
const fault = (level: "warning" | "error", name: string, message: string, todo: string): Finding => ({ level, name, message, todo });

/** More than a minute: certificates, tokens and schedules begin to disagree. */
const MOST_SKEW_MS = 60_000;

/** Reachability, identity, rights, licence, lists; at most one page of anything that is long. */
export async function checkBitbucket(talk: BitbucketTalk, username: string | undefined, signal: AbortSignal): Promise<readonly Finding[]> {
	const server = await attempt("server.reachable", () => checkServer(talk, signal));
	if (server.value === undefined) return server.findings;
	const identity = await attempt("identity", () => checkIdentity(talk, username, signal));
	const self = identity.value;
	const found = [...server.findings, ...identity.findings];
	if (self === undefined) return found;
	const licence = await attempt("rights", () => checkLicence(talk, self, signal));
	found.push(...licence.findings);
	if (licence.value === undefined) return found;
	for (const [name, look] of [
		["rights.level", () => checkLevel(talk, self, signal)],
		["accounts.listing", () => checkLists(talk, self, signal)],
	] as const) {
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
		return { findings: [fault("error", name, failure.message, failure.todo ?? "Look at Bitbucket's log.")] };
	}
}

async function checkServer(talk: BitbucketTalk, signal: AbortSignal): Promise<Looked<BitbucketVersion>> {
	const { body, headers } = await talk.properties(signal);
	const version = versionOf(body.version);
	const findings = [ok("server.reachable", `Bitbucket ${version.text} answers on ${talk.host}`)];
	if (version.major < OLDEST_KNOWN || version.major > NEWEST_KNOWN) {
		const age = version.major < OLDEST_KNOWN ? "older" : "newer";
		const message = `Bitbucket ${version.text} is ${age} than what Rollcall was written for (${OLDEST_KNOWN}.x to ${NEWEST_KNOWN}.x)`;
		findings.push(fault("warning", "server.version", message, "Try a dry run first, and look for a newer Rollcall."));
	}
	findings.push(...skewOf(headers.date));
	return { findings, value: version };
}

function skewOf(date: string | undefined): readonly Finding[] {
	const server = Date.parse(date ?? "");
	if (Number.isNaN(server)) return [];
	const skew = Math.round((server - Date.now()) / 1000);
	if (Math.abs(skew) * 1000 <= MOST_SKEW_MS) return [ok("clock.skew", "Bitbucket's clock and this machine's agree")];
	const todo = "Let both machines take their time from the same source (NTP).";
	const apart = `${Math.abs(skew)} seconds ${skew > 0 ? "ahead of" : "behind"}`;
	return [fault("warning", "clock.skew", `Bitbucket's clock is ${apart} this machine's`, todo)];
}

async function checkIdentity(talk: BitbucketTalk, username: string | undefined, signal: AbortSignal): Promise<Looked<string>> {
	const name = await whoAmI(talk, username, signal);
	return { findings: [ok("identity", `logged in as "${name}"`)], value: name };
}

/** Only administrators may see the licence. */
async function checkLicence(talk: BitbucketTalk, self: string, signal: AbortSignal): Promise<Looked<true>> {
	const licence = await talk.licence(signal);
	const findings = [ok("rights", `"${self}" may administer Bitbucket`)];
	const { maximumNumberOfUsers: most, unlimitedNumberOfUsers: unlimited } = licence ?? {};
	const used = licence?.status.currentNumberOfUsers;
	if (licence === undefined) {
		findings.push(fault("warning", "licence.missing", "Bitbucket has no licence installed", "Install one: without it nobody can work."));
	} else if (unlimited === true || typeof most !== "number" || most < 0 || typeof used !== "number") {
		findings.push(ok("licence.seats", "no limit of licensed users"));
	} else if (used < most) findings.push(ok("licence.seats", `${most - used} of ${most} licensed users are free`));
	else {
		const todo = "Free a seat or extend the licence: nobody can be put into a group that gives access.";
		findings.push(fault("warning", "licence.full", `all ${most} licensed users are taken`, todo));
	}
	return { findings, value: true };
}

/** A system administrator can do more than is needed. */
async function checkLevel(talk: BitbucketTalk, self: string, signal: AbortSignal): Promise<Looked<never>> {
	const same = (name: string) => name.toLowerCase() === self.toLowerCase();
	const direct = (await permittedUsers({ talk }, signal)).find(({ user }) => same(user.name))?.permission;
	const ask = (page: PageRequest) => talk.groupsOf(self, page, signal);
	const own = await readAll({
		what: "GET /rest/api/latest/admin/users/more-members",
		ask,
		key: ({ name }) => name,
		pageSize: LARGEST_PAGE,
	});
	const names = new Set(own.map(({ name }) => name));
	const all = {
		what: "GET /rest/api/latest/admin/permissions/groups",
		ask: (page: PageRequest) => talk.permittedGroups(page, signal),
		key: ({ group }: { group: { name: string } }) => group.name,
		pageSize: LARGEST_PAGE,
	};
	const system =
		direct === "SYS_ADMIN" || (await firstOf(all, ({ group, permission }) => permission === "SYS_ADMIN" && names.has(group.name)));
	if (!system) return { findings: [] };
	const todo = "The global permission Admin is enough, unless accounts of system administrators are to be managed.";
	return { findings: [fault("warning", "rights.excessive", `"${self}" is a system administrator of Bitbucket`, todo)] };
}

async function checkLists(talk: BitbucketTalk, self: string, signal: AbortSignal): Promise<Looked<never>> {
	const { values } = await talk.users({ start: 0, limit: LARGEST_PAGE, filter: self }, signal);
	const own = values.find((user) => user.name.toLowerCase() === self.toLowerCase());
	if (own === undefined) {
		const todo = "Look at Bitbucket's log, and at what stands between; nothing will be planned on such a list.";
		return { findings: [fault("error", "accounts.listing", `Bitbucket does not list "${self}", the account that Rollcall uses`, todo)] };
	}
	await talk.groups({ start: 0, limit: 1 }, signal);
	const findings = [ok("accounts.listing", "Bitbucket lists accounts and groups")];
	if (own.mutableDetails === false) {
		const todo = "Better an account of Bitbucket's internal directory: this one stops working when its directory does.";
		findings.push(fault("warning", "identity.external", `"${self}" lives in an outer directory (${own.directoryName ?? "unnamed"})`, todo));
	}
	return { findings };
}
