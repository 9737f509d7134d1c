import { type Call, jsonOf, Refused } from "../kit/http.ts";
import type { LogIn } from "./login.ts";
import { notLoggedIn } from "./login.ts";
import type { Lookup } from "./lookup.ts";
import type { Population } from "./population.ts";
import type { JiraAccount, JiraGroup } from "./records.ts";
import { refuse } from "./refusals.ts";
import type { JiraBehaviour, JiraVersion } from "./versions.ts";

/** A mail that Jira would have sent to somebody. */
export interface SentMail {
	readonly to: string;
	readonly about: "account created";
}

/** What one request works with. */
export interface JiraView {
	readonly population: Population;
	readonly lookup: Lookup;
	readonly login: LogIn;
	readonly behaviour: JiraBehaviour;
	readonly version: JiraVersion;
	/** Base address with the context path. */
	readonly base: string;
	readonly caller: JiraAccount | undefined;
	readonly mails: SentMail[];
	readonly clock: () => number;
}

/** @throws Refused 401 for nobody. */
export function loggedIn(view: JiraView): JiraAccount {
	if (view.caller === undefined) throw notLoggedIn();
	return view.caller;
}

/** @throws Refused 401 for nobody, 403 for everybody who is no administrator. */
export function administrator(view: JiraView): JiraAccount {
	const caller = loggedIn(view);
	if (!view.login.isAdministrator(caller))
		throw refuse(403, "You do not have permission to perform this operation. Administrator privileges are required.");
	return caller;
}

export function browses(view: JiraView): boolean {
	if (view.caller === undefined) return false;
	return view.behaviour.browseUsers === "logged-in" || view.login.isAdministrator(view.caller);
}

/** The JSON object in the body. @throws Refused 415 or 400. */
export function bodyOf(call: Call): Readonly<Record<string, unknown>> {
	const type = call.headers["content-type"] ?? "";
	if (!type.startsWith("application/json"))
		throw new Refused({ status: 415, json: { message: "HTTP 415 Unsupported Media Type", "status-code": 415 } });
	const body = jsonOf(call);
	if (typeof body !== "object" || body === null || Array.isArray(body))
		throw refuse(400, "Unexpected character or end of input: a JSON object is expected");
	return body as Record<string, unknown>;
}

export function textOf(body: Readonly<Record<string, unknown>>, key: string): string | undefined {
	const value = body[key];
	if (value === undefined || value === null) return undefined;
	if (typeof value !== "string")
		throw refuse(400, `Can not deserialize instance of java.lang.String out of ${typeof value} (through reference chain: ["${key}"])`);
	return value;
}

/** A whole number of the query that is not negative; anything else is 404, as parameter conversion failures are. */
export function numberOf(call: Call, name: string, standard: number): number {
	const text = call.query.get(name);
	if (text === null || text === "") return standard;
	if (!/^\d{1,9}$/.test(text)) throw new Refused({ status: 404, json: { message: "HTTP 404 Not Found", "status-code": 404 } });
	return Number(text);
}

/** The account of `?username=` or `?key=` (or `userKey`). @throws Refused 404. */
export function accountOf(call: Call, view: JiraView, keyName = "key"): JiraAccount {
	const key = call.query.get(keyName);
	const name = call.query.get("username");
	if (key === null && name === null) throw refuse(404, `Either the 'username' or the '${keyName}' query parameters need to be provided`);
	const account = key === null ? view.population.named(name as string) : view.population.keyed(key);
	if (account !== undefined) return account;
	throw refuse(404, key === null ? `The user named '${name}' does not exist` : `The user with the key '${key}' does not exist`);
}

/** The group of `?groupname=`. @throws Refused 400 without a name, 404 for an unknown one. */
export function groupOf(call: Call, view: JiraView): JiraGroup {
	const name = call.query.get("groupname") ?? "";
	if (name === "") throw refuse(400, "Group name is not specified");
	const group = view.population.groups.get(name.toLowerCase());
	if (group === undefined) throw refuse(404, `The group named '${name}' does not exist.`);
	return group;
}
