import type { Finding } from "../../../core/connector.ts";
import { asSyncError } from "../../../core/errors.ts";
import { GROUPS_GIVE_ACCESS, NEWEST_KNOWN, versionOf } from "./capabilities.ts";
import { PAGE_SIZE } from "./pages.ts";
import type { Unverified } from "./settings.ts";
import type { FisheyeTalk } from "./talk.ts";
import { releaseOf } from "./translate.ts";

const ok = (name: string, message: string): Finding => ({ level: "ok", name, message });
const fault = (level: "warning" | "error", name: string, message: string, todo: string): Finding => ({ level, name, message, todo });

/** More than a minute: certificates, tokens and schedules begin to disagree. */
const MOST_SKEW_MS = 60_000;

interface Checked {
	/** Absent with the server's token. */
	readonly username?: string;
	readonly unverified: readonly Unverified[];
}

/** Reachability, rights, identity, lists, what is switched on without proof; one page of anything that is long. */
export async function checkFisheye(talk: FisheyeTalk, { username, unverified }: Checked, signal: AbortSignal): Promise<readonly Finding[]> {
	const found: Finding[] = [];
	const looks: readonly (readonly [string, () => Promise<readonly Finding[]>])[] = [
		["server.reachable", () => checkServer(talk, signal)],
		["rights", () => checkRights(talk, signal)],
		["identity", () => checkIdentity(talk, username, signal)],
		["accounts.listing", () => checkAccounts(talk, signal)],
	];
	for (const [name, look] of looks) {
		const findings = await attempt(name, look);
		found.push(...findings);
		if (findings.some(({ level }) => level === "error")) return found;
	}
	return unverified.length === 0 ? found : [...found, switchedOn(unverified)];
}

/** A failed look is a finding of its own; only a stop and a bug go up. */
async function attempt(name: string, look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
	try {
		return await look();
	} catch (error) {
		const failure = asSyncError(error);
		if (failure.code === "run.cancelled" || failure.code === "bug") throw failure;
		return [fault("error", name, failure.message, failure.todo ?? "Look at Fisheye's log.")];
	}
}

async function checkServer(talk: FisheyeTalk, signal: AbortSignal): Promise<readonly Finding[]> {
	const { body, headers } = await talk.server(signal);
	const version = versionOf(releaseOf(body));
	const findings = [ok("server.reachable", `Fisheye/Crucible ${version.text} answers on ${talk.host}`)];
	if (version.major > NEWEST_KNOWN) {
		const message = `Fisheye ${version.text} is newer than what Rollcall was written for (${NEWEST_KNOWN}.x)`;
		findings.push(fault("warning", "server.version", message, "Try a dry run first, and look for a newer Rollcall."));
	}
	if (version.major < GROUPS_GIVE_ACCESS) {
		const message = `Fisheye ${version.text} lets every account log in: taking groups away keeps no leaver out before 4.0`;
		findings.push(fault("warning", "server.version", message, "Delete leavers' accounts by hand, or update Fisheye."));
	}
	return [...findings, ...skewOf(headers.date)];
}

function skewOf(date: string | undefined): readonly Finding[] {
	const server = Date.parse(date ?? "");
	if (Number.isNaN(server)) return [];
	const skew = Math.round((server - Date.now()) / 1000);
	if (Math.abs(skew) * 1000 <= MOST_SKEW_MS) return [ok("clock.skew", "Fisheye's clock and this machine's agree")];
	const apart = `${Math.abs(skew)} seconds ${skew > 0 ? "ahead of" : "behind"}`;
	const todo = "Let both machines take their time from the same source (NTP).";
	return [fault("warning", "clock.skew", `Fisheye's clock is ${apart} this machine's`, todo)];
}

/** Only administrators may list groups. */
async function checkRights(talk: FisheyeTalk, signal: AbortSignal): Promise<readonly Finding[]> {
	const { values } = await talk.groups({ start: 0, limit: PAGE_SIZE }, signal);
	const admins = values.filter(({ admin }) => admin === true).map(({ name }) => `"${name}"`);
	const groups = admins.length === 0 ? "" : `; members of ${admins.join(", ")} administer it: name those in protect.groups`;
	return [ok("rights", `Fisheye lets Rollcall administer its users and groups${groups}`)];
}

async function checkIdentity(talk: FisheyeTalk, username: string | undefined, signal: AbortSignal): Promise<readonly Finding[]> {
	if (username === undefined) return [ok("identity", "logged in with the server's REST API token, which is nobody's account")];
	if ((await talk.user(username, signal)) !== undefined) return [ok("identity", `logged in as "${username}"`)];
	const todo = "Log in with an account that stands under Administration > Users; nothing will be planned otherwise.";
	return [fault("error", "identity", `Fisheye does not know "${username}", the account that Rollcall uses`, todo)];
}

async function checkAccounts(talk: FisheyeTalk, signal: AbortSignal): Promise<readonly Finding[]> {
	const { values } = await talk.users({ start: 0, limit: PAGE_SIZE }, signal);
	const untold = (["email", "displayName"] as const).filter((field) => !values.some((user) => user[field]));
	if (untold.length === 0) return [ok("accounts.listing", "Fisheye lists accounts with their names and addresses")];
	const message = `Fisheye lists ${values.length} accounts, none of them with ${untold.join(" or ")}`;
	const todo = "Do not use adopt: email here, and expect held changes of those fields. Please report it, with Fisheye's version.";
	return [fault("warning", "accounts.fields", message, todo)];
}

const switchedOn = (unverified: readonly Unverified[]): Finding =>
	fault(
		"warning",
		"operations.unverified",
		`switched on without proof that Fisheye understands Rollcall: ${unverified.join(", ")}`,
		"Try them on a test server first; what they do is read back, and the guide (docs/guides/fisheye.md) says what is not known.",
	);
