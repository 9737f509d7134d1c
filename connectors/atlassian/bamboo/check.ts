import type { Finding } from "../../../core/connector.ts";
import { asSyncError } from "../../../core/errors.ts";
import { type BambooVersion, NEWEST_KNOWN, OLDEST_KNOWN, versionOf } from "./capabilities.ts";
import { PAGE_SIZE } from "./pages.ts";
import { readPermitted } from "./read.ts";
import type { BambooTalk } from "./talk.ts";
import { fold } from "./translate.ts";

const ok = (name: string, message: string): Finding => ({ level: "ok", name, message });
const fault = (level: "warning" | "error", name: string, message: string, todo: string): Finding => ({ level, name, message, todo });

/** More than a minute: certificates, tokens and schedules begin to disagree. */
const MOST_SKEW_MS = 60_000;

/** Reachability, identity, rights, access, lists; at most one page of anything that is long. */
export async function checkBamboo(talk: BambooTalk, signal: AbortSignal): Promise<readonly Finding[]> {
	const server = await attempt("server.reachable", () => checkServer(talk, signal));
	if (server.value === undefined) return server.findings;
	const identity = await attempt("identity", () => checkIdentity(talk, signal));
	const self = identity.value;
	const found = [...server.findings, ...identity.findings];
	if (self === undefined) return found;
	const rights = await attempt("rights", () => checkRights(talk, self, signal));
	found.push(...rights.findings);
	if (rights.value === undefined) return found;
	for (const [name, look] of [
		["access.everybody", () => checkRoles(talk, signal)],
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
		return { findings: [fault("error", name, failure.message, failure.todo ?? "Look at Bamboo's log.")] };
	}
}

async function checkServer(talk: BambooTalk, signal: AbortSignal): Promise<Looked<BambooVersion>> {
	const { body, headers } = await talk.info(signal);
	const version = versionOf(body.version);
	const findings = [ok("server.reachable", `Bamboo ${version.text} answers on ${talk.host}`)];
	if (version.major < OLDEST_KNOWN || version.major > NEWEST_KNOWN) {
		const age = version.major < OLDEST_KNOWN ? "older" : "newer";
		const message = `Bamboo ${version.text} is ${age} than what Rollcall was written for (${OLDEST_KNOWN}.x to ${NEWEST_KNOWN}.x)`;
		findings.push(fault("warning", "server.version", message, "Try a dry run first, and look for a newer Rollcall."));
	}
	findings.push(...skewOf(headers.date));
	return { findings, value: version };
}

function skewOf(date: string | undefined): readonly Finding[] {
	const server = Date.parse(date ?? "");
	if (Number.isNaN(server)) return [];
	const skew = Math.round((server - Date.now()) / 1000);
	if (Math.abs(skew) * 1000 <= MOST_SKEW_MS) return [ok("clock.skew", "Bamboo's clock and this machine's agree")];
	const todo = "Let both machines take their time from the same source (NTP).";
	const apart = `${Math.abs(skew)} seconds ${skew > 0 ? "ahead of" : "behind"}`;
	return [fault("warning", "clock.skew", `Bamboo's clock is ${apart} this machine's`, todo)];
}

async function checkIdentity(talk: BambooTalk, signal: AbortSignal): Promise<Looked<string>> {
	const { name } = await talk.currentUser(signal);
	return { findings: [ok("identity", `logged in as "${name}"`)], value: name };
}

/** Only administrators may see the permissions. */
async function checkRights(talk: BambooTalk, self: string, signal: AbortSignal): Promise<Looked<true>> {
	await talk.permitted("groups", { start: 0, limit: 1 }, signal);
	return { findings: [ok("rights", `"${self}" may administer Bamboo's users and groups`)], value: true };
}

async function checkRoles(talk: BambooTalk, signal: AbortSignal): Promise<Looked<never>> {
	const open = (await readPermitted({ talk }, "roles", signal)).filter(({ name }) => !isAnonymous(name));
	if (open.length === 0) return { findings: [ok("access.groups", "access comes from groups")] };
	const message = `everybody who can log in has access (${open.map(({ name, permissions }) => `${name}: ${permissions.join(", ")}`).join("; ")})`;
	const todo =
		"Take it from the role and give it to a group (Administration > Global permissions), or leavers keep it, whatever groups they lose.";
	return { findings: [fault("warning", "access.everybody", message, todo)] };
}
/** Whoever is not logged in is nobody's leaver. */
export const isAnonymous = (role: string): boolean => /anonymous/i.test(role);

async function checkLists(talk: BambooTalk, self: string, signal: AbortSignal): Promise<Looked<never>> {
	const { results } = await talk.users({ start: 0, limit: PAGE_SIZE, filter: self }, signal);
	if (!results.some(({ name }) => fold(name) === fold(self))) {
		const todo = "Look at Bamboo's log, and at what stands between; nothing will be planned on such a list.";
		return { findings: [fault("error", "accounts.listing", `Bamboo does not list "${self}", the account that Rollcall uses`, todo)] };
	}
	await talk.groups({ start: 0, limit: 1 }, signal);
	return { findings: [ok("accounts.listing", "Bamboo lists accounts and groups")] };
}
