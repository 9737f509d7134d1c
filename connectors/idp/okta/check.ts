import { z } from "zod";
import type { Finding } from "../../../core/connector.ts";
import { asSyncError, type SyncError } from "../../../core/errors.ts";
import { groupList, whoToGrant } from "./groups.ts";
import type { Login } from "./login.ts";
import { readList } from "./paging.ts";
import { peopleList } from "./people.ts";
import type { Talk } from "./talk.ts";
import { groupFrom } from "./translate.ts";

/** Further apart than this, the assertions of a service app are refused, and waits are computed wrongly. */
const SKEW_MS = 30_000;
/** All that reading takes (https://help.okta.com/okta_help.htm?id=ext-administrators-admin-comparison). */
const NEEDED_ROLE = "READ_ONLY_ADMIN";

/** Log-in, roles where they can be seen, one row of people, the group Everyone, clock and limits. */
export async function checkOkta(talk: Talk, signal: AbortSignal): Promise<readonly Finding[]> {
	const findings: Finding[] = [];
	try {
		findings.push(...(await loggedIn(talk, signal)));
	} catch (error) {
		return [failed(asSyncError(error))];
	}
	const probes = [peopleProbe, everyoneProbe].map((probe) => probing(talk, () => probe(talk, signal)));
	findings.push(...(await Promise.all(probes)), clock(talk));
	const limit = talk.buckets.allowance("people");
	if (limit !== undefined)
		findings.push({
			level: "ok",
			name: "limits.rate",
			message: `Okta grants ${limit.limit} lists of people a minute; at most ${limit.ours} of them are used`,
		});
	return findings;
}

function failed(error: SyncError): Finding {
	if (error.code === "run.cancelled" || error.code === "bug") throw error;
	const denied = error.code === "source.denied" || error.code === "config.invalid";
	const name = denied ? "server.credentials" : `server.${error.code.slice(error.code.indexOf(".") + 1)}`;
	return { level: "error", name, message: error.message, todo: error.todo ?? "Look at the System Log in the Okta admin console." };
}

async function loggedIn(talk: Talk, signal: AbortSignal): Promise<readonly Finding[]> {
	const { host } = talk.wire.base;
	const { auth } = talk.wire.settings;
	const login = await talk.credential.login(signal);
	if (auth.kind === "serviceApp") {
		const message = `service app ${auth.clientId} is logged in at ${host}${login?.scheme === "DPoP" ? ", with proof of possession" : ""}`;
		return [{ level: "ok", name: "server.login", message }, ...scopes(login, auth.clientId)];
	}
	const owner = await tokenOwner(talk, signal);
	const message = `the API token of ${owner.login} is accepted at ${host}`;
	return [{ level: "ok", name: "server.login", message }, ...(await rolesOf(talk, owner, signal))];
}

/** Only reading scopes are ever asked for; an app that gets others all the same is told. */
function scopes(login: Login | undefined, clientId: string): readonly Finding[] {
	const extra = (login?.scopes ?? []).filter((scope) => scope.startsWith("okta.") && !scope.endsWith(".read"));
	if (extra.length === 0)
		return [{ level: "ok", name: "rights.scopes", message: `its tokens can do no more than ${login?.scopes.join(" and ") ?? "read"}` }];
	const message = `the tokens of service app ${clientId} may do more than read: ${extra.join(", ")}`;
	return [
		{ level: "warning", name: "rights.excessive", message, todo: "Revoke these scopes under Applications > the app > Okta API Scopes." },
	];
}

const ownerSchema = z.object({ id: z.string().min(1), profile: z.object({ login: z.string() }) });
const rolesSchema = z.array(z.object({ type: z.string(), label: z.string().optional(), status: z.string().optional() }));
interface Owner {
	readonly id: string;
	readonly login: string;
}

async function tokenOwner(talk: Talk, signal: AbortSignal): Promise<Owner> {
	const path = "/api/v1/users/me";
	const { id, profile } = await talk.record({ path, bucket: "person", url: (sdk) => sdk.baseUrl + path }, ownerSchema, signal);
	return { id, login: profile.login };
}

/** A token acts with every role of its maker, so that one made by a super administrator can do everything. */
async function rolesOf(talk: Talk, owner: Owner, signal: AbortSignal): Promise<readonly Finding[]> {
	const path = `/api/v1/users/${encodeURIComponent(owner.id)}/roles`;
	let roles: z.output<typeof rolesSchema>;
	try {
		roles = await talk.record({ path, bucket: "roles", url: (sdk) => sdk.baseUrl + path }, rolesSchema, signal);
	} catch (error) {
		const failure = asSyncError(error);
		if (failure.context.status !== 403 && failure.context.status !== 404) throw failure;
		const message = `Okta does not say which administrator roles ${owner.login} has`;
		const todo = `See in the admin console, under Security > Administrators, that ${owner.login} is Read-only Administrator and nothing else.`;
		return [{ level: "warning", name: "rights.unknown", message, todo }];
	}
	const names = roles.map((role) => role.label ?? role.type);
	const excessive = roles.filter((role) => role.type !== NEEDED_ROLE).map((role) => role.label ?? role.type);
	if (excessive.length === 0 && roles.length > 0)
		return [{ level: "ok", name: "rights.roles", message: `${owner.login} is ${names.join(", ")}` }];
	if (roles.length === 0) {
		const message = `${owner.login} is no administrator, so that Okta hides people and groups`;
		return [{ level: "error", name: "rights.missing", message, todo: whoToGrant(talk.wire.settings) }];
	}
	const message = `the API token may do more than read: ${owner.login} is ${excessive.join(", ")}`;
	const todo =
		"Make the token while logged in as an account of its own that is Read-only Administrator and nothing else, or use a service app.";
	return [{ level: "warning", name: "rights.excessive", message, todo }];
}

async function probing(talk: Talk, probe: () => Promise<Finding>): Promise<Finding> {
	try {
		return await probe();
	} catch (error) {
		const failure = asSyncError(error);
		if (failure.context.status !== 403) return failed(failure);
		return { level: "error", name: "rights.missing", message: failure.message, todo: whoToGrant(talk.wire.settings) };
	}
}

async function peopleProbe(talk: Talk, signal: AbortSignal): Promise<Finding> {
	const page = await talk.page(peopleList({ limit: 1 }), { size: 2 }, signal);
	if (page.rows.length > 0) return { level: "ok", name: "people.visible", message: "people are visible" };
	const todo = `Is this the right organisation? An empty directory is never synced. ${whoToGrant(talk.wire.settings)}`;
	return { level: "error", name: "people.empty", message: "Okta shows nobody", todo };
}

/** One administering some groups only is not shown Everyone, and sees a part of the people. */
async function everyoneProbe(talk: Talk, signal: AbortSignal): Promise<Finding> {
	const question = groupList({ limit: 10, expand: "stats", filter: 'type eq "BUILT_IN"' });
	const rows = await readList(talk, { what: "groups", question, size: 10, translate: groupFrom }, signal);
	for (const row of rows.values())
		if (row.kind === "good" && row.value.everyone) {
			const counted = row.value.counted === undefined ? "" : `: ${row.value.counted} people`;
			return { level: "ok", name: "groups.visible", message: `the group ${row.value.name} is visible${counted}` };
		}
	const message = "Okta does not show the group Everyone, so a part of the people is hidden";
	return { level: "error", name: "rights.missing", message, todo: whoToGrant(talk.wire.settings) };
}

function clock(talk: Talk): Finding {
	const { host } = talk.wire.base;
	const skew = talk.wire.skewMs;
	if (skew === undefined) return { level: "ok", name: "clock.unknown", message: `${host} does not state its time` };
	if (Math.abs(skew) <= SKEW_MS) return { level: "ok", name: "clock.skew", message: `the clocks of ${host} and of this machine agree` };
	const message = `the clock of ${host} is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? "ahead of" : "behind"} this machine's`;
	return {
		level: "warning",
		name: "clock.skew",
		message,
		todo: "Let this machine follow a time server (NTP); a service app's log-in is judged by the clock.",
	};
}
