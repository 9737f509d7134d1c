import type { z } from "zod";
import { SyncError } from "../../core/errors.ts";
import type { Headers } from "../http/answer.ts";
import { JsonClient, type JsonRequest } from "../http/client.ts";
import { type Membership, membershipReader } from "./memberships.ts";
import { detailOf, lockedOut, refusalOf } from "./refusals.ts";
import type { UserManagementSettings } from "./settings.ts";
import { absentBy, WireGroup, WireGroups, WireUser, WireUsers } from "./wire.ts";

export const API = "/rest/usermanagement/1";
/** Of a document or a page; a million memberships are some 40 MB. */
const LARGEST = 1024 * 1024 * 1024;

/** Which server it is, in its own words. */
export interface Server {
	/** `Crowd`, `JIRA`. */
	readonly name: string;
	/** `5.1.0`; empty where it was not stated. */
	readonly version: string;
}
export interface Page {
	readonly start: number;
	readonly max: number;
	/** Custom attributes cost the server a look-up each. */
	readonly attributes?: boolean;
}
export type Who = { readonly username: string } | { readonly key: string };

/**
 * The reading half of the user-management protocol (https://developer.atlassian.com/server/crowd/crowd-rest-resources/), one
 * method a call. Names travel in the query. Everything thrown is a SyncError; a name that is not there is `undefined`.
 */
export class UserManagement {
	readonly settings: UserManagementSettings;
	protected readonly client: JsonClient;
	#server: Server | undefined;

	/** Throws `config.invalid` for an unusable URL. Opens nothing. `secrets`: further texts that no message may hold. */
	constructor(settings: UserManagementSettings, secrets: () => readonly string[] = () => []) {
		this.settings = settings;
		const { side, application, password } = settings;
		const basic = () => Buffer.from(`${application}:${password.reveal()}`, "utf8").toString("base64");
		this.client = new JsonClient({
			side,
			baseUrl: settings.url,
			network: settings.network,
			authorization: () => `Basic ${basic()}`,
			secrets: () => [password.reveal(), basic(), ...secrets()],
			detailOf,
			lockedOut: (answer) => lockedOut(application, answer),
			refusal: (answer, where) => refusalOf(side, application, answer, where),
			maxBytes: LARGEST,
			// Crowd refuses writes that a browser might have been tricked into.
			writeHeaders: { "X-Atlassian-Token": "no-check" },
			...(settings.beforeWrite === undefined ? {} : { beforeWrite: settings.beforeWrite }),
			...(settings.log === undefined ? {} : { log: settings.log }),
			...(settings.retry === undefined ? {} : { retry: settings.retry }),
		});
	}

	get host(): string {
		return this.client.host;
	}
	requests(): number {
		return this.client.requests();
	}
	close(): Promise<void> {
		return this.client.close();
	}

	/** Which server answers; asked once. */
	async server(signal: AbortSignal): Promise<Server> {
		return this.#server ?? (await this.hello(signal)).server;
	}

	/** The cheapest question there is (one group by name): who answers, and the time there, as its Date header has it. */
	async hello(signal: AbortSignal): Promise<{ readonly server: Server; readonly date: string | undefined }> {
		const query = { "entity-type": "group", "start-index": 0, "max-results": 1 };
		const { headers } = await this.client.send(
			{ method: "GET", path: `${API}/search`, query, schema: WireGroups, about: "groups" },
			signal,
		);
		this.#server = serverIn(headers, this.host, this.settings.side);
		return { server: this.#server, date: headers.date };
	}

	/** One page of all users, active and inactive, as they came. */
	users(page: Page, signal: AbortSignal): Promise<readonly unknown[]> {
		return this.#search({ type: "user", expand: page.attributes === true ? "user,attributes" : "user", schema: WireUsers }, page, signal);
	}

	/** One page of all groups. */
	groups(page: Page, signal: AbortSignal): Promise<readonly unknown[]> {
		return this.#search({ type: "group", expand: "group", schema: WireGroups }, page, signal);
	}

	#search(
		what: { readonly type: string; readonly expand: string; readonly schema: z.ZodType<readonly unknown[]> },
		page: Page,
		signal: AbortSignal,
	): Promise<readonly unknown[]> {
		const query = { "entity-type": what.type, expand: what.expand, "start-index": page.start, "max-results": page.max };
		return this.client.request({ method: "GET", path: `${API}/search`, query, schema: what.schema, about: `${what.type}s` }, signal);
	}

	/** All direct memberships by folded group, in one answer that is read while it comes. XML whatever is asked for. */
	memberships(signal: AbortSignal): Promise<ReadonlyMap<string, Membership>> {
		const path = `${API}/group/membership`;
		const read = membershipReader(this.settings.side, { method: "GET", path, host: this.host });
		return this.client.stream({ method: "GET", path, read, accept: "application/xml", about: "all memberships" }, signal);
	}

	user(who: Who, attributes: boolean, signal: AbortSignal): Promise<WireUser | undefined> {
		const query = { ...who, ...(attributes ? { expand: "attributes" } : {}) };
		const about = "key" in who ? `user ${who.key}` : `user "${who.username}"`;
		return this.found({ path: `${API}/user`, query, schema: WireUser, absent: absentBy("USER_NOT_FOUND"), about }, signal);
	}

	group(groupname: string, signal: AbortSignal): Promise<WireGroup | undefined> {
		const absent = absentBy("GROUP_NOT_FOUND");
		return this.found({ path: `${API}/group`, query: { groupname }, schema: WireGroup, absent, about: `group "${groupname}"` }, signal);
	}

	protected found<T>(
		request: Omit<JsonRequest<T>, "method"> & { readonly absent: z.ZodType },
		signal: AbortSignal,
	): Promise<T | undefined> {
		return this.client.find({ ...request, method: "GET" }, signal);
	}
}

/** `X-Embedded-Crowd-Version: Crowd/5.1.0`; the vendor's own clients believe no answer without it (RestExecutor). */
function serverIn(headers: Headers, host: string, side: "source" | "target"): Server {
	const [, name, version = ""] = /^([^/]{1,40})\/?(.{0,60})$/.exec(headers["x-embedded-crowd-version"] ?? "") ?? [];
	if (name !== undefined) return { name, version };
	throw new SyncError(
		`${side}.malformed`,
		`${host} answers, but not as a Crowd (or Jira user server) does: the header X-Embedded-Crowd-Version is missing`,
		{
			todo: "Does url end with the context path (https://crowd.example.org/crowd)? Does a proxy take headers away?",
		},
	);
}
