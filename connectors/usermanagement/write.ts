import { z } from "zod";
import type { UserManagementSettings } from "./settings.ts";
import { API, UserManagement } from "./talk.ts";
import { absentBy, WireAttributes, WireGroup, WireUser } from "./wire.ts";

/** All that `PUT /user` keeps: it replaces the whole user, so every field is always sent. */
export interface WholeUser {
	/** As it is: this call cannot rename. */
	readonly name: string;
	readonly firstName: string;
	readonly lastName: string;
	readonly displayName: string;
	/** Left out, it counts as a change of the address (from 4.4 on: 403). */
	readonly email: string;
	/** Left out, it is true: the user would be switched on without a word. */
	readonly active: boolean;
}

const Anything = z.unknown();
const bodyOf = ({ name, firstName, lastName, displayName, email, active }: WholeUser) => ({
	name,
	"first-name": firstName,
	"last-name": lastName,
	"display-name": displayName,
	email,
	active,
});

/** The writing half of the protocol, one method a call. What a server refused is `target.rejected` with `context.reason`. */
export class WritingUserManagement extends UserManagement {
	/** Passwords of creations under way: should the server echo one, it is taken out of the message. */
	readonly #passwords: Set<string>;

	constructor(settings: Omit<UserManagementSettings, "side">) {
		const passwords = new Set<string>();
		super({ ...settings, side: "target" }, () => [...passwords]);
		this.#passwords = passwords;
	}

	/** Into the first directory of the application in which it may create; which one, the answer's key tells. */
	async createUser(user: WholeUser, password: string, signal: AbortSignal): Promise<{ readonly key: string | undefined }> {
		this.#passwords.add(password);
		try {
			const body = { ...bodyOf(user), password: { value: password } };
			const schema = WireUser.partial().nullish();
			const request = { method: "POST", path: `${API}/user`, body, schema, expect: [201], about: `user "${user.name}"` } as const;
			return { key: (await this.client.request(request, signal))?.key ?? undefined };
		} finally {
			this.#passwords.delete(password);
		}
	}

	async replaceUser(user: WholeUser, signal: AbortSignal): Promise<void> {
		const request = { path: `${API}/user`, query: { username: user.name }, body: bodyOf(user), about: `user "${user.name}"` };
		await this.client.request({ method: "PUT", ...request, schema: Anything }, signal);
	}

	async renameUser(from: string, to: string, signal: AbortSignal): Promise<void> {
		const request = { path: `${API}/user/rename`, query: { username: from }, body: { "new-name": to }, about: `user "${from}"` };
		await this.client.request({ method: "POST", ...request, schema: Anything }, signal);
	}

	/** Undefined: no such user. */
	attributes(username: string, signal: AbortSignal): Promise<WireAttributes | undefined> {
		const where = { path: `${API}/user/attribute`, query: { username }, about: `attributes of "${username}"` };
		return this.found({ ...where, schema: WireAttributes, absent: absentBy("USER_NOT_FOUND") }, signal);
	}

	/** All others stay. */
	async storeAttribute(
		username: string,
		attribute: { readonly name: string; readonly values: readonly string[] },
		signal: AbortSignal,
	): Promise<void> {
		const where = { path: `${API}/user/attribute`, query: { username }, about: `attributes of "${username}"` };
		await this.client.request({ method: "POST", ...where, body: { attributes: [attribute] }, schema: Anything }, signal);
	}

	async createGroup(name: string, signal: AbortSignal): Promise<void> {
		const body = { name, type: "GROUP", description: "", active: true };
		const schema = WireGroup.partial().nullish();
		await this.client.request({ method: "POST", path: `${API}/group`, body, schema, expect: [201], about: `group "${name}"` }, signal);
	}

	/** In every directory that permits it; it may be left in others. */
	async deleteGroup(groupname: string, signal: AbortSignal): Promise<void> {
		const where = { path: `${API}/group`, query: { groupname }, about: `group "${groupname}"` };
		await this.client.request({ method: "DELETE", ...where, schema: Anything }, signal);
	}

	/** Direct members only. Undefined: the user, the group or the membership is not there. */
	async isMember(group: string, username: string, signal: AbortSignal): Promise<boolean> {
		const where = { path: `${API}/group/user/direct`, query: { groupname: group, username }, about: `"${username}" in "${group}"` };
		const absent = absentBy("MEMBERSHIP_NOT_FOUND", "GROUP_NOT_FOUND", "USER_NOT_FOUND");
		return (await this.found({ ...where, schema: z.object({ name: z.string() }), absent }, signal)) !== undefined;
	}

	async addMember(group: string, username: string, signal: AbortSignal): Promise<void> {
		const where = { path: `${API}/group/user/direct`, query: { groupname: group }, about: `"${username}" in "${group}"` };
		await this.client.request({ method: "POST", ...where, body: { name: username }, schema: Anything }, signal);
	}

	async removeMember(group: string, username: string, signal: AbortSignal): Promise<void> {
		const where = { path: `${API}/group/user/direct`, query: { groupname: group, username }, about: `"${username}" in "${group}"` };
		await this.client.request({ method: "DELETE", ...where, schema: Anything }, signal);
	}
}
