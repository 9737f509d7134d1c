import type { Progress } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { AccountId } from "../../../core/model.ts";
import { together } from "../../http/together.ts";
import { understood } from "../../usermanagement/accounts.ts";
import { fold } from "../../usermanagement/memberships.ts";
import { type Found, listUsers, type Population, readPopulation } from "../../usermanagement/population.ts";
import type { UserManagement } from "../../usermanagement/talk.ts";
import type { WireUser } from "../../usermanagement/wire.ts";
import { listSome } from "./accounts.ts";
import type { JiraVersion } from "./capabilities.ts";
import type { JiraTalk } from "./talk.ts";

export interface BothDoors {
	readonly rest: JiraTalk;
	readonly userServer: UserManagement;
	readonly version: JiraVersion;
	/** Requests at once. */
	readonly concurrency: number;
	readonly pageSize?: number;
}
export interface Identified {
	readonly population: Population;
	/** By Jira's own key, which REST v2 alone tells: the id of an account, whichever doors Rollcall uses beside it. */
	readonly users: ReadonlyMap<AccountId, WireUser>;
}

/** How often a reading that moved under our hands is begun anew. */
const TRIES = 3;

/**
 * Everybody as the user server lists them, each with the key that REST v2 has for the name. The user server's own `key` is of another
 * kind (directory and id in it), and nothing translates the one into the other but the name; a name can go over to somebody else at any
 * time. So the user server is asked before *and* after REST v2: a name that stood for the same user both times stood for that user in
 * between, too. Both doors must know the same people, or nothing is planned.
 */
export async function identify(doors: BothDoors, progress: Progress | undefined, signal: AbortSignal): Promise<Identified> {
	let wrong = "the user server's list moved while it was read";
	for (let tried = 1; tried <= TRIES; tried += 1) {
		const population = await readPopulation(
			doors.userServer,
			{ attributes: false, ...(progress === undefined ? {} : { progress }) },
			signal,
		);
		const keys = await keysOf(doors, population, signal);
		const after = await listUsers(doors.userServer, signal);
		if (after === undefined) continue;
		const misfit = misfitOf({ before: population.users, after, keys });
		if (misfit === undefined) return { population, users: byKey(population, keys.byName) };
		wrong = misfit;
	}
	throw new SyncError("target.incomplete", `${wrong}, ${TRIES} times in a row: accounts cannot be told apart for certain`, {
		todo: "Nothing was changed. Run again at a quieter time; if it stays, look at this account in Jira's user management, and whether `userServer` is an application of the same Jira.",
	});
}

interface Keys {
	/** Jira's key by folded username. */
	readonly byName: ReadonlyMap<string, string>;
	/** Why the keys cannot be right. */
	readonly wrong: string | undefined;
}

/** From REST v2's list; whom it does not show (it may be cut off, accounts.ts) is looked up. */
async function keysOf(doors: BothDoors, { users }: Population, signal: AbortSignal): Promise<Keys> {
	const { rest, version, pageSize, concurrency: width } = doors;
	const listed = await listSome(rest, { version, ...(pageSize === undefined ? {} : { pageSize }) }, signal);
	const byName = new Map<string, string>();
	let wrong: string | undefined;
	for (const { key, name } of listed.values()) {
		if (byName.has(fold(name))) wrong ??= `REST v2 lists two accounts named "${name}"`;
		if (!users.has(fold(name))) wrong ??= `REST v2 lists the account "${name}", and the user server does not`;
		byName.set(fold(name), key);
	}
	const missing = [...users.values()].filter(({ id }) => !byName.has(id));
	const find = async ({ id, name }: Found<unknown>, stop: AbortSignal) => {
		const found = await rest.user({ username: name }, stop);
		return found === undefined || found.deleted === true || fold(found.name) !== id ? { id, name } : { id, name, key: found.key };
	};
	for (const { id, name, key } of await together({ items: missing, width }, find, signal)) {
		if (key === undefined) wrong ??= `the user server lists "${name}", whom REST v2 does not know`;
		else byName.set(id, key);
	}
	if (new Set(byName.values()).size < byName.size) wrong ??= "REST v2 gives two accounts the same key";
	return { byName, wrong };
}

type Users = Population["users"];

/** Undefined: every name stood for the same user all the time, and both doors know the same people. Who came later is not read. */
function misfitOf({ before, after, keys }: { readonly before: Users; readonly after: Users; readonly keys: Keys }): string | undefined {
	if (keys.wrong !== undefined) return keys.wrong;
	for (const [id, user] of before) {
		const now = after.get(id);
		if (now === undefined || identityOf(now) !== identityOf(user)) return `"${user.name}" was renamed or removed while Jira was read`;
	}
	return undefined;
}

/** The user server's own key; where it sends none, what else tells people apart. */
const identityOf = ({ key, value }: Found<WireUser>): string => key ?? JSON.stringify([value?.email, value?.["display-name"]]);

const byKey = ({ users }: Population, byName: ReadonlyMap<string, string>): ReadonlyMap<AccountId, WireUser> =>
	new Map([...users.values()].map((user) => [byName.get(user.id) as AccountId, understood(user, "Jira")]));
