import { SyncError } from "../../../core/errors.ts";
import type { AccountId } from "../../../core/model.ts";
import { firstOf, PAGE_SIZE, type PageRequest } from "./pages.ts";
import type { BambooTalk } from "./talk.ts";
import { fold, idOf, type WireUser } from "./translate.ts";

/**
 * Accounts by their names, the only thing that tells them apart. What an account was called when it was read stays its id
 * until the next reading, also after a rename of ours; a name that was given up since then is given to nobody before that,
 * so that no id ever stands for two people.
 */
export class Names {
	readonly #talk: BambooTalk;
	/** By id: what the account is called now. */
	readonly #now = new Map<AccountId, string>();
	/** Ids whose names were given up since the reading. */
	readonly #vacated = new Set<AccountId>();
	/** Renames under way or with a lost answer, by id. */
	readonly #attempted = new Map<AccountId, string>();

	constructor(talk: BambooTalk) {
		this.#talk = talk;
	}

	/** After a reading. */
	learn(names: Iterable<string>): void {
		for (const map of [this.#now, this.#vacated, this.#attempted]) map.clear();
		for (const name of names) this.#now.set(idOf(name), name);
	}

	/** As it is called now, as far as we know. */
	nameOf(id: AccountId): string {
		return this.#now.get(id) ?? id;
	}
	/** As Bamboo has it. Throws `target.missing` when it is gone. */
	async account(id: AccountId, signal: AbortSignal): Promise<WireUser> {
		const found = await this.named(this.nameOf(id), signal);
		if (found !== undefined) return found;
		const attempted = this.#attempted.get(id);
		const renamed = attempted === undefined ? undefined : await this.named(attempted, signal);
		if (renamed === undefined) throw gone(this.nameOf(id));
		this.renamed(id, renamed.name);
		return renamed;
	}
	async named(name: string, signal: AbortSignal): Promise<WireUser | undefined> {
		const listing = {
			what: "GET /rest/api/latest/admin/users",
			ask: (page: PageRequest) => this.#talk.users({ ...page, filter: name }, signal),
			key: (user: WireUser) => fold(user.name),
			pageSize: PAGE_SIZE,
		};
		return await firstOf(listing, (user) => fold(user.name) === fold(name));
	}

	attempt(id: AccountId, name: string): void {
		this.#attempted.set(id, name);
	}
	renamed(id: AccountId, name: string): void {
		this.#attempted.delete(id);
		if (idOf(name) !== id) this.#vacated.add(id);
		this.#now.set(id, name);
	}
	/** Throws `target.conflict` for a name that somebody else had at the reading. */
	assertNotVacated(name: string, self?: AccountId): void {
		const id = idOf(name);
		if (!this.#vacated.has(id) || id === self) return;
		throw new SyncError("target.conflict", `the username "${name}" was somebody else's when Bamboo was read, and became free in this run`, {
			todo: "Run again: Bamboo tells accounts apart by their names only, so the name is given away with the next reading.",
			context: { username: name },
		});
	}
}

const gone = (name: string): SyncError =>
	new SyncError("target.missing", `Bamboo has no account "${name}" any more`, {
		todo: "Somebody deleted or renamed it; the next run plans without it.",
		context: { account: name },
	});
