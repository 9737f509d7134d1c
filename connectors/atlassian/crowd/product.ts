import type { Finding } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { AccountId, ProductId } from "../../../core/model.ts";
import type { AccountFields, ProductOperation } from "../../../core/operation.ts";
import type { Actual, AtlassianProduct, Capabilities, Performed, ReadRequest } from "../../../core/product.ts";
import { PAGE_SIZE } from "../../usermanagement/settings.ts";
import { WritingUserManagement } from "../../usermanagement/write.ts";
import { AccountWriter } from "../../usermanagement/writer.ts";
import { capabilitiesOf, versionOf } from "./capabilities.ts";
import { checkCrowd } from "./check.ts";
import { readCrowd } from "./read.ts";
import type { CrowdSettings } from "./settings.ts";

export type { CrowdSettings } from "./settings.ts";

/**
 * Crowd 3 to 7 over its user-management API, with the log-in of an application: the directories that one application has,
 * as the one user base that Crowd makes of them. Accounts are identified by their keys, which no rename changes. What is
 * changed here, every product sees that takes its users from these directories. Throws `config.invalid` for an unusable url.
 */
export function crowd(settings: CrowdSettings): AtlassianProduct {
	return new CrowdProduct(settings);
}

class CrowdProduct implements AtlassianProduct {
	readonly id: ProductId;
	readonly kind = "crowd";
	readonly #settings: CrowdSettings;
	readonly #talk: WritingUserManagement;
	readonly #writer: AccountWriter;

	constructor(settings: CrowdSettings) {
		this.id = settings.id;
		this.#settings = settings;
		this.#talk = new WritingUserManagement(settings);
		this.#writer = new AccountWriter(this.#talk, "Crowd");
	}

	async capabilities(signal: AbortSignal): Promise<Capabilities> {
		const { network, pageSize = PAGE_SIZE } = this.#settings;
		const version = versionOf(await this.#talk.server(signal));
		return capabilitiesOf(version, this.#settings, { pageSize, concurrency: network.concurrency });
	}

	/** Crowd refuses blanks around a name; case it keeps, and compares without. */
	canonical(fields: AccountFields): AccountFields {
		return { username: fields.username.trim(), email: fields.email.trim(), displayName: fields.displayName.trim() };
	}

	check(signal: AbortSignal): Promise<readonly Finding[]> {
		return checkCrowd({ settings: this.#settings, talk: this.#talk }, signal);
	}

	async read(request: ReadRequest, signal: AbortSignal): Promise<Actual> {
		versionOf(await this.#talk.server(signal));
		const actual = await readCrowd({ settings: this.#settings, talk: this.#talk }, request, signal);
		this.#writer.learn([...actual.accounts.values()].map((account) => [account.id, account.username] as const));
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
