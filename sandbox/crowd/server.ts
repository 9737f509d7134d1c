import { type Answer, basicOf, type Call, Refused } from "../kit/http.ts";
import { Router } from "../kit/router.ts";
import { type Sandbox, SandboxServer } from "../kit/server.ts";
import { StateFile } from "../kit/state.ts";
import type { Company } from "../world/company.ts";
import { ApplicationView } from "./application.ts";
import { CrowdDirectory } from "./directory.ts";
import { type CrowdQuirks, plainQuirks } from "./quirks.ts";
import { type DirectoryState, PERMISSIONS, type Permission } from "./records.ts";
import { page } from "./refusals.ts";
import { xmlOf } from "./represent.ts";
import { type CrowdContext, readingRoutes } from "./routes.ts";
import { recordsOf } from "./world.ts";
import { writingRoutes } from "./writing.ts";

/** Something that logs in to Crowd; not a person. */
export interface CrowdApplication {
	readonly name: string;
	readonly password: string;
	/** Ids of its directories, topmost first. Default: all. */
	readonly directories?: readonly number[];
	/** Of each of its directories, those that the directory itself permits too. Default: all. */
	readonly permissions?: readonly Permission[];
}

export interface CrowdOptions {
	/** Default 0: any free port. */
	readonly port?: number;
	/** As the server states it. Default `Crowd/6.3.1`. */
	readonly version?: string;
	/** Default: one, `Crowd Internal Directory`, with the id 32769. */
	readonly directories?: readonly Pick<DirectoryState, "id" | "name">[];
	/** Default: `rollcall`, which has all directories. */
	readonly applications?: readonly CrowdApplication[];
	readonly quirks?: Partial<CrowdQuirks>;
	/** Default `/crowd`. */
	readonly contextPath?: string;
	/** Directories are kept in this file from run to run. */
	readonly stateFile?: string;
}

export interface CrowdSandbox extends Sandbox {
	/** `GET /path` for everything that is answered. */
	readonly endpoints: readonly string[];
	readonly quirks: CrowdQuirks;
	/** Log-in of the first application. */
	readonly credentials: { readonly application: string; readonly password: string };
	/** True when the state file of an earlier run was found. */
	readonly restored: boolean;
	/** By id; without one, the first. */
	directory(id?: number): CrowdDirectory;
	/** Takes the place of everybody in the first directory; ids are those of the company. */
	load(company: Company): void;
}

const standardApplication: CrowdApplication = { name: "rollcall", password: "sandbox-application-password" };
const INTERNAL = { id: 32_769, name: "Crowd Internal Directory" };

/** Starts a stand-in of Crowd's user-management API on the loopback interface. */
export async function startCrowd(options: CrowdOptions = {}): Promise<CrowdSandbox> {
	const site = new CrowdSite(options);
	const server = new SandboxServer({
		port: options.port ?? 0,
		date: true,
		jsonType: "application/json",
		answer: (call) => site.answer(call),
		badTarget: () => page(400, "Bad Request"),
		onClose: () => site.state?.flush(),
	});
	site.origin = await server.listen();
	const { name: application, password } = options.applications?.[0] ?? standardApplication;
	return {
		url: site.origin + site.contextPath,
		endpoints: site.endpoints(),
		faults: server.faults,
		exchanges: server.log.kept,
		get busiest() {
			return server.busiest;
		},
		onExchange: (listener) => server.log.listen(listener),
		close: () => server.close(),
		quirks: site.quirks,
		credentials: { application, password },
		restored: site.restored,
		directory: (id) => site.directory(id),
		load: (company) => {
			const { users, groups } = recordsOf(company);
			site.directory().replace(users, groups);
		},
	};
}

/** The configuration of this stand-in, as a source or as a product, and the credential files that it refers to. */
export function configOf(sandbox: CrowdSandbox): { yaml: string; secrets: Record<string, string> } {
	const { application, password } = sandbox.credentials;
	const lines = ["kind: crowd", `url: ${sandbox.url}`, `application: ${application}`, 'password: "${credential:crowd}"'];
	return { yaml: `${lines.join("\n")}\n`, secrets: { crowd: password } };
}

class CrowdSite {
	readonly quirks: CrowdQuirks;
	readonly contextPath: string;
	readonly state: StateFile<readonly DirectoryState[]> | undefined;
	readonly restored: boolean;
	readonly #version: string;
	readonly #applications: readonly CrowdApplication[];
	readonly #directories: readonly CrowdDirectory[];
	readonly #router = new Router<CrowdContext>();
	origin = "";

	constructor(options: CrowdOptions) {
		this.quirks = Object.assign(plainQuirks(), options.quirks);
		this.contextPath = options.contextPath ?? "/crowd";
		this.#version = options.version ?? "Crowd/6.3.1";
		this.#applications = options.applications ?? [standardApplication];
		const earlier = options.stateFile === undefined ? undefined : StateFile.load<readonly DirectoryState[]>(options.stateFile);
		this.restored = earlier !== undefined;
		this.#directories = (earlier ?? options.directories ?? [INTERNAL]).map(
			(state) => new CrowdDirectory(state, () => this.state?.changed()),
		);
		this.state =
			options.stateFile === undefined ? undefined : new StateFile(options.stateFile, () => this.#directories.map((each) => each.state()));
		readingRoutes(this.#router);
		writingRoutes(this.#router);
	}

	directory(id?: number): CrowdDirectory {
		const found = id === undefined ? this.#directories[0] : this.#directories.find((directory) => directory.id === id);
		if (found === undefined) throw new Error(`the sandbox has no directory ${id}`);
		return found;
	}

	endpoints(): readonly string[] {
		return this.#router.templates().map((template) => template.replace(" ", ` ${this.contextPath}/rest/usermanagement/1`));
	}

	answer(call: Call): Answer {
		const answer = rendered(this.#answer(call), call);
		return this.quirks.saysVersion ? { ...answer, headers: { ...answer.headers, "X-Embedded-Crowd-Version": this.#version } } : answer;
	}

	#answer(call: Call): Answer {
		const context = this.contextPath.split("/").filter((part) => part !== "");
		const [rest, api, version, ...segments] = call.segments.slice(context.length);
		const known = context.every((part, at) => call.segments[at] === part) && rest === "rest" && api === "usermanagement";
		if (!known || (version !== "1" && version !== "latest")) return page(404, "Not Found");
		const application = this.#caller(call);
		if (application === undefined) return { status: 401, text: "Application failed to authenticate", type: "text/plain" };
		if (this.quirks.foreignAddress !== undefined)
			return page(
				403,
				`Client with address "${this.quirks.foreignAddress}" is forbidden from making requests to the application, ${application.name}.`,
			);
		const found = this.#router.find(call.method, segments);
		if (found === undefined || found === "method") return page(found === "method" ? 405 : 404, "Not Found");
		return this.#handled(() => found.handler(call, this.#context(application), found.params));
	}

	/** A refusal is rendered like every answer. */
	#handled(work: () => Answer): Answer {
		try {
			return work();
		} catch (error) {
			if (error instanceof Refused) return { ...error.answer, headers: { "x-root": "error" } };
			throw error;
		}
	}

	#caller(call: Call): CrowdApplication | undefined {
		const login = basicOf(call.headers.authorization);
		return this.#applications.find(({ name, password }) => name === login?.name && password === login.password);
	}

	#context(application: CrowdApplication): CrowdContext {
		const own = application.directories?.map((id) => this.directory(id)) ?? this.#directories;
		const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(this.#version)?.slice(1) ?? []).map(Number);
		const base = `${this.origin}${this.contextPath}/rest/usermanagement/1`;
		return {
			view: new ApplicationView(own, this.quirks),
			how: { base, quirks: this.quirks, version: [major, minor] },
			permissions: new Set(application.permissions ?? PERMISSIONS),
		};
	}
}

/** XML unless JSON was asked for. */
function rendered(answer: Answer, call: Call): Answer {
	const { "x-root": root, ...headers } = answer.headers ?? {};
	if (answer.json === undefined || root === undefined || /json/.test(String(call.headers.accept ?? ""))) return { ...answer, headers };
	const { json, ...rest } = answer;
	return { ...rest, headers, text: `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>${xmlOf(root, json)}`, type: "application/xml" };
}
