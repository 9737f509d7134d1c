import { selfSigned } from "../kit/certificate.ts";
import type { Answer, Call } from "../kit/http.ts";
import { Router } from "../kit/router.ts";
import { type Sandbox, SandboxServer } from "../kit/server.ts";
import { StateFile } from "../kit/state.ts";
import type { Company } from "../world/company.ts";
import { type AppRole, loginError, refusal, type SandboxApp, SCOPE, TokenDesk, type TokenSettings } from "./access.ts";
import { batch } from "./batch.ts";
import { directoryRoutes } from "./directory.ts";
import { graphError } from "./errors.ts";
import { costOf, type UnitLimit, UnitWindow } from "./limits.ts";
import type { Scene } from "./listing.ts";
import { stateOf } from "./load.ts";
import { type EntraQuirks, plainQuirks } from "./quirks.ts";
import type { TenantState } from "./records.ts";
import { Tenant } from "./tenant.ts";

export interface EntraOptions {
	/** Default 0: any free port. */
	readonly port?: number;
	/** Default: one with the client secret of `credentials`, and the least rights. */
	readonly apps?: readonly SandboxApp[];
	readonly tokens?: Partial<TokenSettings>;
	readonly quirks?: Partial<EntraQuirks>;
	/** Default: what a tenant with fewer than 50 users has, 3,500 units in 10 s. */
	readonly limit?: UnitLimit;
	/** Users, groups and memberships are kept in this file from run to run. */
	readonly stateFile?: string;
	/** Milliseconds. Default: the real clock. */
	readonly clock?: () => number;
}

export interface EntraSandbox extends Sandbox {
	/** `GET /path/{id}` for everything that is answered. */
	readonly endpoints: readonly string[];
	/** Change people, groups and memberships here. */
	readonly tenant: Tenant;
	readonly quirks: EntraQuirks;
	readonly tokens: TokenDesk;
	readonly units: UnitWindow;
	/** Of the first application. */
	readonly credentials: { readonly tenant: string; readonly clientId: string; readonly clientSecret: string };
	/** PEM: the server's own certificate, made for this run; who talks to it must trust it. */
	readonly ca: string;
	/** True when the state file of an earlier run was found. */
	readonly restored: boolean;
	/** One more application, or another form of one with the same id. */
	addApp(app: SandboxApp): void;
	/** Tokens handed out before keep the rights they had. */
	setRoles(clientId: string, roles: readonly AppRole[]): void;
	/** Replaces the whole population by this company. */
	load(company: Company): void;
}

const TENANT = "11111111-1111-4111-8111-111111111111";
const standardApp: SandboxApp = {
	clientId: "22222222-2222-4222-8222-222222222222",
	secret: "sandbox~client.secret-of-the-app",
	roles: ["User.Read.All", "GroupMember.Read.All"],
};

/** Starts a stand-in of the Microsoft identity platform and of Microsoft Graph v1.0, both behind one address, with TLS. */
export async function startEntra(options: EntraOptions = {}): Promise<EntraSandbox> {
	const site = new EntraSite(options);
	const tls = selfSigned({ name: "Entra ID stand-in" });
	const server = new SandboxServer({
		port: options.port ?? 0,
		date: true,
		jsonType: "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
		answer: (call) => site.answer(call),
		badTarget: () => graphError(400, "BadRequest", "Invalid URL."),
		tls,
		onClose: () => site.state?.flush(),
	});
	site.origin = await server.listen();
	const first = options.apps?.[0] ?? standardApp;
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
		tenant: site.tenant,
		quirks: site.quirks,
		tokens: site.tokens,
		units: site.units,
		restored: site.restored,
		ca: tls.cert,
		credentials: { tenant: site.tenant.id, clientId: first.clientId, clientSecret: first.secret ?? "" },
		addApp: (app) => void site.apps.set(app.clientId, app),
		setRoles: (clientId, roles) => void site.apps.set(clientId, { ...site.app(clientId), roles }),
		load: (company) => site.tenant.restore(stateOf(company, "acme.example")),
	};
}

/** The mapping for a configuration, and the credential files that it refers to. */
export function configOf(sandbox: EntraSandbox): { readonly yaml: string; readonly secrets: Readonly<Record<string, string>> } {
	const { tenant, clientId, clientSecret } = sandbox.credentials;
	const lines = [
		"kind: entra",
		`tenant: ${tenant}`,
		`clientId: ${clientId}`,
		"clientSecret: ${credential:entra}",
		"username: onPremisesSamAccountName",
		`url: ${sandbox.url}`,
		`authority: ${sandbox.url}`,
		"network: { ca: credentials/entra-ca.pem }",
	];
	return { yaml: `${lines.join("\n")}\n`, secrets: { entra: clientSecret, "entra-ca.pem": sandbox.ca } };
}

/** Authority, metadata service and Graph behind the HTTP side. */
class EntraSite {
	readonly tenant: Tenant;
	readonly quirks: EntraQuirks;
	readonly tokens: TokenDesk;
	readonly units: UnitWindow;
	readonly state: StateFile<TenantState> | undefined;
	readonly restored: boolean;
	readonly apps = new Map<string, SandboxApp>();
	readonly #router = new Router<Scene>();
	origin = "";

	constructor(options: EntraOptions) {
		const clock = options.clock ?? Date.now;
		const earlier = options.stateFile === undefined ? undefined : StateFile.load<TenantState>(options.stateFile);
		this.restored = earlier !== undefined;
		this.tenant = new Tenant(TENANT, { clock, changed: () => this.state?.changed(), ...(earlier === undefined ? {} : { state: earlier }) });
		this.state = options.stateFile === undefined ? undefined : new StateFile(options.stateFile, () => this.tenant.state());
		this.quirks = { ...plainQuirks(), ...options.quirks };
		this.tokens = new TokenDesk({ lifeSeconds: 3599, uses: Number.POSITIVE_INFINITY, ...options.tokens }, clock);
		this.units = new UnitWindow(options.limit ?? { units: 3_500, seconds: 10 }, clock);
		for (const app of options.apps ?? [standardApp]) this.apps.set(app.clientId, app);
		directoryRoutes(this.#router);
	}

	app(clientId: string): SandboxApp {
		const app = this.apps.get(clientId);
		if (app === undefined) throw new Error(`the sandbox has no application ${clientId}`);
		return app;
	}

	endpoints(): readonly string[] {
		return [
			"GET /{tenant}/v2.0/.well-known/openid-configuration",
			"POST /{tenant}/oauth2/v2.0/token",
			"GET /msi/token",
			"POST /v1.0/$batch",
			...this.#router.templates(),
		];
	}

	answer(call: Call): Answer {
		const [start = "", ...rest] = call.segments;
		if (start === "msi") return this.#metadata(call);
		if (start !== "v1.0") return this.#authority(call, start, rest.join("/"));
		const { roles } = this.tokens.caller(call);
		if (call.path !== "/v1.0/$batch") return this.#graph(call, roles);
		if (call.method !== "POST") return graphError(405, "BadRequest", "Method not allowed.");
		return batch(call, this.quirks, (part) => this.#graph(part, roles));
	}

	#graph(call: Call, roles: ReadonlySet<string>): Answer {
		const cost = costOf(call.segments, call.query);
		const wait = this.units.spend(cost);
		if (wait !== undefined) {
			return graphError(429, "TooManyRequests", "Too Many Requests", {
				"Retry-After": String(wait),
				"x-ms-throttle-scope": `Tenant_Application/ReadWrite/${this.tenant.id}/app`,
				"x-ms-throttle-information": "ResourceUnitLimitExceeded",
			});
		}
		const found = this.#router.find(call.method, call.segments);
		if (found === undefined) return graphError(400, "BadRequest", `Resource not found for the segment '${call.segments[1] ?? ""}'.`);
		if (found === "method") return graphError(405, "BadRequest", "Method not allowed.");
		const answer = found.handler(call, { tenant: this.tenant, quirks: this.quirks, origin: this.origin, roles }, found.params);
		const { limitPercentage } = this.quirks;
		const warning = limitPercentage >= 0.8 ? { "x-ms-throttle-limit-percentage": String(limitPercentage) } : {};
		return { ...answer, headers: { "x-ms-resource-unit": String(cost), "request-id": "sandbox", ...warning, ...answer.headers } };
	}

	/** https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc and .../v2-oauth2-client-creds-grant-flow */
	#authority(call: Call, tenant: string, path: string): Answer {
		const at = `${this.origin}/${tenant}`;
		if (path === "v2.0/.well-known/openid-configuration") {
			if (tenant !== this.tenant.id) return loginError(400, "invalid_tenant", 90002, `Tenant '${tenant}' not found.`);
			return {
				status: 200,
				json: {
					token_endpoint: `${at}/oauth2/v2.0/token`,
					token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
					issuer: `${at}/v2.0`,
					authorization_endpoint: `${at}/oauth2/v2.0/authorize`,
					jwks_uri: `${at}/discovery/v2.0/keys`,
				},
			};
		}
		if (path !== "oauth2/v2.0/token" || call.method !== "POST") return { status: 404, text: "Not found" };
		return this.#token(new URLSearchParams(call.text), `${at}/oauth2/v2.0/token`);
	}

	#token(form: URLSearchParams, audience: string): Answer {
		const app = this.apps.get(form.get("client_id") ?? "");
		if (app === undefined) return loginError(400, "unauthorized_client", 700016, "Application was not found in the directory.");
		if (form.get("grant_type") !== "client_credentials")
			return loginError(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.");
		if (!(form.get("scope") ?? "").split(" ").includes(SCOPE)) return loginError(400, "invalid_scope", 1002012, "The scope is not valid.");
		const refused = refusal(app, form, audience);
		if (refused !== undefined) return refused;
		const { lifeSeconds } = this.tokens.settings;
		const access_token = this.tokens.issue(app, this.tenant.id);
		return { status: 200, json: { token_type: "Bearer", expires_in: lifeSeconds, ext_expires_in: lifeSeconds, access_token } };
	}

	/** As Azure App Service offers it: https://learn.microsoft.com/azure/app-service/overview-managed-identity */
	#metadata(call: Call): Answer {
		if (call.headers["x-identity-header"] !== "sandbox-identity-header") return { status: 401, json: { message: "unauthorized" } };
		const wanted = call.query.get("client_id");
		const app = [...this.apps.values()].find((one) => one.managed === true && (wanted === null || one.clientId === wanted));
		if (app === undefined)
			return { status: 400, json: { message: "No managed identity was found for the specified ResourceId/ClientId/PrincipalId." } };
		const expires = Math.floor(Date.now() / 1000) + this.tokens.settings.lifeSeconds;
		const token = this.tokens.issue(app, this.tenant.id);
		const resource = call.query.get("resource") ?? "";
		return {
			status: 200,
			json: { access_token: token, expires_on: String(expires), resource, token_type: "Bearer", client_id: app.clientId },
		};
	}
}
