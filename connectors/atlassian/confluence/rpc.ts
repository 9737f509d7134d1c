import { SyncError } from "../../../core/errors.ts";
import type { WriteCalls } from "./calls.ts";
import type { ConfluenceTalk } from "./talk.ts";
import { knownUser, WireRpcUser } from "./translate.ts";

/**
 * The old remote API over JSON-RPC (https://docs.atlassian.com/confluence/, UsersSoapService; deprecated since Confluence 5.5), for
 * what a version's REST does not have. It works only where an administrator has switched it on. Nothing of it was tried on a real
 * server: methods and answers rest on others' clients.
 */
export class RpcCalls implements WriteCalls {
	readonly invites = false;
	readonly #talk: ConfluenceTalk;

	constructor(talk: ConfluenceTalk) {
		this.#talk = talk;
	}

	/** The answer names no key, so the account is looked for by its name. It sends no mail, so it always needs a password. */
	async createUser(
		{ userName, fullName, email }: { readonly userName: string; readonly fullName: string; readonly email: string },
		password: string | undefined,
		signal: AbortSignal,
	): Promise<string> {
		const args = [{ name: userName, fullname: fullName, email }, password ?? ""];
		await this.#talk.hiding(password, () => this.#talk.rpc("addUser", args, { about: `account "${userName}"` }, signal));
		return await this.#keyOf(userName, signal);
	}
	/** An account that is there and whose key nobody knows: as if the answer had been lost, so that the next run claims it. */
	async #keyOf(username: string, signal: AbortSignal): Promise<string> {
		let cause: unknown;
		try {
			const found = await this.#talk.user({ username }, signal);
			const key = found === undefined ? undefined : knownUser(found)?.key;
			if (key !== undefined) return key;
		} catch (error) {
			if (!(error instanceof SyncError)) throw error;
			cause = error;
		}
		throw new SyncError("target.malformed", `Confluence created "${username}", and its key could not be found out`, {
			todo: "Run again: the next run takes the account over.",
			outcomeUnknown: true,
			cause,
		});
	}

	/** It replaces both, so the address is asked for when it shall stay: unlike REST, this API tells it. */
	async updateUser(username: string, change: { readonly fullName: string; readonly email?: string }, signal: AbortSignal): Promise<void> {
		const about = `account "${username}"`;
		const email = change.email ?? (await this.#emailOf(username, signal));
		await this.#talk.rpc("editUser", [{ name: username, fullname: change.fullName, email }], { about }, signal);
	}
	async #emailOf(username: string, signal: AbortSignal): Promise<string> {
		const answer = await this.#talk.rpc("getUser", [username], { about: `account "${username}"`, safe: true }, signal);
		const { data } = WireRpcUser.safeParse(answer);
		if (data !== undefined) return data.email ?? "";
		throw new SyncError("target.malformed", `getUser of Confluence's old remote API says nothing of "${username}"`, {
			todo: "Leave `jsonRpc` out, and change the name by hand.",
		});
	}

	async switchUser(username: string, to: "enable" | "disable", signal: AbortSignal): Promise<void> {
		const method = to === "enable" ? "reactivateUser" : "deactivateUser";
		await this.#talk.rpc(method, [username], { about: `account "${username}"` }, signal);
	}
	async createGroup(name: string, signal: AbortSignal): Promise<void> {
		await this.#talk.rpc("addGroup", [name], { about: `group "${name}"` }, signal);
	}
	/** The second argument would name a group that the members move to. */
	async deleteGroup(name: string, signal: AbortSignal): Promise<void> {
		await this.#talk.rpc("removeGroup", [name, ""], { about: `group "${name}"` }, signal);
	}
	async changeMember(change: "PUT" | "DELETE", username: string, group: string, signal: AbortSignal): Promise<void> {
		const method = change === "PUT" ? "addUserToGroup" : "removeUserFromGroup";
		await this.#talk.rpc(method, [username, group], { about: `"${username}", group "${group}"` }, signal);
	}
}

/** Names of everybody who is enabled, be it that they are in no group. */
export async function activeNames(talk: ConfluenceTalk, signal: AbortSignal): Promise<readonly string[]> {
	const answer = await talk.rpc("getActiveUsers", [true], { about: "everybody who is enabled", safe: true }, signal);
	if (Array.isArray(answer) && answer.every((name): name is string => typeof name === "string")) return answer;
	throw new SyncError("target.malformed", "getActiveUsers of Confluence's old remote API did not answer a list of names", {
		todo: "Leave `jsonRpc` out; then only members of groups are seen.",
	});
}
