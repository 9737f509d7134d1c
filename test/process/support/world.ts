import { type JiraOptions, type JiraSandbox, startJira } from "../../../sandbox/jira/server.ts";
import { type KeycloakOptions, type KeycloakSandbox, startKeycloak } from "../../../sandbox/keycloak/server.ts";
import type { Exchange } from "../../../sandbox/kit/exchange.ts";
import { fillJiraBefore, hireEverybody } from "./people.ts";
import { furnished, Workplace } from "./workplace.ts";

export interface WorldOptions {
	readonly jira?: JiraOptions;
	readonly keycloak?: KeycloakOptions;
}

/** A dozen people in the Keycloak stand-in, a Jira stand-in, a configuration for both. */
export class World extends Workplace {
	readonly keycloak: KeycloakSandbox;
	readonly jira: JiraSandbox;

	private constructor(place: ConstructorParameters<typeof Workplace>[0], servers: Pick<World, "keycloak" | "jira">) {
		super(place);
		this.keycloak = servers.keycloak;
		this.jira = servers.jira;
	}

	static async open(options: WorldOptions = {}): Promise<World> {
		const [keycloak, jira] = await Promise.all([startKeycloak(options.keycloak), startJira(options.jira)]);
		hireEverybody(keycloak.realm);
		fillJiraBefore(jira.population);
		return new World(await furnished({ keycloak, jira }), { keycloak, jira });
	}

	/** What Jira was asked to change. */
	writes(): readonly Exchange[] {
		return this.jira.exchanges.filter((exchange) => exchange.method !== "GET");
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}
	/** Safe to call twice. */
	async close(): Promise<void> {
		await this.leave();
		await Promise.all([this.keycloak.close(), this.jira.close()]);
	}
}
