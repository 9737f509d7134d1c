import type { Answer, Call } from "../kit/http.ts";
import { Refused } from "../kit/http.ts";
import { Router } from "../kit/router.ts";
import { type Sandbox, SandboxServer } from "../kit/server.ts";
import { StateFile } from "../kit/state.ts";
import { type AdminRole, clientCredentials, type SandboxClient, TokenDesk, type TokenSettings } from "./access.ts";
import { groupRoutes } from "./groups.ts";
import { type KeycloakQuirks, plainQuirks } from "./quirks.ts";
import { Realm, RealmConflict } from "./realm.ts";
import type { RealmState } from "./records.ts";
import { siteRoutes } from "./site.ts";
import { userRoutes } from "./users.ts";
import { RealmOrder, RealmView } from "./view.ts";

export interface KeycloakOptions {
	/** Default 0: any free port. */
	readonly port?: number;
	/** Name of the one realm beside `master`. Default `acme`. */
	readonly realm?: string;
	/** Default: `rollcall` with the roles view-users, query-groups and query-users. */
	readonly clients?: readonly SandboxClient[];
	readonly tokens?: Partial<TokenSettings>;
	readonly quirks?: Partial<KeycloakQuirks>;
	/** The realm setting of that name; Keycloak's default is false. */
	readonly duplicateEmails?: boolean;
	/** Users, groups and memberships are kept in this file from run to run. */
	readonly stateFile?: string;
	/** Milliseconds; decides token times and creation times. Default: the real clock. */
	readonly clock?: () => number;
}

export interface KeycloakSandbox extends Sandbox {
	/** `GET /path/{id}` for everything that is answered. */
	readonly endpoints: readonly string[];
	/** Change people, groups and memberships here. */
	readonly realm: Realm;
	readonly quirks: KeycloakQuirks;
	readonly tokens: TokenDesk;
	/** Log-in of the first client. */
	readonly credentials: { readonly realm: string; readonly clientId: string; readonly clientSecret: string };
	/** True when the state file of an earlier run was found. */
	readonly restored: boolean;
	/** One more confidential client with a service account. */
	addClient(client: SandboxClient): void;
	/** Takes the place of the client's roles; tokens handed out before keep theirs, as in Keycloak. */
	setRoles(clientId: string, roles: readonly AdminRole[]): void;
}

const standardClient: SandboxClient = {
	clientId: "rollcall",
	secret: "sandbox-client-secret",
	roles: ["view-users", "query-groups", "query-users"],
};

/** Starts a stand-in of Keycloak 26's admin API on the loopback interface. */
export async function startKeycloak(options: KeycloakOptions = {}): Promise<KeycloakSandbox> {
	const site = new KeycloakSite(options);
	const server = new SandboxServer({
		port: options.port ?? 0,
		date: false,
		jsonType: "application/json;charset=UTF-8",
		answer: (call) => site.answer(call),
		badTarget: () => ({ status: 400, json: { error: "HTTP 400 Bad Request" } }),
		onClose: () => site.state?.flush(),
	});
	site.origin = await server.listen();
	const first = options.clients?.[0] ?? standardClient;
	return {
		url: site.origin,
		endpoints: site.endpoints(),
		faults: server.faults,
		exchanges: server.log.kept,
		get busiest() {
			return server.busiest;
		},
		onExchange: (listener) => server.log.listen(listener),
		close: () => server.close(),
		realm: site.realm,
		quirks: site.quirks,
		tokens: site.tokens,
		restored: site.restored,
		credentials: { realm: first.realm ?? site.realm.name, clientId: first.clientId, clientSecret: first.secret },
		addClient: (client) => site.addClient(client),
		setRoles: (clientId, roles) => site.setRoles(clientId, roles),
	};
}

/** The realm behind the HTTP side. */
class KeycloakSite {
	readonly realm: Realm;
	readonly quirks: KeycloakQuirks;
	readonly tokens: TokenDesk;
	readonly state: StateFile<RealmState> | undefined;
	readonly restored: boolean;
	readonly #clients = new Map<string, SandboxClient>();
	readonly #order: RealmOrder;
	readonly #router = new Router<RealmView>();
	origin = "";

	constructor(options: KeycloakOptions) {
		const clock = options.clock ?? Date.now;
		const earlier = options.stateFile === undefined ? undefined : StateFile.load<RealmState>(options.stateFile);
		this.restored = earlier !== undefined;
		this.realm = new Realm(options.realm ?? "acme", {
			clock,
			changed: () => this.state?.changed(),
			duplicateEmails: options.duplicateEmails ?? false,
			...(earlier === undefined ? {} : { state: earlier }),
		});
		this.state = options.stateFile === undefined ? undefined : new StateFile(options.stateFile, () => this.realm.state());
		this.quirks = { ...plainQuirks, ...options.quirks };
		this.tokens = new TokenDesk({ lifeSeconds: 60, uses: Number.POSITIVE_INFINITY, ...options.tokens }, clock);
		this.#order = new RealmOrder(this.realm);
		for (const client of options.clients ?? [standardClient]) this.addClient(client);
		for (const routes of [siteRoutes, userRoutes, groupRoutes]) routes(this.#router);
	}

	addClient(client: SandboxClient): void {
		this.#clients.set(client.clientId, client);
		const username = `service-account-${client.clientId}`;
		if (client.realm === undefined && this.realm.userNamed(username) === undefined) {
			this.realm.addUser({ username, serviceAccountOf: client.clientId });
		}
	}

	setRoles(clientId: string, roles: readonly AdminRole[]): void {
		const client = this.#clients.get(clientId);
		if (client === undefined) throw new Error(`the sandbox has no client ${clientId}`);
		this.#clients.set(clientId, { ...client, roles });
	}

	endpoints(): readonly string[] {
		return ["POST /realms/{realm}/protocol/openid-connect/token", ...this.#router.templates()];
	}

	answer(call: Call): Answer {
		const [start, name] = call.segments;
		if (start === "realms") return this.#token(call, name ?? "");
		if (start !== "admin") return notFound;
		const caller = this.tokens.caller(call);
		const realmName = call.segments[2] ?? "";
		if (realmName !== this.realm.name && realmName !== "master") throw new Refused({ status: 404, json: { error: "Realm not found." } });
		if (realmName === "master") throw new Refused({ status: 403, json: { error: "HTTP 403 Forbidden" } });
		const found = this.#router.find(call.method, call.segments);
		if (found === undefined) return notFound;
		if (found === "method") return { status: 405, json: { error: "HTTP 405 Method Not Allowed" } };
		const parts = { realm: this.realm, caller, quirks: this.quirks, clients: this.#clients, origin: this.origin };
		try {
			return found.handler(call, new RealmView(this.#order, parts), found.params);
		} catch (error) {
			if (error instanceof RealmConflict) return { status: 409, json: { errorMessage: error.message } };
			throw error;
		}
	}

	/** `POST /realms/{realm}/protocol/openid-connect/token`, grant client_credentials. */
	#token(call: Call, realm: string): Answer {
		if (realm !== this.realm.name && realm !== "master") return { status: 404, json: { error: "Realm does not exist" } };
		if (call.segments.slice(2).join("/") !== "protocol/openid-connect/token") return notFound;
		if (call.method !== "POST") return { status: 405, json: { error: "HTTP 405 Method Not Allowed" } };
		const form = new URLSearchParams(call.text);
		const grant = form.get("grant_type");
		if (grant === null) return { status: 400, json: { error: "invalid_request", error_description: "Missing form parameter: grant_type" } };
		const { id, secret } = clientCredentials(call, form);
		const client = id === null ? undefined : this.#clients.get(id);
		const denied = { error_description: "Invalid client or Invalid client credentials" };
		if (client === undefined || (client.realm ?? this.realm.name) !== realm)
			return { status: 401, json: { error: "invalid_client", ...denied } };
		if (secret !== client.secret) return { status: 401, json: { error: "unauthorized_client", ...denied } };
		if (grant !== "client_credentials") {
			return { status: 400, json: { error: "unsupported_grant_type", error_description: "Unsupported grant_type" } };
		}
		const account = this.realm.userNamed(`service-account-${client.clientId}`)?.id ?? client.clientId;
		return this.tokens.issue(client, { origin: this.origin, realm, administers: this.realm.name, account });
	}
}

const notFound: Answer = { status: 404, json: { error: "Unable to find matching target resource method" } };
