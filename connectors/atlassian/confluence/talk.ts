import { z } from "zod";
import { asSyncError, SyncError } from "../../../core/errors.ts";
import type { RawAnswer } from "../../http/answer.ts";
import { type Answer, JsonClient, type JsonRequest } from "../../http/client.ts";
import { inWords, type Where } from "../../http/failure.ts";
import { cleanText, withoutSecrets } from "../../http/text.ts";
import type { WriteCalls } from "./calls.ts";
import { lockOutOf } from "./lockout.ts";
import type { PageRequest } from "./pages.ts";
import { inPath } from "./paths.ts";
import { isStatus, rpcRefusal, saysWhy } from "./refusals.ts";
import type { ConfluenceAuth, ConfluenceSettings } from "./settings.ts";
import {
	pageOf,
	sentenceOf,
	WireCount,
	WireError,
	WireGroup,
	WireManifest,
	type WirePage,
	WirePermission,
	WireRpcError,
	WireServer,
	WireUser,
	WireUserKey,
} from "./translate.ts";

const API = "/rest/api";
const Anything = z.unknown();
const UserPage = pageOf(WireUser);
const GroupPage = pageOf(WireGroup);
const Permissions = z.array(WirePermission);
/** What an answer to a question about status has to hold. */
const STATUS = { expand: "status" };

/**
 * Confluence's REST calls, one method each; see the vendor's reference (https://developer.atlassian.com/server/confluence/rest/v1000/).
 * Accounts are looked up by their key, which no rename changes; what changes an account or a group has the name in its path. A
 * method that looks something up answers undefined when Confluence itself says 404.
 */
export class ConfluenceTalk implements WriteCalls {
	readonly invites = true;
	readonly #client: JsonClient;
	/** Passwords of creations under way: should the server echo one, it is taken out of the message. */
	readonly #passwords = new Set<string>();
	readonly #secrets: () => readonly string[];
	readonly #basic: boolean;

	constructor(settings: ConfluenceSettings) {
		const { auth } = settings;
		this.#basic = auth.kind === "basic";
		this.#secrets = () => [...secretsOf(auth), ...this.#passwords];
		this.#client = new JsonClient({
			side: "target",
			baseUrl: settings.url,
			network: settings.network,
			authorization: () => authorizationOf(auth),
			secrets: this.#secrets,
			detailOf: sentenceOf,
			lockedOut: (answer) => lockOutOf(answer, auth),
			refusal: (answer, where) => (answer.status === 405 ? notAllowed(answer, where) : undefined),
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

	/** With the headers, for `Date`. Older servers have no such call: undefined. */
	server(signal: AbortSignal): Promise<Answer<z.infer<typeof WireServer>> | undefined> {
		return unlessUnknown(this.#client.send({ method: "GET", path: `${API}/server-information`, schema: WireServer }, signal));
	}
	/** Of application links: any version, and anybody may ask. */
	manifest(signal: AbortSignal): Promise<Answer<z.infer<typeof WireManifest>>> {
		return this.#client.send({ method: "GET", path: "/rest/applinks/1.0/manifest", schema: WireManifest }, signal);
	}
	/** Who is logged in; `type: anonymous` for nobody. */
	current(signal: AbortSignal): Promise<WireUser> {
		return this.#get({ path: `${API}/user/current`, schema: WireUser }, signal);
	}
	/** Every global permission; for administrators only. Undefined: this version has no such call. */
	permissions(signal: AbortSignal): Promise<readonly WirePermission[] | undefined> {
		return unlessUnknown(this.#get({ path: `${API}/permissions`, schema: Permissions }, signal));
	}
	/** Not in the vendor's description; rests on one client of others. Undefined: no such call, or Confluence itself says not for us. */
	async licence(about: "userCount" | "maxUsers", signal: AbortSignal): Promise<number | undefined> {
		const request = this.#get({ path: `/rest/license/1.0/license/${about}`, schema: WireCount }, signal);
		const answer = await request.catch((error: unknown) => {
			if (isStatus(error, 404) || (isStatus(error, 403) && saysWhy(error))) return undefined;
			throw error;
		});
		return answer?.count;
	}
	/**
	 * Asks with GET for something that has only other methods, which changes nothing: what the server allows there. Undefined: it
	 * does not say. An empty list: there is no such call.
	 */
	async allowed(path: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
		try {
			await this.#get({ path: `${API}${path}`, schema: Anything }, signal);
			return undefined;
		} catch (error) {
			if (isStatus(error, 404)) return [];
			if (!isStatus(error, 405)) {
				// A server that minds being asked says nothing about the call; one that cannot be reached stops us.
				if (isStatus(error, 400, 403)) return undefined;
				throw error;
			}
			const methods = String(error.context.allow ?? "");
			return methods === "" ? undefined : methods.toUpperCase().split(/\s*,\s*/);
		}
	}

	users(page: PageRequest, signal: AbortSignal): Promise<WirePage<WireUser>> {
		return this.#get({ path: `${API}/user/list`, query: { ...page, ...STATUS }, schema: UserPage }, signal);
	}
	groups(page: PageRequest, signal: AbortSignal): Promise<WirePage<WireGroup>> {
		return this.#get({ path: `${API}/group`, query: { ...page }, schema: GroupPage }, signal);
	}
	members(group: string, page: PageRequest, signal: AbortSignal): Promise<WirePage<WireUser>> {
		const path = `${API}/group/${inPath("group", group)}/member`;
		return this.#get({ path, query: { ...page, ...STATUS }, schema: UserPage, about: `group "${group}"` }, signal);
	}
	user(by: { readonly key: string } | { readonly username: string }, signal: AbortSignal): Promise<WireUser | undefined> {
		return this.#client.find(
			{ method: "GET", path: `${API}/user`, query: { ...by, ...STATUS }, schema: WireUser, absent: WireError },
			signal,
		);
	}
	groupsOf(key: string, page: PageRequest, signal: AbortSignal): Promise<WirePage<WireGroup>> {
		return this.#get({ path: `${API}/user/memberof`, query: { key, ...page }, schema: GroupPage, about: `account ${key}` }, signal);
	}
	group(name: string, signal: AbortSignal): Promise<WireGroup | undefined> {
		const path = `${API}/group/${inPath("group", name)}`;
		return this.#client.find({ method: "GET", path, schema: WireGroup, absent: WireError, about: `group "${name}"` }, signal);
	}

	/** The key of the new account. Without a password Confluence sends a mail. */
	async createUser(
		user: { readonly userName: string; readonly fullName: string; readonly email: string },
		password: string | undefined,
		signal: AbortSignal,
	): Promise<string> {
		const body = password === undefined ? { ...user, notifyViaEmail: true } : { ...user, password, notifyViaEmail: false };
		const request = { path: `${API}/admin/user`, body, schema: WireUserKey, about: `account "${user.userName}"` };
		return (await this.hiding(password, () => this.#client.request({ method: "POST", ...request }, signal))).userKey;
	}
	/** While `work` goes on, this never appears in a message. */
	async hiding<T>(password: string | undefined, work: () => Promise<T>): Promise<T> {
		if (password !== undefined) this.#passwords.add(password);
		try {
			return await work();
		} finally {
			if (password !== undefined) this.#passwords.delete(password);
		}
	}
	async updateUser(username: string, change: { fullName: string; email?: string }, signal: AbortSignal): Promise<void> {
		await this.#write({ method: "PUT", path: adminPath(username), body: change, about: `account "${username}"` }, signal);
	}
	async switchUser(username: string, to: "enable" | "disable", signal: AbortSignal): Promise<void> {
		await this.#write({ method: "PUT", path: `${adminPath(username)}/${to}`, about: `account "${username}"` }, signal);
	}
	async createGroup(name: string, signal: AbortSignal): Promise<void> {
		await this.#write({ method: "POST", path: `${API}/admin/group`, body: { type: "group", name }, about: `group "${name}"` }, signal);
	}
	async deleteGroup(name: string, signal: AbortSignal): Promise<void> {
		await this.#write({ method: "DELETE", path: `${API}/admin/group/${inPath("group", name)}`, about: `group "${name}"` }, signal);
	}
	async changeMember(change: "PUT" | "DELETE", username: string, group: string, signal: AbortSignal): Promise<void> {
		const path = `${API}/user/${inPath("account", username)}/group/${inPath("group", group)}`;
		await this.#write({ method: change, path, about: `"${username}", group "${group}"` }, signal);
	}

	/**
	 * A method of the old remote API, where it is switched on; arguments go as a list. Errors come with status 200 in the body.
	 * `safe`: it changes nothing.
	 */
	async rpc(
		method: string,
		args: readonly unknown[],
		how: { readonly about: string; readonly safe?: boolean },
		signal: AbortSignal,
	): Promise<unknown> {
		const path = `/rpc/json-rpc/confluenceservice-v2/${method}`;
		const query = this.#basic ? { os_authType: "basic" } : {};
		const request = { method: "POST", path, query, body: args, schema: Anything, ...how } as const;
		const answer = await this.#client.request(request, signal).catch((error: unknown) => {
			throw isStatus(error, 403, 404) ? switchedOff(error) : error;
		});
		const refused = WireRpcError.safeParse(answer).data?.error;
		if (refused !== undefined) throw rpcRefusal(this.#clean(refused.message ?? "no reason"), { method, host: this.host, ...how });
		if (answer === false) throw rpcRefusal("false", { method, host: this.host, ...how });
		return answer;
	}
	/** What the old remote API answers with status 200 goes past the client's own cleaning. */
	#clean(text: string): string {
		return cleanText(withoutSecrets(text, this.#secrets()));
	}

	#get<T>(request: Omit<JsonRequest<T>, "method">, signal: AbortSignal): Promise<T> {
		return this.#client.request({ method: "GET", ...request }, signal);
	}
	async #write(request: Omit<JsonRequest<unknown>, "schema">, signal: AbortSignal): Promise<void> {
		await this.#client.request({ ...request, schema: Anything }, signal);
	}
}

const adminPath = (username: string): string => `${API}/admin/user/${inPath("account", username)}`;

/** For calls that only some versions have: undefined on any 404. */
async function unlessUnknown<T>(answer: Promise<T>): Promise<T | undefined> {
	try {
		return await answer;
	} catch (error) {
		if (asSyncError(error).code === "target.missing") return undefined;
		throw error;
	}
}

/** JAX-RS names the methods that there are (RFC 9110 section 15.5.6). */
const notAllowed = (answer: RawAnswer, where: Where): SyncError =>
	new SyncError("target.unsupported", `${inWords(where)} answered 405: this Confluence has no such call`, {
		todo: "Do it in Confluence's administration, or upgrade; what the version can do stands in docs/guides/confluence.md.",
		context: { method: where.method, path: where.path, host: where.host, status: 405, allow: answer.headers.allow ?? "" },
	});

const switchedOff = (cause: SyncError): SyncError =>
	new SyncError("target.unsupported", `${cause.message}; Confluence's old remote API is switched off, or not for us`, {
		todo: "Switch it on (Administration > General configuration > Further configuration > Remote API), or leave `jsonRpc` out.",
		context: cause.context,
		cause,
	});

function authorizationOf(auth: ConfluenceAuth): string {
	if (auth.kind === "pat") return `Bearer ${auth.token.reveal()}`;
	return `Basic ${Buffer.from(`${auth.username}:${auth.password.reveal()}`, "utf8").toString("base64")}`;
}
function secretsOf(auth: ConfluenceAuth): readonly string[] {
	if (auth.kind === "pat") return [auth.token.reveal()];
	return [auth.password.reveal(), authorizationOf(auth).slice("Basic ".length)];
}
