import type { Finding } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { AccountId, ProductId } from "../../../core/model.ts";
import type { AccountFields, ProductOperation } from "../../../core/operation.ts";
import type { Actual, AtlassianProduct, Capabilities, Performed, ReadRequest } from "../../../core/product.ts";
import { abilitiesOf } from "./abilities.ts";
import type { WriteCalls } from "./calls.ts";
import { type Abilities, type ConfluenceVersion, capabilitiesOf } from "./capabilities.ts";
import { checkConfluence } from "./check.ts";
import { LARGEST_PAGE } from "./pages.ts";
import { ConfluenceWriter } from "./perform.ts";
import { readConfluence } from "./read.ts";
import { RpcCalls } from "./rpc.ts";
import { type ConfluenceServer, serverOf } from "./server.ts";
import type { ConfluenceSettings } from "./settings.ts";
import { ConfluenceTalk } from "./talk.ts";
import { canonicalFields, unfitBecause } from "./translate.ts";

/**
 * Confluence Server and Data Center, 7 to 10, over its REST API. Accounts are identified by their key, which no rename changes.
 * It tells no e-mail addresses and renames nobody. Whether it can switch accounts on and off and change them is asked of the
 * server, believed, and remembered by this object, until the server shows otherwise. After a refused log-in the credential is not
 * sent again by this object; make a new one. Throws `config.invalid` for an unusable url.
 */
export function confluence(settings: ConfluenceSettings): AtlassianProduct {
	return new ConfluenceProduct(settings);
}

class ConfluenceProduct implements AtlassianProduct {
	readonly id: ProductId;
	readonly kind = "confluence";
	readonly #settings: ConfluenceSettings;
	readonly #talk: ConfluenceTalk;
	readonly #rpc: RpcCalls;
	readonly #writer: ConfluenceWriter;
	#server: ConfluenceServer | undefined;
	#abilities: Abilities | undefined;

	constructor(settings: ConfluenceSettings) {
		this.id = settings.id;
		this.#settings = settings;
		this.#talk = new ConfluenceTalk(settings);
		this.#rpc = new RpcCalls(this.#talk);
		this.#writer = new ConfluenceWriter(this.#talk, { invite: settings.invite ?? false });
	}

	async capabilities(signal: AbortSignal): Promise<Capabilities> {
		this.#server ??= await serverOf(this.#talk, signal);
		const { switching = "probe", updating = "probe", jsonRpc = false } = this.#settings;
		this.#abilities ??= await abilitiesOf(this.#talk, this.#server.version, { switching, updating }, signal);
		return this.#table(this.#server.version, { ...this.#abilities, rpc: jsonRpc });
	}
	#table(version: ConfluenceVersion, abilities: Abilities): Capabilities {
		const { network, pageSize } = this.#settings;
		return capabilitiesOf(version, { pageSize: pageSize ?? LARGEST_PAGE, concurrency: network.concurrency }, abilities);
	}
	/** REST where it can, and the old remote API for the rest. */
	#callsFor(kind: ProductOperation["kind"]): WriteCalls {
		const [server, abilities] = [this.#server, this.#abilities];
		const byRest = server !== undefined && abilities !== undefined && this.#table(server.version, abilities).operations[kind].supported;
		return byRest ? this.#talk : this.#rpc;
	}

	unfit(fields: Partial<AccountFields>): string | undefined {
		return unfitBecause(fields);
	}

	canonical(fields: AccountFields): AccountFields {
		return canonicalFields(fields);
	}

	async check(signal: AbortSignal): Promise<readonly Finding[]> {
		return await checkConfluence({ talk: this.#talk, capabilities: (inner) => this.capabilities(inner) }, signal);
	}

	async read(request: ReadRequest, signal: AbortSignal): Promise<Actual> {
		this.#server ??= await serverOf(this.#talk, signal);
		const { pageSize, network, jsonRpc = false } = this.#settings;
		const parts = { product: this.id, talk: this.#talk, concurrency: network.concurrency, jsonRpc, ...this.#server };
		return await readConfluence({ ...parts, ...(pageSize === undefined ? {} : { pageSize }) }, request, signal);
	}

	async perform(operation: ProductOperation, account: AccountId | undefined, signal: AbortSignal): Promise<Performed> {
		const can = await this.capabilities(signal);
		const capability = can.operations[operation.kind];
		if (!capability.supported)
			throw new SyncError("target.unsupported", `${can.server} cannot do ${operation.kind}`, { todo: capability.because });
		try {
			return await this.#writer.perform({ operation, account }, this.#callsFor(operation.kind), signal);
		} catch (error) {
			if (error instanceof SyncError && error.code === "target.unsupported") this.#forget(operation.kind);
			throw error;
		}
	}

	/** The server has no such call after all: not asked again for it. */
	#forget(kind: ProductOperation["kind"]): void {
		if (this.#abilities === undefined) return;
		if (kind === "account.update") this.#abilities = { ...this.#abilities, updates: false };
		if (kind === "account.enable" || kind === "account.disable") this.#abilities = { ...this.#abilities, switches: false };
	}

	requests(): number {
		return this.#talk.requests();
	}
	close(): Promise<void> {
		return this.#talk.close();
	}
}
