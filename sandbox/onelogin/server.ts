import { type Answer, type Call, Refused } from "../kit/http.ts";
import { Router } from "../kit/router.ts";
import { type Sandbox, SandboxServer } from "../kit/server.ts";
import { StateFile } from "../kit/state.ts";
import type { Company } from "../world/company.ts";
import { AccessDesk, type ApiCredential, requireRead, type Scope, type TokenSettings } from "./access.ts";
import { Account } from "./account.ts";
import { type HourlyLimit, HourlyLimiter, publishedLimit } from "./limits.ts";
import { enveloped, paged } from "./lists.ts";
import { type OneLoginQuirks, plainQuirks } from "./quirks.ts";
import { type AccountState, type OneLoginRole, type OneLoginUser, USER_MORE, USER_ROW } from "./records.ts";
import { refusal } from "./refusals.ts";

export interface OneLoginOptions {
	/** Default 0: any free port. */
	readonly port?: number;
	/** Default: ten hours. */
	readonly tokens?: Partial<TokenSettings>;
	readonly quirks?: Partial<OneLoginQuirks>;
	/** Default: the published one. */
	readonly limit?: HourlyLimit;
	/** People, roles and groups are kept in this file from run to run. Credentials are not. */
	readonly stateFile?: string;
	/** Milliseconds. Default: the real clock. */
	readonly clock?: () => number;
}

export interface OneLoginSandbox extends Sandbox {
	/** Change people, roles and groups here. */
	readonly account: Account;
	readonly quirks: OneLoginQuirks;
	readonly access: AccessDesk;
	readonly limiter: HourlyLimiter;
	/** An API credential with the scope Read Users. */
	readonly credentials: Pick<ApiCredential, "clientId" | "clientSecret">;
	/** True when the state file of an earlier run was found. */
	readonly restored: boolean;
	/** This company takes the place of everybody; called again, it is the account after a working day. */
	load(company: Company): void;
	/** One more API credential, or one with another scope in the place of its namesake. */
	addCredential(credential: ApiCredential): void;
}

const standard: ApiCredential = {
	clientId: "5a8f3c0d9e7b4a6192c4d8e0f1a3b5c7",
	clientSecret: "0c2d4e6f8a1b3c5d7e9f0a2b4c6d8e1f3a5b7c9d",
	scope: "Read Users",
};

/** Starts a stand-in of one OneLogin account's API on the loopback interface. */
export async function startOnelogin(options: OneLoginOptions = {}): Promise<OneLoginSandbox> {
	const site = new Site(options);
	const server = new SandboxServer({
		port: options.port ?? 0,
		date: true,
		jsonType: "application/json; charset=utf-8",
		answer: (call) => site.answer(call),
		badTarget: () => refusal(400, "Bad Request", 2),
		onClose: () => site.file?.flush(),
	});
	const url = await server.listen();
	site.access.credentials.set(standard.clientId, standard);
	return {
		url,
		faults: server.faults,
		exchanges: server.log.kept,
		get busiest() {
			return server.busiest;
		},
		onExchange: (listener) => server.log.listen(listener),
		close: () => server.close(),
		account: site.account,
		quirks: site.quirks,
		access: site.access,
		limiter: site.limiter,
		restored: site.restored,
		credentials: { clientId: standard.clientId, clientSecret: standard.clientSecret },
		load: (company) => site.account.load(company),
		addCredential: (credential) => site.access.credentials.set(credential.clientId, credential),
	};
}

/** The source of a Rollcall configuration for this stand-in: the mapping's own keys, and the secrets it refers to by `${credential:…}`. */
export function configOf(sandbox: Pick<OneLoginSandbox, "url" | "credentials">): {
	readonly yaml: string;
	readonly secrets: Readonly<Record<string, string>>;
} {
	const { clientId, clientSecret } = sandbox.credentials;
	return {
		yaml: `kind: onelogin\nurl: ${sandbox.url}\nclientId: ${clientId}\nclientSecret: \${credential:onelogin}\n`,
		secrets: { onelogin: clientSecret },
	};
}

type Handler = (call: Call, id: number) => Answer;
interface Context {
	readonly scope: Scope;
}

/** The account behind the HTTP side. */
class Site {
	readonly account: Account;
	readonly quirks: OneLoginQuirks;
	readonly access: AccessDesk;
	readonly limiter: HourlyLimiter;
	readonly file: StateFile<AccountState> | undefined;
	readonly restored: boolean;
	readonly #router = new Router<Context>();
	#requests = 0;

	constructor(options: OneLoginOptions) {
		const clock = options.clock ?? Date.now;
		const earlier = options.stateFile === undefined ? undefined : StateFile.load<AccountState>(options.stateFile);
		this.restored = earlier !== undefined;
		this.account = new Account({ clock, changed: () => this.file?.changed(), ...(earlier === undefined ? {} : { state: earlier }) });
		this.file = options.stateFile === undefined ? undefined : new StateFile(options.stateFile, () => this.account.state());
		this.quirks = { ...plainQuirks, ...options.quirks };
		this.access = new AccessDesk({ lifeSeconds: 36_000, uses: Number.POSITIVE_INFINITY, ...options.tokens }, clock);
		this.limiter = new HourlyLimiter(options.limit ?? publishedLimit, clock);
		this.#on("/api/2/users", "people", (call) => this.#listUsers(call));
		this.#on("/api/2/users/{id}", "people", (_call, id) => this.#oneUser(id));
		this.#on("/api/2/roles", "people", (call) => this.#listRoles(call));
		this.#on("/api/1/groups", "people", (call) => this.#listGroups(call));
		this.#on("/api/1/groups/{id}", "people", (_call, id) => this.#oneGroup(id));
		this.#on("/api/2/apps", "apps", () => ({ status: 200, json: [] }));
	}

	answer(call: Call): Answer {
		this.#requests += 1;
		const trace = { "x-request-id": `sandbox-${this.#requests}` };
		if (call.path === "/auth/rate_limit") return this.#rates(call);
		const allowed = this.limiter.take(call.path);
		const rates = this.quirks.rateHeaders ? Object.fromEntries(Object.entries(this.limiter.state()).map(([k, v]) => [k, String(v)])) : {};
		const answer = allowed ? this.#answer(call) : refusal(429, "Rate limit exceeded", versionOf(call));
		return { ...answer, headers: { ...trace, ...rates, ...answer.headers } };
	}

	#answer(call: Call): Answer {
		try {
			if (call.path === "/auth/oauth2/v2/token")
				return call.method === "POST" ? this.access.issue(call, this.quirks.wrapsToken) : refusal(405, "Method Not Allowed", 1);
			const found = this.#router.find(call.method, call.segments);
			if (found === undefined || found === "method") return refusal(404, "No Route Exists", versionOf(call));
			return found.handler(call, { scope: this.access.scopeOf(call, versionOf(call)) }, found.params);
		} catch (error) {
			if (error instanceof Refused) return error.answer;
			throw error;
		}
	}

	#on(template: string, what: "people" | "apps", handler: Handler): void {
		this.#router.on("GET", template, (call, { scope }, params) => {
			requireRead(scope, what, { version: versionOf(call), status: this.quirks.scopeRefusal });
			return handler(call, Number(params.id ?? 0));
		});
	}

	/** Not counted itself. */
	#rates(call: Call): Answer {
		if (this.quirks.ratePage === "absent") return refusal(404, "No Route Exists", 1);
		try {
			this.access.scopeOf(call, 1);
		} catch (error) {
			if (error instanceof Refused) return error.answer;
			throw error;
		}
		return { status: 200, json: { status: { error: false, code: 200, type: "success", message: "Success" }, data: this.limiter.state() } };
	}

	#listUsers(call: Call): Answer {
		const { order, ignoresFilters, ignoresFields, mostPeople } = this.quirks;
		const wanted = (["username", "email"] as const).filter((field) => call.query.has(field) && !ignoresFilters);
		const users = [...this.account.users.values()].filter((user) =>
			wanted.every((field) => matches(user[field], call.query.get(field) ?? "")),
		);
		users.sort((a, b) => (order === "id" ? a.id - b.id : String(a.lastname) + a.id < String(b.lastname) + b.id ? -1 : 1));
		const asked = ignoresFields === "nowhere" ? call.query.get("fields") : null;
		const fields = asked === null ? USER_ROW : asked.split(",").map((name) => name.trim());
		return paged(call, users, {
			standard: 50,
			most: mostPeople,
			quirks: this.quirks,
			valueIn: (user, field) => user[field],
			json: (user) => this.#userJson(user, ["id", ...fields]),
		});
	}

	#oneUser(id: number): Answer {
		const user = this.account.users.get(id);
		if (user === undefined) return refusal(404, "The resource with the given id could not be found", 2);
		return { status: 200, json: this.#userJson(user, [...USER_ROW, ...USER_MORE]) };
	}

	#userJson(user: OneLoginUser, fields: readonly string[]): unknown {
		const known = new Set<string>([...USER_ROW, ...USER_MORE]);
		const value = (field: string) => (field === "role_ids" ? this.account.rolesOf(user.id) : (user[field] ?? null));
		return Object.fromEntries(fields.filter((field) => known.has(field)).map((field) => [field, value(field)]));
	}

	#listRoles(call: Call): Answer {
		const { ignoresFields, mostRolePeople } = this.quirks;
		const asked = ignoresFields === "everywhere" ? "id,name,apps" : (call.query.get("fields") ?? "id,name,apps");
		const fields = new Set(["id", ...asked.split(",").map((name) => name.trim())]);
		const json = (role: OneLoginRole) => ({
			id: role.id,
			...(fields.has("name") ? { name: role.name } : {}),
			...(fields.has("apps") ? { apps: [] } : {}),
			...(fields.has("users") ? { users: this.account.peopleOf(role.id).slice(0, mostRolePeople) } : {}),
			...(fields.has("admins") ? { admins: [] } : {}),
		});
		const roles = [...this.account.roles.values()].sort((a, b) => a.id - b.id);
		const valueIn = (role: OneLoginRole, field: string) => (field === "id" ? role.id : role.name);
		return paged(call, roles, { standard: 50, most: 650, quirks: { ...this.quirks, ignoresPage: false }, valueIn, json });
	}

	#listGroups(call: Call): Answer {
		return enveloped(call, [...this.account.groups.values()], { cursors: this.quirks.groupCursors, requests: this.#requests });
	}

	#oneGroup(id: number): Answer {
		const group = this.account.groups.get(id);
		if (group === undefined) return refusal(404, `Group for id ${id} was not found`, 1);
		return { status: 200, json: { status: { error: false, code: 200, type: "success", message: "Success" }, data: [group] } };
	}
}

const versionOf = (call: Call): 1 | 2 => (call.path.startsWith("/api/2/") ? 2 : 1);

/** `*` stands for anything, as in https://developers.onelogin.com/api-docs/2/getting-started/using-query-parameters; case does not matter. */
function matches(value: unknown, pattern: string): boolean {
	const source = pattern.replace(/[\\^$.+?()[\]{}|]/g, "\\$&").replaceAll("*", ".*");
	return new RegExp(`^${source}$`, "i").test(String(value ?? ""));
}
