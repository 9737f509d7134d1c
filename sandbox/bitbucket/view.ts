import { type Answer, type Call, jsonOf, Refused } from "../kit/http.ts";
import type { Population } from "./population.ts";
import { type BitbucketAccount, type BitbucketGroup, folded, higher, type Level } from "./records.ts";
import { noSuchGroup, noSuchUser, notPermitted, refuse, refuseField } from "./refusals.ts";
import type { BitbucketBehaviour, BitbucketVersion } from "./versions.ts";

/** A mail that Bitbucket would have sent to somebody. */
export interface SentMail {
	readonly to: string;
	readonly about: "account created, choose a password";
}

/** What one request works with. */
export interface BitbucketView {
	readonly population: Population;
	readonly behaviour: BitbucketBehaviour;
	readonly version: BitbucketVersion;
	/** Base address with the context path. */
	readonly base: string;
	readonly caller: BitbucketAccount | undefined;
	/** Logged in with a token that may not administer, whatever its owner may do. */
	readonly limited: boolean;
	readonly mails: SentMail[];
}

/** @throws Refused 401 for whoever has not got this global permission. */
export function permitted(view: BitbucketView, level: Level): BitbucketAccount {
	if (view.limited && level !== "LICENSED_USER") throw notPermitted();
	if (view.caller === undefined || higher(level, view.population.levelOf(view.caller.id))) throw notPermitted();
	return view.caller;
}

/** @throws Refused 401 when the account has more permissions than the caller. */
export function notAbove(view: BitbucketView, caller: BitbucketAccount, account: BitbucketAccount): void {
	if (higher(view.population.levelOf(account.id), view.population.levelOf(caller.id))) throw notPermitted();
}

/** The JSON object in the body. @throws Refused 415 or 400. */
export function bodyOf(call: Call): Readonly<Record<string, unknown>> {
	if (!(call.headers["content-type"] ?? "").startsWith("application/json")) throw new Refused({ status: 415 });
	const body = jsonOf(call);
	if (typeof body !== "object" || body === null || Array.isArray(body))
		throw refuse(400, "A JSON object is expected", "ArgumentValidationException");
	return body as Record<string, unknown>;
}

export function textOf(body: Readonly<Record<string, unknown>>, key: string): string | undefined {
	const value = body[key];
	if (value === undefined || value === null) return undefined;
	if (typeof value !== "string") throw refuseField(key, `${key} must be text`);
	return value;
}
/** @throws Refused 400 when the member is missing or blank. */
export function neededText(body: Readonly<Record<string, unknown>>, key: string): string {
	const value = textOf(body, key)?.trim() ?? "";
	if (value === "") throw refuseField(key, `${key} must not be blank`);
	return value;
}
export function textsOf(body: Readonly<Record<string, unknown>>, key: string): readonly string[] {
	const value = body[key];
	if (!Array.isArray(value) || value.length === 0 || value.some((one) => typeof one !== "string"))
		throw refuseField(key, `${key} must be a list of names`);
	return value as string[];
}
/** @throws Refused 400 when the query parameter is missing or blank. */
export function neededQuery(call: Call, key: string): string {
	const value = call.query.get(key)?.trim() ?? "";
	if (value === "") throw refuseField(key, `The ${key} parameter is required`);
	return value;
}

/** @throws Refused 404. */
export function accountNamed(view: BitbucketView, name: string): BitbucketAccount {
	const account = view.population.named(name);
	if (account === undefined) throw noSuchUser(name);
	return account;
}
/** @throws Refused 404. */
export function groupNamed(view: BitbucketView, name: string): BitbucketGroup {
	const group = view.population.groups.get(folded(name));
	if (group === undefined) throw noSuchGroup(name);
	return group;
}

function numberOf(call: Call, name: string, standard: number): number {
	const text = call.query.get(name);
	if (text === null || text === "") return standard;
	if (!/^\d{1,9}$/.test(text)) throw refuseField(name, `${name} must be a number`);
	return Number(text);
}

/** One page of rows; with `gaps` every third row is one that nobody may see, counted and left out. */
export function pageAnswer<Row>(
	call: Call,
	view: BitbucketView,
	list: { readonly rows: readonly Row[]; readonly bean: (row: Row) => unknown },
): Answer {
	const start = numberOf(call, "start", 0);
	const limit = Math.max(1, Math.min(numberOf(call, "limit", 25), view.behaviour.largestPage));
	const rows = view.behaviour.gaps ? list.rows.flatMap((row, index) => (index % 2 === 0 ? [row] : [undefined, row])) : list.rows;
	const end = start + limit;
	const values = rows
		.slice(start, end)
		.filter((row) => row !== undefined)
		.map((row) => list.bean(row));
	const isLastPage = end >= rows.length;
	const next = isLastPage ? {} : { nextPageStart: end };
	return { status: 200, json: { size: values.length, limit, isLastPage, values, start, ...next } };
}
