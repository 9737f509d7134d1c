import { type Answer, type Call, Refused } from "../kit/http.ts";
import { Router } from "../kit/router.ts";
import { type Sandbox, SandboxServer } from "../kit/server.ts";
import { StateFile } from "../kit/state.ts";
import type { Company } from "../world/company.ts";
import { AccessDesk, type Caller, type TokenSettings } from "./access.ts";
import { JumpCloudLimiter, type JumpCloudLimits } from "./limits.ts";
import { Organization } from "./organization.ts";
import { type JumpCloudQuirks, plainQuirks } from "./quirks.ts";
import { type OrganizationState, objectId } from "./records.ts";
import { refusal } from "./refusals.ts";
import { routes, type View } from "./routes.ts";

export interface JumpCloudOptions {
	/** Default 0: any free port. */
	readonly port?: number;
	readonly tokens?: Partial<TokenSettings>;
	readonly quirks?: Partial<JumpCloudQuirks>;
	/** Default: nothing is refused. */
	readonly limits?: Partial<JumpCloudLimits>;
	/** People, groups and memberships are kept in this file from run to run. Credentials are not. */
	readonly stateFile?: string;
	/** Milliseconds. Default: the real clock. */
	readonly clock?: () => number;
}

export interface JumpCloudCredentials {
	/** Of an administrator with the role Read Only. */
	readonly apiKey: string;
	/** A service account with the same role. */
	readonly clientId: string;
	readonly clientSecret: string;
}

export interface JumpCloudSandbox extends Sandbox {
	/** Where tokens are handed out; JumpCloud has a host of its own for it. */
	readonly tokenUrl: string;
	/** `GET /path/{id}` for everything that is answered. */
	readonly endpoints: readonly string[];
	/** Change people, groups and memberships here. */
	readonly organization: Organization;
	readonly organizationId: string;
	readonly quirks: JumpCloudQuirks;
	readonly access: AccessDesk;
	readonly limiter: JumpCloudLimiter;
	readonly credentials: JumpCloudCredentials;
	/** True when the state file of an earlier run was found. */
	readonly restored: boolean;
	/** This company takes the place of everybody and every group; called again, it is the organisation after a working day. */
	load(company: Company): void;
	/** What the holders of all three credentials are from now on; a service account has no address. */
	become(rights: Partial<Caller>): void;
}

const credentials: JumpCloudCredentials = {
	apiKey: "jca_SandboxApiKeyOfRollcall0f3b7a9c2d",
	clientId: "6f1e4b0a-sandbox-rollcall",
	clientSecret: "SandboxClientSecretOfRollcall.8Q~x+Z/2",
};
const administrator = "rollcall@example.com";

/** Starts a stand-in of one JumpCloud organisation's APIs (V1, V2, token endpoint) on the loopback interface. */
export async function startJumpcloud(options: JumpCloudOptions = {}): Promise<JumpCloudSandbox> {
	const site = new JumpCloudSite(options);
	const server = new SandboxServer({
		port: options.port ?? 0,
		date: true,
		jsonType: "application/json; charset=utf-8",
		answer: (call) => site.answer(call),
		badTarget: (target) => refusal(target, 400, "Bad Request"),
		onClose: () => site.state?.flush(),
	});
	const url = await server.listen();
	return {
		url,
		tokenUrl: `${url}/oauth2/token`,
		endpoints: site.endpoints(),
		faults: server.faults,
		exchanges: server.log.kept,
		get busiest() {
			return server.busiest;
		},
		onExchange: (listener) => server.log.listen(listener),
		close: () => server.close(),
		organization: site.organization,
		organizationId: site.id,
		quirks: site.quirks,
		access: site.access,
		limiter: site.limiter,
		credentials,
		restored: site.restored,
		load: (company) => site.organization.load(company),
		become: (rights) => site.become(rights),
	};
}

/** The source of a Rollcall configuration for this stand-in: the mapping's own keys, and the secrets it refers to by `${credential:…}`. */
export function configOf(sandbox: Pick<JumpCloudSandbox, "url" | "credentials">): {
	readonly yaml: string;
	readonly secrets: Readonly<Record<string, string>>;
} {
	const yaml = `kind: jumpcloud\nurl: ${sandbox.url}\napiKey: \${credential:jumpcloud}\nrequestsPerMinute: 6000\n`;
	return { yaml, secrets: { jumpcloud: sandbox.credentials.apiKey } };
}

/** The organisation behind the HTTP side. */
class JumpCloudSite {
	readonly id = objectId("organisation");
	readonly organization: Organization;
	readonly quirks: JumpCloudQuirks;
	readonly access: AccessDesk;
	readonly limiter: JumpCloudLimiter;
	readonly state: StateFile<OrganizationState> | undefined;
	readonly restored: boolean;
	readonly #router = new Router<View>();
	#requests = 0;

	constructor(options: JumpCloudOptions) {
		const clock = options.clock ?? Date.now;
		const earlier = options.stateFile === undefined ? undefined : StateFile.load<OrganizationState>(options.stateFile);
		this.restored = earlier !== undefined;
		this.organization = new Organization(() => this.state?.changed(), earlier);
		this.state = options.stateFile === undefined ? undefined : new StateFile(options.stateFile, () => this.organization.state());
		this.quirks = { ...plainQuirks, ...options.quirks };
		this.access = new AccessDesk({ lifeSeconds: 3599, uses: Number.POSITIVE_INFINITY, ...options.tokens }, clock);
		this.limiter = new JumpCloudLimiter(
			{ perWindow: Number.POSITIVE_INFINITY, windowMs: 60_000, statesWait: true, ...options.limits },
			clock,
		);
		this.become({});
		routes(this.#router);
	}

	become(rights: Partial<Caller>): void {
		const caller = { roles: ["Read Only"], ...rights };
		this.access.keys.set(credentials.apiKey, { ...caller, name: administrator });
		const { clientId, clientSecret } = credentials;
		this.access.accounts.set(clientId, { secret: clientSecret, caller: { ...caller, name: clientId } });
	}

	endpoints(): readonly string[] {
		return ["POST /oauth2/token", ...this.#router.templates()];
	}

	answer(call: Call): Answer {
		this.#requests += 1;
		if (this.quirks.blocked) return refusal(call.path, 403, "Forbidden: your IP has been blocked due to suspected abuse");
		const wait = this.limiter.take(String(call.headers["x-api-key"] ?? call.headers.authorization));
		if (wait !== undefined) return { ...refusal(call.path, 429, "Too Many Requests"), headers: wait };
		if (call.method === "POST" && call.path === "/oauth2/token") return this.access.issue(call);
		const found = this.#router.find(call.method, call.segments);
		if (found === undefined) return refusal(call.path, 404, "Not Found");
		if (found === "method") return refusal(call.path, 405, "Method Not Allowed");
		try {
			return found.handler(call, this.#view(this.access.caller(call)), found.params);
		} catch (error) {
			if (error instanceof Refused) return error.answer;
			throw error;
		}
	}

	#view(caller: Caller): View {
		const { organization, id, quirks } = this;
		return { organization, id, caller, quirks, turn: this.#requests };
	}
}
