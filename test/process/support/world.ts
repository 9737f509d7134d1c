import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeSandboxConfig } from "../../../app/sandbox-config.ts";
import type { JiraOptions, JiraSandbox } from "../../../sandbox/jira/server.ts";
import { startJira } from "../../../sandbox/jira/server.ts";
import type { Exchange } from "../../../sandbox/kit/exchange.ts";
import type { KeycloakOptions, KeycloakSandbox } from "../../../sandbox/keycloak/server.ts";
import { startKeycloak } from "../../../sandbox/keycloak/server.ts";
import { fillJiraBefore, hireEverybody } from "./people.ts";
import { type Ended, Program, type ProgramOptions } from "./program.ts";

export interface WorldOptions {
	readonly jira?: JiraOptions;
	readonly keycloak?: KeycloakOptions;
	/** Leave the realm and the Jira as they come. */
	readonly empty?: boolean;
}

/** A dozen people in the Keycloak stand-in, a Jira stand-in, a configuration for both, and the program to run on them. */
export class World {
	readonly keycloak: KeycloakSandbox;
	readonly jira: JiraSandbox;
	readonly directory: string;
	readonly config: string;
	readonly #programs: Program[] = [];

	private constructor(parts: Pick<World, "keycloak" | "jira" | "directory" | "config">) {
		this.keycloak = parts.keycloak;
		this.jira = parts.jira;
		this.directory = parts.directory;
		this.config = parts.config;
	}

	static async open(options: WorldOptions = {}): Promise<World> {
		const directory = await mkdtemp(join(tmpdir(), "rollcall-world-"));
		const [keycloak, jira] = await Promise.all([startKeycloak(options.keycloak), startJira(options.jira)]);
		if (options.empty !== true) {
			hireEverybody(keycloak.realm);
			fillJiraBefore(jira.population);
		}
		const config = await writeSandboxConfig(directory, { keycloak, jira });
		const world = new World({ keycloak, jira, directory, config });
		await world.edit((text) =>
			text.replace("    groups:\n", `      attributes: { department: 'person.attribute("department")' }\n    groups:\n`),
		);
		return world;
	}

	path(name: string): string {
		return join(this.directory, name);
	}
	get store(): string {
		return this.path("rollcall.db");
	}
	async edit(change: (text: string) => string): Promise<void> {
		const before = await readFile(this.config, "utf8");
		const after = change(before);
		if (after === before) throw new Error("the edit changed nothing in the configuration");
		await writeFile(this.config, after);
	}

	start(args: readonly string[], options: Partial<ProgramOptions> = {}): Program {
		const program = new Program([...args, "--config", this.config], { cwd: this.directory, ...options });
		this.#programs.push(program);
		return program;
	}
	run(args: readonly string[], options: Partial<ProgramOptions> = {}): Promise<Ended> {
		return this.start(args, options).ended;
	}

	/** What Jira was asked to change. */
	writes(): readonly Exchange[] {
		return this.jira.exchanges.filter((exchange) => exchange.method !== "GET");
	}

	async close(): Promise<void> {
		for (const program of this.#programs) await program.kill("SIGKILL");
		await Promise.all([this.keycloak.close(), this.jira.close()]);
		await rm(this.directory, { recursive: true, force: true });
	}
}
