import { type Answer, type Call, Refused } from "../kit/http.ts";
import { type RateLimit, RateLimiter } from "../kit/limiter.ts";
import { Router } from "../kit/router.ts";
import { type Sandbox, SandboxServer } from "../kit/server.ts";
import { StateFile } from "../kit/state.ts";
import { accountRoutes } from "./accounts.ts";
import { ADMIN_GROUP, groupRoutes } from "./groups.ts";
import { LogIn } from "./login.ts";
import { Population } from "./population.ts";
import type { BambooAccount, Directory, PopulationState } from "./records.ts";
import { errorAnswer, page } from "./refusals.ts";
import { siteRoutes } from "./site.ts";
import { type BambooBehaviour, type BambooVersion, behaviours } from "./versions.ts";
import type { BambooView } from "./view.ts";

export interface BambooOptions {
	/** Default 0: any free port. */
	readonly port?: number;
	/** Default `12.1`. */
	readonly version?: BambooVersion;
	/** Readings that differ from the version's. */
	readonly behaviour?: Partial<BambooBehaviour>;
	readonly directories?: readonly Directory[];
	/** Default: none, as Bamboo comes. */
	readonly rateLimit?: RateLimit;
	/** `/bamboo`, for an instance that does not live at the root. */
	readonly contextPath?: string;
	/** Accounts, groups and tokens are kept in this file from run to run. */
	readonly stateFile?: string;
	/** Milliseconds. Default: the real clock. */
	readonly clock?: () => number;
}

export interface BambooSandbox extends Sandbox {
	/** `GET /path` below `/rest/api/latest` for everything that is answered. */
	readonly endpoints: readonly string[];
	readonly version: BambooVersion;
	/** Change accounts, groups and permissions here, without Bamboo's rules. */
	readonly population: Population;
	/** May be changed while the server runs. */
	readonly behaviour: { -readonly [Key in keyof BambooBehaviour]: BambooBehaviour[Key] };
	/** The account that Rollcall logs in with: a restricted administrator. */
	readonly credentials: { readonly username: string; readonly password: string; readonly token: string };
	/** The administrator that set Bamboo up. */
	readonly admin: { readonly username: string; readonly password: string };
	/** True when the state file of an earlier run was found. */
	readonly restored: boolean;
	/** From now on; `undefined` switches it off. */
	limitRate(limit: RateLimit | undefined): void;
	/** A personal access token for an account. */
	addToken(username: string, token: string): void;
	revokeToken(token: string): void;
}

const credentials = { username: "rollcall", password: "sandbox-rollcall-password", token: "sandbox-rollcall-token" };
const admin = { username: "admin", password: "sandbox-admin-password" };
const ROLLCALL_GROUP = "rollcall-admins";
const USERS_GROUP = "bamboo-users";

/** Starts a stand-in of Bamboo Data Center's REST API on the loopback interface, with the accounts `admin` and `rollcall`. */
export async function startBamboo(options: BambooOptions = {}): Promise<BambooSandbox> {
	const site = new BambooSite(options);
	const server = new SandboxServer({
		port: options.port ?? 0,
		date: true,
		jsonType: "application/json",
		answer: (call) => site.answer(call),
		badTarget: () => page(400, "HTTP Status 400 – Bad Request"),
		onClose: () => site.state?.flush(),
	});
	site.base = `${await server.listen()}${site.contextPath}`;
	return {
		url: site.base,
		endpoints: site.router.templates(),
		faults: server.faults,
		exchanges: server.log.kept,
		get busiest() {
			return server.busiest;
		},
		onExchange: (listener) => server.log.listen(listener),
		close: () => server.close(),
		version: site.version,
		population: site.population,
		behaviour: site.behaviour,
		credentials,
		admin,
		restored: site.restored,
		limitRate: (limit) => site.limitRate(limit),
		addToken: (username, token) => site.addToken(username, token),
		revokeToken: (token) => {
			site.population.tokens.delete(token);
			site.population.touch();
		},
	};
}

/** The product's own keys of a configuration that leads here, one a line, and the secrets that they refer to. */
export const targetOf = ({
	url,
}: Pick<BambooSandbox, "url">): { readonly yaml: string; readonly secrets: Readonly<Record<string, string>> } => ({
	yaml: `kind: bamboo\nurl: ${url}\ntoken: \${credential:bamboo}\n`,
	secrets: { bamboo: credentials.token },
});

/** Characters that Tomcat takes neither raw nor, in a path, encoded (facts: 11.1, last row; seen with Jira). */
const rawRefused = /[^\x21-\x7e]|[|"\\<>^`{}]/;
const neverInPath = /[\\/]/;
const strictlyNot = /[^\x20-\x7e]|[|"]/;

/** Everything behind the HTTP side: filters first, then the REST code. */
class BambooSite {
	readonly version: BambooVersion;
	readonly population: Population;
	readonly behaviour: { -readonly [Key in keyof BambooBehaviour]: BambooBehaviour[Key] };
	readonly login: LogIn;
	readonly state: StateFile<PopulationState> | undefined;
	readonly restored: boolean;
	readonly contextPath: string;
	readonly router = new Router<BambooView>();
	readonly #clock: () => number;
	#limiter: RateLimiter | undefined;
	base = "";

	constructor(options: BambooOptions) {
		this.version = options.version ?? "12.1";
		this.behaviour = { ...behaviours[this.version], ...options.behaviour };
		this.contextPath = options.contextPath ?? "";
		this.#clock = options.clock ?? Date.now;
		const earlier = options.stateFile === undefined ? undefined : StateFile.load<PopulationState>(options.stateFile);
		this.restored = earlier !== undefined;
		this.population = new Population({
			changed: () => this.state?.changed(),
			...(earlier === undefined ? {} : { state: earlier }),
			...(options.directories === undefined ? {} : { directories: options.directories }),
		});
		this.state = options.stateFile === undefined ? undefined : new StateFile(options.stateFile, () => this.population.state());
		this.login = new LogIn(this.population);
		if (earlier === undefined) this.#settle();
		this.limitRate(options.rateLimit);
		for (const routes of [siteRoutes, accountRoutes, groupRoutes]) routes(this.router);
	}

	#settle(): void {
		for (const group of [ADMIN_GROUP, ROLLCALL_GROUP, USERS_GROUP]) this.population.addGroup(group);
		this.population.grantGroup(ADMIN_GROUP, ["READ", "CREATE", "CREATEREPOSITORY", "ADMINISTRATION"]);
		this.population.grantGroup(ROLLCALL_GROUP, ["READ", "RESTRICTEDADMINISTRATION"]);
		this.population.grantGroup(USERS_GROUP, ["READ"]);
		const add = (name: string, displayName: string, password: string) =>
			this.population.addAccount({ name, displayName, password, emailAddress: `${name}@bamboo.example.com` }).id;
		this.population.addMember(ADMIN_GROUP, add(admin.username, "Bamboo Administrator", admin.password));
		this.population.addMember(ROLLCALL_GROUP, add(credentials.username, "Rollcall", credentials.password));
		this.addToken(credentials.username, credentials.token);
	}

	limitRate(limit: RateLimit | undefined): void {
		this.#limiter = limit === undefined ? undefined : new RateLimiter(limit, this.#clock);
	}
	addToken(username: string, token: string): void {
		const account = this.population.named(username);
		if (account === undefined) throw new Error(`the sandbox has no account ${username}`);
		this.population.tokens.set(token, account.id);
		this.population.touch();
	}

	answer(call: Call): Answer {
		const refused = this.#filter(call);
		if (refused !== undefined) return refused;
		const caller = this.login.caller(call, this.behaviour);
		const limited = caller === undefined ? undefined : this.#limiter?.take(String(caller.id));
		const headers = { ...limited?.headers };
		if (limited?.allowed === false) return { ...errorAnswer(429, ["Rate limit exceeded."]), headers };
		const answer = this.#settled(call, caller);
		return { ...answer, headers: { ...headers, ...answer.headers } };
	}

	/** Refusals are answers too: they carry the same headers. */
	#settled(call: Call, caller: BambooAccount | undefined): Answer {
		try {
			return this.#rest(call, caller);
		} catch (error) {
			if (error instanceof Refused) return error.answer;
			throw error;
		}
	}

	/** What stands before the REST code: Tomcat, the context path, the XSRF check. */
	#filter(call: Call): Answer | undefined {
		const bad = (part: string) => neverInPath.test(part) || (this.behaviour.strictPaths && strictlyNot.test(part));
		if (rawRefused.test(call.target) || call.segments.some(bad)) return page(400, "HTTP Status 400 – Bad Request");
		if (this.contextPath !== "" && !call.path.startsWith(`${this.contextPath}/`)) return page(404, "Not Found");
		if (call.method === "GET" || /^no-?check$/i.test(String(call.headers["x-atlassian-token"] ?? ""))) return undefined;
		const foreign = call.headers.origin !== undefined && call.headers.origin !== new URL(this.base).origin;
		const browser = foreign || /mozilla|chrome|safari|opera/i.test(call.headers["user-agent"] ?? "");
		return browser || this.behaviour.xsrf === "always" ? { status: 403, text: "XSRF check failed", type: "text/plain" } : undefined;
	}

	#rest(call: Call, caller: BambooAccount | undefined): Answer {
		const depth = this.contextPath.split("/").filter((part) => part !== "").length;
		const [rest, api, release, ...parts] = call.segments.slice(depth);
		if (rest !== "rest") return page(404, "Not Found");
		const known = api === "api" && (release === "latest" || release === "1.0");
		const found = known ? this.router.find(call.method, parts) : undefined;
		if (found === undefined) return { status: 404, json: { message: `null for uri: ${this.base}${call.path}`, "status-code": 404 } };
		if (found === "method") return { status: 405, json: { message: "HTTP 405 Method Not Allowed", "status-code": 405 } };
		const { population, behaviour, version, base } = this;
		return found.handler(call, { population, behaviour, version, base, caller }, found.params);
	}
}
