import type { Connector } from "../../../core/connector.ts";
import type { Snapshot } from "../../../core/model.ts";
import type { LdapOptions, LdapSandbox } from "../../../sandbox/ldap/server.ts";
import { startLdap } from "../../../sandbox/ldap/server.ts";
import { company } from "../../../sandbox/world/company.ts";
import type { Tuning } from "../../contract/connector-harness.ts";
import { connect } from "../../contract/ldap-harness.ts";

export const never = (): AbortSignal => new AbortController().signal;
export const SMALL = company({ people: 12, groups: 8, seed: 7 });

/** Stand-ins and connectors of one test, closed together. */
export class Scene {
	readonly #open: { close(): Promise<void> }[] = [];

	async start(options: LdapOptions = {}): Promise<LdapSandbox> {
		const sandbox = await startLdap(options);
		this.#open.push(sandbox);
		sandbox.load(SMALL);
		return sandbox;
	}
	connect(sandbox: LdapSandbox, more: object = {}, tuning: Tuning = {}): Connector {
		const connector = connect(sandbox, tuning, more);
		this.#open.push(connector);
		return connector;
	}
	read(sandbox: LdapSandbox, more: object = {}, tuning: Tuning = {}): Promise<Snapshot> {
		return this.connect(sandbox, more, tuning).snapshot({ attributes: new Set() }, never());
	}
	keep(one: { close(): Promise<void> }): void {
		this.#open.push(one);
	}
	async close(): Promise<void> {
		for (const one of this.#open.splice(0).reverse()) await one.close();
	}
}
