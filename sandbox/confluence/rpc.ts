import { type Answer, type Call, jsonOf } from "../kit/http.ts";
import { checkedEmail, checkedFullName, checkedName, placeForNew } from "./accounts.ts";
import { type ConfluenceAccount, type ConfluenceGroup, folded } from "./records.ts";
import { page } from "./refusals.ts";
import { type ConfluenceView, permitted } from "./view.ts";

type Args = readonly unknown[];
type Method = (view: ConfluenceView, args: Args) => unknown;

/** JSON-RPC's light form: a list of arguments by POST; the answer is the bare result, or `error`, with status 200 (others' clients). */
export function answerRpc(call: Call, view: ConfluenceView, method: string): Answer {
	if (view.behaviour.jsonRpc === "off") return page(403, "Remote API is not enabled on this server");
	const work = METHODS[method];
	if (work === undefined) return failed(`No such method: ${method}`);
	const args = jsonOf(call);
	if (call.method !== "POST" || !Array.isArray(args)) return failed("Arguments must be an array");
	if (view.behaviour.jsonRpc === "guarded") return failed("Secure administrator session (WebSudo) is required");
	try {
		permitted(view, "application administer");
	} catch {
		return failed("com.atlassian.confluence.rpc.NotPermittedException: not permitted");
	}
	try {
		return { status: 200, json: work(view, args) };
	} catch (error) {
		if (error instanceof RemoteFault) return failed(error.message);
		throw error;
	}
}
const failed = (message: string): Answer => ({ status: 200, json: { error: { code: 500, message } } });

class RemoteFault extends Error {}
const fault = (message: string): RemoteFault => new RemoteFault(`com.atlassian.confluence.rpc.RemoteException: ${message}`);

const METHODS: Readonly<Record<string, Method>> = {
	getActiveUsers: ({ population }) =>
		population
			.sorted()
			.filter(({ active, gone }) => active && !gone)
			.map(({ name }) => name),
	getUser: (view, [name]) => remoteUser(accountOf(view, name)),
	addUser: addUser,
	editUser: (view, [user]) => {
		const { name, fullname, email } = user as Record<string, string>;
		const account = writable(view, accountOf(view, name));
		const change = { displayName: sound(() => checkedFullName(fullname ?? "")), emailAddress: sound(() => checkedEmail(email ?? "")) };
		view.population.updateAccount(account.id, change);
		return true;
	},
	deactivateUser: (view, [name]) => turned(view, name, false),
	reactivateUser: (view, [name]) => turned(view, name, true),
	addGroup: ({ population }, [name]) => {
		if (population.groups.has(folded(String(name)))) throw fault(`group ${String(name)} already exists`);
		population.addGroup(String(name));
		return true;
	},
	removeGroup: (view, [name, moveTo]) => {
		const group = groupOf(view, name);
		if (moveTo !== "" && moveTo !== null) for (const id of group.members) view.population.addMember(groupOf(view, moveTo).name, id);
		view.population.removeGroup(group.name);
		return true;
	},
	addUserToGroup: (view, [name, group]) => {
		view.population.addMember(groupOf(view, group).name, writable(view, accountOf(view, name)).id);
		return true;
	},
	removeUserFromGroup: (view, [name, group]) => {
		view.population.removeMember(groupOf(view, group).name, writable(view, accountOf(view, name)).id);
		return true;
	},
};

function addUser(view: ConfluenceView, [user, password]: Args): unknown {
	const { name = "", fullname = "", email = "" } = user as Record<string, string>;
	if (typeof password !== "string" || password === "") throw fault("a password is needed");
	sound(() => checkedName(name));
	if (view.population.named(name) !== undefined) throw fault(`user ${name} already exists`);
	const place = sound(() => placeForNew(view));
	const emailAddress = sound(() => checkedEmail(email));
	const { id } = view.population.addAccount({
		name,
		displayName: sound(() => checkedFullName(fullname)),
		emailAddress,
		password,
		...place,
	});
	if (view.behaviour.defaultGroup) view.population.addMember("confluence-users", id);
	return null;
}
function turned(view: ConfluenceView, name: unknown, active: boolean): boolean {
	view.population.updateAccount(writable(view, accountOf(view, name)).id, { active });
	return true;
}

const remoteUser = ({ id, name, displayName, emailAddress }: ConfluenceAccount) => ({
	name,
	fullname: displayName,
	email: emailAddress,
	key: id,
	url: null,
});
function accountOf(view: ConfluenceView, name: unknown): ConfluenceAccount {
	const account = view.population.named(String(name));
	if (account === undefined || account.gone) throw fault(`user ${String(name)} does not exist`);
	return account;
}
function groupOf(view: ConfluenceView, name: unknown): ConfluenceGroup {
	const group = view.population.groups.get(folded(String(name)));
	if (group === undefined) throw fault(`group ${String(name)} does not exist`);
	return group;
}
function writable(view: ConfluenceView, account: ConfluenceAccount): ConfluenceAccount {
	if (view.population.isReadOnly(account)) throw fault(`the directory of ${account.name} is read-only`);
	return account;
}

/** REST's rules hold here too, said in another form. */
function sound<T>(rule: () => T): T {
	try {
		return rule();
	} catch (error) {
		const answer = (error as { readonly answer?: Answer }).answer;
		throw fault((answer?.json as { message?: string } | undefined)?.message ?? String(error));
	}
}
