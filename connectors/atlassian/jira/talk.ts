import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { segment } from "../../http/address.ts";
import type { RawAnswer } from "../../http/answer.ts";
import { type Answer, JsonClient } from "../../http/client.ts";
import type { JiraAuth, RestSettings } from "./settings.ts";
import {
	propertyText,
	sentenceOf,
	WireAbsent,
	WireApplicationRole,
	WireComponent,
	WireErrors,
	WireGroupPicker,
	WireMembers,
	WirePermissions,
	WireProject,
	WireProperty,
	WireServerInfo,
	WireUser,
	WireUserList,
	WireUserWithGroups,
	WireWritten,
} from "./translate.ts";

const API = "/rest/api/2";
const Anything = z.unknown();

/**
 * Jira's REST v2 calls, one method each; see the vendor's reference
 * (https://developer.atlassian.com/server/jira/platform/rest/v10003/). Names travel in query strings, since Tomcat
 * refuses many characters in paths. A method that looks something up answers undefined when Jira itself says 404.
 */
export class JiraTalk {
	readonly #client: JsonClient;
	/** Passwords of creations under way: should the server echo one, it is taken out of the message. */
	readonly #passwords = new Set<string>();

	constructor(settings: RestSettings) {
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
	serverInfo(signal: AbortSignal): Promise<Answer<WireServerInfo>> {
		return this.#client.send({ method: "GET", path: `${API}/serverInfo`, schema: WireServerInfo }, signal);
	}
	/** Who the credential stands for. */
	myself(signal: AbortSignal): Promise<WireUser> {
		return this.#client.request({ method: "GET", path: `${API}/myself`, schema: WireUser }, signal);
	}
	/** Keys of the permissions that the credential has (`ADMINISTER`, `SYSTEM_ADMIN`, `USER_PICKER` …). */
	async permissions(signal: AbortSignal): Promise<ReadonlySet<string>> {
		const { permissions } = await this.#client.request({ method: "GET", path: `${API}/mypermissions`, schema: WirePermissions }, signal);
		return new Set(Object.keys(permissions).filter((key) => permissions[key]?.havePermission));
	}
	applicationRoles(signal: AbortSignal): Promise<WireApplicationRole[]> {
		return this.#client.request({ method: "GET", path: `${API}/applicationrole`, schema: z.array(WireApplicationRole) }, signal);
	}

	/** Every project that the credential sees, archived ones too: also they have a lead. */
	projects(signal: AbortSignal): Promise<WireProject[]> {
		const query = { expand: "lead", includeArchived: true };
		return this.#client.request({ method: "GET", path: `${API}/project`, query, schema: z.array(WireProject) }, signal);
	}
	/** Undefined: the project is gone. `key` is made of letters, digits and underscores. */
	components(key: string, signal: AbortSignal): Promise<WireComponent[] | undefined> {
		const path = `${API}/project/${segment(key)}/components`;
		return this.#client.find({ method: "GET", path, schema: z.array(WireComponent), absent: WireAbsent, about: `project ${key}` }, signal);
	}

	/** One page of everybody. Jira 10.3 and later. */
	userList(page: { cursor: string | undefined; maxResults: number }, signal: AbortSignal): Promise<z.infer<typeof WireUserList>> {
		return this.#client.request({ method: "GET", path: `${API}/user/list`, query: page, schema: WireUserList }, signal);
	}
	/** `.` finds everybody, by use if not by documentation (JRASERVER-29422). */
	userSearch(page: { startAt: number; maxResults: number }, signal: AbortSignal): Promise<WireUser[]> {
		const query = { username: ".", includeActive: true, includeInactive: true, ...page };
		return this.#client.request({ method: "GET", path: `${API}/user/search`, query, schema: z.array(WireUser) }, signal);
	}
	user(who: { readonly key: string } | { readonly username: string }, signal: AbortSignal): Promise<WireUser | undefined> {
		const about = "key" in who ? `account ${who.key}` : `account "${who.username}"`;
		return this.#client.find(
			{ method: "GET", path: `${API}/user`, query: { ...who }, schema: WireUser, absent: WireAbsent, about },
			signal,
		);
	}
	userWithGroups(key: string, signal: AbortSignal): Promise<WireUserWithGroups | undefined> {
		const query = { key, expand: "groups" };
		const about = `account ${key}`;
		return this.#client.find({ method: "GET", path: `${API}/user`, query, schema: WireUserWithGroups, absent: WireAbsent, about }, signal);
	}

	groupPicker(query: string, maxResults: number, signal: AbortSignal): Promise<WireGroupPicker> {
		return this.#client.request(
			{ method: "GET", path: `${API}/groups/picker`, query: { query, maxResults }, schema: WireGroupPicker },
			signal,
		);
	}
	/** One page of the effective members: those of subgroups are included. At most 50 per page. */
	members(group: string, page: { startAt: number; maxResults: number }, signal: AbortSignal): Promise<WireMembers | undefined> {
		const query = { groupname: group, includeInactiveUsers: true, ...page };
		const about = `group "${group}"`;
		return this.#client.find({ method: "GET", path: `${API}/group/member`, query, schema: WireMembers, absent: WireAbsent, about }, signal);
	}

	/** Undefined: no such property (or no such account). */
	async property(of: { key: string; property: string }, signal: AbortSignal): Promise<string | undefined> {
		const where = { path: propertyPath(of.property), query: { userKey: of.key }, about: `property of account ${of.key}` };
		const found = await this.#client.find({ method: "GET", ...where, schema: WireProperty, absent: WireErrors }, signal);
		return found === undefined ? undefined : propertyText(found.value);
	}
	async setProperty(of: { key: string; property: string }, value: string, signal: AbortSignal): Promise<void> {
		const where = { path: propertyPath(of.property), query: { userKey: of.key }, about: `property of account ${of.key}` };
		await this.#client.request({ method: "PUT", ...where, body: value, schema: Anything, expect: [200, 201, 204] }, signal);
	}

	/** No mail is sent. */
	async createUser(
		user: { name: string; password: string; emailAddress: string; displayName: string },
		signal: AbortSignal,
	): Promise<WireWritten> {
		this.#passwords.add(user.password);
		try {
			const body = { ...user, notification: false };
			const about = `account "${user.name}"`;
			return await this.#client.request({ method: "POST", path: `${API}/user`, body, schema: WireWritten, expect: [201], about }, signal);
		} finally {
			this.#passwords.delete(user.password);
		}
	}
	/** Fields that are left out stay as they are. */
	updateUser(
		key: string,
		change: { name?: string; emailAddress?: string; displayName?: string; active?: boolean },
		signal: AbortSignal,
	): Promise<WireWritten> {
		const about = `account ${key}`;
		return this.#client.request({ method: "PUT", path: `${API}/user`, query: { key }, body: change, schema: WireWritten, about }, signal);
	}

	async createGroup(name: string, signal: AbortSignal): Promise<void> {
		const about = `group "${name}"`;
		await this.#client.request({ method: "POST", path: `${API}/group`, body: { name }, schema: Anything, expect: [201], about }, signal);
	}
	async deleteGroup(name: string, signal: AbortSignal): Promise<void> {
		const query = { groupname: name };
		await this.#client.request({ method: "DELETE", path: `${API}/group`, query, schema: Anything, about: `group "${name}"` }, signal);
	}
	async addMember(group: string, username: string, signal: AbortSignal): Promise<void> {
		const request = {
			path: `${API}/group/user`,
			query: { groupname: group },
			body: { name: username },
			about: `"${username}", group "${group}"`,
		};
		await this.#client.request({ method: "POST", ...request, schema: Anything, expect: [201] }, signal);
	}
	async removeMember(group: string, username: string, signal: AbortSignal): Promise<void> {
		const request = { path: `${API}/group/user`, query: { groupname: group, username }, about: `"${username}", group "${group}"` };
		await this.#client.request({ method: "DELETE", ...request, schema: Anything }, signal);
	}
}

/** Tomcat answers 400 to anything else in a path, encoded or not (facts: 11.1, last row). */
const PATH_SAFE = /^[\x20-\x7e]{1,255}$/;

/** Throws `config.invalid` for a key that cannot stand in a path, before anything is sent. */
function propertyPath(property: string): string {
	const encoded = PATH_SAFE.test(property) && !/[|"]/.test(property) ? segment(property) : undefined;
	if (encoded === undefined) {
		throw new SyncError("config.invalid", `"${property.slice(0, 80)}" cannot be the key of a user property in Jira`, {
			todo: "Use a key of at most 255 plain letters, digits, dots, blanks, underscores and dashes.",
		});
	}
	return `${API}/user/properties/${encoded}`;
}

function authorizationOf(auth: JiraAuth): string {
	if (auth.kind === "pat") return `Bearer ${auth.token.reveal()}`;
	return `Basic ${Buffer.from(`${auth.username}:${auth.password.reveal()}`, "utf8").toString("base64")}`;
}
function secretsOf(auth: JiraAuth): readonly string[] {
	if (auth.kind === "pat") return [auth.token.reveal()];
	return [auth.password.reveal(), authorizationOf(auth).slice("Basic ".length)];
}

/** Seraph, Jira's log-in filter, says in a header why it turned somebody away; three failures in a row bring up a CAPTCHA. */
function lockOutOf(answer: RawAnswer, auth: JiraAuth): { readonly message: string; readonly todo: string } | undefined {
	const reason = answer.headers["x-seraph-loginreason"] ?? "";
	const denied = /AUTHENTICATION_DENIED/.test(reason) || /CAPTCHA/.test(answer.headers["x-authentication-denied-reason"] ?? "");
	if (denied) {
		return {
			message: "Jira wants a CAPTCHA solved before this account may log in again (X-Seraph-LoginReason: AUTHENTICATION_DENIED)",
			todo: "Log in to Jira once in a browser as the account that Rollcall uses, then correct the credential. Nothing more was sent with it.",
		};
	}
	if (answer.status !== 401 && !/AUTHENTICATED_FAILED/.test(reason)) return undefined;
	return auth.kind === "pat"
		? {
				message: "Jira did not accept the personal access token",
				todo: "Create a new token as the account that Rollcall uses: this one is wrong, expired or revoked, or Jira is older than 8.14 and knows no tokens. Nothing more was sent with it.",
			}
		: {
				message: `Jira did not accept the name "${auth.username}" and its password`,
				todo: "Correct the credential, or use a personal access token where Basic log-in is switched off. It is not tried again: failed log-ins bring up a CAPTCHA.",
			};
}
