import type { Finding } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { AccountId, ProductId } from "../../../core/model.ts";
import type { AccountFields, ProductOperation } from "../../../core/operation.ts";
import type { Actual, AtlassianProduct, Capabilities, Performed, ReadRequest } from "../../../core/product.ts";
import { blockersOf } from "./blockers.ts";
import { capabilitiesOf, type JiraVersion, versionOf } from "./capabilities.ts";
import { assertDataCenter, checkJira } from "./check.ts";
import { JiraWriter } from "./perform.ts";
import { readJira } from "./read.ts";
import { seatsOf } from "./seats.ts";
import type { JiraSettings } from "./settings.ts";
import { JiraTalk } from "./talk.ts";
import { canonicalFields } from "./translate.ts";

export type { JiraSettings } from "./settings.ts";

/**
 * Jira Data Center and Server, 8.3 to 11, over REST v2. Accounts are identified by their key, which no rename changes.
 * Known limits of that API: it lists effective members, so a membership that comes through a subgroup looks like any
 * other until its removal is tried (`target.inherited`); it does not tell which directory an account lives in, so a
 * read-only one shows when a write is refused (`target.rejected`). After a refused log-in the credential is not sent
 * again by this object; make a new one. Throws `config.invalid` for an unusable url.
 */
export function jira(settings: JiraSettings): AtlassianProduct {
	return new JiraProduct(settings);
}

class JiraProduct implements AtlassianProduct {
	readonly id: ProductId;
	readonly kind = "jira";
	readonly #settings: JiraSettings;
	readonly #talk: JiraTalk;
	readonly #writer: JiraWriter;
	#server: Server | undefined;

	constructor(settings: JiraSettings) {
		this.id = settings.id;
		this.#settings = settings;
		this.#talk = new JiraTalk(settings);
		this.#writer = new JiraWriter(this.#talk);
	}

	async capabilities(signal: AbortSignal): Promise<Capabilities> {
		this.#server ??= await askServer(this.#talk, signal);
		const { concurrency } = this.#settings.network;
		return capabilitiesOf(this.#server.version, { pageSize: this.#settings.pageSize ?? 1_000, concurrency });
	}

	canonical(fields: AccountFields): AccountFields {
		return canonicalFields(fields);
	}

	check(signal: AbortSignal): Promise<readonly Finding[]> {
		return checkJira(this.#talk, signal);
	}

	async read(request: ReadRequest, signal: AbortSignal): Promise<Actual> {
		this.#server ??= await askServer(this.#talk, signal);
		const { version, site } = this.#server;
		const { pageSize, network } = this.#settings;
		const parts = { product: this.id, talk: this.#talk, version, concurrency: network.concurrency };
		const actual = await readJira({ ...parts, ...(pageSize === undefined ? {} : { pageSize }) }, request, signal);
		this.#writer.learn([...actual.accounts.values()].map((account) => [account.id, account.username] as const));
		const seats = seatsOf(await this.#talk.applicationRoles(signal));
		return { ...actual, seats, ...(site === undefined ? {} : { site }) };
	}

	blockers(accounts: readonly AccountId[], signal: AbortSignal): Promise<ReadonlyMap<AccountId, string>> {
		return blockersOf(this.#talk, { accounts, concurrency: this.#settings.network.concurrency }, signal);
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

interface Server {
	readonly version: JiraVersion;
	/** Jira's own base URL, as its administrator has set it: all of this API that tells one Jira from another. */
	readonly site: string | undefined;
}

async function askServer(talk: JiraTalk, signal: AbortSignal): Promise<Server> {
	const { body } = await talk.serverInfo(signal);
	assertDataCenter(body.deploymentType);
	return { version: versionOf(body.version), site: siteOf(body.baseUrl ?? "") };
}

/** The base URL without what administrators change about it in passing: scheme, case of the host, a slash at the end. */
function siteOf(baseUrl: string): string | undefined {
	if (!URL.canParse(baseUrl)) return baseUrl === "" ? undefined : baseUrl;
	const { host, pathname } = new URL(baseUrl);
	return host + pathname.replace(/\/+$/, "");
}
