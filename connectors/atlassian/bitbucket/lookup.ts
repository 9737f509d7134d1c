import { SyncError } from "../../../core/errors.ts";
import type { AccountId } from "../../../core/model.ts";
import { firstOf, LARGEST_PAGE } from "./pages.ts";
import type { BitbucketTalk } from "./talk.ts";
import type { WireUser } from "./translate.ts";

/** What is known of an account between a reading and its change. */
export interface Known {
	readonly name: string;
	readonly mutableGroups: boolean;
}

const fold = (name: string): string => name.toLowerCase();
const USERS = "GET /rest/api/latest/admin/users";

/**
 * Finds accounts by what never changes about them. Bitbucket is asked by name only, so the name that was last seen is
 * looked for first, and everybody is gone through when somebody else has it by now.
 */
export class Lookup {
	readonly #talk: BitbucketTalk;
	readonly #known = new Map<string, Known>();

	constructor(talk: BitbucketTalk) {
		this.#talk = talk;
	}

	/** After a reading. */
	learn(accounts: Iterable<WireUser>): void {
		this.#known.clear();
		for (const account of accounts) this.remember(account);
	}
	remember(account: WireUser): void {
		this.#known.set(String(account.id), { name: account.name, mutableGroups: account.mutableGroups !== false });
	}
	/** As it was when last seen; asked for when it never was. */
	async known(id: AccountId, signal: AbortSignal): Promise<Known> {
		if (!this.#known.has(id)) await this.account(id, signal);
		return this.#known.get(id) as Known;
	}

	/** As it is now. Throws `target.missing` when it is gone. */
	async account(id: AccountId, signal: AbortSignal): Promise<WireUser> {
		const name = this.#known.get(id)?.name;
		const isIt = (account: WireUser) => String(account.id) === id;
		const found = (name === undefined ? undefined : await this.#first(name, isIt, signal)) ?? (await this.#first(undefined, isIt, signal));
		if (found === undefined) throw gone(id);
		this.remember(found);
		return found;
	}
	/** Whoever has this name now. */
	async named(name: string, signal: AbortSignal): Promise<WireUser | undefined> {
		return await this.#first(name, (account) => fold(account.name) === fold(name), signal);
	}

	#first(filter: string | undefined, fits: (account: WireUser) => boolean, signal: AbortSignal): Promise<WireUser | undefined> {
		const ask = (page: { start: number; limit: number }) =>
			this.#talk.users({ ...page, ...(filter === undefined ? {} : { filter }) }, signal);
		return firstOf({ what: USERS, key: (account) => String(account.id), pageSize: LARGEST_PAGE, ask }, fits);
	}
}

const gone = (id: string): SyncError =>
	new SyncError("target.missing", `Bitbucket has no account ${id} any more`, {
		todo: "Somebody deleted it; the next run plans without it.",
		context: { account: id },
	});
