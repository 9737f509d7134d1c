import type { Answer, Call } from "../kit/http.ts";
import type { Router } from "../kit/router.ts";
import { accountBean, detailedBean } from "./beans.ts";
import { type BitbucketAccount, folded } from "./records.ts";
import { licenceFull, noSuchUser, notPermitted, refuse, refuseField } from "./refusals.ts";
import { accountNamed, type BitbucketView, bodyOf, neededQuery, neededText, notAbove, pageAnswer, permitted, textOf } from "./view.ts";

/** New accounts are put here when they are to have the default group. */
export const DEFAULT_GROUP = "stash-users";

export function accountRoutes(router: Router<BitbucketView>): void {
	router.on("GET", "/admin/users", listForAdministrators);
	router.on("POST", "/admin/users", createAccount);
	router.on("PUT", "/admin/users", updateAccount);
	router.on("DELETE", "/admin/users", deleteAccount);
	router.on("POST", "/admin/users/rename", renameAccount);
	router.on("PUT", "/admin/users/credentials", setPassword);
	router.on("GET", "/users", listForEverybody);
	router.on("GET", "/users/{slug}", readAccount);
	router.on("GET", "/users/{slug}/settings", readSettings);
	router.on("POST", "/users/{slug}/settings", writeSettings);
}

/** Names, display names and addresses that hold the text anywhere. */
function visible(call: Call, view: BitbucketView, rows = view.population.sorted()): readonly BitbucketAccount[] {
	const text = folded(call.query.get("filter") ?? "");
	const holds = (account: BitbucketAccount) =>
		[account.name, account.displayName, account.emailAddress].some((value) => folded(value).includes(text));
	const hidden = !view.behaviour.listsInactive;
	if (text === "" && !hidden) return rows;
	return rows.filter((account) => (account.active || !hidden) && (text === "" || holds(account)));
}

function listForAdministrators(call: Call, view: BitbucketView): Answer {
	permitted(view, "LICENSED_USER");
	return pageAnswer(call, view, { rows: visible(call, view), bean: (account) => detailedBean(view, account) });
}
function listForEverybody(call: Call, view: BitbucketView): Answer {
	if (view.caller === undefined) throw notPermitted();
	const rows = visible(call, view).filter((account) => account.active);
	return pageAnswer(call, view, { rows, bean: (account) => accountBean(view, account) });
}

function slugged(view: BitbucketView, slug: string): BitbucketAccount {
	const account = view.population.slugged(slug);
	if (account === undefined) throw noSuchUser(slug);
	return account;
}
function readAccount(_call: Call, view: BitbucketView, { slug = "" }: Readonly<Record<string, string>>): Answer {
	if (view.caller === undefined) throw notPermitted();
	return { status: 200, json: accountBean(view, slugged(view, slug)) };
}

/** Everything travels in the query: this call has no body. No password is needed when a mail asks for one to be chosen. */
function createAccount(call: Call, view: BitbucketView): Answer {
	permitted(view, "ADMIN");
	const name = checkedName(view, neededQuery(call, "name"), undefined);
	const displayName = neededQuery(call, "displayName");
	const emailAddress = checkedEmail(neededQuery(call, "emailAddress"));
	const notify = call.query.has("notify") && call.query.get("notify") !== "false";
	const password = call.query.get("password") ?? "";
	if (!notify && password === "") throw refuseField("password", "A password is required");
	if (notify && !view.behaviour.mailServer)
		throw refuse(400, "A mail server must be configured before users can be notified.", "mail.NoMailHostConfigurationException");
	const directory = view.population.writableDirectory();
	if (directory === undefined) throw refuse(400, "None of the user directories allows users to be created.", "user.UserAdminException");
	const toDefault = call.query.get("addToDefaultGroup") !== "false";
	if (toDefault && view.population.groupPermissions.has(DEFAULT_GROUP) && view.population.isFull()) throw licenceFull();
	const account = view.population.addAccount({
		name,
		displayName,
		emailAddress,
		directory: directory.name,
		...(notify ? {} : { password }),
	});
	if (toDefault) view.population.addMember(view.population.addGroup(DEFAULT_GROUP).name, account.id);
	if (notify) view.mails.push({ to: emailAddress, about: "account created, choose a password" });
	return { status: 204 };
}

/** Members left out stay as they are. */
function updateAccount(call: Call, view: BitbucketView): Answer {
	const caller = permitted(view, "ADMIN");
	const body = bodyOf(call);
	const account = accountNamed(view, neededText(body, "name"));
	notAbove(view, caller, account);
	const displayName = textOf(body, "displayName")?.trim();
	const email = textOf(body, "email")?.trim();
	if (displayName === "") throw refuseField("displayName", "displayName must not be blank");
	assertDetails(view, account);
	const change = {
		...(displayName === undefined ? {} : { displayName }),
		...(email === undefined ? {} : { emailAddress: checkedEmail(email) }),
	};
	return { status: 200, json: detailedBean(view, view.population.updateAccount(account.id, change)) };
}

function renameAccount(call: Call, view: BitbucketView): Answer {
	const caller = permitted(view, "ADMIN");
	const body = bodyOf(call);
	const account = accountNamed(view, neededText(body, "name"));
	notAbove(view, caller, account);
	const name = checkedName(view, neededText(body, "newName"), account);
	assertDetails(view, account);
	return { status: 200, json: detailedBean(view, view.population.updateAccount(account.id, { name })) };
}

function setPassword(call: Call, view: BitbucketView): Answer {
	const caller = permitted(view, "ADMIN");
	const body = bodyOf(call);
	const account = accountNamed(view, neededText(body, "name"));
	notAbove(view, caller, account);
	const password = neededText(body, "password");
	if (password !== textOf(body, "passwordConfirm")) throw refuseField("passwordConfirm", "The passwords do not match");
	assertDetails(view, account);
	view.population.updateAccount(account.id, { password });
	return { status: 204 };
}

function deleteAccount(call: Call, view: BitbucketView): Answer {
	const caller = permitted(view, "ADMIN");
	const account = accountNamed(view, neededQuery(call, "name"));
	if (account.id === caller.id) throw refuse(409, "You cannot delete yourself.", "IntegrityException");
	notAbove(view, caller, account);
	assertDetails(view, account);
	const bean = detailedBean(view, account);
	view.population.removeAccount(account.id);
	return { status: 200, json: bean };
}

/** A flat map. People write their own; administrators those of others (unverified). */
function mayWriteFor(view: BitbucketView, account: BitbucketAccount): void {
	if (view.caller?.id !== account.id) permitted(view, "ADMIN");
}
function readSettings(_call: Call, view: BitbucketView, { slug = "" }: Readonly<Record<string, string>>): Answer {
	const account = slugged(view, slug);
	mayWriteFor(view, account);
	return { status: 200, json: account.settings ?? {} };
}
function writeSettings(call: Call, view: BitbucketView, { slug = "" }: Readonly<Record<string, string>>): Answer {
	const account = slugged(view, slug);
	mayWriteFor(view, account);
	const settings = bodyOf(call);
	for (const [key, value] of Object.entries(settings)) {
		if (!["string", "number", "boolean"].includes(typeof value)) throw refuseField(key, "Only text, numbers and booleans can be kept");
	}
	view.population.updateAccount(account.id, { settings: { ...account.settings, ...settings } });
	return { status: 204 };
}

function assertDetails(view: BitbucketView, account: BitbucketAccount): void {
	const directory = view.population.directoryOf(account);
	if (directory.kind === "internal") return;
	throw refuse(
		400,
		`The user '${account.name}' cannot be changed: the directory '${directory.name}' is read-only.`,
		"user.UserAdminException",
	);
}

function checkedName(view: BitbucketView, name: string, self: BitbucketAccount | undefined): string {
	if (name.length > 255) throw refuseField("name", "The name must not be longer than 255 characters");
	const owner = view.population.named(name);
	if (owner === undefined || owner.id === self?.id) return name;
	const status = self === undefined ? 409 : view.behaviour.renameToTaken;
	throw refuse(status, `A user with the username '${name}' already exists.`, "IntegrityException");
}
function checkedEmail(email: string): string {
	if (/^[^\s@]+@[^\s@]+$/.test(email)) return email;
	throw refuseField("email", "The e-mail address is not valid");
}
