import type { Finding } from "../../../core/connector.ts";
import { asSyncError, type SyncError } from "../../../core/errors.ts";
import { GROUPS, groupList } from "./groups.ts";
import { grantDelegation } from "./login.ts";
import { PEOPLE, peopleList } from "./people.ts";
import { powerOf } from "./person.ts";
import { EXCESSIVE_SCOPES, scopesOf } from "./settings.ts";
import type { Talk } from "./talk.ts";
import { readUnits } from "./units.ts";

/** Further apart than this, Google refuses log-ins sooner or later. */
const SKEW_MS = 30_000;

/** Log-in, clock, one page of people, of groups and of units, and then what Rollcall could do beyond reading. */
export async function checkGoogle(talk: Talk, signal: AbortSignal): Promise<readonly Finding[]> {
	try {
		await talk.loggedIn(signal);
	} catch (error) {
		return await whyNotLoggedIn(talk, asSyncError(error), signal);
	}
	const { organizationalUnits } = talk.wire.settings;
	const probes = [peopleProbe, groupsProbe, ...(organizationalUnits === "groups" ? [unitsProbe] : [])];
	const seen: Finding[] = [];
	for (const probe of probes) seen.push(await guarded(() => probe(talk, signal)));
	const { host } = talk.wire.api;
	const login: Finding = {
		level: "ok",
		name: "server.login",
		message: `${talk.credential.account} is logged in at ${host} as ${talk.actor()}`,
	};
	return [login, clock(talk), ...seen, ...(await excess(talk, signal))];
}

/** The delegation is refused as a whole; asked one by one, the scopes tell which is wanting. */
async function whyNotLoggedIn(talk: Talk, error: SyncError, signal: AbortSignal): Promise<readonly Finding[]> {
	if (error.context.error !== "unauthorized_client") return [failed(error)];
	const missing: string[] = [];
	for (const scope of scopesOf(talk.wire.settings)) if (!(await grants(talk, scope, signal))) missing.push(scope);
	if (missing.length === 0 || missing.length === scopesOf(talk.wire.settings).length) return [failed(error)];
	const message = `the delegation of ${talk.credential.account} lacks the scope ${missing.join(" and ")}`;
	return [{ level: "error", name: "rights.missing", message, todo: grantDelegation(talk.credential, missing) }];
}

async function grants(talk: Talk, scope: string, signal: AbortSignal): Promise<boolean> {
	try {
		await talk.login([scope], signal);
		return true;
	} catch (error) {
		const failure = asSyncError(error);
		if (failure.code === "source.denied") return false;
		throw failure;
	}
}

function failed(error: SyncError): Finding {
	if (error.code === "run.cancelled" || error.code === "bug") throw error;
	const kind = error.code.slice(error.code.indexOf(".") + 1);
	const name = error.code === "source.denied" ? "server.credentials" : `server.${kind}`;
	return { level: "error", name, message: error.message, todo: error.todo ?? "Look at Google's own words." };
}

/** The Date header is in whole seconds, and was written a little before it was read. */
function clock(talk: Talk): Finding {
	const { host } = talk.wire.api;
	const { skewMs } = talk.wire;
	if (skewMs === undefined) return { level: "ok", name: "clock.unknown", message: `${host} does not state its time` };
	if (Math.abs(skewMs) <= SKEW_MS) return { level: "ok", name: "clock.skew", message: `the clocks of ${host} and of this machine agree` };
	const message = `this machine's clock is ${Math.round(Math.abs(skewMs) / 1_000)} s ${skewMs > 0 ? "behind" : "ahead of"} Google's`;
	return {
		level: "warning",
		name: "clock.skew",
		message,
		todo: "Let this machine follow a time server (NTP); log-ins are judged by the clock.",
	};
}

async function guarded(work: () => Promise<Finding>): Promise<Finding> {
	try {
		return await work();
	} catch (error) {
		const failure = asSyncError(error);
		if (failure.code !== "source.denied" || failure.context.status !== 403) return failed(failure);
		return { level: "error", name: "rights.missing", message: failure.message, todo: failure.todo ?? "Look at the administrator role." };
	}
}

async function peopleProbe(talk: Talk, signal: AbortSignal): Promise<Finding> {
	const { rows } = await talk.page(peopleList(talk, { maxResults: 1, fields: "kind,nextPageToken,users(id,suspended)" }), PEOPLE, signal);
	if (rows.length > 0) return { level: "ok", name: "people.visible", message: `Google shows people to ${talk.actor()}` };
	const { domain } = talk.wire.settings;
	const where = domain === undefined ? "" : ` of domain ${domain}`;
	const todo =
		domain === undefined ? `Give ${talk.actor()} a role with Users > Read for the whole organisation.` : "Is the domain spelt right?";
	return { level: "error", name: "people.empty", message: `Google shows no people${where} to ${talk.actor()}`, todo };
}

async function groupsProbe(talk: Talk, signal: AbortSignal): Promise<Finding> {
	const { rows } = await talk.page(groupList(talk, { maxResults: 1, fields: "kind,nextPageToken,groups(id)" }), GROUPS, signal);
	if (rows.length > 0) return { level: "ok", name: "groups.visible", message: `Google shows groups to ${talk.actor()}` };
	const todo = `If there are groups: give ${talk.actor()} a role with Groups > Read.`;
	return { level: "warning", name: "groups.empty", message: `Google shows no groups to ${talk.actor()}`, todo };
}

async function unitsProbe(talk: Talk, signal: AbortSignal): Promise<Finding> {
	const units = await readUnits(talk, signal);
	return { level: "ok", name: "units.visible", message: `Google shows ${units.size} organisational units to ${talk.actor()}` };
}

/**
 * Google does not say what a delegation grants; it gives a token for what it grants. One with more than reading is
 * dropped unused. Without delegation every scope is given, and the role alone decides.
 */
async function excess(talk: Talk, signal: AbortSignal): Promise<readonly Finding[]> {
	const { subject } = talk.wire.settings;
	if (subject === undefined) return [];
	const findings: Finding[] = [];
	try {
		const wide: string[] = [];
		for (const scope of EXCESSIVE_SCOPES) if (await grants(talk, scope, signal)) wide.push(scope);
		if (wide.length > 0) {
			const message = `the delegation of ${talk.credential.account} grants more than reading: ${wide.join(", ")}`;
			findings.push({
				level: "warning",
				name: "rights.excessive",
				message,
				todo: `Take these scopes away. ${grantDelegation(talk.credential)}`,
			});
		}
		if ((await powerOf(talk, subject, signal))?.superAdmin === true) {
			const message = `${subject} is a super administrator`;
			const todo =
				"Let the service account stand in for an account whose role only reads users, groups and organisational units: docs/guides/google.md.";
			findings.push({ level: "warning", name: "rights.excessive", message, todo });
		}
	} catch (error) {
		const failure = asSyncError(error);
		if (failure.code === "run.cancelled" || failure.code === "bug") throw failure;
		const todo = failure.todo ?? "Run `rollcall check` again.";
		findings.push({
			level: "warning",
			name: "rights.unknown",
			message: `whether there are too many rights is not known: ${failure.message}`,
			todo,
		});
	}
	return findings;
}
