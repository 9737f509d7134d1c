import { type Answer, type Call, Refused } from "../kit/http.ts";
import { uuidOf } from "../kit/random.ts";
import type { Params, Router } from "../kit/router.ts";
import { adminRoles, effective, hasOne, requireOne, type SandboxClient } from "./access.ts";
import { flag, paged } from "./page.ts";
import { singleAccess, userJson } from "./represent.ts";
import type { RealmView } from "./view.ts";

/** Realm, clients and role mappings: what a check of rights looks at. */
export function siteRoutes(router: Router<RealmView>): void {
	const realm = "/admin/realms/{realm}";
	router.on("GET", realm, readRealm);
	router.on("GET", `${realm}/clients`, listClients);
	router.on("GET", `${realm}/clients/{client}/service-account-user`, serviceAccount);
	router.on("GET", `${realm}/users/{id}/role-mappings`, (_call, view, params) => {
		const roles = mappedRoles(view, params);
		const management = { id: clientUuid(view, "realm-management"), client: "realm-management", mappings: roles };
		return { status: 200, json: roles.length === 0 ? {} : { clientMappings: { "realm-management": management } } };
	});
	router.on("GET", `${realm}/users/{id}/role-mappings/clients/{client}`, (_call, view, params) => {
		const roles = mappedRoles(view, params);
		return { status: 200, json: managementOnly(view, params) ? roles : [] };
	});
	router.on("GET", `${realm}/users/{id}/role-mappings/clients/{client}/composite`, (_call, view, params) => {
		const direct = mappedRoles(view, params).map((role) => role.name);
		const all = [...effective(direct)].map((name) => roleJson(view, name));
		return { status: 200, json: managementOnly(view, params) ? all : [] };
	});
}

const clientUuid = (view: RealmView, clientId: string): string => uuidOf(view.realm.name, "client", clientId);

/** Whole with view-realm; otherwise only what RealmAdminResource gives to every administrator. */
function readRealm(_call: Call, view: RealmView): Answer {
	requireOne(view.caller, ...adminRoles);
	const head = {
		realm: view.realm.name,
		displayName: `${view.realm.name} (sandbox)`,
		editUsernameAllowed: true,
		registrationEmailAsUsername: false,
	};
	if (!hasOne(view.caller, "view-realm", "manage-realm")) return { status: 200, json: head };
	const settings = { enabled: true, duplicateEmailsAllowed: false, loginWithEmailAllowed: true, accessTokenLifespan: 60 };
	const events = { eventsEnabled: false, adminEventsEnabled: false, adminEventsDetailsEnabled: false };
	return { status: 200, json: { id: uuidOf(view.realm.name, "realm"), ...head, ...settings, ...events, keycloakVersion: "26.7.4" } };
}

function clientJson(view: RealmView, client: Pick<SandboxClient, "clientId">): Record<string, unknown> {
	const id = clientUuid(view, client.clientId);
	const flags = { enabled: true, publicClient: false, bearerOnly: client.clientId === "realm-management", protocol: "openid-connect" };
	return { id, clientId: client.clientId, ...flags, serviceAccountsEnabled: client.clientId !== "realm-management" };
}

function listClients(call: Call, view: RealmView): Answer {
	requireOne(view.caller, "query-clients", "view-clients", "manage-clients");
	if (!hasOne(view.caller, "view-clients", "manage-clients")) return { status: 200, json: [] };
	const wanted = call.query.get("clientId");
	const near = flag(call, "search", false);
	const all = [{ clientId: "realm-management" }, ...view.clients.values()];
	const found = all.filter(({ clientId }) => wanted === null || (near ? clientId.includes(wanted) : clientId === wanted));
	return { status: 200, json: paged(call, found, -1).map((client) => clientJson(view, client)) };
}

function serviceAccount(_call: Call, view: RealmView, params: Params): Answer {
	requireOne(view.caller, "view-clients", "manage-clients");
	const client = [...view.clients.values()].find(({ clientId }) => clientUuid(view, clientId) === params.client);
	const user = client && view.realm.userNamed(`service-account-${client.clientId}`);
	if (user === undefined) throw new Refused({ status: 404, json: { error: "Could not find client" } });
	return { status: 200, json: { ...userJson(user, false), ...singleAccess(view.caller) } };
}

type Role = ReturnType<typeof roleJson>;

function roleJson(view: RealmView, name: SandboxClient["roles"][number]) {
	const container = clientUuid(view, "realm-management");
	const composite = effective([name]).size > 1;
	return {
		id: uuidOf(view.realm.name, "role", name),
		name,
		description: `\${role_${name}}`,
		composite,
		clientRole: true,
		containerId: container,
	};
}

function mappedRoles(view: RealmView, params: Params): Role[] {
	requireOne(view.caller, "view-users", "manage-users");
	const user = view.realm.users.get(params.id as string);
	if (user === undefined) throw new Refused({ status: 404, json: { error: "User not found" } });
	const client = user.serviceAccountOf === undefined ? undefined : view.clients.get(user.serviceAccountOf);
	return (client?.roles ?? []).map((name) => roleJson(view, name));
}

function managementOnly(view: RealmView, params: Params): boolean {
	const known = ["realm-management", ...view.clients.keys()].some((clientId) => clientUuid(view, clientId) === params.client);
	if (!known) throw new Refused({ status: 404, json: { error: "Client not found" } });
	return params.client === clientUuid(view, "realm-management");
}
