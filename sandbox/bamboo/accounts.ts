import type { Answer, Call } from "../kit/http.ts";
import type { Router } from "../kit/router.ts";
import { type BambooAccount, folded } from "./records.ts";
import { refuse, refuseField } from "./refusals.ts";
import { accountNamed, administrator, type BambooView, bodyOf, groupNamed, namesOf, neededText, pageAnswer } from "./view.ts";

export function accountRoutes(router: Router<BambooView>): void {
	router.on("GET", "/admin/users", listAccounts);
	router.on("POST", "/admin/users", createAccount);
	router.on("PUT", "/admin/users/rename", renameAccount);
	router.on("PUT", "/admin/users/credentials", setPassword);
	router.on("DELETE", "/admin/users/{name}", deleteAccount);
	router.on("GET", "/admin/users/{name}/assigned-groups", (call, view, { name = "" }) => listGroups(call, view, { name, assigned: true }));
	router.on("GET", "/admin/users/{name}/unassigned-groups", (call, view, { name = "" }) =>
		listGroups(call, view, { name, assigned: false }),
	);
	router.on("POST", "/admin/users/{name}/groups", (call, view, { name = "" }) => {
		administrator(view);
		return changeMembers(view, { groups: namesOf(call), accounts: [name], add: true });
	});
	router.on("DELETE", "/admin/users/{name}/groups", (call, view, { name = "" }) => {
		administrator(view);
		return changeMembers(view, { groups: view.behaviour.dropsDeleteBody ? [] : namesOf(call), accounts: [name], add: false });
	});
}

/** Names, full names and addresses that hold the text anywhere. */
export const holding = (call: Call, rows: readonly BambooAccount[]): readonly BambooAccount[] => {
	const text = folded(call.query.get("filter") ?? "");
	if (text === "") return rows;
	return rows.filter((account) => [account.name, account.displayName, account.emailAddress].some((value) => folded(value).includes(text)));
};

/** No word about whether it is switched on. */
export const accountBean = (view: BambooView, account: BambooAccount): Record<string, unknown> => ({
	name: account.name,
	fullName: account.displayName,
	email: account.emailAddress,
	self: `${view.base}/rest/api/latest/admin/users/${encodeURIComponent(account.name)}`,
	...(view.behaviour.extra === "avatarUrl"
		? { avatarUrl: `${view.base}/avatar/${encodeURIComponent(account.name)}` }
		: { sanitizedName: account.name }),
});

function listAccounts(call: Call, view: BambooView): Answer {
	administrator(view);
	return pageAnswer(call, view, { rows: holding(call, view.population.sorted()), bean: (account) => accountBean(view, account) });
}

function createAccount(call: Call, view: BambooView): Answer {
	administrator(view);
	const body = bodyOf(call);
	const name = checkedName(view, neededText(body, "name"), undefined);
	const displayName = neededText(body, "fullName");
	const emailAddress = neededText(body, "email");
	if (!/^[^\s@]+@[^\s@]+$/.test(emailAddress)) throw refuseField("email", "Please check that this email address is valid.");
	const password = neededText(body, "password");
	if (body.passwordConfirm !== password) throw refuseField("passwordConfirm", "The passwords you typed do not match.");
	if (view.population.writableDirectory() === undefined) throw refuse("User management is read only: no directory takes new users.");
	view.population.addAccount({ name, displayName, emailAddress, password });
	return { status: 204 };
}

function renameAccount(call: Call, view: BambooView): Answer {
	administrator(view);
	const body = bodyOf(call);
	const account = accountNamed(view, neededText(body, "oldName"));
	const name = checkedName(view, neededText(body, "name"), account);
	assertWritable(view, account);
	view.population.updateAccount(account.id, { name });
	return { status: 204 };
}

function setPassword(call: Call, view: BambooView): Answer {
	administrator(view);
	const body = bodyOf(call);
	const account = accountNamed(view, neededText(body, "name"));
	const password = neededText(body, "password");
	if (body.passwordConfirm !== password) throw refuseField("passwordConfirm", "The passwords you typed do not match.");
	assertWritable(view, account);
	view.population.updateAccount(account.id, { password });
	return { status: 204 };
}

/** 204 also for somebody who is not there. */
function deleteAccount(_call: Call, view: BambooView, { name = "" }: Readonly<Record<string, string>>): Answer {
	const caller = administrator(view);
	const account = view.population.named(name);
	if (account === undefined) return { status: 204 };
	if (account.id === caller.id) throw refuse("You cannot delete yourself.");
	assertWritable(view, account);
	view.population.removeAccount(account.id);
	return { status: 204 };
}

function listGroups(call: Call, view: BambooView, { name, assigned }: { readonly name: string; readonly assigned: boolean }): Answer {
	administrator(view);
	const account = accountNamed(view, name);
	const text = folded(call.query.get("filter") ?? "");
	const rows = [...view.population.groups.values()]
		.filter((group) => group.members.has(account.id) === assigned && folded(group.name).includes(text))
		.sort((a, b) => (folded(a.name) < folded(b.name) ? -1 : 1));
	return pageAnswer(call, view, { rows, bean: (group) => groupBean(view, group) });
}
export const groupBean = (view: BambooView, group: { readonly name: string; readonly directory: string }): Record<string, unknown> => ({
	name: group.name,
	editable: !view.population.isExternal(group.directory),
	self: `${view.base}/rest/api/latest/admin/groups/${encodeURIComponent(group.name)}`,
});

/** All of them or none. */
export function changeMembers(
	view: BambooView,
	wanted: { readonly groups: readonly string[]; readonly accounts: readonly string[]; readonly add: boolean },
): Answer {
	const { population, behaviour } = view;
	const groups = wanted.groups.map((name) => groupNamed(view, name));
	const accounts = wanted.accounts.map((name) => accountNamed(view, name));
	const again = wanted.add ? behaviour.addAgain : behaviour.removeAgain;
	for (const group of groups) {
		if (population.isExternal(group.directory)) throw refuse(`The group '${group.name}' is read only and cannot be changed.`);
		for (const account of accounts) {
			const already = group.members.has(account.id) === wanted.add;
			const text = wanted.add ? "is already a member" : "is not a member";
			if (already && again === "refused") throw refuse(`User '${account.name}' ${text} of group '${group.name}'.`);
		}
	}
	for (const group of groups)
		for (const account of accounts) {
			if (wanted.add) population.addMember(group.name, account.id);
			else population.removeMember(group.name, account.id);
		}
	return { status: 204 };
}

function assertWritable(view: BambooView, account: BambooAccount): void {
	if (!view.population.isExternal(account.directory)) return;
	throw refuse(`The user '${account.name}' is read only and cannot be changed.`);
}
function checkedName(view: BambooView, name: string, self: BambooAccount | undefined): string {
	if (name.length > 255) throw refuseField("name", "The username must not be longer than 255 characters.");
	if (/[<>&]/.test(name)) throw refuseField("name", "The username must not contain '<', '>' or '&'.");
	const owner = view.population.named(name);
	if (owner !== undefined && owner.id !== self?.id) throw refuseField("name", "A user with this username already exists.");
	return view.behaviour.usernames === "lowered" ? name.toLowerCase() : name;
}
