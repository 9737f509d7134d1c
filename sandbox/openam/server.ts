import { type Answer, type Call, Refused } from "../kit/http.ts";
import { type Sandbox, SandboxServer } from "../kit/server.ts";
import { StateFile } from "../kit/state.ts";
import type { Company } from "../world/company.ts";
import { COOKIE, type OpenAmAccount, requireOne, Sessions } from "./access.ts";
import { names, page, query, single, type View, type What } from "./lists.ts";
import { type OpenAmQuirks, plainQuirks } from "./quirks.ts";
import { DataStore, type RealmState } from "./records.ts";
import { failure } from "./refusals.ts";
import { storeOf } from "./world.ts";

export interface OpenAmOptions {
	/** Default 0: any free port. */
	readonly port?: number;
	/** Default: `rollcall`, who may read. */
	readonly accounts?: readonly OpenAmAccount[];
	readonly quirks?: Partial<OpenAmQuirks>;
	/** Realms, people and groups are kept in this file from run to run. */
	readonly stateFile?: string;
	/** Milliseconds; the server's clock. Default: the real one. */
	readonly clock?: () => number;
}

export interface OpenAmSandbox extends Sandbox {
	/** `GET /path/{id}` for everything that is answered. */
	readonly endpoints: readonly string[];
	readonly quirks: OpenAmQuirks;
	readonly sessions: Sessions;
	/** Log-in of the first account. */
	readonly credentials: { readonly username: string; readonly password: string };
	/** True when the state file of an earlier run was found. */
	readonly restored: boolean;
	/** The data store of a realm: its own, or that of the realm above it. */
	store(realm: string): DataStore;
	/** A realm below another one. It repeats its parent's people, unless it gets a data store of its own. */
	addRealm(path: string, store: "own" | "inherited"): void;
	/** What an update of the data store does: names remembered as missing are forgotten. */
	updateStore(): void;
	/** Takes the place of everybody in the top-level realm; ids are those of the company. */
	load(company: Company): void;
}

const standardAccount: OpenAmAccount = { username: "rollcall", password: "sandbox-account-password", privilege: "read" };

/** Starts a stand-in of OpenAM 16.0.5's REST API on the loopback interface, under the context path /openam. */
export async function startOpenam(options: OpenAmOptions = {}): Promise<OpenAmSandbox> {
	const site = new OpenAmSite(options);
	const server = new SandboxServer({
		port: options.port ?? 0,
		date: true,
		jsonType: "application/json;charset=UTF-8",
		answer: (call) => site.answer(call),
		badTarget: () => ({ status: 400, text: "<!doctype html><html><head><title>HTTP Status 400 – Bad Request</title></head></html>" }),
		onClose: () => site.state?.flush(),
	});
	const origin = await server.listen();
	const { username, password } = options.accounts?.[0] ?? standardAccount;
	return {
		url: `${origin}/openam`,
		endpoints: ENDPOINTS,
		faults: server.faults,
		exchanges: server.log.kept,
		get busiest() {
			return server.busiest;
		},
		onExchange: (listener) => server.log.listen(listener),
		close: () => server.close(),
		quirks: site.quirks,
		sessions: site.sessions,
		credentials: { username, password },
		restored: site.restored,
		store: (realm) => site.storeFor(realm),
		addRealm: (path, store) => site.addRealm(path, store),
		updateStore: () => site.quirks.missing.clear(),
		load: (company) => site.storeFor("/").replace(storeOf(company, site.storeFor("/"))),
	};
}

/** The configuration that reads this stand-in, and the credential files that it refers to. */
export function configOf(sandbox: OpenAmSandbox): { yaml: string; secrets: Record<string, string> } {
	const { username, password } = sandbox.credentials;
	const lines = ["kind: openam", `url: ${sandbox.url}`, 'realms: ["/"]', `username: ${username}`, 'password: "${credential:openam}"'];
	return { yaml: `${lines.join("\n")}\n`, secrets: { openam: password } };
}

const ENDPOINTS = [
	"GET /openam/json/serverinfo/*",
	"GET /openam/json/serverinfo/version",
	"GET /openam/json/global-config/realms",
	"POST /openam/json/realms/root/authenticate",
	"POST /openam/json/realms/root/sessions",
	"GET /openam/json/realms/root/policies",
	"GET /openam/json/realms/root/users",
	"GET /openam/json/realms/root/users/{id}",
	"GET /openam/json/realms/root/groups",
	"GET /openam/json/realms/root/groups/{id}",
];

const SUFFIX = "dc=openam,dc=example,dc=com";

class OpenAmSite {
	readonly quirks: OpenAmQuirks;
	readonly sessions: Sessions;
	readonly state: StateFile<readonly RealmState[]> | undefined;
	readonly restored: boolean;
	readonly #realms = new Map<string, DataStore | undefined>();
	readonly #clock: () => number;
	#answers = 0;

	constructor(options: OpenAmOptions) {
		this.quirks = Object.assign(plainQuirks(), options.quirks);
		this.sessions = new Sessions(this.quirks);
		this.#clock = options.clock ?? Date.now;
		for (const account of options.accounts ?? [standardAccount]) this.sessions.accounts.set(account.username, account);
		const earlier = options.stateFile === undefined ? undefined : StateFile.load<readonly RealmState[]>(options.stateFile);
		this.restored = earlier !== undefined;
		for (const { path, store } of earlier ?? [{ path: "/", store: { people: [], groups: [] } }])
			this.#realms.set(path, store === undefined ? undefined : new DataStore(baseOf(path), () => this.state?.changed(), store));
		this.state = options.stateFile === undefined ? undefined : new StateFile(options.stateFile, () => this.#states());
	}

	#states(): readonly RealmState[] {
		return [...this.#realms].map(([path, store]) => (store === undefined ? { path } : { path, store: store.state() }));
	}

	addRealm(path: string, store: "own" | "inherited"): void {
		this.#realms.set(path, store === "own" ? new DataStore(baseOf(path), () => this.state?.changed()) : undefined);
		this.state?.changed();
	}

	storeFor(realm: string): DataStore {
		for (let path = realm; ; path = path.slice(0, path.lastIndexOf("/")) || "/") {
			const store = this.#realms.get(path);
			if (store !== undefined) return store;
			if (path === "/") throw new Error(`realm ${realm} has no data store`);
		}
	}

	answer(call: Call): Answer {
		const host = String(call.headers.host ?? "").replace(/:\d+$/, "");
		if (this.quirks.onlyHost !== undefined && host !== this.quirks.onlyHost) return failure(400, `FQDN "${host}" is not valid.`);
		const [context, api, ...rest] = call.segments;
		if (context !== "openam" || api !== "json")
			return { status: 404, text: "<!doctype html><html><head><title>HTTP Status 404</title></head></html>" };
		if (rest[0] === "serverinfo") return this.#serverInfo(call, rest[1]);
		if (rest.join("/") === "global-config/realms") return this.#listRealms(call);
		const { realm, endpoint } = realmOf(rest);
		if (!this.#realms.has(realm)) return failure(404, `Realm "${realm}" not found`);
		return this.#inRealm(call, realm, endpoint);
	}

	#inRealm(call: Call, realm: string, [endpoint, id, ...more]: readonly string[]): Answer {
		if (more.length > 0) return failure(404, "Not Found");
		if (endpoint === "authenticate") {
			if (call.method !== "POST") return failure(405, "Method Not Allowed");
			return this.sessions.logIn(call, realm, (name) => this.storeFor(realm).people.some(({ uid }) => uid === name));
		}
		if (endpoint === "sessions") return this.#session(call);
		const account = this.sessions.caller(call);
		if (endpoint === "policies") {
			requireOne(account, "policies", "admin");
			return page([]);
		}
		if (endpoint !== "users" && endpoint !== "groups") return failure(404, "Not Found");
		return this.#identities(call, { account, realm, what: endpoint, id });
	}

	#identities(
		call: Call,
		of: { readonly account: OpenAmAccount; readonly realm: string; readonly what: What; readonly id: string | undefined },
	): Answer {
		const { account, realm, what, id } = of;
		const version = versionOf(call);
		if (version === undefined) return failure(404, "Resource '' not found");
		const denied = account.privilege === "none";
		const permission = (verb: string) => `Permission to perform the ${verb} operation denied to id=${account.username},ou=user,${SUFFIX}`;
		if (call.method !== "GET") return failure(403, permission("edit"));
		this.#answers += 1;
		const otherWay = this.quirks.unsteady && this.#answers % 2 === 0;
		const view: View = { realm, what, store: this.storeFor(realm), quirks: this.quirks, otherWay };
		if (version < 3) return denied ? page([]) : names(view);
		if (denied) return failure(id === undefined ? 500 : 403, permission("read"));
		return id === undefined ? query(call, view) : single(call, view, id);
	}

	#session(call: Call): Answer {
		if (call.method !== "POST") return failure(405, "Method Not Allowed");
		if (call.query.get("_action") === "logout") return this.sessions.logOut(call);
		const { username } = this.sessions.caller(call);
		if (call.query.get("_action") !== "getSessionInfo") return failure(400, "Unsupported action");
		const time = (ms: number) => new Date(this.#clock() + ms).toISOString().replace(/\.\d+/, "");
		const head = { username, universalId: `id=${username},ou=user,${SUFFIX}`, realm: "/", sessionHandle: "shandle:sandbox" };
		const times = { latestAccessTime: time(0), maxIdleExpirationTime: time(1_800_000), maxSessionExpirationTime: time(7_200_000) };
		return { status: 200, json: { ...head, ...times } };
	}

	#serverInfo(call: Call, which: string | undefined): Answer {
		if (which === "version") {
			requireOne(this.sessions.caller(call), "admin");
			return {
				status: 200,
				json: { _id: "version", _rev: "-1", version: "16.0.5", revision: "a901278f65", date: "2026-February-04 16:06" },
			};
		}
		if (which !== "*") return failure(404, "Not Found");
		return { status: 200, json: { _id: "*", _rev: "1", domains: ["example.com"], cookieName: COOKIE, secureCookie: false, realm: "/" } };
	}

	#listRealms(call: Call): Answer {
		requireOne(this.sessions.caller(call), "admin");
		const rows = [...this.#realms.keys()].map((path) => {
			const cut = path.lastIndexOf("/");
			const place = path === "/" ? { parentPath: null, name: "/" } : { parentPath: path.slice(0, cut) || "/", name: path.slice(cut + 1) };
			return { _id: Buffer.from(path).toString("base64url"), _rev: "1", active: true, aliases: [], ...place };
		});
		return page(rows);
	}
}

const baseOf = (path: string): string =>
	path === "/"
		? SUFFIX
		: `${path
				.split("/")
				.slice(1)
				.reverse()
				.map((name) => `o=${name}`)
				.join(",")},${SUFFIX}`;

/** `realms/root/realms/a/realms/b/users` is `users` in /a/b. */
function realmOf(segments: readonly string[]): { readonly realm: string; readonly endpoint: readonly string[] } {
	if (segments[0] !== "realms" || segments[1] !== "root") return { realm: "/", endpoint: segments };
	let at = 2;
	const path: string[] = [];
	for (; segments[at] === "realms" && segments[at + 1] !== undefined; at += 2) path.push(segments[at + 1] as string);
	return { realm: `/${path.join("/")}`, endpoint: segments.slice(at) };
}

/** The major version; undefined: one that is not there. Without the header the latest. */
function versionOf(call: Call): number | undefined {
	const header = call.headers["accept-api-version"];
	if (header === undefined) return 3;
	const asked = /resource=(\d+\.\d+)/.exec(String(header))?.[1];
	if (/protocol=(?![12]\.)/.test(String(header))) throw new Refused(failure(400, "Unsupported major version: 9.0"));
	return asked === undefined ? 3 : ["1.0", "1.2", "2.0", "2.1", "3.0"].includes(asked) ? Number(asked.slice(0, 1)) : undefined;
}
