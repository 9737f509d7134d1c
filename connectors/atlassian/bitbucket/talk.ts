import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { segment } from "../../http/address.ts";
import type { RawAnswer } from "../../http/answer.ts";
import { type Answer, JsonClient } from "../../http/client.ts";
import type { Where } from "../../http/failure.ts";
import { inWords } from "../../http/failure.ts";
import type { PageRequest } from "./pages.ts";
import type { BitbucketAuth, BitbucketSettings } from "./settings.ts";
import {
	exceptionOf,
	pageOf,
	sentenceOf,
	WireErrors,
	WireGroup,
	WireLicence,
	type WirePage,
	WirePermittedGroup,
	WirePermittedUser,
	WireProperties,
	WireSettings,
	WireUser,
} from "./translate.ts";

const API = "/rest/api/latest";
const Anything = z.unknown();
const UserPage = pageOf(WireUser);
const GroupPage = pageOf(WireGroup);
const PermittedGroupPage = pageOf(WirePermittedGroup);
const PermittedUserPage = pageOf(WirePermittedUser);

/**
 * Bitbucket's REST calls, one method each; see the vendor's reference (https://developer.atlassian.com/server/bitbucket/rest/v905/).
 * Names travel in query strings and bodies, which take every character. A method that looks something up answers undefined
 * when Bitbucket itself says 404.
 */
export class BitbucketTalk {
	readonly #client: JsonClient;
	/** Passwords of creations under way: should the server echo one, it is taken out of the message. */
	readonly #passwords = new Set<string>();
	/** Answers name who is logged in; a proxy may take that off. */
	#signed = false;

	constructor(settings: BitbucketSettings) {
		const { auth } = settings;
		this.#client = new JsonClient({
			side: "target",
			baseUrl: settings.url,
			network: settings.network,
			authorization: () => authorizationOf(auth),
			secrets: () => [...secretsOf(auth), ...[...this.#passwords].flatMap((password) => [password, encodeURIComponent(password)])],
			detailOf: sentenceOf,
			lockedOut: (answer) => lockOutOf(answer, auth),
			lacksRight,
			refusal: (answer, where) => (answer.status === 401 && lacksRight(answer) ? notPermitted(answer, where, auth) : undefined),
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

	/** With the headers: `Date`, and `X-AUSERNAME`, which says who is logged in. Answered to everybody. */
	async properties(signal: AbortSignal): Promise<Answer<WireProperties>> {
		const answer = await this.#client.send({ method: "GET", path: `${API}/application-properties`, schema: WireProperties }, signal);
		this.#signed = (answer.headers["x-ausername"] ?? "") !== "";
		return answer;
	}
	/** Undefined: none is installed. Needs ADMIN. */
	licence(signal: AbortSignal): Promise<WireLicence | undefined> {
		return this.#client.find({ method: "GET", path: `${API}/admin/license`, schema: WireLicence, absent: WireErrors }, signal);
	}

	/** `filter`: names, display names or addresses that hold this text. */
	users(page: PageRequest & { readonly filter?: string }, signal: AbortSignal): Promise<WirePage<WireUser>> {
		return this.#client.request({ method: "GET", path: `${API}/admin/users`, query: { ...page }, schema: UserPage }, signal);
	}
	groups(page: PageRequest & { readonly filter?: string }, signal: AbortSignal): Promise<WirePage<{ name: string }>> {
		return this.#client.request({ method: "GET", path: `${API}/admin/groups`, query: { ...page }, schema: GroupPage }, signal);
	}
	/** Throws `target.missing` where there is no such group. */
	members(group: string, page: PageRequest & { readonly filter?: string }, signal: AbortSignal): Promise<WirePage<WireUser>> {
		const query = { context: group, ...page };
		const about = `group "${group}"`;
		return this.#client.request({ method: "GET", path: `${API}/admin/groups/more-members`, query, schema: UserPage, about }, signal);
	}
	groupsOf(username: string, page: PageRequest, signal: AbortSignal): Promise<WirePage<{ name: string }>> {
		const query = { context: username, ...page };
		return this.#client.request({ method: "GET", path: `${API}/admin/users/more-members`, query, schema: GroupPage }, signal);
	}
	/** Needs ADMIN. */
	permittedGroups(page: PageRequest, signal: AbortSignal): Promise<WirePage<WirePermittedGroup>> {
		return this.#client.request(
			{ method: "GET", path: `${API}/admin/permissions/groups`, query: { ...page }, schema: PermittedGroupPage },
			signal,
		);
	}
	/** Those who have a permission themselves, beside what their groups give. Needs ADMIN. */
	permittedUsers(page: PageRequest, signal: AbortSignal): Promise<WirePage<WirePermittedUser>> {
		return this.#client.request(
			{ method: "GET", path: `${API}/admin/permissions/users`, query: { ...page }, schema: PermittedUserPage },
			signal,
		);
	}

	/**
	 * User settings: a flat map. An empty one looks like an answer of something in between, so it must be signed as all of
	 * Bitbucket's answers are, where this Bitbucket signs them.
	 */
	async settings(slug: string, signal: AbortSignal): Promise<Record<string, unknown> | undefined> {
		const where = { path: settingsPath(slug), about: `settings of "${slug}"` };
		const request = { method: "GET", ...where, schema: WireSettings, absent: WireErrors } as const;
		const { status, headers, body } = await this.#client.send<Record<string, unknown> | undefined>(request, signal);
		const signed = (headers["x-ausername"] ?? "") !== "";
		if (status === 404 || signed || !this.#signed || Object.keys(body ?? {}).length > 0) return body;
		throw new SyncError("target.malformed", `GET ${where.path} on ${this.host} answered {} without the header X-AUSERNAME`, {
			todo: "Look at what stands between Rollcall and Bitbucket: this is not Bitbucket's answer.",
		});
	}
	/** Entries that are left out stay as they are. */
	async setSettings(slug: string, entries: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
		const where = { path: settingsPath(slug), about: `settings of "${slug}"` };
		await this.#client.request({ method: "POST", ...where, body: entries, schema: Anything, expect: [200, 204] }, signal);
	}

	/** While `work` goes on, these never appear in a message, be it that the server echoes them. */
	async hiding<T>(passwords: readonly string[], work: () => Promise<T>): Promise<T> {
		for (const password of passwords) this.#passwords.add(password);
		try {
			return await work();
		} finally {
			for (const password of passwords) this.#passwords.delete(password);
		}
	}
	/** The password goes into the query, since Bitbucket takes it nowhere else; without one, Bitbucket sends a mail. */
	async createUser(
		user: { readonly name: string; readonly displayName: string; readonly emailAddress: string },
		password: string | undefined,
		signal: AbortSignal,
	): Promise<void> {
		const query = { ...user, addToDefaultGroup: false, ...(password === undefined ? { notify: true } : { password, notify: false }) };
		const about = `account "${user.name}"`;
		await this.#client.request({ method: "POST", path: `${API}/admin/users`, query, schema: Anything, about }, signal);
	}
	async setPassword(name: string, password: string, signal: AbortSignal): Promise<void> {
		const request = { body: { name, password, passwordConfirm: password }, about: `password of "${name}"` };
		await this.#client.request({ method: "PUT", path: `${API}/admin/users/credentials`, ...request, schema: Anything }, signal);
	}

	/** Who it is about goes by name. */
	updateUser(user: { name: string; displayName: string; email: string }, signal: AbortSignal): Promise<WireUser> {
		const about = `account "${user.name}"`;
		return this.#client.request({ method: "PUT", path: `${API}/admin/users`, body: user, schema: WireUser, about }, signal);
	}
	renameUser(name: string, newName: string, signal: AbortSignal): Promise<WireUser> {
		const about = `account "${name}"`;
		return this.#client.request(
			{ method: "POST", path: `${API}/admin/users/rename`, body: { name, newName }, schema: WireUser, about },
			signal,
		);
	}

	async createGroup(name: string, signal: AbortSignal): Promise<void> {
		await this.#client.request(
			{ method: "POST", path: `${API}/admin/groups`, query: { name }, schema: Anything, about: `group "${name}"` },
			signal,
		);
	}
	async deleteGroup(name: string, signal: AbortSignal): Promise<void> {
		await this.#client.request(
			{ method: "DELETE", path: `${API}/admin/groups`, query: { name }, schema: Anything, about: `group "${name}"` },
			signal,
		);
	}
	/** All of them or none. */
	async addUsers(group: string, users: readonly string[], signal: AbortSignal): Promise<void> {
		const whom = users.length === 1 ? `"${users[0]}"` : `${users.length} accounts`;
		const request = { body: { group, users }, about: `${whom}, group "${group}"` };
		await this.#client.request({ method: "POST", path: `${API}/admin/groups/add-users`, ...request, schema: Anything }, signal);
	}
	/** Here `context` is the account and `itemName` the group; in `/admin/groups/remove-user` it is the other way round. */
	async removeUser(group: string, username: string, signal: AbortSignal): Promise<void> {
		const request = { body: { context: username, itemName: group }, about: `"${username}", group "${group}"` };
		await this.#client.request({ method: "POST", path: `${API}/admin/users/remove-group`, ...request, schema: Anything }, signal);
	}
}

/** A slug is made of plain letters, so it can always stand in a path. */
function settingsPath(slug: string): string {
	const encoded = segment(slug);
	if (encoded !== undefined) return `${API}/users/${encoded}/settings`;
	throw new SyncError("target.malformed", `Bitbucket states the slug "${slug.slice(0, 80)}", which cannot stand in a path`, {
		todo: "Rename the account; its slug is made from its name.",
	});
}

function authorizationOf(auth: BitbucketAuth): string {
	if (auth.kind === "pat") return `Bearer ${auth.token.reveal()}`;
	return `Basic ${Buffer.from(`${auth.username}:${auth.password.reveal()}`, "utf8").toString("base64")}`;
}
function secretsOf(auth: BitbucketAuth): readonly string[] {
	if (auth.kind === "pat") return [auth.token.reveal()];
	return [auth.password.reveal(), authorizationOf(auth).slice("Basic ".length)];
}

/**
 * Bitbucket says 401 also where somebody who is logged in may not do a thing; then it names them in a header (recorded:
 * https://community.atlassian.com/forums/Bitbucket-questions/qaq-p/1064279).
 */
const lacksRight = (answer: RawAnswer): boolean =>
	answer.status === 401 && (answer.headers["x-ausername"] ?? "") !== "" && exceptionOf(answer.text) === "AuthorisationException";

const notPermitted = (answer: RawAnswer, where: Where, auth: BitbucketAuth): SyncError =>
	new SyncError("target.denied", `${inWords(where)} answered 401: the account that Rollcall is logged in with may not do this`, {
		todo:
			auth.kind === "pat"
				? `Log in with username and password: Bitbucket lets no HTTP access token administer (BSERV-10482). The account needs the global permission Admin on ${where.host}.`
				: `Give the account that Rollcall uses on ${where.host} the global permission Admin.`,
		context: {
			method: where.method,
			path: where.path,
			host: where.host,
			status: answer.status,
			detail: "You are not permitted to access this resource",
		},
	});

/** A wrong credential is 401; after some of them Bitbucket answers 403 until a CAPTCHA is solved. */
function lockOutOf(answer: RawAnswer, auth: BitbucketAuth): { readonly message: string; readonly todo: string } | undefined {
	if (answer.status === 403 && exceptionOf(answer.text) === "CaptchaRequiredAuthenticationException") {
		return {
			message: "Bitbucket wants a CAPTCHA solved before this account may log in again",
			todo: "Log in to Bitbucket once in a browser as the account that Rollcall uses, then correct the credential. Nothing more was sent with it.",
		};
	}
	if (answer.status !== 401 || lacksRight(answer)) return undefined;
	return auth.kind === "pat"
		? {
				message: "Bitbucket did not accept the HTTP access token",
				todo: "Create a new token as the account that Rollcall uses: this one is wrong, expired or revoked. Nothing more was sent with it.",
			}
		: {
				message: `Bitbucket did not accept the name "${auth.username}" and its password`,
				todo: "Correct the credential, and see that Basic log-in is not switched off: Bitbucket has no other for administration. It is not tried again: failed log-ins bring up a CAPTCHA.",
			};
}
