import { asSyncError, SyncError } from "../../../core/errors.ts";
import type { AccountId, GroupName } from "../../../core/model.ts";
import type { MembershipWork, Performed } from "../../../core/product.ts";
import type { Names } from "./names.ts";
import { firstOf, PAGE_SIZE, type PageRequest, readAll } from "./pages.ts";
import { isPathSafe, mayStandInPath } from "./paths.ts";
import type { BambooTalk } from "./talk.ts";
import { fold, idOf, type WireGroup, type WireUser } from "./translate.ts";

type Result = Performed | SyncError;
type Change = "add" | "remove";
const DONE: Performed = { outcome: "done" };
const ALREADY: Performed = { outcome: "already" };

/**
 * Who is in which group, and changes to it. A group goes by its path and the accounts by the body; for a group whose name
 * cannot stand in a path, it is the other way round. Every removal is read back: it is a DELETE with a body, which some
 * proxies drop, and an empty list removes nobody without a word.
 */
export class Memberships {
	readonly #talk: BambooTalk;
	readonly #names: Names;
	/** What a failed write means; one of several that fails is a result. */
	readonly #judged: (error: unknown, signal: AbortSignal) => Promise<unknown>;

	constructor(talk: BambooTalk, names: Names, judge: (error: unknown, signal: AbortSignal) => Promise<unknown>) {
		this.#talk = talk;
		this.#names = names;
		this.#judged = judge;
	}

	async change(change: Change, id: AccountId, group: GroupName, signal: AbortSignal): Promise<Performed> {
		const { name } = await this.#names.account(id, signal);
		const side = sideOf(group, name);
		const isMember = () => (side === "group" ? this.#isAmong(name, group, signal) : this.#hasGroup(name, group, signal));
		if ((await isMember()) === (change === "add")) return ALREADY;
		if (side === "group") await this.#talk.changeMembers(change, group, [name], signal);
		else await this.#talk.changeGroups(change, name, [group], signal);
		if (change === "remove" && (await isMember())) throw stayed(name, group);
		return DONE;
	}

	/** All of one group and one kind. */
	async several(batch: readonly MembershipWork[], signal: AbortSignal): Promise<readonly Result[]> {
		const [first] = batch;
		if (first === undefined) return [];
		const { kind, group } = first.operation;
		const change = kind === "member.add" ? "add" : "remove";
		if (isPathSafe(group))
			return await this.#atOnce(
				change,
				batch.map(({ account }) => account),
				{ group, signal },
			);
		const results: Result[] = [];
		for (const { account } of batch) {
			const one = this.change(change, account, group, signal);
			results.push(await one.catch(async (error: unknown) => settled(await this.#judged(error, signal))));
		}
		return results;
	}

	/** The members are read before, and after a removal. Whoever Bamboo does not know makes it refuse them all. */
	async #atOnce(change: Change, ids: readonly AccountId[], at: { group: GroupName; signal: AbortSignal }): Promise<readonly Result[]> {
		const before = await this.#members(at.group, at.signal);
		const names = new Map(ids.map((id) => [id, this.#names.nameOf(id)]));
		const due = [...new Set(names.values())].filter((name) => before.has(fold(name)) !== (change === "add"));
		if (due.length > 0) await this.#talk.changeMembers(change, at.group, due, at.signal);
		const still = change === "remove" && due.length > 0 ? await this.#members(at.group, at.signal) : new Set<string>();
		const asked = new Set(due);
		return ids.map((id) => {
			const name = names.get(id) as string;
			if (!asked.has(name)) return ALREADY;
			return still.has(fold(name)) ? stayed(name, at.group) : DONE;
		});
	}

	async #members(group: GroupName, signal: AbortSignal): Promise<ReadonlySet<string>> {
		return new Set((await readAll(this.#listing(group, undefined, signal))).map(({ name }) => idOf(name)));
	}
	async #isAmong(name: string, group: GroupName, signal: AbortSignal): Promise<boolean> {
		return (await firstOf(this.#listing(group, name, signal), (user) => fold(user.name) === fold(name))) !== undefined;
	}
	#listing(group: GroupName, filter: string | undefined, signal: AbortSignal) {
		return {
			what: `GET /rest/api/latest/admin/groups/…/more-members (group "${group}")`,
			ask: (page: PageRequest) => this.#talk.members(group, { ...page, ...(filter === undefined ? {} : { filter }) }, signal),
			key: (user: WireUser) => fold(user.name),
			pageSize: PAGE_SIZE,
		};
	}
	async #hasGroup(name: string, group: GroupName, signal: AbortSignal): Promise<boolean> {
		const listing = {
			what: `GET /rest/api/latest/admin/users/…/assigned-groups (account "${name}")`,
			ask: (page: PageRequest) => this.#talk.groupsOf(name, { ...page, filter: group }, signal),
			key: (row: WireGroup) => row.name,
			pageSize: PAGE_SIZE,
		};
		return (await firstOf(listing, (row) => fold(row.name) === fold(group))) !== undefined;
	}
}

/** Where the doubt is smallest; throws `target.rejected` where neither name can stand in a path. */
function sideOf(group: GroupName, name: string): "group" | "account" {
	if (isPathSafe(group)) return "group";
	if (isPathSafe(name)) return "account";
	if (mayStandInPath(group)) return "group";
	if (mayStandInPath(name)) return "account";
	throw new SyncError("target.rejected", `neither the group "${group}" nor the account "${name}" can be named in an address of Bamboo's`, {
		todo: "Rename one of the two without slashes, backslashes, semicolons and percent signs, or change the membership by hand.",
		context: { group, account: name },
	});
}

const stayed = (name: string, group: GroupName): SyncError =>
	new SyncError("target.rejected", `Bamboo accepted the removal, and "${name}" is still a member of "${group}"`, {
		todo: "Something between Rollcall and Bamboo probably drops the body of DELETE requests: let it through, or go round it. Otherwise the membership comes from an outer directory: take it away there.",
		context: { group, account: name },
	});

/** For one of several: what went wrong is a result; a stop goes up. */
function settled(error: unknown): SyncError {
	const failure = asSyncError(error);
	if (failure.code === "run.cancelled" || failure.code === "bug" || failure.code.startsWith("store.")) throw error;
	return failure;
}
