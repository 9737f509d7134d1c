import { SyncError } from "../../../core/errors.ts";
import type { AccountId, GroupName } from "../../../core/model.ts";
import type { MembershipWork, Performed } from "../../../core/product.ts";
import type { WriteCalls } from "./calls.ts";
import { LARGEST_PAGE, readAll } from "./pages.ts";
import type { ConfluenceTalk } from "./talk.ts";
import type { KnownUser } from "./translate.ts";

const fold = (name: string): string => name.toLowerCase();

/**
 * Who is in which group, one at a time. Confluence takes names and answers 204 whatever was so before, so the groups of the
 * account are read before (is there anything to do?) and after (a directory that is only read changes nothing; one that nests
 * groups gives the membership again).
 */
export class Memberships {
	readonly #talk: ConfluenceTalk;
	readonly #account: (id: AccountId, signal: AbortSignal) => Promise<KnownUser>;

	constructor(talk: ConfluenceTalk, account: (id: AccountId, signal: AbortSignal) => Promise<KnownUser>) {
		this.#talk = talk;
		this.#account = account;
	}

	async change({ operation, account: id }: MembershipWork, calls: WriteCalls, signal: AbortSignal): Promise<Performed> {
		const { kind, group } = operation;
		const wanted = kind === "member.add";
		const { name } = await this.#account(id, signal);
		if ((await this.#isMember(id, group, signal)) === wanted) return { outcome: "already" };
		await calls.changeMember(wanted ? "PUT" : "DELETE", name, group, signal);
		if ((await this.#isMember(id, group, signal)) === wanted) return { outcome: "done" };
		throw wanted ? notIn(id, group) : stayed(id, group);
	}

	async #isMember(id: AccountId, group: GroupName, signal: AbortSignal): Promise<boolean> {
		const groups = await readAll({
			what: `GET /rest/api/user/memberof (account ${id})`,
			ask: (page) => this.#talk.groupsOf(id, page, signal),
			key: ({ name }) => name,
			pageSize: LARGEST_PAGE,
		});
		return groups.some(({ name }) => fold(name) === fold(group));
	}
}

const notIn = (id: AccountId, group: GroupName): SyncError =>
	new SyncError("target.rejected", `account ${id} is no member of "${group}" after Confluence said it was added`, {
		todo: "The account or the group probably lives in a directory that Confluence only reads: change it there, or leave it to it.",
		context: { group, account: id },
	});
const stayed = (id: AccountId, group: GroupName): SyncError =>
	new SyncError("target.inherited", `account ${id} is still a member of "${group}" after it was removed`, {
		todo: `The membership comes from elsewhere (a group inside "${group}", or the directory): take it away there.`,
		context: { group, account: id },
	});
