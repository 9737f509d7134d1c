import type { Answer, Call } from "../kit/http.ts";
import type { Params, Router } from "../kit/router.ts";
import { accountBean, anonymousBean } from "./beans.ts";
import type { ConfluenceAccount } from "./records.ts";
import { noSuchUser, notPermitted, readOnly, refuse } from "./refusals.ts";
import { accountNamed, bodyOf, type ConfluenceView, notAbove, pageAnswer, permitted, textOf, using } from "./view.ts";

/** New accounts are put here. */
export const DEFAULT_GROUP = "confluence-users";

export function accountRoutes(router: Router<ConfluenceView>): void {
	router.on("GET", "/api/user/current", (call, view) => {
		using(view);
		return { status: 200, json: view.caller === undefined ? anonymousBean(view) : accountBean(view, view.caller, call) };
	});
	router.on("GET", "/api/user", readAccount);
	router.on("GET", "/api/user/list", (call, view) => listed(call, view, view.population.sorted()));
	router.on("GET", "/api/admin/users/list/active", listActive);
	router.on("POST", "/api/admin/user", createAccount);
	router.on("PUT", "/api/admin/user/{username}", updateAccount);
	router.on("DELETE", "/api/admin/user/{username}", deleteAccount);
	router.on("GET", "/api/longtask/{id}", (_call, view, { id = "" }) => {
		permitted(view, "application administer");
		const name = { key: "delete.user", args: [], translation: "Delete user" };
		return { status: 200, json: { id, name, elapsedTime: 10, percentageComplete: 100, successful: true, messages: [] } };
	});
	router.on("PUT", "/api/admin/user/{username}/disable", (_call, view, params) => switched(view, params, false));
	router.on("PUT", "/api/admin/user/{username}/enable", (_call, view, params) => switched(view, params, true));
	router.on("POST", "/api/admin/user/{username}/password", setPassword);
}

function listed(call: Call, view: ConfluenceView, rows: readonly ConfluenceAccount[]): Answer {
	using(view);
	return pageAnswer(call, view, { rows, bean: (account) => accountBean(view, account, call), standard: 100 });
}
/** Those who take a seat. */
function listActive(call: Call, view: ConfluenceView): Answer {
	const counts = ({ active, id, gone }: ConfluenceAccount) => active && !gone && view.population.may(id, "application use");
	return listed(call, view, view.population.sorted().filter(counts));
}

function readAccount(call: Call, view: ConfluenceView): Answer {
	using(view);
	const [key, username] = [call.query.get("key"), call.query.get("username")];
	const account = key === null ? view.population.named(username ?? "") : view.population.accounts.get(key);
	if (account === undefined) throw noSuchUser(key ?? username ?? "");
	return { status: 200, json: accountBean(view, account, call) };
}

/** https://developer.atlassian.com/server/confluence/rest/v1000/api-group-admin-user/ */
function createAccount(call: Call, view: ConfluenceView): Answer {
	permitted(view, "application administer");
	const body = bodyOf(call);
	const name = checkedName(textOf(body, "userName") ?? "");
	const displayName = checkedFullName(textOf(body, "fullName") ?? "");
	const emailAddress = checkedEmail(textOf(body, "email") ?? "");
	// The older page's own example sends a text.
	const notify = body.notifyViaEmail === true || body.notifyViaEmail === "true";
	const password = textOf(body, "password") ?? "";
	if (notify && password !== "") throw refuse(400, "Password should not be specified if notifyViaEmail is true");
	if (!notify && password === "") throw refuse(400, "Password should not be null or blank");
	if (notify && !view.behaviour.mailServer) throw refuse(400, "No mail server is configured");
	if (view.population.named(name) !== undefined) throw refuse(409, `A user with the username ${name} already exists`);
	const account = view.population.addAccount({ name, displayName, emailAddress, ...placeForNew(view), ...(notify ? {} : { password }) });
	if (view.behaviour.defaultGroup) view.population.addMember(view.population.addGroup(DEFAULT_GROUP).name, account.id);
	if (notify) view.mails.push({ to: emailAddress, about: "account created, choose a password" });
	return { status: 201, json: { userKey: account.id } };
}

/** @throws Refused when nobody can be added. */
export function placeForNew(view: ConfluenceView): { readonly directory: string } {
	const directory = view.population.writableDirectory();
	if (directory === undefined) throw refuse(403, "No directory is configured that does allow users to be added: all are read-only");
	if (view.population.isFull()) throw refuse(402, "There are no more licenses available to create a user");
	return { directory: directory.name };
}

/** The account in the path, as somebody who may change it. */
function changeable(view: ConfluenceView, { username = "" }: Params): ConfluenceAccount {
	const caller = permitted(view, "application administer");
	const account = accountNamed(view, username);
	notAbove(view, caller, account);
	if (view.population.isReadOnly(account)) throw readOnly(account.name);
	return account;
}

function updateAccount(call: Call, view: ConfluenceView, params: Params): Answer {
	const account = changeable(view, params);
	const body = bodyOf(call);
	const [fullName, email] = [textOf(body, "fullName"), textOf(body, "email")];
	const whole = !view.behaviour.partialUpdate;
	view.population.updateAccount(account.id, {
		...(fullName === undefined && !whole ? {} : { displayName: checkedFullName(fullName ?? "") }),
		...(email === undefined && !whole ? {} : { emailAddress: checkedEmail(email ?? "") }),
	});
	return { status: 204 };
}

/** Asynchronous on a real server; here it is done when the answer leaves. */
function deleteAccount(_call: Call, view: ConfluenceView, params: Params): Answer {
	view.population.removeAccount(changeable(view, params).id);
	const status = `${view.base}/rest/api/longtask/1/status`;
	const links = { status, result: `${view.base}/rest/api/longtask/1/result` };
	return { status: 202, json: { id: "1", links, resultPath: "result", statusPath: "status" } };
}

function switched(view: ConfluenceView, params: Params, active: boolean): Answer {
	const account = changeable(view, params);
	if (!active && account.id === view.caller?.id) throw notPermitted();
	if (active && !account.active && view.population.may(account.id, "application use") && view.population.isFull())
		throw refuse(402, "There are no more licenses available to enable a user");
	view.population.updateAccount(account.id, { active });
	return { status: 204 };
}

/** "User should be a System admin." */
function setPassword(call: Call, view: ConfluenceView, { username = "" }: Params): Answer {
	permitted(view, "system administer");
	const password = textOf(bodyOf(call), "password") ?? "";
	if (password.trim() === "") throw refuse(400, "Password should not be null or blank");
	view.population.updateAccount(accountNamed(view, username).id, { password });
	return { status: 204 };
}

export function checkedName(name: string): string {
	if (name.trim() === "") throw refuse(400, "Username should not be null or blank");
	if (/[\\,+<>'"]/.test(name)) throw refuse(400, "Username contains illegal characters: \\ , + < > ' \"");
	if (/\s/.test(name)) throw refuse(400, "Username should not contain whitespace characters");
	if (name !== name.toLowerCase()) throw refuse(400, "Username should not contain upper case characters");
	if (name === "anonymous") throw refuse(400, "Username should not be anonymous");
	return name;
}
export function checkedFullName(name: string): string {
	if (name.trim() === "") throw refuse(400, "Full name should not be null or blank");
	if (/[<>]/.test(name)) throw refuse(400, "Full name contains illegal characters: < >");
	if (name.toLowerCase() === "anonymous") throw refuse(400, "Full name should not be anonymous");
	return name;
}
export function checkedEmail(email: string): string {
	if (/^[^\s@]+@[^\s@]+$/.test(email)) return email;
	throw refuse(400, "Email is not a valid email address");
}
