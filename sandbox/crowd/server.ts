import type { Answer, Call } from "../kit/http.ts";
import { type Sandbox, SandboxServer } from "../kit/server.ts";
import { StateFile } from "../kit/state.ts";
import type { Company } from "../world/company.ts";
import { CrowdDirectory } from "./directory.ts";
import { type CrowdApplication, UserManagementProtocol } from "./protocol.ts";
import { type CrowdQuirks, plainQuirks } from "./quirks.ts";
import type { DirectoryState } from "./records.ts";
import { page } from "./refusals.ts";
import { recordsOf } from "./world.ts";

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
	readonly #directories: readonly CrowdDirectory[];
	readonly #protocol: UserManagementProtocol;
	origin = "";

	constructor(options: CrowdOptions) {
		this.quirks = Object.assign(plainQuirks(), options.quirks);
		this.contextPath = options.contextPath ?? "/crowd";
		const earlier = options.stateFile === undefined ? undefined : StateFile.load<readonly DirectoryState[]>(options.stateFile);
		this.restored = earlier !== undefined;
		this.#directories = (earlier ?? options.directories ?? [INTERNAL]).map(
			(state) => new CrowdDirectory(state, () => this.state?.changed()),
		);
		this.state =
			options.stateFile === undefined ? undefined : new StateFile(options.stateFile, () => this.#directories.map((each) => each.state()));
		this.#protocol = new UserManagementProtocol({
			version: options.version ?? "Crowd/6.3.1",
			quirks: this.quirks,
			applications: options.applications ?? [standardApplication],
			directories: () => this.#directories,
			base: () => this.origin + this.contextPath,
		});
	}

	directory(id?: number): CrowdDirectory {
		const found = id === undefined ? this.#directories[0] : this.#directories.find((directory) => directory.id === id);
		if (found === undefined) throw new Error(`the sandbox has no directory ${id}`);
		return found;
	}

	endpoints(): readonly string[] {
		return this.#protocol.endpoints().map((template) => template.replace(" ", ` ${this.contextPath}`));
	}

	answer(call: Call): Answer {
		const context = this.contextPath.split("/").filter((part) => part !== "");
		const inside = context.every((part, at) => call.segments[at] === part);
		return this.#protocol.answer(call, inside ? call.segments.slice(context.length) : []);
	}
}
