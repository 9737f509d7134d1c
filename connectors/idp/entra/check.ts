import { X509Certificate } from "node:crypto";
import type { Finding } from "../../../core/connector.ts";
import { asSyncError, type SyncError } from "../../../core/errors.ts";
import type { ServerClock } from "./identity-http.ts";
import type { Login } from "./login.ts";
import { pageSchema } from "./paging.ts";
import { excessiveRights, HIDDEN, howToGrant, missingRights, NEEDED, type Rights, seesHiddenMembers } from "./rights.ts";
import type { EntraLogin } from "./settings.ts";
import { type Talk, targetOf } from "./talk.ts";

/** Further apart than this, tokens are judged wrongly somewhere; Entra ID itself allows five minutes for signed log-ins. */
const SKEW_MS = 30_000;
const SOON_MS = 30 * 86_400_000;

/** Log-in, clock, rights as the token has them, the certificate's end, and one row of people and of groups. */
export async function checkEntra(talk: Talk, signal: AbortSignal): Promise<readonly Finding[]> {
	const { login: how } = talk.wire.settings;
	const { host } = new URL(talk.wire.cloud.authority);
	let login: Login;
	try {
		login = await talk.login(signal);
	} catch (error) {
		return [failed(asSyncError(error)), ...certificate(how)];
	}
	const { rights } = login;
	const name = rights.application ?? ("clientId" in how ? how.clientId : undefined) ?? "the application";
	const findings: Finding[] = [
		{ level: "ok", name: "server.login", message: `${name} is logged in at ${host} (${WORDS[how.kind]})` },
		...certificate(how),
		clock(login.clock, host),
		...roles(rights, name),
	];
	const probes = await Promise.all([probe(talk, "people", signal), probe(talk, "groups", signal)]);
	return [...findings, ...probes];
}
const WORDS = { secret: "client secret", certificate: "certificate", federated: "federated token", managed: "managed identity" } as const;

function failed(error: SyncError): Finding {
	if (error.code === "run.cancelled" || error.code === "bug") throw error;
	const name = error.code.startsWith("config.")
		? "server.tenant"
		: error.code === "source.denied"
			? "server.credentials"
			: `server.${error.code.slice(error.code.indexOf(".") + 1)}`;
	return { level: "error", name, message: error.message, todo: error.todo ?? "Look at the sign-in log of the tenant." };
}

/** A certificate's end is known here before it comes; a secret's is not. */
function certificate(login: EntraLogin): readonly Finding[] {
	if (login.kind !== "certificate") return [];
	let ends: number;
	try {
		ends = Date.parse(new X509Certificate(login.pem.reveal()).validTo);
	} catch {
		const message = `the file of ${login.pem.origin} holds no certificate that can be read`;
		return [
			{
				level: "error",
				name: "certificate.unreadable",
				message,
				todo: "It must hold the certificate and its RSA private key, both as PEM.",
			},
		];
	}
	const left = ends - Date.now();
	const date = new Date(ends).toISOString().slice(0, 10);
	if (left > SOON_MS) return [{ level: "ok", name: "certificate.expiry", message: `the certificate is valid until ${date}` }];
	const todo = "Make a new one, upload it to the application beside the old one, then replace the file.";
	if (left > 0) return [{ level: "warning", name: "certificate.expiry", message: `the certificate ends on ${date}`, todo }];
	return [{ level: "error", name: "certificate.expiry", message: `the certificate ended on ${date}`, todo }];
}

function clock(seen: ServerClock | undefined, host: string): Finding {
	if (seen === undefined) return { level: "ok", name: "clock.unknown", message: `${host} does not state its time` };
	const early = seen.askedAt - 1_000 - seen.stated;
	const late = seen.stated - seen.answeredAt;
	const skew = Math.max(early, late, 0);
	if (skew <= SKEW_MS) return { level: "ok", name: "clock.skew", message: `the clocks of ${host} and of this machine agree` };
	return {
		level: "warning",
		name: "clock.skew",
		message: `the clock of ${host} is ${Math.round(skew / 1_000)} s ${late > early ? "ahead of" : "behind"} this machine's`,
		todo: "Let this machine follow a time server (NTP); tokens are judged by the clock.",
	};
}

function roles(rights: Rights, name: string): readonly Finding[] {
	if (!rights.known) {
		const message = `the token of ${name} cannot be read, so that its rights are only known by trying`;
		return [
			{
				level: "warning",
				name: "rights.unknown",
				message,
				todo: `Look at API permissions in the admin center; ${NEEDED.join(" and ")} are needed.`,
			},
		];
	}
	const findings: Finding[] = [];
	const missing = missingRights(rights);
	if (missing.length === 0) findings.push({ level: "ok", name: "rights.read", message: `${name} may read people, groups and members` });
	else
		findings.push({ level: "error", name: "rights.missing", message: `${name} lacks ${missing.join(" and ")}`, todo: howToGrant(missing) });
	const hidden = seesHiddenMembers(rights) ? "can be read" : `are held: ${HIDDEN} is not granted`;
	findings.push({ level: "ok", name: "rights.hidden", message: `groups that hide their members ${hidden}` });
	const { writing, reading } = excessiveRights(rights);
	const todo = `Take them away; ${NEEDED.join(" and ")} are all that Rollcall needs.`;
	if (writing.length > 0)
		findings.push({ level: "warning", name: "rights.excessive", message: `${name} may do more than read: ${writing.join(", ")}`, todo });
	if (reading.length > 0)
		findings.push({
			level: "warning",
			name: "rights.excessive",
			message: `${name} may read more than is needed: ${reading.join(", ")}`,
			todo,
		});
	return findings;
}

async function probe(talk: Talk, what: "people" | "groups", signal: AbortSignal): Promise<Finding> {
	const path = what === "people" ? "/users" : "/groups";
	try {
		const target = targetOf(path, { $select: what === "people" ? "id,accountEnabled" : "id", $top: 1, $count: "true" });
		const page = await talk.ask({ target, schema: pageSchema, units: 1, eventual: true }, signal);
		return judged(what, page);
	} catch (error) {
		const failure = asSyncError(error);
		if (failure.context.status !== 403) return failed(failure);
		return {
			level: "error",
			name: "rights.missing",
			message: failure.message,
			todo: howToGrant([what === "people" ? NEEDED[0] : NEEDED[1]]),
		};
	}
}

function judged(
	what: "people" | "groups",
	page: { readonly value: readonly unknown[]; readonly "@odata.count"?: number | undefined },
): Finding {
	const counted = page["@odata.count"];
	const [row] = page.value;
	if (counted === undefined) {
		const message = `Graph does not say how many ${what} there are, so that no list can be proven whole`;
		return {
			level: "error",
			name: `${what}.uncounted`,
			message,
			todo: "Azure AD B2C tenants have no such counts and cannot be read by Rollcall.",
		};
	}
	if (row === undefined) {
		const todo = "Is this the right tenant? An empty directory is never synced.";
		return { level: what === "people" ? "error" : "warning", name: `${what}.empty`, message: `Graph shows no ${what}`, todo };
	}
	if (what === "people" && row instanceof Object && (!("accountEnabled" in row) || row.accountEnabled === null)) {
		const message = "Graph does not show whether accounts are enabled";
		return { level: "error", name: "rights.missing", message, todo: howToGrant([NEEDED[0]]) };
	}
	return { level: "ok", name: `${what}.visible`, message: `Graph counts ${counted} ${what}` };
}
