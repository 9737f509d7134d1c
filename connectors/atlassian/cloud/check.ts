import type { Finding } from "../../../core/connector.ts";
import { asSyncError } from "../../../core/errors.ts";
import type { Management } from "./management.ts";
import type { DirectoryBounds } from "./settings.ts";
import type { CloudTalk } from "./talk.ts";
import { EXTERNAL } from "./wire.ts";

const ok = (name: string, message: string): Finding => ({ level: "ok", name, message });
const fault = (level: "warning" | "error", name: string, message: string, todo: string): Finding => ({ level, name, message, todo });

/** More than a minute: certificates and schedules begin to disagree. */
const MOST_SKEW_MS = 60_000;
/** From here on a bound is worth a word. */
const NEARLY = 0.9;

export interface Checked {
	readonly talk: CloudTalk;
	readonly management: Management | undefined;
	readonly bounds: DirectoryBounds;
}

/** Reachability, the keys, the lists, the bounds; one page of each list at most. */
export async function checkCloud(parts: Checked, signal: AbortSignal): Promise<readonly Finding[]> {
	const reached = await attempt("server.reachable", () => checkServer(parts, signal));
	if (reached.some(({ level }) => level === "error")) return reached;
	return [
		...reached,
		...(await attempt("accounts.listing", () => checkLists(parts, signal))),
		...(await attempt("organization.key", () => checkManagement(parts, signal))),
	];
}

/** A failed look is a finding of its own; only a stop and a bug go up. */
async function attempt(name: string, look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
	try {
		return await look();
	} catch (error) {
		const failure = asSyncError(error);
		if (failure.code === "run.cancelled" || failure.code === "bug") throw failure;
		return [fault("error", name, failure.message, failure.todo ?? "Look at https://status.atlassian.com.")];
	}
}

async function checkServer({ talk }: Checked, signal: AbortSignal): Promise<readonly Finding[]> {
	const { headers } = await talk.configuration(signal);
	const findings = [ok("server.reachable", `the directory ${talk.directory} answers on ${talk.host}, and takes the key`)];
	const server = Date.parse(headers.date ?? "");
	if (Number.isNaN(server)) return findings;
	const skew = Math.round((server - Date.now()) / 1000);
	if (Math.abs(skew) * 1000 <= MOST_SKEW_MS) return [...findings, ok("clock.skew", "Atlassian's clock and this machine's agree")];
	const apart = `${Math.abs(skew)} seconds ${skew > 0 ? "ahead of" : "behind"}`;
	const todo = "Let this machine take its time from NTP.";
	return [...findings, fault("warning", "clock.skew", `Atlassian's clock is ${apart} this machine's`, todo)];
}

async function checkLists({ talk, bounds }: Checked, signal: AbortSignal): Promise<readonly Finding[]> {
	const { totalResults: users } = await talk.users({ startIndex: 1, count: 1 }, signal);
	const { totalResults: groups } = await talk.groups({ startIndex: 1, count: 1 }, signal);
	const findings = [ok("accounts.listing", `the directory lists ${users} users and ${groups} groups`)];
	for (const [what, used, bound] of [
		["users", users, bounds.users],
		["groups", groups, bounds.groups],
	] as const) {
		if (used < bound * NEARLY) continue;
		const todo = `Remove ${what} that nobody needs, or correct \`bounds.${what}\` when Atlassian grants this directory more.`;
		findings.push(fault("warning", `bounds.${what}`, `${used} of ${bound} ${what} of the directory are taken`, todo));
	}
	return findings;
}

/** Tried on the first linked user: nothing says whose key it is. */
async function checkManagement({ talk, management }: Checked, signal: AbortSignal): Promise<readonly Finding[]> {
	if (management === undefined) return [];
	const { Resources } = await talk.users({ startIndex: 1, count: 20 }, signal);
	const linked = (Resources ?? []).map((user) => user[EXTERNAL]?.atlassianAccountId).filter((id) => id != null && id !== "");
	for (const account of linked) {
		const { by } = await management.governed(account as string, signal);
		if (by !== "nobody") return [ok("organization.key", "the organisation's key may manage accounts")];
	}
	const todo = "Make the key without scopes (keys with scopes are refused here), in the organisation that the directory belongs to.";
	const seen =
		linked.length === 0
			? "no user is linked to an account yet, so it could not be tried"
			: `it may manage none of ${linked.length} accounts`;
	return [fault("warning", "organization.key", `the organisation's key: ${seen}`, todo)];
}
