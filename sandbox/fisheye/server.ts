import { type Answer, basicOf, type Call, Refused } from "../kit/http.ts";
import { type RateLimit, RateLimiter } from "../kit/limiter.ts";
import { Router } from "../kit/router.ts";
import { type Sandbox, SandboxServer } from "../kit/server.ts";
import { StateFile } from "../kit/state.ts";
import { Population, type PopulationState } from "./population.ts";
import { fisheyeRoutes, GIVEN_TO_NEW } from "./routes.ts";
import { behaviours, type FisheyeBehaviour, type FisheyeVersion } from "./versions.ts";
import { type FisheyeView, refusal } from "./view.ts";

export interface FisheyeOptions {
	/** Default 0: any free port. */
	readonly port?: number;
	/** Default `4.8`. */
	readonly version?: FisheyeVersion;
	/** Readings that differ from the usual ones. */
	readonly behaviour?: Partial<FisheyeBehaviour>;
	/** Default: none, as Fisheye comes. */
	readonly rateLimit?: RateLimit;
	/** `/fecru`, for an instance that does not live at the root. */
	readonly contextPath?: string;
	/** Accounts and groups are kept in this file from run to run. */
	readonly stateFile?: string;
}

export interface FisheyeSandbox extends Sandbox {
	/** `GET /path` below `/rest-service-fecru` for everything that is answered. */
	readonly endpoints: readonly string[];
	/** Change accounts and groups here, without Fisheye's rules. */
	readonly population: Population;
	/** May be changed while the server runs. */
	readonly behaviour: { -readonly [Key in keyof FisheyeBehaviour]: FisheyeBehaviour[Key] };
	/** The account that Rollcall logs in with, and the REST API token of the whole server. */
	readonly credentials: { readonly username: string; readonly password: string; readonly token: string };
	/** True when the state file of an earlier run was found. */
	readonly restored: boolean;
}

const credentials = { username: "rollcall", password: "sandbox-rollcall-password", token: "sandbox-fisheye-token" };
const ADMIN_GROUP = "fisheye-administrators";
const ROLLCALL_GROUP = "rollcall-admins";

/**
 * Starts a stand-in of Fisheye's and Crucible's REST API for users and groups on the loopback interface, with the accounts
 * `admin` and `rollcall`. Paths and pages are the vendor's; bodies and statuses follow clients written by others, and where
 * those are silent, `behaviour`.
 */
export async function startFisheye(options: FisheyeOptions = {}): Promise<FisheyeSandbox> {
	const site = new FisheyeSite(options);
	const server = new SandboxServer({
		port: options.port ?? 0,
		date: true,
		jsonType: "application/json",
		answer: (call) => site.answer(call),
		badTarget: () => badRequest,
		onClose: () => site.state?.flush(),
	});
	const base = `${await server.listen()}${options.contextPath ?? ""}`;
	return {
		url: base,
		endpoints: site.router.templates(),
		faults: server.faults,
		exchanges: server.log.kept,
		get busiest() {
			return server.busiest;
		},
		onExchange: (listener) => server.log.listen(listener),
		close: () => server.close(),
		population: site.population,
		behaviour: site.behaviour,
		credentials,
		restored: site.restored,
	};
}

/** The product's own keys of a configuration that leads here, one a line, and the secrets that they refer to. */
export const targetOf = ({
	url,
}: Pick<FisheyeSandbox, "url">): { readonly yaml: string; readonly secrets: Readonly<Record<string, string>> } => ({
	yaml: `kind: fisheye\nurl: ${url}\nusername: ${credentials.username}\npassword: \${credential:fisheye}\nunverified: [account.create, account.update, group.create, member.remove]\n`,
	secrets: { fisheye: credentials.password },
});

const page = (status: number, title: string): Answer => ({
	status,
	text: `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`,
	type: "text/html;charset=UTF-8",
});
const badRequest = page(400, "Error 400 Bad Request");
/** What servlet containers take in a path neither raw nor encoded. */
const neverInPath = /[\\/;%]/;

/** Everything behind the HTTP side: filters first, then the REST code. */
class FisheyeSite {
	readonly version: FisheyeVersion;
	readonly population: Population;
	readonly behaviour: { -readonly [Key in keyof FisheyeBehaviour]: FisheyeBehaviour[Key] };
	readonly router = new Router<FisheyeView>();
	readonly state: StateFile<PopulationState> | undefined;
	readonly restored: boolean;
	readonly #contextPath: string;
	readonly #limiter: RateLimiter | undefined;

	constructor(options: FisheyeOptions) {
		this.version = options.version ?? "4.8";
		this.behaviour = { ...behaviours[this.version], ...options.behaviour };
		this.#contextPath = options.contextPath ?? "";
		this.#limiter = options.rateLimit === undefined ? undefined : new RateLimiter(options.rateLimit, Date.now);
		const earlier = options.stateFile === undefined ? undefined : StateFile.load<PopulationState>(options.stateFile);
		this.restored = earlier !== undefined;
		this.population = new Population(() => this.state?.changed(), earlier);
		this.state = options.stateFile === undefined ? undefined : new StateFile(options.stateFile, () => this.population.state());
		if (earlier === undefined) this.#settle();
		fisheyeRoutes(this.router);
	}

	#settle(): void {
		for (const group of GIVEN_TO_NEW) this.population.addGroup(group);
		for (const group of [ADMIN_GROUP, ROLLCALL_GROUP]) this.population.addGroup(group, { admin: true });
		const add = (group: string, name: string, displayName: string, password: string) =>
			this.population.addMember(
				group,
				this.population.addAccount({ name, displayName, password, emailAddress: `${name}@fisheye.example.com` }).id,
			);
		add(ADMIN_GROUP, "admin", "Fisheye Administrator", "sandbox-admin-password");
		add(ROLLCALL_GROUP, credentials.username, "Rollcall", credentials.password);
	}

	answer(call: Call): Answer {
		const refused = this.#filter(call);
		if (refused !== undefined) return refused;
		const limited = this.#limiter?.take("everybody");
		if (limited?.allowed === false)
			return { status: 429, json: { code: "Unknown", message: "Too many requests." }, headers: limited.headers };
		try {
			return { headers: limited?.headers ?? {}, ...this.#rest(call) };
		} catch (error) {
			if (error instanceof Refused) return error.answer;
			throw error;
		}
	}

	#filter(call: Call): Answer | undefined {
		if (call.segments.some((part) => neverInPath.test(part))) return badRequest;
		if (this.#contextPath !== "" && !call.path.startsWith(`${this.#contextPath}/`)) return page(404, "Error 404 Not Found");
		if (call.method === "GET" || /^no-?check$/i.test(String(call.headers["x-atlassian-token"] ?? ""))) return undefined;
		const browser = /mozilla|chrome|safari|opera/i.test(call.headers["user-agent"] ?? "");
		return browser || this.behaviour.xsrf === "always" ? { status: 403, text: "XSRF check failed", type: "text/plain" } : undefined;
	}

	#rest(call: Call): Answer {
		const depth = this.#contextPath.split("/").filter((part) => part !== "").length;
		const [rest, ...parts] = call.segments.slice(depth);
		const found = rest === "rest-service-fecru" ? this.router.find(call.method, parts) : undefined;
		if (found === undefined) return page(404, "Error 404 Not Found");
		if (found === "method") return page(405, "Error 405 Method Not Allowed");
		this.#admit(call, parts[0] === "admin");
		const { population, behaviour, version } = this;
		return found.handler(call, { population, behaviour, version, directory: "/var/fisheye" }, found.params);
	}

	/** Wrong credentials are refused everywhere; without any, only what is not for administrators is answered. @throws Refused 401 or 403. */
	#admit(call: Call, administrators: boolean): void {
		const key = call.headers["x-api-key"];
		const basic = basicOf(call.headers.authorization);
		if (key !== undefined) {
			if (key !== credentials.token || (administrators && !this.behaviour.takesApiKey))
				throw refusal(401, "NotPermitted", "The REST API token is not accepted.");
		} else if (basic !== undefined) {
			const account = this.population.named(basic.name);
			if (account?.password === undefined || account.password !== basic.password)
				throw refusal(401, "NotPermitted", "Authentication failed.");
			if (administrators && !this.population.isAdministrator(account.id))
				throw refusal(403, "NotPermitted", "You must be an administrator.");
		} else if (administrators) throw refusal(401, "NotPermitted", "You must be logged in.");
	}
}
