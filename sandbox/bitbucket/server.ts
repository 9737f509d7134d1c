import { type Answer, bearerOf, type Call, Refused } from "../kit/http.ts";
import { type RateLimit, RateLimiter } from "../kit/limiter.ts";
import { Router } from "../kit/router.ts";
import { type Sandbox, SandboxServer } from "../kit/server.ts";
import { StateFile } from "../kit/state.ts";
import { accountRoutes, DEFAULT_GROUP } from "./accounts.ts";
import { groupRoutes } from "./groups.ts";
import { LogIn } from "./login.ts";
import { Population } from "./population.ts";
import type { BitbucketAccount, Directory, PopulationState } from "./records.ts";
import { errorAnswer, page, refuse } from "./refusals.ts";
import { siteRoutes } from "./site.ts";
import { type BitbucketBehaviour, type BitbucketVersion, behaviours } from "./versions.ts";
import { accountNamed, type BitbucketView, neededQuery, notAbove, permitted, type SentMail } from "./view.ts";

export interface BitbucketOptions {
	/** Default 0: any free port. */
	readonly port?: number;
	/** Default `9.5`. */
	readonly version?: BitbucketVersion;
	/** Readings that differ from the version's. */
	readonly behaviour?: Partial<BitbucketBehaviour>;
	readonly directories?: readonly Directory[];
	/** Licensed users; default without limit. */
	readonly seats?: number;
	/** Default: none, as Bitbucket comes. */
	readonly rateLimit?: RateLimit;
	/** `/bitbucket`, for an instance that does not live at the root. */
	readonly contextPath?: string;
	/** Accounts, groups and tokens are kept in this file from run to run. */
	readonly stateFile?: string;
	/** Milliseconds. Default: the real clock. */
	readonly clock?: () => number;
}

export interface BitbucketSandbox extends Sandbox {
	/** `GET /path` below `/rest/api/latest` for everything that is answered. */
	readonly endpoints: readonly string[];
	readonly version: BitbucketVersion;
	/** Change accounts, groups, permissions and the licence here, without Bitbucket's rules. */
	readonly population: Population;
	/** May be changed while the server runs. */
	readonly behaviour: { -readonly [Key in keyof BitbucketBehaviour]: BitbucketBehaviour[Key] };
	/** The account that Rollcall logs in with: ADMIN, and no system administrator. */
	readonly credentials: { readonly username: string; readonly password: string; readonly token: string };
	/** The system administrator that set Bitbucket up. */
	readonly admin: { readonly username: string; readonly password: string };
	/** Mails that Bitbucket would have sent. */
	readonly mails: readonly SentMail[];
	/** Request lines as an access log keeps them: with their query, whatever stands in it. */
	readonly accessLog: readonly string[];
	/** True when the state file of an earlier run was found. */
	readonly restored: boolean;
	/** From now on; `undefined` switches it off. */
	limitRate(limit: RateLimit | undefined): void;
	/** An HTTP access token for an account. */
	addToken(username: string, token: string): void;
	revokeToken(token: string): void;
}

const credentials = { username: "rollcall", password: "sandbox-rollcall-password", token: "sandbox-rollcall-token" };
const admin = { username: "admin", password: "sandbox-admin-password" };
const ADMIN_GROUP = "rollcall-admins";

/** Starts a stand-in of Bitbucket Data Center's REST API on the loopback interface, with the accounts `admin` and `rollcall`. */
export async function startBitbucket(options: BitbucketOptions = {}): Promise<BitbucketSandbox> {
	const site = new BitbucketSite(options);
	const server = new SandboxServer({
		port: options.port ?? 0,
		date: true,
		jsonType: "application/json;charset=UTF-8",
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
		accessLog: site.accessLog,
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
}: Pick<BitbucketSandbox, "url">): { readonly yaml: string; readonly secrets: Readonly<Record<string, string>> } => ({
	yaml: `kind: bitbucket\nurl: ${url}\nusername: ${credentials.username}\npassword: \${credential:bitbucket}\n`,
	secrets: { bitbucket: credentials.password },
});

/** Characters that Tomcat does not take raw. */
const rawRefused = /[^\x21-\x7e]|[|"\\<>^`{}]/;
const MOST_LOGGED = 10_000;

/** Everything behind the HTTP side: filters first, then the REST code. */
class BitbucketSite {
	readonly version: BitbucketVersion;
	readonly population: Population;
	readonly behaviour: { -readonly [Key in keyof BitbucketBehaviour]: BitbucketBehaviour[Key] };
	readonly login: LogIn;
	readonly mails: SentMail[] = [];
	readonly accessLog: string[] = [];
	readonly state: StateFile<PopulationState> | undefined;
	readonly restored: boolean;
	readonly contextPath: string;
	readonly router = new Router<BitbucketView>();
	readonly #clock: () => number;
	#limiter: RateLimiter | undefined;
	base = "";

	constructor(options: BitbucketOptions) {
		this.version = options.version ?? "9.5";
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
		this.router.on("DELETE", "/admin/users/captcha", (call, view) => this.#clearCaptcha(call, view));
	}

	#settle(): void {
		for (const group of [DEFAULT_GROUP, ADMIN_GROUP]) this.population.addGroup(group);
		this.population.grantGroup(DEFAULT_GROUP, "LICENSED_USER");
		this.population.grantGroup(ADMIN_GROUP, "ADMIN");
		const add = (name: string, displayName: string, password: string) =>
			this.population.addAccount({ name, displayName, password, emailAddress: `${name}@bitbucket.example.com` }).id;
		this.population.grantAccount(add(admin.username, "Bitbucket Administrator", admin.password), "SYS_ADMIN");
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
	#clearCaptcha(call: Call, view: BitbucketView): Answer {
		const caller = permitted(view, "ADMIN");
		const account = accountNamed(view, neededQuery(call, "name"));
		notAbove(view, caller, account);
		this.login.resetFailures(account.name);
		return { status: 204 };
	}

	answer(call: Call): Answer {
		this.accessLog.push(`${call.method} ${call.target}`);
		if (this.accessLog.length > MOST_LOGGED) this.accessLog.shift();
		const refused = this.#filter(call);
		if (refused !== undefined) return refused;
		const caller = this.login.caller(call, this.behaviour);
		const limited = caller === undefined ? undefined : this.#limiter?.take(String(caller.id));
		const headers = { ...limited?.headers, ...this.#identity(caller) };
		if (limited?.allowed === false) return { ...errorAnswer(429, "Rate limit exceeded.", null), headers };
		const answer = this.#settled(call, caller);
		return { ...answer, headers: { ...headers, ...answer.headers } };
	}

	/** Every answer to somebody who is logged in says to whom; see https://community.developer.atlassian.com/t/24422 */
	#identity(caller: BitbucketAccount | undefined): Readonly<Record<string, string>> {
		if (caller === undefined || !this.behaviour.userNameHeader) return {};
		return { "X-AUSERNAME": encodeURIComponent(caller.name), "X-AUSERID": String(caller.id) };
	}

	/** Refusals are answers too: they carry the same headers. */
	#settled(call: Call, caller: BitbucketAccount | undefined): Answer {
		try {
			return this.#rest(call, caller);
		} catch (error) {
			if (error instanceof Refused) return error.answer;
			throw error;
		}
	}

	/** What stands before the REST code: Tomcat, the context path, the XSRF check. */
	#filter(call: Call): Answer | undefined {
		if (rawRefused.test(call.target)) return page(400, "HTTP Status 400 – Bad Request");
		if (this.contextPath !== "" && !call.path.startsWith(`${this.contextPath}/`)) return page(404, "Not Found");
		if (call.method === "GET" || /^no-?check$/i.test(String(call.headers["x-atlassian-token"] ?? ""))) return undefined;
		const foreign = call.headers.origin !== undefined && call.headers.origin !== new URL(this.base).origin;
		const browser = foreign || /mozilla|chrome|safari|opera/i.test(call.headers["user-agent"] ?? "");
		return browser || this.behaviour.xsrf === "always" ? errorAnswer(403, "XSRF check failed", null) : undefined;
	}

	#rest(call: Call, caller: BitbucketAccount | undefined): Answer {
		const depth = this.contextPath.split("/").filter((part) => part !== "").length;
		const [rest, api, release, ...parts] = call.segments.slice(depth);
		if (rest !== "rest") return page(404, "Not Found");
		const known = api === "api" && (release === "latest" || release === "1.0");
		const found = known ? this.router.find(call.method, parts) : undefined;
		if (found === undefined) throw refuse(404, `null for uri: ${this.base}${call.path}`, "NoSuchResourceException");
		if (found === "method") return { status: 405 };
		const limited = bearerOf(call.headers.authorization) !== undefined && !this.behaviour.tokensAdminister;
		return found.handler(call, this.#view(caller, limited), found.params);
	}

	#view(caller: BitbucketAccount | undefined, limited: boolean): BitbucketView {
		const { population, behaviour, version, base, mails } = this;
		return { population, behaviour, version, base, caller, limited, mails };
	}
}
