import { type Answer, type Call, jsonOf, Refused } from "../kit/http.ts";
import type { Population } from "./population.ts";
import { type ConfluenceAccount, type ConfluenceGroup, folded, type Permission } from "./records.ts";
import { noSuchGroup, noSuchUser, notPermitted, refuse } from "./refusals.ts";
import type { ConfluenceBehaviour, ConfluenceVersion } from "./versions.ts";

/** A mail that Confluence would have sent to somebody. */
export interface SentMail {
	readonly to: string;
	readonly about: "account created, choose a password";
}

/** What one request works with. */
export interface ConfluenceView {
	readonly population: Population;
	readonly behaviour: ConfluenceBehaviour;
	readonly version: ConfluenceVersion;
	/** Base address with the context path. */
	readonly base: string;
	readonly contextPath: string;
	/** What application links call this server. */
	readonly serverId: string;
	readonly caller: ConfluenceAccount | undefined;
	readonly mails: SentMail[];
}

/** @throws Refused 403 for whoever has not got this global permission; 401 for nobody. */
export function permitted(view: ConfluenceView, permission: Permission): ConfluenceAccount {
	const { caller, population } = view;
	if (caller === undefined) throw refuse(401, "User is not authenticated");
	const mayAll = population.may(caller.id, "system administer");
	const administers = permission !== "system administer" && population.may(caller.id, "application administer");
	if (!mayAll && !administers && !population.may(caller.id, permission)) throw notPermitted();
	return caller;
}
/** For those who may use Confluence; also nobody in particular, where anonymous visitors may. @throws Refused 403. */
export function using(view: ConfluenceView): void {
	if (view.caller === undefined && !view.behaviour.anonymousAccess) throw notPermitted();
	if (view.caller !== undefined) permitted(view, "application use");
}
/** @throws Refused 403 when only a system administrator may touch the account. */
export function notAbove(view: ConfluenceView, caller: ConfluenceAccount, account: ConfluenceAccount): void {
	const { population } = view;
	if (population.may(account.id, "system administer") && !population.may(caller.id, "system administer")) throw notPermitted();
}

/** The JSON object in the body. @throws Refused 415 or 400. */
export function bodyOf(call: Call): Readonly<Record<string, unknown>> {
	if (!(call.headers["content-type"] ?? "").startsWith("application/json")) throw new Refused({ status: 415 });
	const body = jsonOf(call);
	if (typeof body !== "object" || body === null || Array.isArray(body)) throw refuse(400, "A JSON object is expected");
	return body as Record<string, unknown>;
}
export function textOf(body: Readonly<Record<string, unknown>>, key: string): string | undefined {
	const value = body[key];
	if (value === undefined || value === null) return undefined;
	if (typeof value !== "string") throw refuse(400, `${key} must be text`);
	return value;
}

/** @throws Refused 404. */
export function accountNamed(view: ConfluenceView, name: string): ConfluenceAccount {
	const account = view.population.named(name);
	if (account === undefined || account.gone) throw noSuchUser(name);
	return account;
}
/** @throws Refused 404. */
export function groupNamed(view: ConfluenceView, name: string): ConfluenceGroup {
	const group = view.population.groups.get(folded(name));
	if (group === undefined) throw noSuchGroup(name);
	return group;
}

function numberOf(call: Call, name: string, standard: number): number {
	const text = call.query.get(name);
	if (text === null || text === "") return standard;
	if (!/^\d{1,9}$/.test(text)) throw refuse(400, `${name} must be a number`);
	return Number(text);
}

/** One page of rows; with `gaps` every other row is one that nobody may see, counted and left out. */
export function pageAnswer<Row>(
	call: Call,
	view: ConfluenceView,
	list: { readonly rows: readonly Row[]; readonly bean: (row: Row) => unknown; readonly standard: number },
): Answer {
	const start = numberOf(call, "start", 0);
	const limit = Math.max(1, Math.min(numberOf(call, "limit", list.standard), view.behaviour.largestPage));
	const rows = view.behaviour.gaps ? list.rows.flatMap((row, index) => (index % 2 === 0 ? [row] : [undefined, row])) : list.rows;
	const end = start + limit;
	const results = rows
		.slice(start, end)
		.filter((row) => row !== undefined)
		.map((row) => list.bean(row));
	const query = new URLSearchParams(call.query);
	query.set("start", String(end));
	query.set("limit", String(limit));
	const next = end >= rows.length ? {} : { next: linkTo(view, `${call.path.slice(view.contextPath.length)}?${query}`) };
	const links = { self: `${view.base}${call.path.slice(view.contextPath.length)}`, ...next, base: view.base, context: view.contextPath };
	return { status: 200, json: { results, start, limit, size: results.length, _links: links } };
}
function linkTo(view: ConfluenceView, path: string): string {
	switch (view.behaviour.links) {
		case "relative":
			return path;
		case "absolute":
			return `${view.base}${path}`;
		case "elsewhere":
			return `http://confluence-node-1.internal:8090${path}`;
		case "bare":
			return path.replace(/\?.*$/, "");
	}
}
