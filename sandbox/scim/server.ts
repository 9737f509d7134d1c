import type { Certificate } from "../kit/certificate.ts";
import { type Answer, type Call, Refused } from "../kit/http.ts";
import { RateLimiter } from "../kit/limiter.ts";
import { type Sandbox, SandboxServer } from "../kit/server.ts";
import { StateFile } from "../kit/state.ts";
import type { Company } from "../world/company.ts";
import { AccessDesk, type ScimAccount } from "./access.ts";
import { configuration, listOf, RESOURCE_TYPES, SCHEMAS } from "./documents.ts";
import { listResponse, type PageRules, projectedFor, scimError } from "./protocol.ts";
import { plainQuirks, type ScimQuirks } from "./quirks.ts";
import { type ResourceKind, type ResourceState, ResourceStore } from "./resources.ts";
import { shown } from "./view.ts";
import { stateOf } from "./world.ts";

export interface ScimOptions {
	/** Default 0: any free port. */
	readonly port?: number;
	/** Default: one bearer token that may read everything. */
	readonly accounts?: readonly ScimAccount[];
	readonly quirks?: Partial<ScimQuirks>;
	/** People and groups are kept in this file from run to run. */
	readonly stateFile?: string;
	/** Milliseconds; the server's clock. Default: the real one. */
	readonly clock?: () => number;
	/** Speak TLS with this certificate. */
	readonly tls?: Certificate;
}

export interface ScimSandbox extends Sandbox {
	/** Where access tokens are given out. */
	readonly tokenUrl: string;
	/** `GET /path/{id}` for everything that is answered. */
	readonly endpoints: readonly string[];
	readonly quirks: ScimQuirks;
	readonly store: ResourceStore;
	readonly access: AccessDesk;
	/** The first bearer token. */
	readonly credentials: { readonly token: string };
	/** True when the state file of an earlier run was found. */
	readonly restored: boolean;
	/** Takes the place of everybody; ids are those of the company. */
	load(company: Company): void;
}

const standardAccount: ScimAccount = { kind: "bearer", token: "sandbox-scim-token-7f3a", people: true, groups: true, scopes: [] };

/** Starts a stand-in of a SCIM 2.0 service provider on the loopback interface, under /scim/v2. */
export async function startScim(options: ScimOptions = {}): Promise<ScimSandbox> {
	const site = new ScimSite(options);
	const server = new SandboxServer({
		port: options.port ?? 0,
		date: true,
		jsonType: "application/scim+json;charset=utf-8",
		answer: (call) => site.answer(call),
		badTarget: () => scimError(400, "the address cannot be read", "invalidPath"),
		onClose: () => site.state?.flush(),
		...(options.tls === undefined ? {} : { tls: options.tls }),
	});
	const origin = await server.listen();
	site.url = `${origin}/scim/v2`;
	const bearer = site.access.accounts.find((account) => account.kind === "bearer");
	return {
		url: site.url,
		tokenUrl: `${origin}/oauth/token`,
		endpoints: ENDPOINTS,
		faults: server.faults,
		exchanges: server.log.kept,
		get busiest() {
			return server.busiest;
		},
		onExchange: (listener) => server.log.listen(listener),
		close: () => server.close(),
		quirks: site.quirks,
		store: site.store,
		access: site.access,
		credentials: { token: bearer?.token ?? "" },
		restored: site.restored,
		load: (company) => site.store.replace(stateOf(company)),
	};
}

/** The configuration that reads this stand-in, and the credential files that it refers to. */
export function configOf(sandbox: ScimSandbox): { yaml: string; secrets: Record<string, string> } {
	const lines = ["kind: scim", `url: ${sandbox.url}`, 'token: "${credential:scim}"'];
	return { yaml: `${lines.join("\n")}\n`, secrets: { scim: sandbox.credentials.token } };
}

const ENDPOINTS = [
	"POST /oauth/token",
	"GET /scim/v2/ServiceProviderConfig",
	"GET /scim/v2/ResourceTypes",
	"GET /scim/v2/Schemas",
	"GET /scim/v2/Users",
	"GET /scim/v2/Users/{id}",
	"GET /scim/v2/Groups",
	"GET /scim/v2/Groups/{id}",
];

class ScimSite {
	readonly quirks: ScimQuirks;
	readonly store: ResourceStore;
	readonly access: AccessDesk;
	readonly state: StateFile<ResourceState> | undefined;
	readonly restored: boolean;
	url = "";
	readonly #clock: () => number;
	#limiter: RateLimiter | undefined;
	#cursorsUsed = 0;
	#answers = 0;

	constructor(options: ScimOptions) {
		this.quirks = Object.assign(plainQuirks(), options.quirks);
		this.#clock = options.clock ?? Date.now;
		this.access = new AccessDesk(this.quirks, this.#clock);
		this.access.accounts.push(...(options.accounts ?? [standardAccount]));
		const earlier = options.stateFile === undefined ? undefined : StateFile.load<ResourceState>(options.stateFile);
		this.restored = earlier !== undefined;
		this.store = new ResourceStore(() => this.state?.changed(), earlier);
		this.state = options.stateFile === undefined ? undefined : new StateFile(options.stateFile, () => this.store.state());
	}

	answer(call: Call): Answer {
		const [first, second, endpoint, id, ...more] = call.segments;
		if (call.path === "/oauth/token") return call.method === "POST" ? this.access.issue(call) : scimError(405, "Method Not Allowed");
		if (first !== "scim" || second !== "v2" || more.length > 0) return { status: 404, text: "<!doctype html><title>404 Not Found</title>" };
		const account = this.access.caller(call);
		this.#limit(account);
		if (call.method !== "GET") return scimError(403, "this credential may read only");
		if (endpoint === "Users" || endpoint === "Groups") {
			if (!(endpoint === "Users" ? account.people : account.groups)) return scimError(403, `this credential may not read ${endpoint}`);
			const kind = endpoint === "Users" ? "User" : "Group";
			return id === undefined ? this.#list(call, kind) : this.#single(call, kind, id);
		}
		const document = id === undefined && !this.quirks.undescribed ? this.#document(endpoint) : undefined;
		return document === undefined ? scimError(404, "Endpoint Not Found") : { status: 200, json: document };
	}

	#document(endpoint: string | undefined): unknown {
		if (endpoint === "ServiceProviderConfig") return configuration(this.quirks);
		if (endpoint === "ResourceTypes") return listOf(RESOURCE_TYPES);
		return endpoint === "Schemas" ? listOf(SCHEMAS) : undefined;
	}

	#single(call: Call, kind: ResourceKind, id: string): Answer {
		const resource = this.store.of(kind).get(id);
		if (resource === undefined) return scimError(404, `Resource ${id} not found`);
		const whole = shown(resource, kind, { store: this.store, quirks: this.quirks, url: this.url, place: "single" });
		return { status: 200, json: projectedFor(this.#heeded(call), whole) };
	}

	#list(call: Call, kind: ResourceKind): Answer {
		const { quirks } = this;
		this.#answers += 1;
		if (call.query.has("filter") && quirks.filters === "refused") return scimError(400, "filters are not supported", "invalidFilter");
		if (call.query.has("attributes") && quirks.projection === "refused")
			return scimError(400, "attributes is not supported", "invalidPath");
		if (call.query.has("excludedAttributes") && quirks.projection === "refused") return scimError(400, "not supported", "invalidPath");
		if ((call.query.get("cursor") ?? "") !== "" && ++this.#cursorsUsed > quirks.cursorUses) {
			this.#cursorsUsed = 0;
			quirks.cursorUses = Number.POSITIVE_INFINITY;
			return scimError(400, "the cursor has expired", "expiredCursor");
		}
		const view = { store: this.store, quirks, url: this.url, place: "list" } as const;
		const rows = [...this.store.of(kind).values()].map((resource) => shown(resource, kind, view));
		const turn = quirks.unsteady && !call.query.has("sortBy") ? (this.#answers * 3) % Math.max(1, rows.length) : 0;
		const answer = listResponse(this.#heeded(call), [...rows.slice(turn), ...rows.slice(0, turn)], this.#rules());
		return this.#twisted(call, answer);
	}

	#rules(): PageRules {
		const { mostRows, paging, strictCount, totals, unannouncedCursors } = this.quirks;
		const defaultMethod = paging === "cursor" || unannouncedCursors ? "cursor" : "index";
		const usual = Math.min(100, mostRows);
		const index = paging !== "cursor" && !unannouncedCursors;
		return { usual, most: mostRows, index, cursor: paging !== "index", defaultMethod, strictCount, statesTotal: totals !== "none" };
	}

	/** The question as this server understands it. */
	#heeded(call: Call): Call {
		const { quirks } = this;
		const query = new URLSearchParams(call.query);
		if (quirks.filters === "ignored") query.delete("filter");
		if (quirks.ignoresStartIndex) query.delete("startIndex");
		if (quirks.projection === "ignored") for (const name of ["attributes", "excludedAttributes"]) query.delete(name);
		if (quirks.projection === "lossy" && query.has("attributes"))
			query.set(
				"attributes",
				(query.get("attributes") ?? "")
					.split(",")
					.filter((name) => name !== quirks.loses)
					.join(","),
			);
		return { ...call, query };
	}

	#twisted(call: Call, answer: Answer): Answer {
		const { totals, endless, paging } = this.quirks;
		if (answer.status !== 200) return answer;
		const json = answer.json as { totalResults?: number; nextCursor?: string; Resources: unknown[] };
		if (totals === "page") return { ...answer, json: { ...json, totalResults: json.Resources.length } };
		if (!endless) return answer;
		if (paging === "index") return { ...answer, json: { ...json, totalResults: (json.totalResults ?? 0) + 1_000_000 } };
		const nextCursor = json.nextCursor ?? `again-${(call.query.get("cursor") ?? "").length}`;
		return { ...answer, json: { ...json, totalResults: 1_000_000, nextCursor } };
	}

	/** @throws Refused 429 with Retry-After. */
	#limit(account: ScimAccount): void {
		const { perSecond } = this.quirks;
		if (perSecond === undefined) return;
		if (this.#limiter?.limit.capacity !== perSecond)
			this.#limiter = new RateLimiter({ capacity: perSecond, fillRate: perSecond, intervalSeconds: 1 }, this.#clock);
		const { allowed, headers } = this.#limiter.take(account.kind);
		if (allowed) return;
		throw new Refused({ ...scimError(429, "too many requests"), headers: { "retry-after": headers["retry-after"] ?? "1" } });
	}
}
