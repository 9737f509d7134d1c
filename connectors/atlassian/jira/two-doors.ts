import type { Finding } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { AccountId, GroupName, ProductId } from "../../../core/model.ts";
import type { AccountDisable, AccountEnable, AccountFields, ProductOperation } from "../../../core/operation.ts";
import type { Account, Actual, AtlassianProduct, Capabilities, Performed, ReadRequest, SeatPool } from "../../../core/product.ts";
import { directGroups } from "../../usermanagement/accounts.ts";
import { fold } from "../../usermanagement/memberships.ts";
import { changeUser } from "../../usermanagement/operations.ts";
import type { Population } from "../../usermanagement/population.ts";
import type { WireUser } from "../../usermanagement/wire.ts";
import type { WritingUserManagement } from "../../usermanagement/write.ts";
import { blockersOf } from "./blockers.ts";
import { capabilitiesOf, isAtLeast } from "./capabilities.ts";
import { checkJira } from "./check.ts";
import { identify } from "./identity.ts";
import { JiraWriter } from "./perform.ts";
import { assertSameSelf, notAmongThem, provenSelf, readAttributes } from "./read.ts";
import { seatsOf } from "./seats.ts";
import { askServer, type Server } from "./server.ts";
import type { RestSettings, UserServerSettings } from "./settings.ts";
import { JiraTalk } from "./talk.ts";
import { actualOf, canonicalFields } from "./translate.ts";
import { checkUserServer, userManagementOf } from "./user-server.ts";

/**
 * Jira by both of its doors: whole lists and direct memberships from the user server, Jira's keys, seats, blockers, user properties and all
 * changes by REST v2, which keeps Jira's own rules; before 8.3 accounts are switched on and off by the user server. Accounts have the
 * same ids as over REST v2 alone, so that one may go over to the other.
 */
export class TwoDoorJira implements AtlassianProduct {
	readonly id: ProductId;
	readonly kind = "jira";
	readonly #settings: RestSettings & UserServerSettings;
	readonly #rest: JiraTalk;
	readonly #userServer: WritingUserManagement;
	readonly #writer: JiraWriter;
	#server: Server | undefined;
	/** A credential that one door refused: then the other one is not used either. */
	#refused: SyncError | undefined;

	constructor(settings: RestSettings & UserServerSettings) {
		this.id = settings.id;
		this.#settings = settings;
		this.#rest = new JiraTalk(settings);
		this.#userServer = userManagementOf(settings);
		this.#writer = new JiraWriter(this.#rest, this.#userServer);
	}

	async capabilities(signal: AbortSignal): Promise<Capabilities> {
		const { version } = await this.#asked(signal);
		const { pageSize = 1_000, network } = this.#settings;
		return capabilitiesOf(version, { pageSize, concurrency: network.concurrency }, { userServer: true });
	}

	canonical(fields: AccountFields): AccountFields {
		return canonicalFields(fields);
	}

	async check(signal: AbortSignal): Promise<readonly Finding[]> {
		const findings = await checkJira(this.#rest, signal, { userServer: true });
		return [...findings, ...(await checkUserServer(this.#userServer, { keys: false }, signal))];
	}

	read(request: ReadRequest, signal: AbortSignal): Promise<Actual> {
		return this.#unlessRefused(() => this.#read(request, signal));
	}

	async #read(request: ReadRequest, signal: AbortSignal): Promise<Actual> {
		const { version, site } = await this.#asked(signal);
		const { pageSize, network } = this.#settings;
		const self = await provenSelf(this.#rest, signal);
		const doors = { rest: this.#rest, userServer: this.#userServer, version, concurrency: network.concurrency };
		const { population, users } = await identify({ ...doors, ...(pageSize === undefined ? {} : { pageSize }) }, request.progress, signal);
		if (!users.has(self.key as AccountId)) throw notAmongThem(self, users.size);
		const seats = withInner(seatsOf(await this.#rest.applicationRoles(signal)), population);
		const groups = directGroups(population, wantedGroups(request, seats), "Jira");
		const attributes = await readAttributes({ talk: this.#rest, concurrency: network.concurrency }, { request, users }, signal);
		assertSameSelf(self, await provenSelf(this.#rest, signal));
		const accounts = [...users].map(([id, user]) =>
			accountOf({ id, user }, { groups: groups.get(fold(user.name)) ?? [], attributes: attributes.get(id) }),
		);
		this.#writer.learn(accounts.map((account) => [account.id, account.username] as const));
		const names = [...population.groups.values()].map(({ name }) => name as GroupName);
		const actual = actualOf({ product: this.id, accounts, groups: names, self: self.key as AccountId });
		return { ...actual, seats, ...(site === undefined ? {} : { site }) };
	}

	blockers(accounts: readonly AccountId[], signal: AbortSignal): Promise<ReadonlyMap<AccountId, string>> {
		return blockersOf(this.#rest, { accounts, concurrency: this.#settings.network.concurrency }, signal);
	}

	async perform(operation: ProductOperation, account: AccountId | undefined, signal: AbortSignal): Promise<Performed> {
		return await this.#unlessRefused(async () => {
			const { version } = await this.#asked(signal);
			const switches = operation.kind === "account.enable" || operation.kind === "account.disable";
			if (switches && !isAtLeast(version, 8, 3)) return await this.#switch(operation, account, signal);
			return await this.#writer.perform(operation, account, signal);
		});
	}

	/** The user server asks nobody whether somebody leads a project: what Jira itself would refuse is refused here. */
	async #switch(operation: AccountEnable | AccountDisable, account: AccountId | undefined, signal: AbortSignal): Promise<Performed> {
		const active = operation.kind === "account.enable";
		if (account === undefined)
			throw new SyncError("bug", `${operation.kind} without an account`, { todo: "Please report this; nothing was sent." });
		const because = active ? undefined : (await this.blockers([account], signal)).get(account);
		if (because !== undefined)
			throw new SyncError("target.rejected", because, { todo: "Change the lead, then run again.", context: { account } });
		const user = await this.#rest.user({ key: account }, signal);
		if (user !== undefined) return await changeUser(this.#userServer, { username: user.name }, { active }, signal);
		throw new SyncError("target.missing", `Jira has no account ${account} any more`, {
			todo: "Somebody deleted it; the next run plans without it.",
			context: { account },
		});
	}

	requests(): number {
		return this.#rest.requests() + this.#userServer.requests();
	}
	async close(): Promise<void> {
		await Promise.all([this.#rest.close(), this.#userServer.close()]);
	}

	async #asked(signal: AbortSignal): Promise<Server> {
		this.#server ??= await askServer(this.#rest, signal);
		return this.#server;
	}

	async #unlessRefused<T>(work: () => Promise<T>): Promise<T> {
		if (this.#refused !== undefined) throw this.#refused;
		try {
			return await work();
		} catch (error) {
			if (error instanceof SyncError && error.code === "target.denied" && error.context.status === 401) this.#refused = error;
			throw error;
		}
	}
}

/** All of them when nothing was asked for. */
function wantedGroups({ groups, seatGroups }: ReadRequest, seats: readonly SeatPool[]): ReadonlySet<string> | undefined {
	if (groups === undefined || seatGroups !== true) return groups;
	return new Set([...groups, ...seats.flatMap((pool) => [...(pool.groups ?? [])])]);
}

/** Who is in a group inside a group that gives a seat takes one too; memberships are direct ones here, so the inner groups are named. */
function withInner(pools: readonly SeatPool[], { groups, memberships }: Population): readonly SeatPool[] {
	return pools.map((pool) => {
		const names = new Map([...(pool.groups ?? [])].map((name): [string, GroupName] => [fold(name), name]));
		for (const id of names.keys()) {
			for (const inner of memberships.get(id)?.groups ?? [])
				if (!names.has(fold(inner))) names.set(fold(inner), (groups.get(fold(inner))?.name ?? inner) as GroupName);
		}
		return pool.groups === undefined ? pool : { ...pool, groups: new Set(names.values()) };
	});
}

function accountOf(
	{ id, user }: { readonly id: AccountId; readonly user: WireUser },
	more: { readonly groups: readonly GroupName[]; readonly attributes: Readonly<Record<string, string>> | undefined },
): Account {
	const { groups, attributes } = more;
	const { name: username, email, active } = user;
	const fields = { username, email: email ?? "", displayName: user["display-name"] ?? "" };
	return { id, ...fields, active, editable: true, groups, ...(attributes === undefined ? {} : { attributes }) };
}
