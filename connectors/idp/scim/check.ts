import type { Finding } from "../../../core/connector.ts";
import { asSyncError, type SyncError } from "../../../core/errors.ts";
import type { Provider } from "./provider.ts";
import { beyondReading, endOf } from "./rights.ts";
import type { Talk } from "./talk.ts";
import { groupFrom, personFrom } from "./translate.ts";
import type { Page } from "./wire.ts";

/** Further apart than this, tokens and time stamps are judged wrongly somewhere. */
const SKEW_MS = 30_000;
const SOON_MS = 14 * 86_400_000;
const FEW_GROUPS = 10;

/** Reachability and log-in, what the server says about itself, clock, rights as far as they show, and whether filters are heeded. */
export async function checkScim(talk: Talk, signal: AbortSignal): Promise<readonly Finding[]> {
	let provider: Provider;
	try {
		provider = await talk.provider(signal);
	} catch (error) {
		return [failed(asSyncError(error), "people")];
	}
	const findings: Finding[] = [described(talk, provider)];
	const one = provider.paging === "cursor" ? { cursor: "" } : { startIndex: 1 };
	let people: Page | undefined;
	try {
		people = await talk.page(provider.users, { ...one, count: 1 }, signal);
		findings.push(
			{ level: "ok", name: "server.login", message: `${talk.host} takes the credential` },
			clock(people, talk.host),
			shown(people, talk.host),
		);
		findings.push(await heedsFilters(talk, { provider, people }, signal));
	} catch (error) {
		findings.push(failed(asSyncError(error), "people"));
	}
	if (talk.settings.groups === "read") findings.push(...(await groups(talk, provider, signal)));
	return [...findings, ...credential(talk)];
}

function failed(error: SyncError, what: string): Finding {
	if (error.code === "run.cancelled" || error.code === "bug") throw error;
	const todo = error.todo ?? "Look at the server's log.";
	if (error.context.status === 403) {
		return {
			level: "error",
			name: "rights.missing",
			message: error.message,
			todo: `Let the credential read ${what}; see docs/guides/scim.md.`,
		};
	}
	const name = error.code === "source.denied" ? "server.credentials" : `server.${error.code.slice(error.code.indexOf(".") + 1)}`;
	return { level: "error", name, message: error.message, todo };
}

function described(talk: Talk, { described: told, paging, pageSize }: Provider): Finding {
	const how = `people and groups are read by ${paging}, ${pageSize} at a time`;
	const message = told ? `${talk.host} describes itself: ${how}` : `${talk.host} has no /ServiceProviderConfig: ${how}`;
	return { level: "ok", name: "server.configuration", message };
}

/** Seconds, so that an error of up to one is nobody's fault. */
function clock({ date }: Page, host: string): Finding {
	if (date === undefined) return { level: "ok", name: "clock.unknown", message: `${host} does not state its time` };
	const skew = date - Date.now();
	if (Math.abs(skew) <= SKEW_MS) return { level: "ok", name: "clock.skew", message: `the clocks of ${host} and of this machine agree` };
	const message = `the clock of ${host} is ${Math.round(Math.abs(skew) / 1_000)} s ${skew > 0 ? "ahead of" : "behind"} this machine's`;
	return { level: "warning", name: "clock.skew", message, todo: "Let both machines follow a time server (NTP)." };
}

function shown({ rows, total }: Page, host: string): Finding {
	const stated = total === undefined ? "does not state how many people there are" : `states ${total} people`;
	if (rows.length > 0) return { level: "ok", name: "people.visible", message: `${host} ${stated}` };
	const todo = "Is this the right url, and may the credential see people? An empty directory is never synced.";
	return { level: "error", name: "people.empty", message: `${host} ${stated}, and shows nobody`, todo };
}

/** Only the reading of one person needs filters, and it does without. */
async function heedsFilters(talk: Talk, on: { readonly provider: Provider; readonly people: Page }, signal: AbortSignal): Promise<Finding> {
	const name = "server.filter";
	const listed = `one person is looked up in the whole list`;
	if (on.provider.filters === false) return { level: "ok", name, message: `${talk.host} knows no filters: ${listed}` };
	const nobody = 'userName eq "rollcall-check-nobody"';
	try {
		const { rows } = await talk.page(on.provider.users, { filter: nobody, count: 1 }, signal);
		const heeded = rows.every((raw) => {
			const row = personFrom(raw, new Set());
			return row.kind === "good" && row.value.person.username.toLowerCase() === "rollcall-check-nobody";
		});
		return { level: "ok", name, message: heeded ? `${talk.host} heeds filters` : `${talk.host} ignores filters: ${listed}` };
	} catch (error) {
		const failure = asSyncError(error);
		if (failure.context.status === undefined || failure.context.status === 401) return failed(failure, "people");
		return { level: "ok", name, message: `${talk.host} refuses filters: ${listed}` };
	}
}

async function groups(talk: Talk, provider: Provider, signal: AbortSignal): Promise<readonly Finding[]> {
	const start = provider.paging === "cursor" ? { cursor: "" } : { startIndex: 1 };
	try {
		const { rows, total } = await talk.page(provider.groups, { ...start, count: Math.min(FEW_GROUPS, provider.most) }, signal);
		const found = rows.map(groupFrom);
		if (found.length === 0) {
			const todo = "May the credential see groups? If there are none, leave the rules about groups out of the policy.";
			return [{ level: "warning", name: "groups.empty", message: `${talk.host} shows no groups`, todo }];
		}
		const ok: Finding = {
			level: "ok",
			name: "groups.visible",
			message: `${talk.host} shows groups${total === undefined ? "" : `, ${total} in all`}`,
		};
		const told = found.some((row) => row.kind === "good" && row.value.members.length > 0);
		if (told || talk.settings.memberships === "people" || talk.settings.memberships === "single") return [ok];
		const message = `none of the first ${found.length} groups shows members in the list`;
		const todo =
			'A reading then asks for groups one by one, and looks at people\'s own records; see "Where memberships are" in docs/guides/scim.md, and set `memberships` once it is known.';
		return [ok, { level: "warning", name: "members.unseen", message, todo }];
	} catch (error) {
		return [failed(asSyncError(error), "groups")];
	}
}

/** SCIM itself does not tell what a credential may do; its scopes do, where it is a token that names them. */
function credential(talk: Talk): readonly Finding[] {
	const scopes = talk.login.scopes();
	const excessive = beyondReading(scopes);
	const todo = "Give it the right to read people and groups only, if the server can tell them apart; see docs/guides/scim.md.";
	const rights: Finding =
		scopes.length === 0
			? { level: "ok", name: "rights.unknown", message: "whether the credential may do more than read, SCIM does not tell" }
			: excessive.length === 0
				? { level: "ok", name: "rights.scopes", message: `the credential is for: ${scopes.join(", ")}` }
				: { level: "warning", name: "rights.excessive", message: `the credential may do more than read: ${excessive.join(", ")}`, todo };
	const end = talk.settings.auth.kind === "bearer" ? endOf(talk.login.claims()) : undefined;
	if (end === undefined || end - Date.now() > SOON_MS) return [rights];
	const message = `the token ends at ${new Date(end).toISOString()}`;
	return [rights, { level: "warning", name: "credential.ends", message, todo: "Make a new one in time, and put it where the old one is." }];
}
