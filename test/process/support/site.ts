import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeSandboxConfig } from "../../../app/sandbox-config.ts";
import type { ProductId } from "../../../core/model.ts";
import { openSqliteStore } from "../../../core/store/sqlite/open.ts";
import type { Population } from "../../../sandbox/jira/population.ts";
import { type JiraSandbox, startJira } from "../../../sandbox/jira/server.ts";
import { Door } from "./door.ts";
import { secondDay } from "./people.ts";
import { type Ended, Program, type ProgramOptions } from "./program.ts";
import { World } from "./world.ts";

/** Accounts, groups, memberships and links by names: ids differ from one history to another. */
export interface Picture {
	readonly accounts: Readonly<Record<string, unknown>>;
	readonly groups: readonly string[];
	readonly links: Readonly<Record<string, string>>;
}

/** A world before a sync with something of every kind to do, from which any number of equal Jiras can be opened. */
export class Before {
	readonly world: World;
	readonly #jiraState: string;

	private constructor(world: World, jiraState: string) {
		this.world = world;
		this.#jiraState = jiraState;
	}

	static async prepare(change: (text: string) => string = (text) => text): Promise<Before> {
		const world = await World.open();
		const first = await world.run(["sync", "--yes"]);
		if (first.code !== 0) throw new Error(`the first sync failed:\n${first.out}${first.err}`);
		secondDay(world.keycloak.realm, world.jira.population);
		const before = new Before(world, JSON.stringify(world.jira.population.state()));
		before.#change = change;
		return before;
	}
	#change: (text: string) => string = (text) => text;

	async site(): Promise<Site> {
		const directory = await mkdtemp(join(tmpdir(), "rollcall-site-"));
		await writeFile(join(directory, "jira.json"), this.#jiraState);
		await copyFile(this.world.store, join(directory, "rollcall.db"));
		const jira = await startJira({ stateFile: join(directory, "jira.json") });
		const door = await Door.open(jira.url);
		const config = await writeSandboxConfig(directory, { keycloak: this.world.keycloak, jira: { ...jira, url: door.url } });
		const { readFile } = await import("node:fs/promises");
		const text = (await readFile(config, "utf8")).replace(
			"    groups:\n",
			`      attributes: { department: 'person.attribute("department")' }\n    groups:\n`,
		);
		await writeFile(config, this.#change(text));
		return new Site({ directory, config, jira, door });
	}

	close(): Promise<void> {
		return this.world.close();
	}
}

export class Site {
	readonly directory: string;
	readonly jira: JiraSandbox;
	readonly door: Door;
	readonly #config: string;
	readonly #programs: Program[] = [];

	constructor(parts: { readonly directory: string; readonly config: string; readonly jira: JiraSandbox; readonly door: Door }) {
		this.directory = parts.directory;
		this.jira = parts.jira;
		this.door = parts.door;
		this.#config = parts.config;
	}

	get store(): string {
		return join(this.directory, "rollcall.db");
	}
	start(args: readonly string[], options: Partial<ProgramOptions> = {}): Program {
		const program = new Program([...args, "--config", this.#config], { cwd: this.directory, ...options });
		this.#programs.push(program);
		return program;
	}
	run(args: readonly string[], options: Partial<ProgramOptions> = {}): Promise<Ended> {
		return this.start(args, options).ended;
	}

	/** Syncs until there is nothing to do. Gives the number of runs; throws when one fails or it takes too many. */
	async settle(): Promise<number> {
		for (let runs = 1; runs <= 4; runs += 1) {
			const { code, out, err } = await this.run(["sync", "--yes", "--format", "json"]);
			if (code !== 0) throw new Error(`run ${runs} after the kill ended with ${code}:\n${out}${err}`);
			if ((JSON.parse(out) as { outcome: string }).outcome === "nothing-to-do") return runs;
		}
		throw new Error("four runs after the kill there was still something to do");
	}

	async picture(): Promise<Picture> {
		const store = await openSqliteStore({ path: this.store, readOnly: true });
		try {
			const links = [...(await store.links("jira" as ProductId))];
			return pictureOf(this.jira.population, links);
		} finally {
			await store.shut();
		}
	}

	async close(): Promise<void> {
		for (const program of this.#programs) await program.kill("SIGKILL");
		await this.door.close();
		await this.jira.close();
		await rm(this.directory, { recursive: true, force: true });
	}
}

function pictureOf(population: Population, links: readonly (readonly [string, string])[]): Picture {
	const accounts = [...population.accounts.values()].map(({ id, name, displayName, emailAddress, active, properties }) => [
		name,
		{ displayName, emailAddress, active, properties, groups: [...population.directGroupsOf(id)].sort() },
	]);
	return {
		accounts: Object.fromEntries(accounts),
		groups: [...population.groups.keys()].sort(),
		links: Object.fromEntries(links.map(([key, account]) => [key, population.keyed(account)?.name ?? account])),
	};
}
