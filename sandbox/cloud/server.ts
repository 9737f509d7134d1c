import { type Answer, bearerOf, type Call, Refused } from "../kit/http.ts";
import { type RateLimit, RateLimiter } from "../kit/limiter.ts";
import { Router } from "../kit/router.ts";
import { type Sandbox, SandboxServer } from "../kit/server.ts";
import { StateFile } from "../kit/state.ts";
import { scimError } from "../scim/protocol.ts";
import { documentRoutes } from "./documents.ts";
import { groupRoutes } from "./groups.ts";
import { managementRoutes } from "./management.ts";
import { Population } from "./population.ts";
import { BEHAVIOUR, type CloudBehaviour } from "./quirks.ts";
import type { DirectoryBounds, DirectoryState } from "./records.ts";
import { failure, keyed, unknownAddress } from "./refusals.ts";
import { userRoutes } from "./users.ts";
import type { CloudView } from "./view.ts";

export interface CloudOptions {
	/** Default 0: any free port. */
	readonly port?: number;
	/** Default: a fresh one. */
	readonly directoryId?: string;
	readonly behaviour?: Partial<CloudBehaviour>;
	readonly bounds?: Partial<DirectoryBounds>;
	/** Default: every domain counts as verified. */
	readonly verifiedDomains?: readonly string[];
	/** Default: none that anybody has met. */
	readonly rateLimit?: RateLimit;
	/** Users, groups and accounts are kept in this file from run to run. */
	readonly stateFile?: string;
	/** Milliseconds. Default: the real clock. */
	readonly clock?: () => number;
}

export interface CloudSandbox extends Sandbox {
	/** `GET /path` for everything that is answered; below the directory where it starts with a capital letter. */
	readonly endpoints: readonly string[];
	readonly directoryId: string;
	/** Change users, groups and accounts here, without Atlassian's rules. */
	readonly population: Population;
	/** May be changed while the server runs. */
	readonly behaviour: { -readonly [Key in keyof CloudBehaviour]: CloudBehaviour[Key] };
	/** The directory's key, and one of the organisation. */
	readonly credentials: { readonly key: string; readonly organizationKey: string };
	/** True when the state file of an earlier run was found. */
	readonly restored: boolean;
	/** From now on; `undefined` switches it off. */
	limitRate(limit: RateLimit | undefined): void;
}

const credentials = { key: "sandbox-directory-key", organizationKey: "sandbox-organization-key" };

/** Starts a stand-in of api.atlassian.com on the loopback interface: one SCIM directory, and user management of its organisation. */
export async function startCloud(options: CloudOptions = {}): Promise<CloudSandbox> {
	const site = new CloudSite(options);
	const server = new SandboxServer({
		port: options.port ?? 0,
		date: true,
		jsonType: "application/scim+json;charset=UTF-8",
		answer: (call) => site.answer(call),
		badTarget: () => unknownAddress(),
		onClose: () => site.state?.flush(),
	});
	site.base = await server.listen();
	return {
		url: site.base,
		endpoints: [...site.directory.templates(), ...site.management.templates()],
		faults: server.faults,
		exchanges: server.log.kept,
		get busiest() {
			return server.busiest;
		},
		onExchange: (listener) => server.log.listen(listener),
		close: () => server.close(),
		directoryId: site.population.directoryId,
		population: site.population,
		behaviour: site.behaviour,
		credentials,
		restored: site.restored,
		limitRate: (limit) => site.limitRate(limit),
	};
}

/** The product's own keys of a configuration that leads here, one a line, and the secrets that they refer to. */
export const targetOf = ({
	url,
	directoryId,
}: Pick<CloudSandbox, "url" | "directoryId">): { readonly yaml: string; readonly secrets: Readonly<Record<string, string>> } => ({
	yaml: `kind: cloud\nurl: ${url}\ndirectory: ${directoryId}\nkey: \${credential:cloud}\n`,
	secrets: { cloud: credentials.key },
});

class CloudSite {
	readonly population: Population;
	readonly behaviour: { -readonly [Key in keyof CloudBehaviour]: CloudBehaviour[Key] };
	readonly state: StateFile<DirectoryState> | undefined;
	readonly restored: boolean;
	readonly directory = new Router<CloudView>();
	readonly management = new Router<CloudView>();
	readonly #clock: () => number;
	#limiter: RateLimiter | undefined;
	base = "";

	constructor(options: CloudOptions) {
		this.behaviour = { ...BEHAVIOUR, ...options.behaviour };
		this.#clock = options.clock ?? Date.now;
		const earlier = options.stateFile === undefined ? undefined : StateFile.load<DirectoryState>(options.stateFile);
		this.restored = earlier !== undefined;
		this.population = new Population({
			changed: () => this.state?.changed(),
			clock: this.#clock,
			exactNames: this.behaviour.names === "exact",
			...(earlier === undefined ? {} : { state: earlier }),
			...(options.directoryId === undefined ? {} : { directoryId: options.directoryId }),
			...(options.bounds === undefined ? {} : { bounds: options.bounds }),
		});
		this.population.verifiedDomains = options.verifiedDomains;
		this.population.accountsAtOnce = this.behaviour.accountIds === "at once";
		this.state = options.stateFile === undefined ? undefined : new StateFile(options.stateFile, () => this.population.state());
		this.limitRate(options.rateLimit);
		for (const routes of [documentRoutes, userRoutes, groupRoutes]) routes(this.directory);
		managementRoutes(this.management);
	}

	limitRate(limit: RateLimit | undefined): void {
		this.#limiter = limit === undefined ? undefined : new RateLimiter(limit, this.#clock);
	}

	answer(call: Call): Answer {
		const [first, second, directory, ...parts] = call.segments;
		const inDirectory = first === "scim" && second === "directory";
		if (!inDirectory && first !== "users") return unknownAddress();
		const key = bearerOf(call.headers.authorization);
		if (inDirectory) {
			// A key opens its own directory and nothing else.
			if (key === undefined) throw failure(401, "Missing authorization header.");
			if (key !== credentials.key) throw failure(401, "Invalid authorization token.");
			if (directory !== this.population.directoryId) throw failure(403, "You are not authorized to call the API.");
		} else if (key !== credentials.organizationKey) throw keyed(401, "unauthorized");
		const limited = this.#limiter?.take(key);
		const headers = limited === undefined ? {} : cloudHeaders(limited.headers, this.#clock());
		if (limited?.allowed === false) {
			const json = { error: "Rate limit exceeded", traceId: "0af7651916cd43dd" };
			return { status: 429, headers: { ...headers, "RateLimit-Reason": "scim-burst" }, json };
		}
		const answer = this.#routed(call, inDirectory ? [this.directory, parts] : [this.management, call.segments]);
		return { ...answer, headers: { ...headers, ...answer.headers } };
	}

	#routed(call: Call, [router, parts]: readonly [Router<CloudView>, readonly string[]]): Answer {
		const found = router.find(call.method, parts);
		if (found === undefined) return router === this.directory ? scimError(404, `There is nothing at ${call.path}.`) : unknownAddress();
		if (found === "method") return { status: 405 };
		const { population, behaviour, base } = this;
		try {
			const directory = `${base}/scim/directory/${population.directoryId}`;
			return found.handler(call, { population, behaviour, base: directory }, found.params);
		} catch (error) {
			if (error instanceof Refused) return error.answer;
			throw error;
		}
	}
}

/** Names of the cloud (https://developer.atlassian.com/cloud/jira/platform/rate-limiting/) for the same numbers. */
function cloudHeaders(headers: Readonly<Record<string, string>>, now: number): Readonly<Record<string, string>> {
	const wait = Number(headers["retry-after"]);
	return {
		"X-RateLimit-Limit": headers["X-RateLimit-Limit"] ?? "",
		"X-RateLimit-Remaining": headers["X-RateLimit-Remaining"] ?? "",
		"X-RateLimit-Reset": new Date(now + wait * 1000).toISOString(),
		...(wait > 0 ? { "Retry-After": headers["retry-after"] as string } : {}),
	};
}
