import { type Answer, type Call, Refused } from "../kit/http.ts";
import { type RateLimit, RateLimiter } from "../kit/limiter.ts";
import { uuidOf } from "../kit/random.ts";
import { Router } from "../kit/router.ts";
import { type Sandbox, SandboxServer } from "../kit/server.ts";
import { StateFile } from "../kit/state.ts";
import { accountRoutes, DEFAULT_GROUP } from "./accounts.ts";
import { groupRoutes } from "./groups.ts";
import { LogIn } from "./login.ts";
import { Population } from "./population.ts";
import type { ConfluenceAccount, Directory, PopulationState } from "./records.ts";
import { errorAnswer, noSuchCall, page } from "./refusals.ts";
import { answerRpc } from "./rpc.ts";
import { siteRoutes } from "./site.ts";
import { behaviours, type ConfluenceBehaviour, type ConfluenceVersion } from "./versions.ts";
import type { ConfluenceView, SentMail } from "./view.ts";

export interface ConfluenceOptions {
	/** Default 0: any free port. */
	readonly port?: number;
	/** Default `10.0`. */
	readonly version?: ConfluenceVersion;
	/** Readings that differ from the version's. */
	readonly behaviour?: Partial<ConfluenceBehaviour>;
	readonly directories?: readonly Directory[];
	/** Licensed users; default without limit. */
	readonly seats?: number;
	/** Default: none, as Confluence comes. */
	readonly rateLimit?: RateLimit;
	/** `/confluence`, for an instance that does not live at the root. */
	readonly contextPath?: string;
	/** Accounts, groups and tokens are kept in this file from run to run. */
	readonly stateFile?: string;
	/** Milliseconds. Default: the real clock. */
	readonly clock?: () => number;
}

export interface ConfluenceSandbox extends Sandbox {
	/** `GET /path` below `/rest` for everything that is answered. */
	readonly endpoints: readonly string[];
	readonly version: ConfluenceVersion;
	/** Change accounts, groups, permissions and the licence here, without Confluence's rules. */
	readonly population: Population;
	/** May be changed while the server runs. */
	readonly behaviour: { -readonly [Key in keyof ConfluenceBehaviour]: ConfluenceBehaviour[Key] };
	/** The account that Rollcall logs in with: an administrator, and no system administrator. */
	readonly credentials: { readonly username: string; readonly password: string; readonly token: string };
	/** The system administrator that set Confluence up. */
	readonly admin: { readonly username: string; readonly password: string };
	/** Mails that Confluence would have sent. */
	readonly mails: readonly SentMail[];
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
const ADMIN_GROUP = "rollcall-admins";
const SUPER_GROUP = "confluence-administrators";

/** Starts a stand-in of Confluence Data Center's REST API on the loopback interface, with the accounts `admin` and `rollcall`. */
export async function startConfluence(options: ConfluenceOptions = {}): Promise<ConfluenceSandbox> {
	const site = new ConfluenceSite(options);
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
		mails: site.mails,
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
}: Pick<ConfluenceSandbox, "url">): { readonly yaml: string; readonly secrets: Readonly<Record<string, string>> } => ({
	yaml: `kind: confluence\nurl: ${url}\ntoken: \${credential:confluence}\n`,
	secrets: { confluence: credentials.token },
});

/** Characters that Tomcat does not take raw in a request line; slashes that it does not take encoded in a path. */
const rawRefused = /[^\x21-\x7e]|[|"\\<>^`{}]/;
const pathRefused = /%2f|%5c|%3b|%25/i;

/** Everything behind the HTTP side: filters first, then the REST code. */
class ConfluenceSite {
	readonly version: ConfluenceVersion;
	readonly population: Population;
	readonly behaviour: { -readonly [Key in keyof ConfluenceBehaviour]: ConfluenceBehaviour[Key] };
	readonly login: LogIn;
	readonly mails: SentMail[] = [];
	readonly state: StateFile<PopulationState> | undefined;
	readonly restored: boolean;
	readonly contextPath: string;
	readonly router = new Router<ConfluenceView>();
	readonly #clock: () => number;
	#limiter: RateLimiter | undefined;
	base = "";

	constructor(options: ConfluenceOptions) {
		this.version = options.version ?? "10.0";
		this.behaviour = { ...behaviours[this.version], ...options.behaviour };
		this.contextPath = options.contextPath ?? "";
		this.#clock = options.clock ?? Date.now;
		const earlier = options.stateFile === undefined ? undefined : StateFile.load<PopulationState>(options.stateFile);
		this.restored = earlier !== undefined;
		this.population = new Population({
			changed: () => this.state?.changed(),
			...(earlier === undefined ? {} : { state: earlier }),
			...(options.directories === undefined ? {} : { directories: options.directories }),
			...(options.seats === undefined ? {} : { seats: options.seats }),
		});
		this.state = options.stateFile === undefined ? undefined : new StateFile(options.stateFile, () => this.population.state());
		this.login = new LogIn(this.population);
		if (earlier === undefined) this.#settle();
		this.limitRate(options.rateLimit);
		for (const routes of [siteRoutes, accountRoutes, groupRoutes]) routes(this.router);
	}

	#settle(): void {
		for (const group of [DEFAULT_GROUP, ADMIN_GROUP, SUPER_GROUP]) this.population.addGroup(group);
		this.population.grant(DEFAULT_GROUP, "application use", "space create");
		this.population.grant(ADMIN_GROUP, "application use", "application administer");
		this.population.grant(SUPER_GROUP, "application use", "application administer", "system administer");
		const add = (name: string, displayName: string, password: string) =>
			this.population.addAccount({ name, displayName, password, emailAddress: `${name}@confluence.example.com` }).id;
		this.population.addMember(SUPER_GROUP, add(admin.username, "Confluence Administrator", admin.password));
		this.population.addMember(ADMIN_GROUP, add(credentials.username, "Rollcall", credentials.password));
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
		const limited = caller === undefined ? undefined : this.#limiter?.take(caller.id);
		const headers = { ...limited?.headers, "X-AUSERNAME": encodeURIComponent(caller?.name ?? "anonymous") };
		if (limited?.allowed === false) return { ...errorAnswer(429, "Rate limit exceeded."), headers };
		const answer = this.#settled(call, caller);
		return { ...answer, headers: { ...headers, ...answer.headers } };
	}

	/** Refusals are answers too: they carry the same headers. */
	#settled(call: Call, caller: ConfluenceAccount | undefined): Answer {
		try {
			return this.#rest(call, caller);
		} catch (error) {
			if (error instanceof Refused) return error.answer;
			throw error;
		}
	}

	/** What stands before the REST code: Tomcat, the context path, the XSRF check. */
	#filter(call: Call): Answer | undefined {
		if (rawRefused.test(call.target) || pathRefused.test(call.path)) return page(400, "HTTP Status 400 – Bad Request");
		if (this.contextPath !== "" && !call.path.startsWith(`${this.contextPath}/`)) return page(404, "Not Found");
		if (call.method === "GET" || /^no-?check$/i.test(String(call.headers["x-atlassian-token"] ?? ""))) return undefined;
		const foreign = call.headers.origin !== undefined && call.headers.origin !== new URL(this.base).origin;
		const browser = foreign || /mozilla|chrome|safari|opera/i.test(call.headers["user-agent"] ?? "");
		return browser || this.behaviour.xsrf === "always" ? errorAnswer(403, "XSRF check failed") : undefined;
	}

	#rest(call: Call, caller: ConfluenceAccount | undefined): Answer {
		const depth = this.contextPath.split("/").filter((part) => part !== "").length;
		const [rest, ...parts] = call.segments.slice(depth);
		const { population, behaviour, version, base, contextPath, mails } = this;
		const serverId = uuidOf("confluence", this.base);
		const view = { population, behaviour, version, base, contextPath, serverId, caller, mails };
		if (rest === "rpc" && parts[0] === "json-rpc" && parts[1] === "confluenceservice-v2") return answerRpc(call, view, parts[2] ?? "");
		if (rest !== "rest") return page(404, "Page Not Found");
		const methods = this.#methodsAt(parts);
		if (methods.length === 0) throw noSuchCall(`${this.base}${call.path}`);
		const found = this.router.find(call.method, parts);
		if (found === undefined || found === "method" || !methods.includes(call.method))
			return { status: 405, headers: this.behaviour.allowHeader ? { Allow: [...methods, "OPTIONS"].join(",") } : {} };
		return found.handler(call, view, found.params);
	}

	/** What this version serves at this address. */
	#methodsAt(parts: readonly string[]): readonly string[] {
		return ["GET", "PUT", "POST", "DELETE"].filter((method) => {
			const found = this.router.find(method, parts);
			return found !== undefined && found !== "method" && this.#has(method, parts);
		});
	}
	#has(method: string, parts: readonly string[]): boolean {
		const { behaviour } = this;
		const path = parts.join("/");
		if (parts[0] === "license") return behaviour.licenceCalls !== "none";
		if (path === "api/server-information") return behaviour.serverInformation;
		if (path === "api/permissions") return behaviour.globalPermissions;
		if (path === "api/user/list") return behaviour.userList;
		if (path === "api/admin/users/list/active") return behaviour.activeList;
		if (path === "api/admin/user" || path.endsWith("/password")) return behaviour.creating;
		if (parts[1] === "user" && parts[3] === "group") return behaviour.groupWrites;
		if (parts[1] !== "admin") return true;
		if (parts[2] === "group") return behaviour.groupWrites;
		if (method === "PUT" && parts.length === 4) return behaviour.updating;
		return behaviour.switching;
	}
}
