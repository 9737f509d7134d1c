import { copyFile, writeFile } from "node:fs/promises";
import type { ProductId } from "../../../core/model.ts";
import { openSqliteStore } from "../../../core/store/sqlite/open.ts";
import type { Population } from "../../../sandbox/jira/population.ts";
import { type JiraSandbox, startJira } from "../../../sandbox/jira/server.ts";
import { Door } from "./door.ts";
import { secondDay } from "./people.ts";
import { furnished, Workplace } from "./workplace.ts";
import { World } from "./world.ts";

/** Accounts, groups, memberships and links by names: ids differ from one history to another. */
export interface Picture {
	readonly accounts: Readonly<Record<string, unknown>>;
	readonly groups: readonly string[];
	readonly links: Readonly<Record<string, string>>;
}

/** One directory before a sync with something of every kind to do, from which any number of equal Jiras can be opened. */
export class Before {
	readonly #world: World;
	readonly #jiraState: string;
	readonly #sites: Site[] = [];
	#count = 0;

	private constructor(world: World, jiraState: string) {
		this.#world = world;
		this.#jiraState = jiraState;
	}

	static async prepare(): Promise<Before> {
		const world = await World.open();
		const first = await world.inside(["sync", "--yes"]);
		if (first.code !== 0) throw new Error(`the first sync failed:\n${first.out}${first.err}`);
		secondDay(world.keycloak.realm, world.jira.population);
		return new Before(world, JSON.stringify(world.jira.population.state()));
	}

	async site(): Promise<Site> {
		this.#count += 1;
		// A stand-in goes on writing to its file, so each has one of its own.
		const path = this.#world.path(`jira-${this.#count}.json`);
		await writeFile(path, this.#jiraState);
		const jira = await startJira({ stateFile: path });
		const door = await Door.open(jira.url);
		const site = new Site(await furnished({ keycloak: this.#world.keycloak, jira: { ...jira, url: door.url } }), { jira, door });
		this.#sites.push(site);
		await copyFile(this.#world.store, site.store);
		return site;
	}

	/** With every site that a failed test has left open: a server that still listens would keep the test run from ending. */
	async close(): Promise<void> {
		await Promise.all(this.#sites.map((site) => site.close()));
		await this.#world.close();
	}
}

/** A Jira behind a door, with the store that belongs to it. */
export class Site extends Workplace {
	readonly jira: JiraSandbox;
	readonly door: Door;

	constructor(place: ConstructorParameters<typeof Workplace>[0], parts: { readonly jira: JiraSandbox; readonly door: Door }) {
		super(place);
		this.jira = parts.jira;
		this.door = parts.door;
	}

	/** Syncs until there is nothing to do; throws when a run fails or it takes too many. */
	async settle(): Promise<void> {
		for (let runs = 1; runs <= 3; runs += 1) {
			const { code, out, err } = await this.inside(["sync", "--yes", "--format", "json"]);
			if (code !== 0) throw new Error(`run ${runs} after the kill ended with ${code}:\n${out}${err}`);
			if ((JSON.parse(out) as { outcome: string }).outcome === "nothing-to-do") return;
		}
		throw new Error("three runs after the kill there was still something to do");
	}

	async picture(): Promise<Picture> {
		const store = await openSqliteStore({ path: this.store, readOnly: true });
		try {
			return pictureOf(this.jira.population, [...(await store.links("jira" as ProductId))]);
		} finally {
			await store.shut();
		}
	}

	/** Safe to call twice. */
	async close(): Promise<void> {
		await this.leave();
		await this.door.close();
		await this.jira.close();
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
