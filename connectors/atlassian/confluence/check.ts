import type { Finding } from "../../../core/connector.ts";
import { asSyncError } from "../../../core/errors.ts";
import type { Capabilities } from "../../../core/product.ts";
import { type ConfluenceVersion, listsAccounts, NEWEST_KNOWN, OLDEST_KNOWN } from "./capabilities.ts";
import { LARGEST_PAGE } from "./pages.ts";
import { licenceOf, whoAmI } from "./read.ts";
import { serverOf } from "./server.ts";
import type { ConfluenceTalk } from "./talk.ts";
import { type KnownUser, knownUser, type WirePermission } from "./translate.ts";

const ok = (name: string, message: string): Finding => ({ level: "ok", name, message });
const fault = (level: "warning" | "error", name: string, message: string, todo: string): Finding => ({ level, name, message, todo });

/** More than a minute: certificates, tokens and schedules begin to disagree. */
const MOST_SKEW_MS = 60_000;

export interface CheckParts {
	readonly talk: ConfluenceTalk;
	readonly capabilities: (signal: AbortSignal) => Promise<Capabilities>;
}

/** Reachability, identity, rights, what the server can do, licence, lists; at most one page of anything that is long. */
export async function checkConfluence({ talk, capabilities }: CheckParts, signal: AbortSignal): Promise<readonly Finding[]> {
	const server = await attempt("server.reachable", () => checkServer(talk, signal));
	if (server.value === undefined) return server.findings;
	const version = server.value;
	const identity = await attempt("identity", () => checkIdentity(talk, signal));
	const found = [...server.findings, ...identity.findings];
	const self = identity.value;
	if (self === undefined) return found;
	const rights = await attempt("rights", () => checkRights(talk, self, signal));
	found.push(...rights.findings);
	if (rights.value === undefined) return found;
	for (const [name, look] of [
		["abilities", async () => checkAbilities(await capabilities(signal))],
		["licence.seats", () => checkLicence(talk, signal)],
		["accounts.listing", () => checkLists(talk, version, signal)],
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
		return { findings: [fault("error", name, failure.message, failure.todo ?? "Look at Confluence's log.")] };
	}
}

async function checkServer(talk: ConfluenceTalk, signal: AbortSignal): Promise<Looked<ConfluenceVersion>> {
	const { version, date } = await serverOf(talk, signal);
	const findings = [ok("server.reachable", `Confluence ${version.text} answers on ${talk.host}`)];
	if (version.major < OLDEST_KNOWN || version.major > NEWEST_KNOWN) {
		const age = version.major < OLDEST_KNOWN ? "older" : "newer";
		const message = `Confluence ${version.text} is ${age} than what Rollcall was written for (${OLDEST_KNOWN}.x to ${NEWEST_KNOWN}.x)`;
		findings.push(fault("warning", "server.version", message, "Try a dry run first, and look for a newer Rollcall."));
	}
	findings.push(...skewOf(date));
	return { findings, value: version };
}

function skewOf(date: string | undefined): readonly Finding[] {
	const server = Date.parse(date ?? "");
	if (Number.isNaN(server)) return [];
	const skew = Math.round((server - Date.now()) / 1000);
	if (Math.abs(skew) * 1000 <= MOST_SKEW_MS) return [ok("clock.skew", "Confluence's clock and this machine's agree")];
	const todo = "Let both machines take their time from the same source (NTP).";
	const apart = `${Math.abs(skew)} seconds ${skew > 0 ? "ahead of" : "behind"}`;
	return [fault("warning", "clock.skew", `Confluence's clock is ${apart} this machine's`, todo)];
}

async function checkIdentity(talk: ConfluenceTalk, signal: AbortSignal): Promise<Looked<KnownUser>> {
	const self = await whoAmI(talk, signal);
	return { findings: [ok("identity", `logged in as "${self.name}"`)], value: self };
}

/** Only administrators may see the global permissions; a system administrator can do more than is needed. */
async function checkRights(talk: ConfluenceTalk, self: KnownUser, signal: AbortSignal): Promise<Looked<true>> {
	const permissions = await talk.permissions(signal);
	if (permissions === undefined) {
		const todo = "Look at a dry run's first writes; the account needs the global permission Confluence Administrator.";
		const message = "this Confluence cannot be asked for global permissions, so the right was not seen";
		return { findings: [fault("warning", "rights.unseen", message, todo)], value: true };
	}
	const findings = [ok("rights", `"${self.name}" may administer Confluence`)];
	const { results: own } = await talk.groupsOf(self.key, { start: 0, limit: LARGEST_PAGE }, signal);
	const names = new Set(own.map(({ name }) => name.toLowerCase()));
	if (permissions.some((permission) => isSystem(permission) && isAbout(permission, self, names))) {
		const todo = "Confluence Administrator is enough, unless accounts of system administrators are to be managed.";
		findings.push(fault("warning", "rights.excessive", `"${self.name}" is a system administrator of Confluence`, todo));
	}
	return { findings, value: true };
}
const isSystem = ({ operation }: WirePermission): boolean => operation.targetType === "system" && operation.operationKey === "administer";
const isAbout = ({ subject }: WirePermission, self: KnownUser, groups: ReadonlySet<string>): boolean =>
	subject?.type === "group" ? groups.has((subject.name ?? "").toLowerCase()) : subject?.username?.toLowerCase() === self.name.toLowerCase();

const ABILITIES = [
	["account.create", "create accounts"],
	["account.disable", "disable and enable accounts"],
	["account.update", "change names and e-mail addresses"],
	["member.add", "change groups and memberships"],
] as const;

async function checkAbilities({ server, operations }: Capabilities): Promise<Looked<never>> {
	const findings = ABILITIES.map(([kind, what]) => {
		const capability = operations[kind];
		return capability.supported
			? ok(`can.${kind}`, `${server} can ${what}`)
			: fault("warning", `can.${kind}`, `${server} cannot ${what}`, capability.because);
	});
	return { findings };
}

async function checkLicence(talk: ConfluenceTalk, signal: AbortSignal): Promise<Looked<never>> {
	const licence = await licenceOf(talk, signal);
	if (licence === undefined) return { findings: [ok("licence.seats", "Confluence does not tell how many seats are free")] };
	const { used, most } = licence;
	if (most < 0) return { findings: [ok("licence.seats", "no limit of licensed users")] };
	if (used < most) return { findings: [ok("licence.seats", `${most - used} of ${most} licensed users are free`)] };
	const todo = "Free a seat or extend the licence: no account can be created.";
	return { findings: [fault("warning", "licence.full", `all ${most} licensed users are taken`, todo)] };
}

async function checkLists(talk: ConfluenceTalk, version: ConfluenceVersion, signal: AbortSignal): Promise<Looked<never>> {
	await talk.groups({ start: 0, limit: 1 }, signal);
	if (!listsAccounts(version)) {
		const todo = "Put every account that Rollcall shall see into a group; 8.4 and later list them all.";
		const message = `Confluence ${version.text} has no list of accounts: only members of groups are seen`;
		return { findings: [fault("warning", "accounts.listing", message, todo)] };
	}
	const { results } = await talk.users({ start: 0, limit: LARGEST_PAGE }, signal);
	if (results.some((user) => knownUser(user) !== undefined))
		return { findings: [ok("accounts.listing", "Confluence lists accounts and groups")] };
	const todo = "Look at Confluence's log, and at what stands between; nothing will be planned on such a list.";
	return { findings: [fault("error", "accounts.listing", "Confluence's list of accounts is empty", todo)] };
}
