import { type Answer, type Call, jsonOf } from "../kit/http.ts";
import type { Params, Router } from "../kit/router.ts";
import type { JiraAccount } from "./records.ts";
import { refuse } from "./refusals.ts";
import { accountOf, type JiraView, loggedIn } from "./view.ts";

/** Entity properties of accounts (not the "user properties" of the administration pages). */
export function propertyRoutes(router: Router<JiraView>): void {
	const all = "/rest/api/2/user/properties";
	router.on("GET", all, (call, view) => {
		const account = allowed(call, view);
		const self = (key: string) =>
			`${view.base}/rest/api/2/user/properties/${encodeURIComponent(key)}?userKey=${encodeURIComponent(account.key)}`;
		const keys = Object.keys(account.properties ?? {}).map((key) => ({ self: self(key), key }));
		return { status: 200, json: { keys } };
	});
	router.on("GET", `${all}/{key}`, (call, view, params) => {
		const { key, value } = known(allowed(call, view), params);
		return { status: 200, json: { key, value } };
	});
	router.on("PUT", `${all}/{key}`, write);
	router.on("DELETE", `${all}/{key}`, (call, view, params) => {
		const account = allowed(call, view);
		const { key } = known(account, params);
		const { [key]: _gone, ...properties } = account.properties ?? {};
		view.population.updateAccount(account.id, { properties });
		return { status: 204 };
	});
}

/** One's own, or anybody's for an administrator. */
function allowed(call: Call, view: JiraView): JiraAccount {
	const caller = loggedIn(view);
	const account = accountOf(call, view, "userKey");
	if (caller.id !== account.id && !view.login.isAdministrator(caller)) {
		throw refuse(403, "You do not have permission to edit the user's properties.");
	}
	return account;
}

function known(account: JiraAccount, params: Params): { readonly key: string; readonly value: unknown } {
	const key = params.key as string;
	const properties = account.properties ?? {};
	if (!Object.hasOwn(properties, key)) throw refuse(404, `The property with key ${key} does not exist.`);
	return { key, value: properties[key] };
}

/** The body is the bare JSON value: 32,768 bytes and a key of 255 characters at most. */
function write(call: Call, view: JiraView, params: Params): Answer {
	const account = allowed(call, view);
	const key = params.key as string;
	if (key.length > 255) throw refuse(400, "The property key length must not exceed 255 characters.");
	if (Buffer.byteLength(call.text) > 32_768) throw refuse(400, "The property value length must not exceed 32768 bytes.");
	const value = jsonOf(call);
	if (value === undefined) throw refuse(400, "The property value must be a valid, non-empty JSON.");
	const properties = account.properties ?? {};
	view.population.updateAccount(account.id, { properties: { ...properties, [key]: value } });
	return { status: Object.hasOwn(properties, key) ? 200 : 201 };
}
