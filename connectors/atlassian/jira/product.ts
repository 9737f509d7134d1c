import type { Finding } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { AccountId, ProductId } from "../../../core/model.ts";
import type { AccountFields, ProductOperation } from "../../../core/operation.ts";
import type { Actual, AtlassianProduct, Capabilities, Performed, ReadRequest } from "../../../core/product.ts";
import { blockersOf } from "./blockers.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { checkJira } from "./check.ts";
import { JiraWriter } from "./perform.ts";
import { readJira } from "./read.ts";
import { seatsOf } from "./seats.ts";
import { askServer, type Server } from "./server.ts";
import type { JiraSettings, RestSettings } from "./settings.ts";
import { JiraTalk } from "./talk.ts";
import { canonicalFields } from "./translate.ts";
import { TwoDoorJira } from "./two-doors.ts";
import { UserServerJira } from "./user-server.ts";

export type { JiraSettings } from "./settings.ts";

/**
 * Jira Data Center and Server, 8.3 to 11: over REST v2 with an administrator's log-in (`auth`), by its user server with an application's
 * (`userServer`), or by both. Over REST v2 alone accounts are identified by their key, which no rename changes.
 * Known limits of that API: it lists effective members, so a membership that comes through a subgroup looks like any
 * other until its removal is tried (`target.inherited`); it does not tell which directory an account lives in, so a
 * read-only one shows when a write is refused (`target.rejected`). After a refused log-in the credential is not sent
 * again by this object; make a new one. Throws `config.invalid` for an unusable url, or without any log-in.
 */
export function jira(settings: JiraSettings): AtlassianProduct {
	const { auth, userServer } = settings;
	if (auth !== undefined)
		return userServer === undefined ? new JiraProduct({ ...settings, auth }) : new TwoDoorJira({ ...settings, auth, userServer });
	if (userServer !== undefined) return new UserServerJira({ ...settings, userServer });
	throw new SyncError("config.invalid", "no way to log in to Jira", { todo: "Configure a token, a name and its password, or userServer." });
}

class JiraProduct implements AtlassianProduct {
	readonly id: ProductId;
	readonly kind = "jira";
	readonly #settings: RestSettings;
	readonly #talk: JiraTalk;
	readonly #writer: JiraWriter;
	#server: Server | undefined;

	constructor(settings: RestSettings) {
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
		const askSeats = async () => seatsOf(await this.#talk.applicationRoles(signal));
		// Otherwise last: that somebody is no administrator is told better by what comes before.
		const early = request.seatGroups ? await askSeats() : undefined;
		const giving = early?.flatMap((pool) => [...(pool.groups ?? [])]) ?? [];
		const wanted = request.groups === undefined ? request : { ...request, groups: new Set([...request.groups, ...giving]) };
		const actual = await readJira({ ...parts, ...(pageSize === undefined ? {} : { pageSize }) }, wanted, signal);
		this.#writer.learn([...actual.accounts.values()].map((account) => [account.id, account.username] as const));
		const seats = early ?? (await askSeats());
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
