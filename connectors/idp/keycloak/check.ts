import type { Finding } from "../../../core/connector.ts";
import { asSyncError, type SyncError } from "../../../core/errors.ts";
import { countGroups } from "./groups.ts";
import type { Login } from "./login.ts";
import { countPeople } from "./people.ts";
import { excessiveRoles, howToGrant, NEEDED, type Rights, seesEverybody } from "./rights.ts";
import type { Talk } from "./talk.ts";

/** Further apart than this, tokens and time stamps are judged wrongly somewhere. */
const SKEW_MS = 30_000;

/** Log-in, clock, roles as the token has them, and then one page of people and of groups, since a role may be hidden. */
export async function checkKeycloak(talk: Talk, signal: AbortSignal): Promise<readonly Finding[]> {
	const { host } = talk.wire.base;
	const { realm, clientId } = talk.wire.settings;
	let login: Login;
	try {
		login = await talk.login(signal);
	} catch (error) {
		return [failed(asSyncError(error))];
	}
	const rights = await talk.rights(signal);
	const findings: Finding[] = [
		{ level: "ok", name: "server.login", message: `client ${clientId} is logged in at ${host}` },
		clock(login, host),
		...roles(rights, clientId),
	];
	const probes = await Promise.all([
		probe(rights, clientId, () => peopleProbe(talk, signal)),
		probe(rights, clientId, () => groupsProbe(talk, signal)),
	]);
	return [...findings, ...probes.map((p) => (p.level === "ok" ? { ...p, message: `${p.message} in realm ${realm}` } : p))];
}

function failed(error: SyncError): Finding {
	if (error.code === "run.cancelled" || error.code === "bug") throw error;
	const name =
		error.code === "config.invalid"
			? "server.realm"
			: error.code === "source.denied"
				? "server.credentials"
				: `server.${error.code.slice(error.code.indexOf(".") + 1)}`;
	return { level: "error", name, message: error.message, todo: error.todo ?? "Look at Keycloak's log." };
}

/** Keycloak sends no Date header; its clock is in the token. Seconds, so an error of up to one is nobody's fault. */
function clock(login: Login, host: string): Finding {
	const iat = login.claims?.iat;
	if (iat === undefined) return { level: "ok", name: "clock.unknown", message: `${host} does not state its time` };
	const early = login.askedAt - 1_000 - iat * 1_000;
	const late = iat * 1_000 - login.answeredAt;
	const skew = Math.max(early, late, 0);
	if (skew <= SKEW_MS) return { level: "ok", name: "clock.skew", message: `the clocks of ${host} and of this machine agree` };
	const message = `the clock of ${host} is ${Math.round(skew / 1_000)} s ${late > early ? "ahead of" : "behind"} this machine's`;
	return {
		level: "warning",
		name: "clock.skew",
		message,
		todo: "Let both machines follow a time server (NTP); tokens are judged by the clock.",
	};
}

function roles(rights: Rights, clientId: string): readonly Finding[] {
	if (!rights.known) {
		const message = `the token of client ${clientId} names no roles, so that groups take twice as many requests to read whole`;
		const todo = `${howToGrant(rights, clientId)} If it has that role: switch "Full scope allowed" on, and lightweight access tokens off, for this client.`;
		return [{ level: "warning", name: "rights.unknown", message, todo }];
	}
	const findings: Finding[] = [];
	if (seesEverybody(rights)) findings.push({ level: "ok", name: "rights.view", message: `client ${clientId} may see everybody` });
	else {
		const message = `client ${clientId} lacks the role ${NEEDED}; Keycloak shows it an empty realm, or a part of it`;
		findings.push({ level: "error", name: "rights.missing", message, todo: howToGrant(rights, clientId) });
	}
	const excessive = excessiveRoles(rights);
	if (excessive.length > 0) {
		const message = `client ${clientId} may do more than read: ${excessive.join(", ")}`;
		const todo = `Take these roles away from its service account; "${rights.holder} ${NEEDED}" is all that Rollcall needs.`;
		findings.push({ level: "warning", name: "rights.excessive", message, todo });
	}
	return findings;
}

interface Probe {
	readonly what: "people" | "groups";
	readonly listed: number;
	readonly counted: number;
}

async function probe(rights: Rights, clientId: string, work: () => Promise<Probe>): Promise<Finding> {
	try {
		const { what, listed, counted } = await work();
		if (listed > 0) return { level: "ok", name: `${what}.visible`, message: `Keycloak counts ${counted} ${what}` };
		if (counted > 0) {
			const message = `Keycloak counts ${counted} ${what}, but shows none of them to client ${clientId}`;
			return { level: "error", name: "rights.missing", message, todo: howToGrant(rights, clientId) };
		}
		const message = `Keycloak shows no ${what} to client ${clientId}`;
		const todo = seesEverybody(rights) ? "Is this the right realm? An empty directory is never synced." : howToGrant(rights, clientId);
		return { level: what === "people" ? "error" : "warning", name: `${what}.empty`, message, todo };
	} catch (error) {
		const failure = asSyncError(error);
		if (failure.context.status !== 403) return failed(failure);
		return { level: "error", name: "rights.missing", message: failure.message, todo: howToGrant(rights, clientId) };
	}
}

async function peopleProbe(talk: Talk, signal: AbortSignal): Promise<Probe> {
	const one = { first: 0, max: 1, briefRepresentation: true };
	const page = await talk.page({ path: "/users", ask: (client) => client.users.find(one) }, signal);
	return { what: "people", listed: page.length, counted: await countPeople(talk, signal) };
}

async function groupsProbe(talk: Talk, signal: AbortSignal): Promise<Probe> {
	const one = { first: 0, max: 1, briefRepresentation: true, subGroupsCount: false };
	const page = await talk.page({ path: "/groups", ask: (client) => client.groups.find(one) }, signal);
	return { what: "groups", listed: page.length, counted: await countGroups(talk, signal) };
}
