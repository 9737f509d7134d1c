import { randomBytes } from "node:crypto";
import { type Answer, type Call, Refused } from "../kit/http.ts";
import type { Router } from "../kit/router.ts";
import { accountBean } from "./beans.ts";
import type { Application, JiraAccount } from "./records.ts";
import { errorAnswer, licenceText, refuse, refuseField } from "./refusals.ts";
import { accountOf, administrator, bodyOf, type JiraView, loggedIn, textOf } from "./view.ts";

export function accountRoutes(router: Router<JiraView>): void {
	router.on("GET", "/rest/api/2/user", readAccount);
	router.on("POST", "/rest/api/2/user", createAccount);
	router.on("PUT", "/rest/api/2/user", updateAccount);
	router.on("DELETE", "/rest/api/2/user", deleteAccount);
}

function readAccount(call: Call, view: JiraView): Answer {
	loggedIn(view);
	const expand = call.query.get("expand") ?? "";
	const key = call.query.get("key");
	const gone = key === null || call.query.get("includeDeleted") !== "true" ? undefined : view.population.deleted.get(key);
	if (gone !== undefined && key !== null && view.population.keyed(key) === undefined) {
		return { status: 200, json: accountBean(view, gone, { expand, deleted: true }) };
	}
	return { status: 200, json: accountBean(view, accountOf(call, view), { expand }) };
}

/** Goes into the first directory that can be written; no mail unless `notification` is true. */
function createAccount(call: Call, view: JiraView): Answer {
	administrator(view);
	const body = bodyOf(call);
	const name = checkedName(view, textOf(body, "name")?.trim() ?? "", undefined);
	const emailAddress = checkedEmail(view, textOf(body, "emailAddress")?.trim() ?? "", undefined);
	const displayName = checkedDisplayName(textOf(body, "displayName")?.trim() ?? "");
	const directory = view.population.writableDirectory();
	if (directory === undefined) throw refuse(400, "Cannot add user, all the user directories are read-only.");
	const applications = wantedApplications(view, body.applicationKeys);
	const password = textOf(body, "password") || randomBytes(24).toString("base64url");
	const account = view.population.addAccount({ name, emailAddress, displayName, password, directory: directory.name });
	for (const application of applications) {
		for (const group of application.defaultGroups) view.population.addMember(view.population.addGroup(group).name, account.id);
	}
	if (body.notification === true || body.notification === "true") view.mails.push({ to: emailAddress, about: "account created" });
	return { status: 201, json: accountBean(view, account, { expand: "" }) };
}

/** No keys: those selected by default, as far as seats are left. Keys given: all of them, or 400. `[]`: no access. */
function wantedApplications(view: JiraView, keys: unknown): readonly Application[] {
	const isFull = (application: Application) => application.seats >= 0 && view.lookup.seatsTaken(application) >= application.seats;
	if (keys === undefined || keys === null) return view.population.applications.filter((one) => one.selectedByDefault && !isFull(one));
	if (!Array.isArray(keys)) throw refuse(400, "Can not deserialize instance of java.util.Set out of VALUE_STRING token");
	return keys.map((key) => {
		const application = view.population.applications.find((one) => one.key === key);
		if (application === undefined) throw refuseField("applicationKeys", `The application with key '${String(key)}' does not exist`);
		if (isFull(application)) throw refuseField("applicationKeys", licenceText);
		return application;
	});
}

/** Members left out stay as they are. */
function updateAccount(call: Call, view: JiraView): Answer {
	const caller = administrator(view);
	const account = accountOf(call, view);
	const body = bodyOf(call);
	const change: { name?: string; emailAddress?: string; displayName?: string; active?: boolean } = {};
	const name = textOf(body, "name")?.trim();
	const email = textOf(body, "emailAddress")?.trim();
	const displayName = textOf(body, "displayName")?.trim();
	const active = view.behaviour.canDisable ? body.active : undefined;
	if (name !== undefined) change.name = checkedName(view, name, account);
	if (email !== undefined) change.emailAddress = checkedEmail(view, email, account);
	if (displayName !== undefined) change.displayName = checkedDisplayName(displayName);
	if (active !== undefined && typeof active !== "boolean") throw refuse(400, "Can not construct instance of java.lang.Boolean");
	if (active !== undefined) change.active = active;
	if (Object.keys(change).length === 0) throw refuse(400, "error.no.value.found.to.be.changed");
	refuseReadOnly(view, account, change);
	if (change.active === false && account.active) refuseDisabling(account, caller);
	if (change.active !== undefined && view.population.directoryOf(account).kind === "ldap") delete change.active;
	const after = view.population.updateAccount(account.id, change);
	return { status: 200, json: accountBean(view, after, { expand: "" }) };
}

function refuseReadOnly(view: JiraView, account: JiraAccount, change: { readonly active?: boolean }): void {
	const directory = view.population.directoryOf(account);
	const onlyActive = change.active !== undefined && Object.keys(change).length === 1;
	if (directory.kind === "internal") return;
	if (directory.kind === "ldap" && onlyActive && view.behaviour.ldapDisable === "ignored") return;
	throw refuse(
		view.behaviour.readOnlyStatus,
		`Cannot update user '${account.name}' because directory '${directory.name}' does not allow updates`,
	);
}

function refuseDisabling(account: JiraAccount, caller: JiraAccount): void {
	if (account.id === caller.id) throw refuseField("active", "You cannot deactivate the currently logged in user.");
	const components = account.componentLeads ?? [];
	if (components.length > 0)
		throw refuseField(
			"active",
			`You cannot deactivate '${account.name}' because they are currently component lead of these components: ${components.join(", ")}`,
		);
	const leads = account.leads ?? [];
	if (leads.length === 0) return;
	throw refuseField(
		"active",
		`You cannot deactivate '${account.name}' because they are currently project lead of these projects: ${leads.join(", ")}`,
	);
}

function deleteAccount(call: Call, view: JiraView): Answer {
	const caller = administrator(view);
	const account = accountOf(call, view);
	const directory = view.population.directoryOf(account);
	if (directory.kind !== "internal") {
		throw refuse(400, `Cannot delete user '${account.name}' because directory '${directory.name}' does not allow updates`);
	}
	if (account.id === caller.id) throw refuse(400, "You cannot delete the currently logged in user.");
	if (account.referenced || (account.leads ?? []).length > 0) {
		throw refuse(400, `Cannot delete user. '${account.name}' is referenced by issues, comments or projects: deactivate the user instead.`);
	}
	view.population.removeAccount(account.id);
	return { status: 204 };
}

function checkedName(view: JiraView, sent: string, self: JiraAccount | undefined): string {
	if (sent === "") throw refuseField("username", "You must specify a username.");
	if (sent.length > 255) throw refuseField("username", "The username must not exceed 255 characters in length.");
	if (/[<>&]/.test(sent)) throw refuseField("username", "The username must not contain '<', '>' or '&'.");
	const owner = view.population.named(sent);
	if (owner !== undefined && owner.id !== self?.id) throw refuseField("username", "A user with that username already exists.");
	return view.behaviour.usernames === "lowered" ? sent.toLowerCase() : sent;
}

function checkedEmail(view: JiraView, sent: string, self: JiraAccount | undefined): string {
	if (sent === "") throw refuseField("email", "You must specify an email address.");
	if (!/^[^\s@]+@[^\s@]+$/.test(sent)) throw refuseField("email", "You must specify a valid email address.");
	if (sent.length > 255) throw refuseField("email", "The email must not exceed 255 characters in length.");
	if (!view.behaviour.uniqueEmails) return sent;
	for (const account of view.population.accounts.values()) {
		if (account.id === self?.id || account.emailAddress.toLowerCase() !== sent.toLowerCase()) continue;
		throw new Refused(errorAnswer(400, [], { email: "A user with that email address already exists." }));
	}
	return sent;
}

function checkedDisplayName(sent: string): string {
	if (sent === "") throw refuseField("displayName", "You must specify a full name.");
	if (sent.length > 255) throw refuseField("displayName", "The full name must not exceed 255 characters in length.");
	return sent;
}
