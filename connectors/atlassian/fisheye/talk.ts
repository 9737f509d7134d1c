import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { segment } from "../../http/address.ts";
import type { RawAnswer } from "../../http/answer.ts";
import { type Answer, type Credential, JsonClient } from "../../http/client.ts";
import type { PageRequest } from "./pages.ts";
import type { FisheyeAuth, FisheyeSettings } from "./settings.ts";
import { pageOf, sentenceOf, WireGroup, WireName, type WirePage, WireServer, WireUser } from "./translate.ts";

const API = "/rest-service-fecru";
const Anything = z.unknown();
const UserPage = pageOf(WireUser);
const GroupPage = pageOf(WireGroup);
const NamePage = pageOf(WireName);
/** Any of these is a yes; 304: it was so already. */
const DONE = [200, 201, 202, 204, 304];

/**
 * Fisheye/Crucible's REST calls, one method each (https://docs.atlassian.com/fisheye-crucible/latest/wadl/fecru.html). Whether
 * a body is proven or Rollcall's reading stands at each of them.
 */
export class FisheyeTalk {
	readonly #client: JsonClient;
	/** Passwords of creations under way: should the server echo one, it is taken out of the message. */
	readonly #passwords = new Set<string>();

	constructor(settings: FisheyeSettings) {
		const { auth } = settings;
		this.#client = new JsonClient({
			side: "target",
			baseUrl: settings.url,
			network: settings.network,
			authorization: () => authorizationOf(auth),
			secrets: () => [...secretsOf(auth), ...this.#passwords],
			detailOf: sentenceOf,
			lockedOut: (answer) => lockOutOf(answer, auth),
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
	server(signal: AbortSignal): Promise<Answer<WireServer>> {
		return this.#client.send({ method: "GET", path: `${API}/server-v1`, schema: WireServer }, signal);
	}
	users(page: PageRequest, signal: AbortSignal): Promise<WirePage<WireUser>> {
		return this.#client.request({ method: "GET", path: `${API}/admin/users/`, query: { ...page }, schema: UserPage }, signal);
	}
	groups(page: PageRequest, signal: AbortSignal): Promise<WirePage<WireGroup>> {
		return this.#client.request({ method: "GET", path: `${API}/admin/groups/`, query: { ...page }, schema: GroupPage }, signal);
	}
	/** Throws `target.missing` where there is no such group. */
	members(group: string, page: PageRequest, signal: AbortSignal): Promise<WirePage<WireName>> {
		const request = { path: `${groupPath(group)}/users`, query: { ...page }, about: `group "${group}"` };
		return this.#client.request({ method: "GET", ...request, schema: NamePage }, signal);
	}
	/** Throws `target.missing` where there is no such account. */
	groupsOf(username: string, page: PageRequest, signal: AbortSignal): Promise<WirePage<WireName>> {
		const request = { path: `${userPath(username)}/groups`, query: { ...page }, about: `account "${username}"` };
		return this.#client.request({ method: "GET", ...request, schema: NamePage }, signal);
	}
	/** Undefined: there is none. */
	user(username: string, signal: AbortSignal): Promise<WireUser | undefined> {
		return orNone(
			this.#client.request({ method: "GET", path: userPath(username), schema: WireUser, about: `account "${username}"` }, signal),
		);
	}
	/** Undefined: there is none. */
	group(name: string, signal: AbortSignal): Promise<WireGroup | undefined> {
		return orNone(this.#client.request({ method: "GET", path: groupPath(name), schema: WireGroup, about: `group "${name}"` }, signal));
	}

	/** Seen in another client's types, without the address. */
	async createUser(user: WireUser, password: string, signal: AbortSignal): Promise<void> {
		this.#passwords.add(password);
		try {
			await this.#write(
				{ method: "POST", path: `${API}/admin/users/`, body: { ...user, password }, about: `account "${user.name}"` },
				signal,
			);
		} finally {
			this.#passwords.delete(password);
		}
	}
	/** Unverified, all of it but the path. */
	async updateUser(username: string, fields: Omit<Required<WireUser>, "name">, signal: AbortSignal): Promise<void> {
		await this.#write({ method: "PUT", path: userPath(username), body: fields, about: `account "${username}"` }, signal);
	}
	/** Unverified: the body. */
	async createGroup(name: string, signal: AbortSignal): Promise<void> {
		const body = { name, admin: false };
		await this.#write({ method: "POST", path: `${API}/admin/groups/`, body, about: `group "${name}"` }, signal);
	}
	async deleteGroup(name: string, signal: AbortSignal): Promise<void> {
		await this.#write({ method: "DELETE", path: groupPath(name), about: `group "${name}"` }, signal);
	}
	/** Seen in a script that restored memberships on servers in use. False: the account was in the group already. */
	async addToGroup(username: string, group: string, signal: AbortSignal): Promise<boolean> {
		const about = `"${username}", group "${group}"`;
		return (await this.#write({ method: "PUT", path: `${userPath(username)}/groups`, body: { name: group }, about }, signal)) !== 304;
	}
	/** Unverified: the body. A DELETE with one, which not everything on the way lets through. */
	async removeFromGroup(username: string, group: string, signal: AbortSignal): Promise<void> {
		const about = `"${username}", group "${group}"`;
		await this.#write({ method: "DELETE", path: `${userPath(username)}/groups`, body: { name: group }, about }, signal);
	}

	/** The status of success. */
	async #write(
		request: { readonly method: "POST" | "PUT" | "DELETE"; readonly path: string; readonly body?: unknown; readonly about: string },
		signal: AbortSignal,
	): Promise<number> {
		return (await this.#client.send({ ...request, schema: Anything, expect: DONE }, signal)).status;
	}
}

const groupPath = (group: string): string => `${API}/admin/groups/${inPath(group, "group")}`;
const userPath = (username: string): string => `${API}/admin/users/${inPath(username, "account")}`;

/** Slashes and the like no server takes in a path. */
export const mayStandInPath = (name: string): boolean => segment(name) !== undefined;
function inPath(name: string, what: string): string {
	const encoded = segment(name);
	if (encoded !== undefined) return encoded;
	throw new SyncError("target.rejected", `the ${what} "${name}" cannot be named in an address of Fisheye's`, {
		todo: `Rename the ${what} without slashes, backslashes, semicolons and percent signs, or do this by hand.`,
	});
}

async function orNone<T>(found: Promise<T>): Promise<T | undefined> {
	try {
		return await found;
	} catch (error) {
		if (error instanceof SyncError && error.code === "target.missing") return undefined;
		throw error;
	}
}

/** https://confluence.atlassian.com/fisheye/setting-the-rest-api-token-317197023.html */
function authorizationOf(auth: FisheyeAuth): Credential {
	if (auth.kind === "pat") return { "X-Api-Key": auth.token.reveal() };
	return `Basic ${Buffer.from(`${auth.username}:${auth.password.reveal()}`, "utf8").toString("base64")}`;
}
function secretsOf(auth: FisheyeAuth): readonly string[] {
	if (auth.kind === "pat") return [auth.token.reveal()];
	return [auth.password.reveal(), String(authorizationOf(auth)).slice("Basic ".length)];
}

function lockOutOf(answer: RawAnswer, auth: FisheyeAuth): { readonly message: string; readonly todo: string } | undefined {
	if (answer.status !== 401) return undefined;
	return auth.kind === "pat"
		? {
				message: "Fisheye did not accept the REST API token here",
				todo: "Either it is not the current one (Administration > Authentication), or this Fisheye takes the token for other services only: then log in with username and password. Nothing more was sent with it.",
			}
		: {
				message: `Fisheye did not accept the name "${auth.username}" and its password`,
				todo: "Correct the credential. It is not tried again.",
			};
}
