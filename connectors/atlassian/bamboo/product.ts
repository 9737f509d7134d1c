import type { Finding } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { AccountId, ProductId } from "../../../core/model.ts";
import type { AccountFields, ProductOperation } from "../../../core/operation.ts";
import type { Actual, AtlassianProduct, Capabilities, MembershipWork, Performed, ReadRequest } from "../../../core/product.ts";
import { type BambooVersion, capabilitiesOf, versionOf } from "./capabilities.ts";
import { checkBamboo, isAnonymous } from "./check.ts";
import { PAGE_SIZE } from "./pages.ts";
import { BambooWriter } from "./perform.ts";
import { readBamboo, readPermitted } from "./read.ts";
import type { BambooSettings } from "./settings.ts";
import { BambooTalk } from "./talk.ts";
import { canonicalFields, idOf } from "./translate.ts";

/**
 * Bamboo Data Center, 9 to 12, over its REST API. Accounts are identified by their username in lower case, since Bamboo
 * shows nothing else: a rename gives an account another id, which `perform` answers. It can neither update nor switch
 * accounts, and does not tell whether one is active. After a refused log-in the credential is not sent again by this
 * object; make a new one. Throws `config.invalid` for an unusable url.
 */
export function bamboo(settings: BambooSettings): AtlassianProduct {
	return new BambooProduct(settings);
}

class BambooProduct implements AtlassianProduct {
	readonly id: ProductId;
	readonly kind = "bamboo";
	readonly #settings: BambooSettings;
	readonly #talk: BambooTalk;
	readonly #writer: BambooWriter;
	#version: BambooVersion | undefined;

	constructor(settings: BambooSettings) {
		this.id = settings.id;
		this.#settings = settings;
		this.#talk = new BambooTalk(settings);
		this.#writer = new BambooWriter(this.#talk);
	}

	async capabilities(signal: AbortSignal): Promise<Capabilities> {
		this.#version ??= versionOf((await this.#talk.info(signal)).body.version);
		const { network, pageSize } = this.#settings;
		return capabilitiesOf(this.#version, { pageSize: pageSize ?? PAGE_SIZE, concurrency: network.concurrency });
	}

	canonical(fields: AccountFields): AccountFields {
		return canonicalFields(fields);
	}

	check(signal: AbortSignal): Promise<readonly Finding[]> {
		return checkBamboo(this.#talk, signal);
	}

	async read(request: ReadRequest, signal: AbortSignal): Promise<Actual> {
		const { pageSize, network, url } = this.#settings;
		const parts = { product: this.id, talk: this.#talk, url, concurrency: network.concurrency };
		const actual = await readBamboo({ ...parts, ...(pageSize === undefined ? {} : { pageSize }) }, request, signal);
		this.#writer.names.learn([...actual.accounts.values()].map(({ username }) => username));
		return actual;
	}

	/** Whoever has a global permission themselves, or by being logged in at all, keeps access, whatever groups they lose. */
	async blockers(accounts: readonly AccountId[], signal: AbortSignal): Promise<ReadonlyMap<AccountId, string>> {
		const talk = this.#talk;
		const open = (await readPermitted({ talk }, "roles", signal)).find(({ name }) => !isAnonymous(name));
		const own = new Map((await readPermitted({ talk }, "users", signal)).map((row) => [idOf(row.name), row] as const));
		const reasons = new Map<AccountId, string>();
		for (const id of accounts) {
			const row = own.get(id);
			if (open !== undefined) reasons.set(id, everybody(open.permissions));
			else if (row !== undefined) reasons.set(id, themselves(row.name, row.permissions));
		}
		return reasons;
	}

	async perform(operation: ProductOperation, account: AccountId | undefined, signal: AbortSignal): Promise<Performed> {
		const can = await this.capabilities(signal);
		const capability = can.operations[operation.kind];
		if (capability.supported) return await this.#writer.perform(operation, account, signal);
		throw new SyncError("target.unsupported", `${can.server} cannot do ${operation.kind}`, { todo: capability.because });
	}
	performMembers(batch: readonly MembershipWork[], signal: AbortSignal): Promise<readonly (Performed | SyncError)[]> {
		return this.#writer.performMembers(batch, signal);
	}

	requests(): number {
		return this.#talk.requests();
	}
	close(): Promise<void> {
		return this.#talk.close();
	}
}

const everybody = (permissions: readonly string[]): string =>
	`everybody who can log in to Bamboo has ${permissions.join(", ")}, whatever groups they are in: take that from the role and give it to a group (Administration > Global permissions)`;
const themselves = (name: string, permissions: readonly string[]): string =>
	`"${name}" has the global permission ${permissions.join(", ")} itself, beside its groups, and keeps access with it: take it away under Administration > Global permissions`;
