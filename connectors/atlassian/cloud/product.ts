import type { Finding } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { AccountId, ProductId } from "../../../core/model.ts";
import type { AccountFields, ProductOperation } from "../../../core/operation.ts";
import type { Actual, AtlassianProduct, Capabilities, MembershipWork, Performed, ReadRequest } from "../../../core/product.ts";
import { Accounts } from "./accounts.ts";
import { Room } from "./bounds.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { checkCloud } from "./check.ts";
import { Groups } from "./groups.ts";
import { Management } from "./management.ts";
import { LARGEST_PAGE } from "./pages.ts";
import { readCloud } from "./read.ts";
import { judged } from "./refusals.ts";
import { type CloudSettings, type DirectoryBounds, STATED_BOUNDS } from "./settings.ts";
import { CloudTalk } from "./talk.ts";
import { canonicalFields } from "./translate.ts";

/**
 * One SCIM directory of an Atlassian organisation. Accounts are identified by the directory's id, which no rename changes.
 * With a key of the organisation, accounts that were unlinked from the directory are switched off too. After a refused key
 * it is not sent again by this object; make a new one. Throws `config.invalid` for an unusable url.
 */
export function cloud(settings: CloudSettings): AtlassianProduct {
	return new CloudProduct(settings);
}

class CloudProduct implements AtlassianProduct {
	readonly id: ProductId;
	readonly kind = "cloud";
	readonly #settings: CloudSettings;
	readonly #bounds: DirectoryBounds;
	readonly #talk: CloudTalk;
	readonly #management: Management | undefined;
	readonly #room: Room;
	readonly #accounts: Accounts;
	readonly #groups: Groups;
	#can: Capabilities | undefined;

	constructor(settings: CloudSettings) {
		this.id = settings.id;
		this.#settings = settings;
		this.#bounds = { ...STATED_BOUNDS, ...settings.bounds };
		this.#talk = new CloudTalk(settings);
		this.#management = settings.organizationKey && new Management(settings, settings.organizationKey);
		this.#room = new Room(this.#bounds);
		this.#accounts = new Accounts(this.#talk, this.#room, this.#management);
		this.#groups = new Groups(this.#talk, this.#room);
	}

	async capabilities(signal: AbortSignal): Promise<Capabilities> {
		this.#can ??= await this.#askCapabilities(signal);
		return this.#can;
	}
	async #askCapabilities(signal: AbortSignal): Promise<Capabilities> {
		const { body } = await this.#talk.configuration(signal);
		if (!body.patch.supported)
			throw new SyncError(
				"target.malformed",
				`${this.#talk.host} says that it takes no changes by PATCH, which Atlassian's directories do`,
				{
					todo: "Check url and directory: this may be some other SCIM server.",
				},
			);
		const { pageSize, network } = this.#settings;
		const limits = { pageSize: pageSize ?? LARGEST_PAGE - 1, concurrency: network.concurrency };
		return capabilitiesOf(this.#management === undefined ? "SCIM directory" : "SCIM directory and organisation key", limits);
	}

	canonical(fields: AccountFields): AccountFields {
		return canonicalFields(fields);
	}

	check(signal: AbortSignal): Promise<readonly Finding[]> {
		return checkCloud({ talk: this.#talk, management: this.#management, bounds: this.#bounds }, signal);
	}

	async read(request: ReadRequest, signal: AbortSignal): Promise<Actual> {
		const { pageSize, network } = this.#settings;
		const { actual, groups, members } = await readCloud(
			{
				product: this.id,
				talk: this.#talk,
				concurrency: network.concurrency,
				bounds: this.#bounds,
				memberships: this.#settings.memberships ?? "checked",
				...(pageSize === undefined ? {} : { pageSize }),
			},
			request,
			signal,
		);
		this.#groups.learn(groups, members);
		const memberships = [...members.values()].reduce((sum, ids) => sum + ids.size, 0);
		this.#room.learn({ users: actual.accounts.size, groups: groups.length, memberships });
		return actual;
	}

	async perform(operation: ProductOperation, account: AccountId | undefined, signal: AbortSignal): Promise<Performed> {
		const can = await this.capabilities(signal);
		const capability = can.operations[operation.kind];
		if (!capability.supported)
			throw new SyncError("target.unsupported", `${can.server} cannot do ${operation.kind}`, { todo: capability.because });
		return await settled(this.#act(operation, account, signal));
	}
	performMembers(batch: readonly MembershipWork[], signal: AbortSignal): Promise<readonly Performed[]> {
		return settled(this.#groups.change(batch, signal));
	}

	async #act(operation: ProductOperation, account: AccountId | undefined, signal: AbortSignal): Promise<Performed> {
		switch (operation.kind) {
			case "group.create":
				return await this.#groups.create(operation.group, signal);
			case "group.delete":
				return await this.#groups.delete(operation.group, signal);
			case "account.create":
				return await this.#accounts.create(operation, signal);
			case "account.rename":
				return await this.#accounts.rename(subject(operation, account), operation.after.username, signal);
			case "account.update":
				return await this.#accounts.update(subject(operation, account), operation.after, signal);
			case "account.enable":
			case "account.disable":
				return await this.#accounts.switchTo(subject(operation, account), operation.kind === "account.enable", signal);
			case "member.add":
			case "member.remove": {
				const [performed] = await this.#groups.change([{ operation, account: subject(operation, account) }], signal);
				return performed as Performed;
			}
			case "attribute.set":
				throw new SyncError("bug", `${operation.kind} came through to Atlassian Cloud`, { todo: "Please report this; nothing was sent." });
		}
	}

	requests(): number {
		return this.#talk.requests() + (this.#management?.requests() ?? 0);
	}
	async close(): Promise<void> {
		await Promise.all([this.#talk.close(), this.#management?.close()]);
	}
}

/** A refusal says whose move it is. */
async function settled<T>(work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		throw judged(error);
	}
}

function subject(operation: ProductOperation, account: AccountId | undefined): AccountId {
	if (account !== undefined) return account;
	throw new SyncError("bug", `${operation.kind} without an account`, { todo: "Please report this; nothing was sent." });
}
