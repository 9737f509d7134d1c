import { type Answer, type Call, Refused } from "../kit/http.ts";
import { Router } from "../kit/router.ts";
import { type Sandbox, SandboxServer } from "../kit/server.ts";
import { StateFile } from "../kit/state.ts";
import type { Company } from "../world/company.ts";
import { AccessDesk, type ApiToken, newServiceApp, type ServiceApp, type TokenSettings } from "./access.ts";
import { noLimits, OktaLimiter, type OktaLimits } from "./limits.ts";
import { Org } from "./org.ts";
import { byId } from "./page.ts";
import { type OktaQuirks, plainQuirks } from "./quirks.ts";
import type { OktaGroup, OktaUser, OrgState } from "./records.ts";
import { refusal } from "./refusals.ts";
import { bucketOf, routes, type View } from "./routes.ts";

export interface OktaOptions {
	/** Default 0: any free port. */
	readonly port?: number;
	readonly tokens?: Partial<TokenSettings>;
	readonly quirks?: Partial<OktaQuirks>;
	/** Default: the headers are there, and nothing is refused. */
	readonly limits?: OktaLimits;
	/** Of the service app in `credentials`. Default false. */
	readonly dpop?: boolean;
	/** People, groups and memberships are kept in this file from run to run. Credentials are not. */
	readonly stateFile?: string;
	/** Milliseconds. Default: the real clock. */
	readonly clock?: () => number;
}

export interface OktaCredentials {
	/** API token of a read-only administrator. */
	readonly token: string;
	/** A service app with the two reading scopes; `privateKey` is a JSON Web Key. */
	readonly clientId: string;
	readonly privateKey: string;
}

export interface OktaSandbox extends Sandbox {
	/** `GET /path/{id}` for everything that is answered. */
	readonly endpoints: readonly string[];
	/** Change people, groups and memberships here. */
	readonly org: Org;
	readonly quirks: OktaQuirks;
	readonly access: AccessDesk;
	readonly limiter: OktaLimiter;
	readonly credentials: OktaCredentials;
	/** True when the state file of an earlier run was found. */
	readonly restored: boolean;
	/** This company takes the place of everybody and every group; called again, it is the organisation after a working day. */
	load(company: Company): void;
	/** One more API token, or one with other rights in the place of its namesake. */
	addToken(token: ApiToken): void;
	addApp(app: ServiceApp): void;
}

const standardToken: ApiToken = {
	token: "00SandboxApiTokenOfRollcall_4fT9kQ2mXz7Lw",
	owner: "rollcall@example.com",
	roles: ["READ_ONLY_ADMIN"],
};
const standardApp = "0oaSandboxRollcall00";

/** Starts a stand-in of one Okta organisation's management API on the loopback interface. */
export async function startOkta(options: OktaOptions = {}): Promise<OktaSandbox> {
	const site = new OktaSite(options);
	const server = new SandboxServer({
		port: options.port ?? 0,
		date: true,
		jsonType: "application/json",
		answer: (call) => site.answer(call),
		badTarget: () => refusal(400, "E0000001"),
		onClose: () => site.state?.flush(),
	});
	site.origin = await server.listen();
	const scopes = ["okta.users.read", "okta.groups.read"];
	const { app, privateKey } = newServiceApp(standardApp, { roles: ["READ_ONLY_ADMIN"], scopes, dpop: options.dpop ?? false });
	site.access.apiTokens.set(standardToken.token, standardToken);
	site.access.apps.set(app.clientId, app);
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
		org: site.org,
		quirks: site.quirks,
		access: site.access,
		limiter: site.limiter,
		restored: site.restored,
		credentials: { token: standardToken.token, clientId: app.clientId, privateKey },
		load: (company) => site.org.load(company),
		addToken: (token) => site.access.apiTokens.set(token.token, token),
		addApp: (one) => site.access.apps.set(one.clientId, one),
	};
}

/** The source of a Rollcall configuration for this stand-in: the mapping's own keys, and the secrets it refers to by `${credential:…}`. */
export function configOf(sandbox: Pick<OktaSandbox, "url" | "credentials">): {
	readonly yaml: string;
	readonly secrets: Readonly<Record<string, string>>;
} {
	return { yaml: `kind: okta\nurl: ${sandbox.url}\ntoken: \${credential:okta}\n`, secrets: { okta: sandbox.credentials.token } };
}

/** The organisation behind the HTTP side. */
class OktaSite {
	readonly org: Org;
	readonly quirks: OktaQuirks;
	readonly access: AccessDesk;
	readonly limiter: OktaLimiter;
	readonly state: StateFile<OrgState> | undefined;
	readonly restored: boolean;
	readonly #router = new Router<View>();
	#sorted: { readonly version: number; readonly users: readonly OktaUser[]; readonly groups: readonly OktaGroup[] } | undefined;
	#requests = 0;
	origin = "";

	constructor(options: OktaOptions) {
		const clock = options.clock ?? Date.now;
		const earlier = options.stateFile === undefined ? undefined : StateFile.load<OrgState>(options.stateFile);
		this.restored = earlier !== undefined;
		this.org = new Org({ clock, changed: () => this.state?.changed(), ...(earlier === undefined ? {} : { state: earlier }) });
		this.state = options.stateFile === undefined ? undefined : new StateFile(options.stateFile, () => this.org.state());
		this.quirks = { ...plainQuirks, ...options.quirks };
		this.access = new AccessDesk({ lifeSeconds: 3600, uses: Number.POSITIVE_INFINITY, ...options.tokens }, clock);
		this.limiter = new OktaLimiter(options.limits ?? noLimits, clock);
		routes(this.#router);
	}

	endpoints(): readonly string[] {
		return ["POST /oauth2/v1/token", ...this.#router.templates()];
	}

	answer(call: Call): Answer {
		this.#requests += 1;
		if (call.path === "/oauth2/v1/token") {
			if (call.method !== "POST") return refusal(405, "E0000022");
			return this.#limited(call, "token", () => this.access.issue(call, this.origin + call.path));
		}
		const found = this.#router.find(call.method, call.segments);
		if (found === undefined) return refusal(404, "E0000007");
		if (found === "method") return refusal(405, "E0000022");
		return this.#limited(call, bucketOf(call.segments), () => {
			const caller = this.access.caller(call, { url: this.origin + call.path, nonce: this.quirks.resourceNonce });
			return found.handler(call, this.#view(caller), found.params);
		});
	}

	/** With the headers on every answer, refusals included. */
	#limited(call: Call, bucket: Parameters<OktaLimiter["take"]>[0], work: () => Answer): Answer {
		const { allowed, headers } = this.limiter.take(bucket, call.headers.authorization ?? call.text);
		const answer = allowed ? answerOf(work) : refusal(429, "E0000047");
		return { ...answer, headers: { "x-okta-request-id": `req${this.#requests}`, ...headers, ...answer.headers } };
	}

	#view(caller: View["caller"]): View {
		const { org, quirks, origin } = this;
		const linked = this.#requests <= quirks.dropsLinksAfter;
		return { org, caller, quirks, origin, linked, users: () => this.#inOrder().users, groups: () => this.#inOrder().groups };
	}

	/** Sorted again only after a change. */
	#inOrder(): { readonly users: readonly OktaUser[]; readonly groups: readonly OktaGroup[] } {
		if (this.#sorted?.version !== this.org.version) {
			const users = [...this.org.users.values()].sort(byId);
			this.#sorted = { version: this.org.version, users, groups: [...this.org.groups.values()].sort(byId) };
		}
		return this.#sorted;
	}
}

function answerOf(work: () => Answer): Answer {
	try {
		return work();
	} catch (error) {
		if (error instanceof Refused) return error.answer;
		throw error;
	}
}
