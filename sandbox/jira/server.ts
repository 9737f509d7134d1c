import { type CrowdApplication, UserManagementProtocol } from "../crowd/protocol.ts";
import { type CrowdQuirks, plainQuirks } from "../crowd/quirks.ts";
import { type Answer, type Call, Refused } from "../kit/http.ts";
import { type RateLimit, RateLimiter } from "../kit/limiter.ts";
import { Router } from "../kit/router.ts";
import { type Sandbox, SandboxServer } from "../kit/server.ts";
import { StateFile } from "../kit/state.ts";
import { accountRoutes } from "./accounts.ts";
import { directoriesOf } from "./directory.ts";
import { groupRoutes } from "./groups.ts";
import { listingRoutes } from "./listing.ts";
import { LogIn, notLoggedIn } from "./login.ts";
import { Lookup } from "./lookup.ts";
import { administrators, Population } from "./population.ts";
import { projectRoutes } from "./projects.ts";
import { propertyRoutes } from "./properties.ts";
import type { Application, Directory, JiraAccount, PopulationState } from "./records.ts";
import { badTarget, errorAnswer, page } from "./refusals.ts";
import { siteRoutes } from "./site.ts";
import { behaviours, type JiraBehaviour, type JiraVersion, releases } from "./versions.ts";
import type { JiraView, SentMail } from "./view.ts";

export interface JiraOptions {
	/** Default 0: any free port. */
	readonly port?: number;
	/** Default `10.3`. */
	readonly version?: JiraVersion;
	/** Readings that differ from the version's. */
	readonly behaviour?: Partial<JiraBehaviour>;
	readonly directories?: readonly Directory[];
	readonly applications?: readonly Application[];
	/** Default: none, as Jira comes. */
	readonly rateLimit?: RateLimit;
	/** Applications that use this Jira as their user server. Default: `rollcall`. */
	readonly userServer?: { readonly applications?: readonly CrowdApplication[]; readonly quirks?: Partial<CrowdQuirks> };
	/** `/jira`, for an instance that does not live at the root. */
	readonly contextPath?: string;
	/** Accounts, groups and tokens are kept in this file from run to run. */
	readonly stateFile?: string;
	/** Milliseconds. Default: the real clock. */
	readonly clock?: () => number;
}

export interface JiraSandbox extends Sandbox {
	/** `GET /path/{id}` for everything that REST v2 answers. */
	readonly endpoints: readonly string[];
	readonly version: JiraVersion;
	/** Change accounts, groups, directories and licences here, without Jira's rules. */
	readonly population: Population;
	/** May be changed while the server runs: `Object.assign(jira.behaviour, { uniqueEmails: true })`. */
	readonly behaviour: { -readonly [Key in keyof JiraBehaviour]: JiraBehaviour[Key] };
	/** The account that Rollcall logs in with; a token works from 8.14. */
	readonly credentials: { readonly username: string; readonly password: string; readonly token: string };
	/** Jira as a user server (`/rest/usermanagement/1`): the log-in of its first application, and what differs from server to server. */
	readonly userServer: { readonly application: string; readonly password: string; readonly quirks: CrowdQuirks };
	/** Another administrator, the one that set Jira up. */
	readonly admin: { readonly username: string; readonly password: string };
	/** Mails that Jira would have sent. */
	readonly mails: readonly SentMail[];
	/** True when the state file of an earlier run was found. */
	readonly restored: boolean;
	/** From now on; `undefined` switches it off. */
	limitRate(limit: RateLimit | undefined): void;
	/** A personal access token for an account. */
	addToken(username: string, token: string): void;
	revokeToken(token: string): void;
	/** Forgets failed log-ins, so that no CAPTCHA is asked for. */
	resetFailedLogins(username: string): void;
}

const credentials = { username: "rollcall", password: "sandbox-rollcall-password", token: "sandbox-rollcall-token" };
const standardApplication: CrowdApplication = { name: "rollcall", password: "sandbox-user-server-password" };
const admin = { username: "admin", password: "sandbox-admin-password" };

/** Starts a stand-in of Jira Data Center's REST API v2 on the loopback interface, with the accounts `admin` and `rollcall`. */
export async function startJira(options: JiraOptions = {}): Promise<JiraSandbox> {
	const site = new JiraSite(options);
	const server = new SandboxServer({
		port: options.port ?? 0,
		date: true,
		jsonType: "application/json;charset=UTF-8",
		answer: (call) => site.answer(call),
		badTarget,
		onClose: () => site.state?.flush(),
	});
	site.base = `${await server.listen()}${site.contextPath}`;
	return {
		url: site.base,
		endpoints: site.endpoints(),
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
		userServer: site.userServer,
		mails: site.mails,
		restored: site.restored,
		limitRate: (limit) => site.limitRate(limit),
		addToken: (username, token) => site.addToken(username, token),
		revokeToken: (token) => {
			site.population.tokens.delete(token);
			site.population.touch();
		},
		resetFailedLogins: (username) => site.login.resetFailures(username),
	};
}

/** Personal access tokens came with Jira 8.14. */
const supportsTokens = (version: string): boolean => !/^8\.([0-9]|1[0-3])$/.test(version);

/** The keys of a configuration that lead to this Jira, and the credential that they refer to. */
export function targetOf({ url, version, credentials }: Pick<JiraSandbox, "url" | "version" | "credentials">): {
	readonly yaml: string;
	readonly secrets: Readonly<Record<string, string>>;
} {
	const token = supportsTokens(version);
	const login = token ? "token: ${credential:jira}" : `username: ${credentials.username}\npassword: \${credential:jira}`;
	return { yaml: `kind: jira\nurl: ${url}\n${login}\n`, secrets: { jira: token ? credentials.token : credentials.password } };
}

/** Characters that Tomcat takes neither raw nor, in a path, encoded (facts: 11.1, last row). */
const rawRefused = /[^\x21-\x7e]|[|"\\<>^`{}]/;
const inPathRefused = /[^\x20-\x7e]|[|"\\/]/;

/** Everything behind the HTTP side: filters first, then the REST code, in the order in which Jira has them. */
class JiraSite {
	readonly version: JiraVersion;
	readonly population: Population;
	readonly behaviour: { -readonly [Key in keyof JiraBehaviour]: JiraBehaviour[Key] };
	readonly login: LogIn;
	readonly mails: SentMail[] = [];
	readonly state: StateFile<PopulationState> | undefined;
	readonly restored: boolean;
	readonly contextPath: string;
	readonly #lookup: Lookup;
	readonly userServer: JiraSandbox["userServer"];
	readonly #protocol: UserManagementProtocol;
	readonly #router = new Router<JiraView>();
	readonly #clock: () => number;
	#limiter: RateLimiter | undefined;
	base = "";

	constructor(options: JiraOptions) {
		this.version = options.version ?? "10.3";
		this.behaviour = { ...behaviours[this.version], ...options.behaviour };
		this.contextPath = options.contextPath ?? "";
		this.#clock = options.clock ?? Date.now;
		const earlier = options.stateFile === undefined ? undefined : StateFile.load<PopulationState>(options.stateFile);
		this.restored = earlier !== undefined;
		this.population = new Population({
			keys: this.behaviour.keys,
			changed: () => this.state?.changed(),
			...(earlier === undefined ? {} : { state: earlier }),
			...(options.directories === undefined ? {} : { directories: options.directories }),
			...(options.applications === undefined ? {} : { applications: options.applications }),
		});
		this.state = options.stateFile === undefined ? undefined : new StateFile(options.stateFile, () => this.population.state());
		this.#lookup = new Lookup(this.population);
		this.login = new LogIn(this.population, this.#lookup, () => this.base);
		const applications = options.userServer?.applications ?? [standardApplication];
		const { name: application, password } = applications[0] ?? standardApplication;
		// Jira takes changes of addresses from applications, unlike Crowd since 4.4 (facts: 11.3).
		const quirks = Object.assign(plainQuirks(), { emailChanges: true }, options.userServer?.quirks);
		this.userServer = { application, password, quirks };
		this.#protocol = new UserManagementProtocol({
			version: `JIRA/${releases[this.version].version}`,
			quirks,
			applications,
			directories: directoriesOf(this.population),
			base: () => this.base,
		});
		if (earlier === undefined) this.#settle();
		this.limitRate(options.rateLimit);
		for (const routes of [siteRoutes, listingRoutes, accountRoutes, groupRoutes, projectRoutes, propertyRoutes]) routes(this.#router);
	}

	#settle(): void {
		this.population.addGroup(administrators);
		for (const application of this.population.applications) for (const group of application.groups) this.population.addGroup(group);
		for (const [name, displayName, password] of [
			[admin.username, "Jira Administrator", admin.password],
			[credentials.username, "Rollcall", credentials.password],
		] as const) {
			const account = this.population.addAccount({
				name,
				displayName,
				password,
				emailAddress: `${name}@jira.example.com`,
				referenced: true,
			});
			this.population.addMember(administrators, account.id);
		}
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

	endpoints(): readonly string[] {
		return this.#router.templates();
	}

	answer(call: Call): Answer {
		const refused = this.#filter(call);
		if (refused !== undefined) return refused;
		const segments = call.segments.slice(this.contextPath.split("/").filter((part) => part !== "").length);
		if (segments[0] === "rest" && segments[1] === "usermanagement") return this.#protocol.answer(call, segments);
		const caller = this.login.caller(call, this.behaviour);
		const limited = caller === undefined ? undefined : this.#limiter?.take(caller.key);
		const headers = { ...limited?.headers, "X-AUSERNAME": caller === undefined ? "anonymous" : encodeURIComponent(caller.name) };
		if (limited?.allowed === false) return { ...errorAnswer(429, ["Rate limit exceeded."]), headers };
		const answer = this.#settled(call, caller);
		return { ...answer, headers: { ...headers, ...answer.headers } };
	}

	/** Refusals are answers too: they carry the same headers. */
	#settled(call: Call, caller: JiraAccount | undefined): Answer {
		try {
			return this.#rest(call, caller);
		} catch (error) {
			if (error instanceof Refused) return error.answer;
			throw error;
		}
	}

	/** What stands before the REST code: Tomcat, the context path, the XSRF check. */
	#filter(call: Call): Answer | undefined {
		if (rawRefused.test(call.target) || call.segments.some((part) => inPathRefused.test(part))) return badTarget();
		if (this.contextPath !== "" && !call.path.startsWith(`${this.contextPath}/`)) return page(404, "Not Found");
		if (call.method === "GET" || /^no-?check$/i.test(String(call.headers["x-atlassian-token"] ?? ""))) return undefined;
		const foreign = call.headers.origin !== undefined && call.headers.origin !== new URL(this.base).origin;
		const browser = foreign || /mozilla|chrome|safari|opera/i.test(call.headers["user-agent"] ?? "");
		return browser || this.behaviour.xsrf === "always" ? { status: 403, text: "XSRF check failed", type: "text/plain" } : undefined;
	}

	#rest(call: Call, caller: JiraAccount | undefined): Answer {
		const depth = this.contextPath.split("/").filter((part) => part !== "").length;
		const segments = call.segments.slice(depth);
		if (segments[0] === "rest" && segments[1] === "api" && segments[2] === "latest") segments[2] = "2";
		if (segments[0] !== "rest") return page(404, "Not Found");
		if (caller === undefined && !this.behaviour.anonymous) throw notLoggedIn();
		const found = this.#router.find(call.method, segments);
		if (found === undefined) return { status: 404, json: { message: `null for uri: ${this.base}${call.path}`, "status-code": 404 } };
		if (found === "method") return { status: 405, json: { message: "HTTP 405 Method Not Allowed", "status-code": 405 } };
		return found.handler(call, this.#view(caller), found.params);
	}

	#view(caller: JiraAccount | undefined): JiraView {
		return {
			population: this.population,
			lookup: this.#lookup,
			login: this.login,
			behaviour: this.behaviour,
			version: this.version,
			base: this.base,
			caller,
			mails: this.mails,
			clock: this.#clock,
		};
	}
}
