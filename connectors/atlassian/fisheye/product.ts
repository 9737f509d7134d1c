import type { Finding } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { AccountId, ProductId } from "../../../core/model.ts";
import type { AccountFields, ProductOperation } from "../../../core/operation.ts";
import type { Actual, AtlassianProduct, Capabilities, Performed, ReadRequest } from "../../../core/product.ts";
import { capabilitiesOf, type FisheyeVersion, versionOf } from "./capabilities.ts";
import { checkFisheye } from "./check.ts";
import { PAGE_SIZE } from "./pages.ts";
import { FisheyeWriter } from "./perform.ts";
import { readFisheye } from "./read.ts";
import type { FisheyeSettings } from "./settings.ts";
import { FisheyeTalk } from "./talk.ts";
import { canonicalFields, releaseOf } from "./translate.ts";

/**
 * Fisheye and Crucible, which are one server, over their REST API. Accounts are identified by their username in lower case,
 * since nothing else is shown. Operations whose request bodies are documented nowhere are done only where
 * `settings.unverified` names them. After a refused log-in the credential is not sent again by this object; make a new one.
 * Throws `config.invalid` for an unusable url.
 */
export function fisheye(settings: FisheyeSettings): AtlassianProduct {
	return new FisheyeProduct(settings);
}

class FisheyeProduct implements AtlassianProduct {
	readonly id: ProductId;
	readonly kind = "fisheye";
	readonly #settings: FisheyeSettings;
	readonly #talk: FisheyeTalk;
	readonly #writer: FisheyeWriter;
	#version: FisheyeVersion | undefined;

	constructor(settings: FisheyeSettings) {
		this.id = settings.id;
		this.#settings = settings;
		this.#talk = new FisheyeTalk(settings);
		this.#writer = new FisheyeWriter(this.#talk);
	}

	async capabilities(signal: AbortSignal): Promise<Capabilities> {
		this.#version ??= versionOf(releaseOf((await this.#talk.server(signal)).body));
		const { network, pageSize, unverified } = this.#settings;
		return capabilitiesOf(this.#version, unverified ?? [], { pageSize: pageSize ?? PAGE_SIZE, concurrency: network.concurrency });
	}

	canonical(fields: AccountFields): AccountFields {
		return canonicalFields(fields);
	}

	check(signal: AbortSignal): Promise<readonly Finding[]> {
		return checkFisheye(this.#talk, { ...this.#ourselves(), unverified: this.#settings.unverified ?? [] }, signal);
	}
	#ourselves(): { readonly username?: string } {
		const { auth } = this.#settings;
		return auth.kind === "basic" ? { username: auth.username } : {};
	}

	async read(request: ReadRequest, signal: AbortSignal): Promise<Actual> {
		const { pageSize, network, url } = this.#settings;
		const parts = { product: this.id, talk: this.#talk, url, concurrency: network.concurrency, ...this.#ourselves() };
		const actual = await readFisheye({ ...parts, ...(pageSize === undefined ? {} : { pageSize }) }, request, signal);
		this.#writer.learn([...actual.accounts.values()].map(({ username }) => username));
		return actual;
	}

	async perform(operation: ProductOperation, account: AccountId | undefined, signal: AbortSignal): Promise<Performed> {
		const can = await this.capabilities(signal);
		const capability = can.operations[operation.kind];
		if (capability.supported) return await this.#writer.perform(operation, account, signal);
		throw new SyncError("target.unsupported", `${can.server} cannot do ${operation.kind}`, { todo: capability.because });
	}

	requests(): number {
		return this.#talk.requests();
	}
	close(): Promise<void> {
		return this.#talk.close();
	}
}
