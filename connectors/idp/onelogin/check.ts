import type { Finding, SnapshotRequest } from "../../../core/connector.ts";
import { asSyncError, type SyncError } from "../../../core/errors.ts";
import { groupsListing, peopleListing, rolesListing } from "./lists.ts";
import type { Listing } from "./paging.ts";
import type { Talk } from "./talk.ts";

const SKEW_MS = 30_000;
const GRANT = "In OneLogin, under Developers > API Credentials, make a credential with the scope Read users; see docs/guides/onelogin.md.";
const NOTHING: SnapshotRequest = { attributes: new Set() };

/** Log-in, clock, one row of people, of roles and of groups, rights that are too much, and what a reading takes of the hour's calls. */
export async function checkOneLogin(talk: Talk, signal: AbortSignal): Promise<readonly Finding[]> {
	const { clientId, groups } = talk.settings;
	try {
		await talk.login(signal);
		await talk.budget.require(2 + groups.read.length, "checking", signal);
	} catch (error) {
		return [failed(asSyncError(error))];
	}
	const findings: Finding[] = [{ level: "ok", name: "server.login", message: `API credential ${clientId} is accepted at ${talk.host}` }];
	const people = await probing(() => peopleProbe(talk, signal));
	findings.push(people.finding);
	// A refusal ends the use of the token; what would follow says nothing new.
	if (people.denied) return findings;
	const roles = groups.read.includes("roles") ? await probing(() => rolesProbe(talk, people.witness, signal)) : undefined;
	if (roles !== undefined) findings.push(roles.finding);
	if (groups.read.includes("groups") && !roles?.denied) findings.push((await probing(() => groupsProbe(talk, signal))).finding);
	findings.push(await excessive(talk, signal), clock(talk));
	const pages = (people.pages ?? 1) + (roles?.pages ?? 0) + (groups.read.includes("groups") ? 1 : 0);
	findings.push(limits(talk, 2 + pages));
	return findings;
}

interface Probe {
	readonly finding: Finding;
	/** Requests that the whole list takes. */
	readonly pages?: number;
	/** Whether the row said who is in a role. */
	readonly witness?: boolean;
	readonly denied?: boolean;
}

async function probing(probe: () => Promise<Probe>): Promise<Probe> {
	try {
		return await probe();
	} catch (error) {
		const failure = asSyncError(error);
		if (failure.code !== "source.denied") return { finding: failed(failure) };
		return { finding: { level: "error", name: "rights.missing", message: failure.message, todo: GRANT }, denied: true };
	}
}

function failed(error: SyncError): Finding {
	if (error.code === "run.cancelled" || error.code === "bug") throw error;
	const denied = error.code === "source.denied" || error.code === "config.invalid";
	const name =
		error.code === "source.limited"
			? "limits.hour"
			: denied
				? "server.credentials"
				: `server.${error.code.slice(error.code.indexOf(".") + 1)}`;
	return { level: "error", name, message: error.message, todo: error.todo ?? "Look at OneLogin's events." };
}

/** A whole page, since that shows how many rows OneLogin sends at most. */
async function onePage(
	talk: Talk,
	{ list, size }: Pick<Listing<unknown>, "list" | "size">,
	signal: AbortSignal,
): Promise<{ readonly first: readonly unknown[]; readonly total: number; readonly pages: number }> {
	const { rows: first, total } = await talk.page(list, { page: 1, limit: size }, signal);
	const pages = first.length === 0 || first.length >= total ? 1 : Math.ceil(total / first.length) + 1;
	return { first, total, pages };
}

async function peopleProbe(talk: Talk, signal: AbortSignal): Promise<Probe> {
	const { first, total, pages } = await onePage(talk, peopleListing(talk.settings, NOTHING), signal);
	const [row] = first;
	const todo = "Is this the right account? An empty directory is never synced.";
	if (row === undefined) return { finding: { level: "error", name: "people.empty", message: "OneLogin shows nobody", todo } };
	const witness = row instanceof Object && Array.isArray((row as Record<string, unknown>).role_ids);
	return { finding: { level: "ok", name: "people.visible", message: `OneLogin counts ${total} people` }, pages, witness };
}

async function rolesProbe(talk: Talk, told: boolean | undefined, signal: AbortSignal): Promise<Probe> {
	const { first, total, pages } = await onePage(talk, rolesListing(talk.settings, NOTHING), signal);
	const [row] = first;
	const listed = row instanceof Object && Array.isArray((row as Record<string, unknown>).users);
	const visible: Finding = { level: "ok", name: "roles.visible", message: `OneLogin counts ${total} roles` };
	if (row === undefined || told === undefined || talk.settings.groups.members !== "both" || (listed && told))
		return { finding: visible, pages };
	if (!listed && !told) {
		const message = "OneLogin says neither who is in a role nor which roles people have: every role will be held";
		const todo = "Something between Rollcall and OneLogin may be dropping the query (fields): exempt this host from it.";
		return { finding: { level: "error", name: "roles.members", message, todo }, pages };
	}
	const only = listed ? "the list of roles" : "the records of people";
	const message = `OneLogin counts ${total} roles, and only ${only} says who is in them, so that one cannot prove the other`;
	const todo = `Nothing needs to be done; \`groups: { members: ${listed ? "roles" : "people"} }\` says that this is known.`;
	return { finding: { level: "warning", name: "roles.unproven", message, todo }, pages };
}

async function groupsProbe(talk: Talk, signal: AbortSignal): Promise<Probe> {
	await talk.cursorPage(groupsListing(talk.settings, NOTHING).list, { limit: 1 }, signal);
	return { finding: { level: "ok", name: "groups.visible", message: "groups may be read" } };
}

/**
 * Apps may be read with Read all and Manage all only (https://developers.onelogin.com/api-docs/2/apps/list-apps). Between
 * Read users and Manage users only a write could tell, and none is tried.
 */
async function excessive(talk: Talk, signal: AbortSignal): Promise<Finding> {
	try {
		if (await talk.mayRead("/api/2/apps", signal)) {
			const message = `API credential ${talk.settings.clientId} may do more than read people: it may read apps, so that its scope is Read all or Manage all`;
			return { level: "warning", name: "rights.excessive", message, todo: `${GRANT} Then delete this one.` };
		}
	} catch (error) {
		return failed(asSyncError(error));
	}
	const message =
		"the scope is neither Read all nor Manage all; that it is Read users and not Manage users is to be seen only under Developers > API Credentials";
	return { level: "ok", name: "rights.excessive", message };
}

function clock(talk: Talk): Finding {
	const skew = talk.skewMs();
	if (skew === undefined) return { level: "ok", name: "clock.unknown", message: `${talk.host} does not state its time` };
	if (Math.abs(skew) <= SKEW_MS)
		return { level: "ok", name: "clock.skew", message: `the clocks of ${talk.host} and of this machine agree` };
	const message = `the clock of ${talk.host} is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? "ahead of" : "behind"} this machine's`;
	return { level: "warning", name: "clock.skew", message, todo: "Let this machine follow a time server (NTP)." };
}

/** Before the first reading finds it out. */
function limits(talk: Talk, calls: number): Finding {
	const state = talk.budget.state();
	if (state === undefined) {
		const message = "OneLogin does not say how many calls the account has left this hour, so that no reserve can be kept for others";
		return { level: "warning", name: "limits.unknown", message, todo: "See under Developers > API Credentials what else uses the API." };
	}
	const ours = state.limit - state.reserve;
	const budget = `of the account's ${state.limit} calls an hour ${state.reserve} are kept for others`;
	if (calls <= ours) {
		const message = `${budget}; a reading takes about ${calls}, so that ${Math.floor(ours / calls)} fit into an hour`;
		return { level: "ok", name: "limits.hour", message };
	}
	const todo = "Lower reserve, leave roles or groups out (groups.read), or ask OneLogin for a higher limit.";
	return { level: "error", name: "limits.hour", message: `${budget}; a reading takes about ${calls}, which never fit`, todo };
}
