import { type Answer, type Call, jsonOf, Refused } from "../kit/http.ts";
import { type FisheyeAccount, type FisheyeGroup, folded, type Population } from "./population.ts";
import type { FisheyeBehaviour, FisheyeVersion } from "./versions.ts";

/** What one request works with. */
export interface FisheyeView {
	readonly population: Population;
	readonly behaviour: FisheyeBehaviour;
	readonly version: FisheyeVersion;
	readonly directory: string;
}

export const refusal = (status: number, code: string, message: string): Refused => new Refused({ status, json: { code, message } });
export const illegal = (message: string): Refused => refusal(400, "IllegalArgument", message);
export const readOnly = (what: string): Refused => refusal(403, "NotPermitted", `Directory does not allow changes: ${what} is read only.`);

/** The JSON object in the body. @throws Refused 415 or 400. */
export function bodyOf(call: Call): Readonly<Record<string, unknown>> {
	if (call.text !== "" && !(call.headers["content-type"] ?? "").startsWith("application/json")) throw new Refused({ status: 415 });
	const body = jsonOf(call);
	if (typeof body !== "object" || body === null || Array.isArray(body)) throw illegal("A JSON object is expected.");
	return body as Record<string, unknown>;
}
/** @throws Refused 400 when the member is missing or blank. */
export function neededText(body: Readonly<Record<string, unknown>>, key: string): string {
	const value = body[key];
	if (typeof value !== "string" || value.trim() === "") throw illegal(`${key} is required.`);
	return value.trim();
}

/** @throws Refused 404. */
export function accountNamed({ population }: FisheyeView, name: string): FisheyeAccount {
	const account = population.named(name);
	if (account === undefined) throw refusal(404, "NotFound", `User '${name}' does not exist.`);
	return account;
}
/** @throws Refused 404. */
export function groupNamed({ population }: FisheyeView, name: string): FisheyeGroup {
	const group = population.groups.get(folded(name));
	if (group === undefined) throw refusal(404, "NotFound", `Group '${name}' does not exist.`);
	return group;
}

function numberOf(call: Call, name: string, standard: number): number {
	const text = call.query.get(name);
	if (text === null || text === "") return standard;
	if (!/^\d{1,9}$/.test(text)) throw refusal(404, "NotFound", `${name} is no number.`);
	return Number(text);
}

/** https://docs.atlassian.com/fisheye-crucible/latest/wadl/fecru.html, "Paged APIs". */
export function pageAnswer<Row>(
	call: Call,
	view: FisheyeView,
	list: { readonly rows: readonly Row[]; readonly bean: (row: Row) => unknown },
): Answer {
	const start = numberOf(call, "start", 0);
	const limit = Math.max(1, Math.min(numberOf(call, "limit", 100), view.behaviour.largestPage));
	const values = list.rows.slice(start, start + limit).map((row) => list.bean(row));
	return { status: 200, json: { start, size: values.length, limit, lastPage: start + limit >= list.rows.length, values } };
}
