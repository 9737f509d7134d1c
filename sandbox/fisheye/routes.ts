import type { Answer, Call } from "../kit/http.ts";
import type { Router } from "../kit/router.ts";
import { type FisheyeAccount, type FisheyeGroup, folded } from "./population.ts";
import { releases } from "./versions.ts";
import { accountNamed, bodyOf, type FisheyeView, groupNamed, illegal, neededText, pageAnswer, readOnly, refusal } from "./view.ts";

type Named = Readonly<Record<string, string>>;
/** New accounts are put into these, where they exist. */
export const GIVEN_TO_NEW = ["fisheye-users", "crucible-users"];

export function fisheyeRoutes(router: Router<FisheyeView>): void {
	router.on("GET", "/server-v1", (_call, { version, behaviour, directory }) => {
		const release = releases[version];
		const stated = behaviour.versionAs === "text" ? release.releaseNumber : release;
		const homes = { appHomeDir: directory, appInstanceDir: directory };
		return { status: 200, json: { ...homes, timeZone: "UTC", version: stated, isFishEye: true, isCrucible: true } };
	});
	router.on("GET", "/admin/users", (call, view) => pageAnswer(call, view, { rows: view.population.sorted(), bean: accountBean }));
	router.on("POST", "/admin/users", createAccount);
	router.on("GET", "/admin/users/{name}", (_call, view, { name = "" }) => ({ status: 200, json: accountBean(accountNamed(view, name)) }));
	router.on("PUT", "/admin/users/{name}", updateAccount);
	router.on("DELETE", "/admin/users/{name}", deleteAccount);
	router.on("GET", "/admin/users/{name}/groups", (call, view, { name = "" }) =>
		pageAnswer(call, view, { rows: view.population.groupsOf(accountNamed(view, name).id), bean: nameBean }),
	);
	for (const method of ["PUT", "DELETE"])
		router.on(method, "/admin/users/{name}/groups", (call, view, { name = "" }) => {
			const account = accountNamed(view, name);
			return changeMember(view, { method, account, group: groupNamed(view, neededText(bodyOf(call), "name")) });
		});
	router.on("GET", "/admin/groups", listGroups);
	router.on("POST", "/admin/groups", createGroup);
	router.on("GET", "/admin/groups/{name}", (_call, view, { name = "" }) => ({ status: 200, json: groupBean(groupNamed(view, name)) }));
	router.on("PUT", "/admin/groups/{name}", updateGroup);
	router.on("DELETE", "/admin/groups/{name}", deleteGroup);
	router.on("GET", "/admin/groups/{name}/users", (call, view, { name = "" }) =>
		pageAnswer(call, view, { rows: view.population.membersOf(groupNamed(view, name)), bean: nameBean }),
	);
	for (const method of ["PUT", "DELETE"])
		router.on(method, "/admin/groups/{name}/users", (call, view, { name = "" }) => {
			const group = groupNamed(view, name);
			return changeMember(view, { method, account: accountNamed(view, neededText(bodyOf(call), "name")), group });
		});
}

const accountBean = ({ name, displayName, emailAddress }: FisheyeAccount) => ({ name, displayName, email: emailAddress });
const groupBean = ({ name, admin }: FisheyeGroup) => ({ name, admin });
const nameBean = ({ name }: { readonly name: string }) => ({ name });
const stored = ({ behaviour }: FisheyeView, name: string): string => (behaviour.names === "lowered" ? folded(name) : name);

function createAccount(call: Call, view: FisheyeView): Answer {
	const { population, behaviour } = view;
	const body = bodyOf(call);
	const name = neededText(body, "name");
	const displayName = neededText(body, "displayName");
	const password = neededText(body, "password");
	if (population.named(name) !== undefined) throw refusal(409, "IllegalState", `User '${name}' already exists.`);
	if (!population.writable) throw readOnly("every directory");
	const emailAddress = behaviour.emailOnCreate === "kept" && typeof body.email === "string" ? body.email : "";
	const shown = { name: stored(view, name), displayName, email: emailAddress };
	if (behaviour.newAccounts === "forgotten") return { status: 201, json: shown };
	const { id } = population.addAccount({ name: shown.name, displayName, emailAddress, password });
	for (const group of GIVEN_TO_NEW) if (population.groups.has(group)) population.addMember(group, id);
	return { status: 201, json: shown };
}

function updateAccount(call: Call, view: FisheyeView, { name = "" }: Named): Answer {
	const account = accountNamed(view, name);
	if (account.directory === "external") throw readOnly(`user '${name}'`);
	const body = bodyOf(call);
	const { update } = view.behaviour;
	const text = (key: string, before: string) => (typeof body[key] === "string" ? body[key] : update === "merged" ? before : "");
	const password = typeof body.password === "string" ? { password: body.password } : {};
	const [first, second] = update === "muddled" ? ["email", "displayName"] : ["displayName", "email"];
	const fields =
		update === "password-only"
			? {}
			: { displayName: text(first as string, account.displayName), emailAddress: text(second as string, account.emailAddress) };
	return { status: 200, json: accountBean(view.population.updateAccount(account.id, { ...fields, ...password })) };
}

function deleteAccount(_call: Call, view: FisheyeView, { name = "" }: Named): Answer {
	const account = accountNamed(view, name);
	if (account.directory === "external") throw readOnly(`user '${name}'`);
	view.population.removeAccount(account.id);
	return { status: 204 };
}

function listGroups(call: Call, view: FisheyeView): Answer {
	const prefix = folded(call.query.get("prefix") ?? "");
	const rows = view.population.sortedGroups().filter((group) => folded(group.name).startsWith(prefix));
	return pageAnswer(call, view, { rows, bean: groupBean });
}

function createGroup(call: Call, view: FisheyeView): Answer {
	const { population, behaviour } = view;
	const body = bodyOf(call);
	const name = neededText(body, "name");
	if (population.groups.has(folded(name))) throw refusal(409, "IllegalState", `Group '${name}' already exists.`);
	if (!population.writable) throw readOnly("every directory");
	const admin = behaviour.newGroups === "administrators" || body.admin === true;
	if (behaviour.newGroups !== "forgotten") population.addGroup(stored(view, name), { admin });
	return { status: 201, json: { name: stored(view, name), admin } };
}

function updateGroup(call: Call, view: FisheyeView, { name = "" }: Named): Answer {
	const group = groupNamed(view, name);
	const { admin } = bodyOf(call);
	if (typeof admin !== "boolean") throw illegal("admin is required.");
	view.population.changeGroup(group.name, { admin });
	return { status: 200, json: { name: group.name, admin } };
}

function deleteGroup(_call: Call, view: FisheyeView, { name = "" }: Named): Answer {
	const group = groupNamed(view, name);
	if (group.directory === "external") throw readOnly(`group '${name}'`);
	view.population.removeGroup(group.name);
	return { status: 204 };
}

/** 304 where it was so already. */
function changeMember(
	{ population, behaviour }: FisheyeView,
	{ method, account, group }: { readonly method: string; readonly account: FisheyeAccount; readonly group: FisheyeGroup },
): Answer {
	if (group.directory === "external") throw readOnly(`group '${group.name}'`);
	const add = method === "PUT";
	if (group.members.has(account.id) === add) return { status: 304 };
	if (add) population.addMember(group.name, account.id);
	else if (behaviour.remove === "one") population.removeMember(group.name, account.id);
	else if (behaviour.remove === "all") for (const { name } of population.groupsOf(account.id)) population.removeMember(name, account.id);
	return { status: 204 };
}
