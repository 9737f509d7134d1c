import { entra } from "../../../connectors/idp/entra/connector.ts";
import type { EntraSettings } from "../../../connectors/idp/entra/settings.ts";
import type { Connector } from "../../../core/connector.ts";
import { type EntraOptions, type EntraSandbox, startEntra } from "../../../sandbox/entra/server.ts";
import { settingsFor } from "../../contract/entra-harness.ts";

export const signal = new AbortController().signal;
export const NOTHING = { attributes: new Set<string>() };

/** Stand-ins and connectors of one test, closed together. */
export class Opened {
	readonly #open: { close(): Promise<void> }[] = [];

	keep<T extends { close(): Promise<void> }>(one: T): T {
		this.#open.push(one);
		return one;
	}
	async tenant(options: EntraOptions = {}): Promise<EntraSandbox> {
		return this.keep(await startEntra(options));
	}
	connector(sandbox: EntraSandbox, more: Partial<EntraSettings> = {}): Connector {
		return this.keep(entra({ ...settingsFor(sandbox), ...more }));
	}
	async close(): Promise<void> {
		for (const one of this.#open.splice(0).reverse()) await one.close();
	}
}

export const OLD = "2024-02-29T08:00:00Z";

/** So many people in one group, long there. Gives the ids. */
export function staff(
	sandbox: EntraSandbox,
	count: number,
	group = "staff",
): { readonly group: string; readonly people: readonly string[] } {
	const { id } = sandbox.tenant.addGroup({ displayName: group });
	const people = Array.from({ length: count }, (_, i) => {
		const person = sandbox.tenant.addUser({ userPrincipalName: `p${i}.${group}@acme.example`, createdDateTime: OLD });
		sandbox.tenant.addMember(id, person.id);
		return person.id;
	});
	return { group: id, people };
}
