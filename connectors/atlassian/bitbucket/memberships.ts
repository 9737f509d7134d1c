import { asSyncError, SyncError } from "../../../core/errors.ts";
import type { AccountId, GroupName } from "../../../core/model.ts";
import type { MembershipWork, Performed } from "../../../core/product.ts";
import type { Known, Lookup } from "./lookup.ts";
import { firstOf, LARGEST_PAGE, readAll } from "./pages.ts";
import { isStatus } from "./refusals.ts";
import type { BitbucketTalk } from "./talk.ts";
import type { WireUser } from "./translate.ts";

type Result = Performed | SyncError;
const DONE: Performed = { outcome: "done" };
const ALREADY: Performed = { outcome: "already" };
const MEMBERS = "GET /rest/api/latest/admin/groups/more-members";

/** Who is in which group, and changes to it. Accounts go by their id; Bitbucket is told their names. */
export class Memberships {
	readonly #talk: BitbucketTalk;
	readonly #lookup: Lookup;
	/** What a failed write means; one of several that fails is a result. */
	readonly #judged: (error: unknown, signal: AbortSignal) => Promise<unknown>;

	constructor(talk: BitbucketTalk, lookup: Lookup, judge: (error: unknown, signal: AbortSignal) => Promise<unknown>) {
		this.#talk = talk;
		this.#lookup = lookup;
		this.#judged = judge;
	}

	async add(id: AccountId, group: GroupName, signal: AbortSignal): Promise<Performed> {
		const account = await this.#lookup.account(id, signal);
		if (await this.#isMember(account, group, signal)) return ALREADY;
		assertMutable(id, { name: account.name, mutableGroups: account.mutableGroups !== false });
		await this.#talk.addUsers(group, [account.name], signal);
		return DONE;
	}

	/** Read before, since a name may have gone over to somebody else, and read back: a directory may nest groups unseen. */
	async remove(id: AccountId, group: GroupName, signal: AbortSignal): Promise<Performed> {
		const account = await this.#lookup.account(id, signal);
		if (!(await this.#isMember(account, group, signal))) return ALREADY;
		assertMutable(id, { name: account.name, mutableGroups: account.mutableGroups !== false });
		await this.#talk.removeUser(group, account.name, signal).catch(unlessMissing);
		if (!(await this.#isMember(account, group, signal))) return DONE;
		throw inherited(id, group);
	}

	/** All of one group and one kind. Adding is one request; taking out goes one by one (BSERV-13707). */
	async several(batch: readonly MembershipWork[], signal: AbortSignal): Promise<readonly Result[]> {
		const [first] = batch;
		if (first === undefined) return [];
		const { kind, group } = first.operation;
		return await (kind === "member.add" ? this.#addAll(batch, group, signal) : this.#removeAll(batch, group, signal));
	}

	async #addAll(batch: readonly MembershipWork[], group: GroupName, signal: AbortSignal): Promise<readonly Result[]> {
		const members = await this.#members(group, signal);
		const names = new Set<string>();
		const prepare = async (id: AccountId): Promise<Performed> => {
			if (members.has(id)) return ALREADY;
			const account = await this.#lookup.known(id, signal);
			assertMutable(id, account);
			names.add(account.name);
			return DONE;
		};
		const results = await this.#each(batch, prepare, signal);
		if (names.size > 0) await this.#talk.addUsers(group, [...names], signal);
		return results;
	}

	/** The members are read before, which gives their names of now, and after. */
	async #removeAll(batch: readonly MembershipWork[], group: GroupName, signal: AbortSignal): Promise<readonly Result[]> {
		const members = await this.#members(group, signal);
		const remove = async (id: AccountId): Promise<Performed> => {
			const account = members.get(id);
			if (account === undefined) return ALREADY;
			assertMutable(id, { name: account.name, mutableGroups: account.mutableGroups !== false });
			await this.#talk.removeUser(group, account.name, signal).catch(unlessMissing);
			return DONE;
		};
		const results = await this.#each(batch, remove, signal);
		if (!results.includes(DONE)) return results;
		const still = await this.#members(group, signal);
		return results.map((result, n) => {
			const id = (batch[n] as MembershipWork).account;
			return result === DONE && still.has(id) ? inherited(id, group) : result;
		});
	}

	async #each(batch: readonly MembershipWork[], work: (id: AccountId) => Promise<Performed>, signal: AbortSignal): Promise<Result[]> {
		const results: Result[] = [];
		for (const { account } of batch) {
			results.push(await work(account).catch(async (error: unknown) => settled(await this.#judged(error, signal))));
		}
		return results;
	}

	async #members(group: GroupName, signal: AbortSignal): Promise<ReadonlyMap<string, WireUser>> {
		const rows = await readAll<WireUser>({
			what: `${MEMBERS} (group "${group}")`,
			ask: (page) => this.#talk.members(group, page, signal),
			key: (account) => String(account.id),
			pageSize: LARGEST_PAGE,
		});
		return new Map(rows.map((account) => [String(account.id), account]));
	}

	async #isMember(account: WireUser, group: GroupName, signal: AbortSignal): Promise<boolean> {
		const listing = {
			what: `${MEMBERS} (group "${group}")`,
			ask: (page: { start: number; limit: number }) => this.#talk.members(group, { ...page, filter: account.name }, signal),
			key: (row: WireUser) => String(row.id),
			pageSize: LARGEST_PAGE,
		};
		return (await firstOf(listing, (row) => row.id === account.id)) !== undefined;
	}
}

/** "The specified user or group does not exist" is said of somebody who is not a (direct) member as well. */
function unlessMissing(error: unknown): void {
	if (!isStatus(error, 404)) throw error;
}

const inherited = (id: AccountId, group: GroupName): SyncError =>
	new SyncError("target.inherited", `account ${id} is still a member of "${group}" after it was removed`, {
		todo: `The membership comes from elsewhere (a group inside "${group}", or the directory): take it away there.`,
		context: { group, account: id },
	});

/** For one of several: what went wrong is a result; a stop goes up. */
function settled(error: unknown): SyncError {
	const failure = asSyncError(error);
	if (failure.code === "run.cancelled" || failure.code === "bug" || failure.code.startsWith("store.")) throw error;
	return failure;
}

function assertMutable(id: AccountId, account: Known): void {
	if (account.mutableGroups) return;
	throw new SyncError("target.rejected", `the groups of "${account.name}" are read-only in Bitbucket (mutableGroups: false)`, {
		todo: "They come from the directory that the account lives in: change them there, or leave the account to it (protect.accounts).",
		context: { account: id },
	});
}
