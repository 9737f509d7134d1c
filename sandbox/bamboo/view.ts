import { type Answer, type Call, jsonOf, Refused } from "../kit/http.ts";
import type { Population } from "./population.ts";
import { type BambooAccount, type BambooGroup, folded } from "./records.ts";
import { forbidden, missing, refuse, refuseField } from "./refusals.ts";
import type { BambooBehaviour, BambooVersion } from "./versions.ts";

/** What one request works with. */
export interface BambooView {
	readonly population: Population;
	readonly behaviour: BambooBehaviour;
	readonly version: BambooVersion;
	/** Base address with the context path. */
	readonly base: string;
	readonly caller: BambooAccount | undefined;
}

/** @throws Refused 401 for nobody, 403 for whoever has no administrative permission. */
export function administrator(view: BambooView): BambooAccount {
	const caller = loggedIn(view);
	if (!view.population.isAdministrator(caller.id)) throw forbidden();
	return caller;
}
/** @throws Refused 401 for nobody. */
export function loggedIn(view: BambooView): BambooAccount {
	if (view.caller === undefined)
		throw new Refused({ status: 401, json: { message: "Client must be authenticated to access this resource.", "status-code": 401 } });
	return view.caller;
}

function jsonBody(call: Call): unknown {
	if (call.text !== "" && !(call.headers["content-type"] ?? "").startsWith("application/json")) throw new Refused({ status: 415 });
	return jsonOf(call);
}
/** The JSON object in the body. @throws Refused 415 or 400. */
export function bodyOf(call: Call): Readonly<Record<string, unknown>> {
	const body = jsonBody(call);
	if (typeof body !== "object" || body === null || Array.isArray(body)) throw refuse("A JSON object is expected");
	return body as Record<string, unknown>;
}
/** The list of names in the body; empty where none came. @throws Refused 415 or 400. */
export function namesOf(call: Call): readonly string[] {
	const body = jsonBody(call);
	if (body === undefined) return [];
	if (!Array.isArray(body) || body.some((one) => typeof one !== "string")) throw refuse("A JSON array of names is expected");
	return body as string[];
}
/** @throws Refused 400 when the member is missing or blank. */
export function neededText(body: Readonly<Record<string, unknown>>, key: string): string {
	const value = body[key];
	if (typeof value !== "string" || value.trim() === "") throw refuseField(key, `Please specify ${key}.`);
	return value.trim();
}

/** @throws Refused 404. */
export function accountNamed(view: BambooView, name: string): BambooAccount {
	const account = view.population.named(name);
	if (account === undefined) throw missing(`User '${name}' does not exist`);
	return account;
}
/** @throws Refused 404. */
export function groupNamed(view: BambooView, name: string): BambooGroup {
	const group = view.population.groups.get(folded(name));
	if (group === undefined) throw missing(`Group '${name}' does not exist`);
	return group;
}

function numberOf(call: Call, name: string, standard: number): number {
	const text = call.query.get(name);
	if (text === null || text === "") return standard;
	// A parameter that is no number is no such resource.
	if (!/^\d{1,9}$/.test(text)) throw missing(`HTTP 404 Not Found (${name})`);
	return Number(text);
}

/** One page. The addresses of the next and the previous one have a path of their own, as the vendor's example has it. */
export function pageAnswer<Row>(
	call: Call,
	view: BambooView,
	list: { readonly rows: readonly Row[]; readonly bean: (row: Row) => unknown },
): Answer {
	const start = numberOf(call, "start", 0);
	const limit = Math.max(1, Math.min(numberOf(call, "limit", 25), view.behaviour.largestPage));
	const at = (from: number) => `${view.base}/rest/api/latest/../paginate?limit=${limit}&start=${from}`;
	const results = list.rows.slice(start, start + limit).map((row) => list.bean(row));
	const next = start + limit < list.rows.length ? { next: at(start + limit) } : {};
	const prev = start > 0 ? { prev: at(Math.max(0, start - limit)) } : {};
	return { status: 200, json: { results, start, limit, self: at(start), ...next, ...prev } };
}
