import type { Finding } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { AccountId, ProductId } from "../../../core/model.ts";
import type { AccountFields, ProductOperation } from "../../../core/operation.ts";
import type { Actual, AtlassianProduct, Capabilities, MembershipWork, Performed, ReadRequest } from "../../../core/product.ts";
import { type BitbucketVersion, capabilitiesOf, versionOf } from "./capabilities.ts";
import { checkBitbucket } from "./check.ts";
import { LARGEST_PAGE } from "./pages.ts";
import { BitbucketWriter } from "./perform.ts";
import { permittedUsers, readBitbucket } from "./read.ts";
import type { BitbucketSettings } from "./settings.ts";
import { BitbucketTalk } from "./talk.ts";
import { canonicalFields } from "./translate.ts";

/**
 * Bitbucket Server and Data Center, 7 to 9, over its REST API. Accounts are identified by their number, which no rename
 * changes. It cannot switch an account on or off. Accounts of an outer directory are listed and say themselves what can be
 * written (`mutableDetails`, `mutableGroups`). After a refused log-in the credential is not sent again by this object; make
 * a new one. Throws `config.invalid` for an unusable url.
 */
export function bitbucket(settings: BitbucketSettings): AtlassianProduct {
	return new BitbucketProduct(settings);
}

class BitbucketProduct implements AtlassianProduct {
	readonly id: ProductId;
	readonly kind = "bitbucket";
	readonly #settings: BitbucketSettings;
	readonly #talk: BitbucketTalk;
	readonly #writer: BitbucketWriter;
	#version: BitbucketVersion | undefined;

	constructor(settings: BitbucketSettings) {
		this.id = settings.id;
		this.#settings = settings;
		this.#talk = new BitbucketTalk(settings);
		this.#writer = new BitbucketWriter(this.#talk, { invite: settings.invite ?? false });
	}

	async capabilities(signal: AbortSignal): Promise<Capabilities> {
		this.#version ??= versionOf((await this.#talk.properties(signal)).body.version);
		const { network, pageSize } = this.#settings;
		return capabilitiesOf(this.#version, { pageSize: pageSize ?? LARGEST_PAGE, concurrency: network.concurrency });
	}

	canonical(fields: AccountFields): AccountFields {
		return canonicalFields(fields);
	}

	check(signal: AbortSignal): Promise<readonly Finding[]> {
		return checkBitbucket(this.#talk, this.#username, signal);
	}

	async read(request: ReadRequest, signal: AbortSignal): Promise<Actual> {
		const { pageSize, network } = this.#settings;
		const parts = { product: this.id, talk: this.#talk, concurrency: network.concurrency };
		const username = this.#username;
		const more = { ...(pageSize === undefined ? {} : { pageSize }), ...(username === undefined ? {} : { username }) };
		const { actual, users } = await readBitbucket({ ...parts, ...more }, request, signal);
		this.#writer.lookup.learn(users);
		return actual;
	}

	/** Whoever has a global permission themselves keeps the licence, whatever groups they lose. */
	async blockers(accounts: readonly AccountId[], signal: AbortSignal): Promise<ReadonlyMap<AccountId, string>> {
		const wanted = new Set<string>(accounts);
		const held = (await permittedUsers({ talk: this.#talk }, signal)).filter(({ user }) => wanted.has(String(user.id)));
		return new Map(
			held.map(({ user, permission }) => [
				String(user.id) as AccountId,
				`"${user.name}" has the global permission ${permission} itself, beside its groups, and keeps the licence with it: take it away under Administration > Global permissions`,
			]),
		);
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

	get #username(): string | undefined {
		const { auth } = this.#settings;
		return auth.kind === "basic" ? auth.username : undefined;
	}
}
