import { type Answer, type Call, Refused } from "../kit/http.ts";
import { Router } from "../kit/router.ts";
import { type Sandbox, SandboxServer } from "../kit/server.ts";
import { StateFile } from "../kit/state.ts";
import type { Company } from "../world/company.ts";
import { AccessDesk, allPrivileges, type TokenSettings } from "./access.ts";
import { type GoogleQuota, QuotaDesk } from "./limits.ts";
import { type GoogleQuirks, plainQuirks } from "./quirks.ts";
import type { WorkspaceState } from "./records.ts";
import { quota, unknownPath, wrongMethod } from "./refusals.ts";
import { routes, type View } from "./routes.ts";
import { Workspace } from "./workspace.ts";

export interface GoogleOptions {
	/** Default 0: any free port. */
	readonly port?: number;
	/** Default `example.com`. */
	readonly domain?: string;
	readonly tokens?: Partial<TokenSettings>;
	readonly quirks?: Partial<GoogleQuirks>;
	/** Default: nothing is refused. */
	readonly quota?: Partial<GoogleQuota>;
	/** People, groups, memberships and units are kept in this file from run to run. Credentials are not. */
	readonly stateFile?: string;
	/** Milliseconds. Default: the real clock. */
	readonly clock?: () => number;
}

export interface GoogleCredentials {
	/** The key file of a service account, to which reading is delegated. */
	readonly key: string;
	readonly serviceAccount: string;
	/** An administrator who may read. */
	readonly subject: string;
	/** The client configuration of a workload identity federation whose outer token this stand-in hands out. */
	readonly federation: string;
}

export interface GoogleSandbox extends Sandbox {
	/** `GET /path/{id}` for everything of the Directory API that is answered. */
	readonly endpoints: readonly string[];
	/** Change people, groups, memberships and units here. */
	readonly workspace: Workspace;
	readonly quirks: GoogleQuirks;
	readonly access: AccessDesk;
	readonly quota: QuotaDesk;
	readonly credentials: GoogleCredentials;
	/** True when the state file of an earlier run was found. */
	readonly restored: boolean;
	/** This company takes the place of everybody, every group and every unit; called again, it is the organisation after a working day. */
	load(company: Company): void;
}

const ACCOUNT = "rollcall@sandbox.iam.gserviceaccount.com";
const CLIENT_ID = "109876543210987654321";

/** Starts a stand-in of one Google Workspace customer on the loopback interface: Directory API, token endpoint, IAM Credentials, STS, metadata server. */
export async function startGoogle(options: GoogleOptions = {}): Promise<GoogleSandbox> {
	const site = new GoogleSite(options);
	const server = new SandboxServer({
		port: options.port ?? 0,
		date: true,
		jsonType: "application/json; charset=UTF-8",
		answer: (call) => site.answer(call),
		badTarget: () => ({ status: 400, text: "<!DOCTYPE html><html><title>Error 400 (Bad Request)!!1</title></html>" }),
		onClose: () => site.state?.flush(),
	});
	const url = await server.listen();
	const subject = `rollcall-reader@${site.workspace.domain}`;
	const key = site.access.addAccount(ACCOUNT, CLIENT_ID);
	site.access.delegate(ACCOUNT, ["admin.directory.user.readonly", "admin.directory.group.readonly", "admin.directory.orgunit.readonly"]);
	site.access.administrators.set(subject, { email: subject, superAdmin: false, privileges: allPrivileges });
	site.access.outerTokens.add(OUTER_TOKEN);
	return {
		url,
		endpoints: site.endpoints(),
		faults: server.faults,
		exchanges: server.log.kept,
		get busiest() {
			return server.busiest;
		},
		onExchange: (listener) => server.log.listen(listener),
		close: () => server.close(),
		workspace: site.workspace,
		quirks: site.quirks,
		access: site.access,
		quota: site.quota,
		restored: site.restored,
		credentials: { key, serviceAccount: ACCOUNT, subject, federation: federationAt(url) },
		load: (company) => site.workspace.load(company),
	};
}

/** The mapping of a source for the configuration file, a key a line, and the credential files that it refers to. */
export function configOf(sandbox: GoogleSandbox): { readonly yaml: string; readonly secrets: Readonly<Record<string, string>> } {
	const lines = [
		"kind: google",
		`url: ${sandbox.url}`,
		`tokenUrl: ${sandbox.url}`,
		`subject: ${sandbox.credentials.subject}`,
		'key: "${credential:google}"',
	];
	return { yaml: `${lines.join("\n")}\n`, secrets: { google: sandbox.credentials.key } };
}

const OUTER_TOKEN = "sandbox-outer-identity";

const federationAt = (url: string): string =>
	JSON.stringify({
		universe_domain: "googleapis.com",
		type: "external_account",
		audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/sandbox/providers/sandbox",
		subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
		token_url: `${url}/v1/token`,
		credential_source: { url: `${url}/outer-identity`, format: { type: "text" } },
	});

class GoogleSite {
	readonly workspace: Workspace;
	readonly quirks: GoogleQuirks;
	readonly access: AccessDesk;
	readonly quota: QuotaDesk;
	readonly state: StateFile<WorkspaceState> | undefined;
	readonly restored: boolean;
	readonly #router = new Router<View>();

	constructor(options: GoogleOptions) {
		const clock = options.clock ?? Date.now;
		const earlier = options.stateFile === undefined ? undefined : StateFile.load<WorkspaceState>(options.stateFile);
		this.restored = earlier !== undefined;
		this.workspace = new Workspace({
			domain: options.domain ?? "example.com",
			changed: () => this.state?.changed(),
			...(earlier === undefined ? {} : { state: earlier }),
		});
		this.state = options.stateFile === undefined ? undefined : new StateFile(options.stateFile, () => this.workspace.state());
		this.quirks = { ...plainQuirks(), ...options.quirks };
		this.access = new AccessDesk({ lifeSeconds: 3600, uses: Number.POSITIVE_INFINITY, ...options.tokens }, clock);
		this.quota = new QuotaDesk(options.quota ?? {}, clock);
		routes(this.#router);
	}

	endpoints(): readonly string[] {
		return this.#router.templates();
	}

	answer(call: Call): Answer {
		try {
			return this.#elsewhere(call) ?? this.#directory(call);
		} catch (error) {
			if (error instanceof Refused) return error.answer;
			throw error;
		}
	}

	/** What is on other hosts of Google's. */
	#elsewhere(call: Call): Answer | undefined {
		const at = `${call.method} ${call.path}`;
		if (at === "POST /token") return this.access.issue(call);
		if (at === "POST /v1/token") return this.access.exchangeOuter(call);
		if (at === "GET /outer-identity") return { status: 200, text: OUTER_TOKEN, type: "text/plain" };
		if (at === "GET /computeMetadata/v1/instance/service-accounts/default/token") return this.access.machine(call);
		const [version, projects, dash, kind, account = ""] = call.segments;
		const signs = call.method === "POST" && [version, projects, dash, kind].join("/") === "v1/projects/-/serviceAccounts";
		return signs && account.endsWith(":signJwt") ? this.access.sign(call, account.slice(0, -":signJwt".length)) : undefined;
	}

	#directory(call: Call): Answer {
		const found = this.#router.find(call.method, call.segments);
		if (found === undefined) return unknownPath();
		if (found === "method") return wrongMethod();
		const caller = this.access.caller(call);
		if (!this.quota.allows(caller.user)) return quota(this.quota.quota.reason, this.quota.quota.status);
		const { workspace, quirks, access } = this;
		return found.handler(call, { workspace, quirks, access, caller }, found.params);
	}
}
