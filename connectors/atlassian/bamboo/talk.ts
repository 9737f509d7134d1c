import { z } from "zod";
import type { RawAnswer } from "../../http/answer.ts";
import { type Answer, JsonClient } from "../../http/client.ts";
import type { PageRequest } from "./pages.ts";
import { inPath } from "./paths.ts";
import type { BambooAuth, BambooSettings } from "./settings.ts";
import { pageOf, sentenceOf, WireGroup, WireInfo, type WirePage, WirePermitted, WireUser } from "./translate.ts";

const API = "/rest/api/latest";
const Anything = z.unknown();
const UserPage = pageOf(WireUser);
const GroupPage = pageOf(WireGroup);
const PermittedPage = pageOf(WirePermitted);
type Filtered = PageRequest & { readonly filter?: string };

/** Bamboo's REST calls, one method each; see the vendor's reference (https://developer.atlassian.com/server/bamboo/rest/). */
export class BambooTalk {
	readonly #client: JsonClient;
	/** Passwords of creations under way: should the server echo one, it is taken out of the message. */
	readonly #passwords = new Set<string>();

	constructor(settings: BambooSettings) {
		const { auth } = settings;
		this.#client = new JsonClient({
			side: "target",
			baseUrl: settings.url,
			network: settings.network,
			authorization: () => authorizationOf(auth),
			secrets: () => [...secretsOf(auth), ...this.#passwords],
			detailOf: sentenceOf,
			lockedOut: (answer) => lockOutOf(answer, auth),
			// https://confluence.atlassian.com/kb/rest-api-calls-with-a-browser-user-agent-header-may-fail-csrf-checks-802591455.html
			writeHeaders: { "X-Atlassian-Token": "no-check" },
			...(settings.beforeWrite === undefined ? {} : { beforeWrite: settings.beforeWrite }),
			...(settings.log === undefined ? {} : { log: settings.log }),
			...(settings.retry === undefined ? {} : { retry: settings.retry }),
		});
	}

	get host(): string {
		return this.#client.host;
	}
	requests(): number {
		return this.#client.requests();
	}
	close(): Promise<void> {
		return this.#client.close();
	}

	/** With the headers, whose Date tells the server's clock. */
	info(signal: AbortSignal): Promise<Answer<WireInfo>> {
		return this.#client.send({ method: "GET", path: `${API}/info`, schema: WireInfo }, signal);
	}
	/** Who the credential stands for. */
	currentUser(signal: AbortSignal): Promise<WireUser> {
		return this.#client.request({ method: "GET", path: `${API}/currentUser`, schema: WireUser }, signal);
	}
	/** Groups, users or roles with global permissions. Needs restricted administration. */
	permitted(whose: "groups" | "users" | "roles", page: PageRequest, signal: AbortSignal): Promise<WirePage<WirePermitted>> {
		const path = `${API}/permissions/global/${whose}`;
		return this.#client.request({ method: "GET", path, query: { ...page }, schema: PermittedPage }, signal);
	}

	/** `filter`: names, full names or addresses that hold this text, in whatever case. */
	users(page: Filtered, signal: AbortSignal): Promise<WirePage<WireUser>> {
		return this.#client.request({ method: "GET", path: `${API}/admin/users`, query: { ...page }, schema: UserPage }, signal);
	}
	groups(page: Filtered, signal: AbortSignal): Promise<WirePage<WireGroup>> {
		return this.#client.request({ method: "GET", path: `${API}/admin/groups`, query: { ...page }, schema: GroupPage }, signal);
	}
	/** Throws `target.missing` where there is no such group. */
	members(group: string, page: Filtered, signal: AbortSignal): Promise<WirePage<WireUser>> {
		const request = { path: `${groupPath(group)}/more-members`, query: { ...page }, about: `group "${group}"` };
		return this.#client.request({ method: "GET", ...request, schema: UserPage }, signal);
	}
	/** Throws `target.missing` where there is no such account. */
	groupsOf(username: string, page: Filtered, signal: AbortSignal): Promise<WirePage<WireGroup>> {
		const request = { path: `${userPath(username)}/assigned-groups`, query: { ...page }, about: `account "${username}"` };
		return this.#client.request({ method: "GET", ...request, schema: GroupPage }, signal);
	}

	async createUser(user: { name: string; fullName: string; email: string }, password: string, signal: AbortSignal): Promise<void> {
		const body = { ...user, password, passwordConfirm: password };
		this.#passwords.add(password);
		try {
			const about = `account "${user.name}"`;
			await this.#client.request({ method: "POST", path: `${API}/admin/users`, body, schema: Anything, about }, signal);
		} finally {
			this.#passwords.delete(password);
		}
	}
	async renameUser(oldName: string, name: string, signal: AbortSignal): Promise<void> {
		const request = { path: `${API}/admin/users/rename`, body: { oldName, name }, about: `account "${oldName}"` };
		await this.#client.request({ method: "PUT", ...request, schema: Anything }, signal);
	}
	async createGroup(name: string, signal: AbortSignal): Promise<void> {
		const request = { path: `${API}/admin/groups`, body: { name }, about: `group "${name}"` };
		await this.#client.request({ method: "POST", ...request, schema: Anything }, signal);
	}
	async deleteGroup(name: string, signal: AbortSignal): Promise<void> {
		await this.#client.request({ method: "DELETE", path: groupPath(name), schema: Anything, about: `group "${name}"` }, signal);
	}

	/** All of them or none. A removal is a DELETE with a body, which not everything on the way lets through. */
	async changeMembers(change: "add" | "remove", group: string, users: readonly string[], signal: AbortSignal): Promise<void> {
		const whom = users.length === 1 ? `"${users[0]}"` : `${users.length} accounts`;
		const where = { path: `${groupPath(group)}/${change}-users`, about: `${whom}, group "${group}"` };
		await this.#client.request({ method: change === "add" ? "POST" : "DELETE", ...where, body: users, schema: Anything }, signal);
	}
	/** The same from the account's side: the name of the group is in the body. */
	async changeGroups(change: "add" | "remove", username: string, groups: readonly string[], signal: AbortSignal): Promise<void> {
		const where = { path: `${userPath(username)}/groups`, about: `"${username}", group "${groups.join('", "')}"` };
		await this.#client.request({ method: change === "add" ? "POST" : "DELETE", ...where, body: groups, schema: Anything }, signal);
	}
}

const groupPath = (group: string): string => `${API}/admin/groups/${inPath(group)}`;
const userPath = (username: string): string => `${API}/admin/users/${inPath(username)}`;

function authorizationOf(auth: BambooAuth): string {
	if (auth.kind === "pat") return `Bearer ${auth.token.reveal()}`;
	return `Basic ${Buffer.from(`${auth.username}:${auth.password.reveal()}`, "utf8").toString("base64")}`;
}
function secretsOf(auth: BambooAuth): readonly string[] {
	if (auth.kind === "pat") return [auth.token.reveal()];
	return [auth.password.reveal(), authorizationOf(auth).slice("Basic ".length)];
}

/** Seraph, the log-in filter, says in a header why it turned somebody away; after some failures a CAPTCHA is asked for. */
function lockOutOf(answer: RawAnswer, auth: BambooAuth): { readonly message: string; readonly todo: string } | undefined {
	const reason = answer.headers["x-seraph-loginreason"] ?? "";
	if (/AUTHENTICATION_DENIED/.test(reason)) {
		return {
			message: "Bamboo wants a CAPTCHA solved before this account may log in again (X-Seraph-LoginReason: AUTHENTICATION_DENIED)",
			todo: "Log in to Bamboo once in a browser as the account that Rollcall uses, then correct the credential. Nothing more was sent with it.",
		};
	}
	if (answer.status !== 401 && !/AUTHENTICATED_FAILED/.test(reason)) return undefined;
	return auth.kind === "pat"
		? {
				message: "Bamboo did not accept the personal access token",
				todo: "Create a new token as the account that Rollcall uses: this one is wrong, expired or revoked. Nothing more was sent with it.",
			}
		: {
				message: `Bamboo did not accept the name "${auth.username}" and its password`,
				todo: "Correct the credential, or use a personal access token where Basic log-in is switched off. It is not tried again: failed log-ins bring up a CAPTCHA.",
			};
}
