import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { segment } from "../../http/address.ts";
import { type Answer, JsonClient } from "../../http/client.ts";
import type { PageRequest } from "./pages.ts";
import type { CloudSettings } from "./settings.ts";
import {
	CORE_GROUP,
	listOf,
	PATCH_OP,
	sentenceOf,
	WireAbsent,
	WireConfiguration,
	WireGroup,
	WireGroupName,
	type WireList,
	WireUser,
} from "./wire.ts";

const Anything = z.unknown();
const UserList = listOf(WireUser);
const GroupList = listOf(WireGroupName);

/** One change of a PatchOp message (RFC 7644 section 3.5.2). */
export interface PatchOperation {
	readonly op: "add" | "remove" | "replace";
	readonly path: string;
	readonly value?: unknown;
}

/**
 * The calls of one SCIM directory, one method each (https://developer.atlassian.com/cloud/admin/user-provisioning/rest/).
 * Names travel in queries and bodies; only ids that Atlassian made stand in paths. A method that looks something up answers
 * undefined when the directory itself says 404.
 */
export class CloudTalk {
	readonly directory: string;
	readonly #client: JsonClient;

	constructor(settings: CloudSettings) {
		this.directory = settings.directory;
		this.#client = new JsonClient({
			side: "target",
			baseUrl: `${settings.url.replace(/\/+$/, "")}/scim/directory/${idIn(settings.directory, "directory")}`,
			network: settings.network,
			authorization: () => `Bearer ${settings.key.reveal()}`,
			secrets: () => [settings.key.reveal()],
			detailOf: sentenceOf,
			lockedOut: ({ status }) =>
				status === 401
					? {
							message: "Atlassian did not accept the directory's API key",
							todo: "Make a new key for this directory at admin.atlassian.com (Security > Identity providers > the directory > Regenerate API key): this one is wrong or was replaced. Nothing more was sent with it.",
						}
					: undefined,
			// One answer may be a group with all its members.
			maxBytes: 256 * 1024 * 1024,
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

	/** With the headers: `Date`. */
	configuration(signal: AbortSignal): Promise<Answer<z.infer<typeof WireConfiguration>>> {
		return this.#client.send({ method: "GET", path: "/ServiceProviderConfig", schema: WireConfiguration }, signal);
	}

	/** `filter`: one exact comparison. */
	users(page: PageRequest & { readonly filter?: string }, signal: AbortSignal): Promise<WireList<WireUser>> {
		return this.#client.request({ method: "GET", path: "/Users", query: { ...page }, schema: UserList }, signal);
	}
	user(id: string, signal: AbortSignal): Promise<WireUser | undefined> {
		const request = { method: "GET", path: userPath(id), schema: WireUser, absent: WireAbsent, about: `user ${id}` } as const;
		return this.#client.find<WireUser>(request, signal);
	}
	createUser(user: { readonly userName: string }, signal: AbortSignal): Promise<WireUser> {
		const about = `user "${user.userName}"`;
		return this.#client.request({ method: "POST", path: "/Users", body: user, schema: WireUser, about }, signal);
	}
	/** What is left out is cleared. */
	replaceUser(id: string, user: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<WireUser> {
		return this.#client.request({ method: "PUT", path: userPath(id), body: user, schema: WireUser, about: `user ${id}` }, signal);
	}
	patchUser(id: string, operations: readonly PatchOperation[], signal: AbortSignal): Promise<WireUser> {
		const body = { schemas: [PATCH_OP], Operations: operations };
		return this.#client.request({ method: "PATCH", path: userPath(id), body, schema: WireUser, about: `user ${id}` }, signal);
	}

	/** `filter`: one exact comparison. Members are not looked at, whether or not they come. */
	groups(page: PageRequest & { readonly filter?: string }, signal: AbortSignal): Promise<WireList<WireGroupName>> {
		return this.#client.request({ method: "GET", path: "/Groups", query: { ...page }, schema: GroupList }, signal);
	}
	group(id: string, name: string, signal: AbortSignal): Promise<WireGroup | undefined> {
		const request = { method: "GET", path: groupPath(id), schema: WireGroup, absent: WireAbsent, about: `group "${name}"` } as const;
		return this.#client.find<WireGroup>(request, signal);
	}
	createGroup(displayName: string, signal: AbortSignal): Promise<WireGroup> {
		const body = { schemas: [CORE_GROUP], displayName };
		return this.#client.request({ method: "POST", path: "/Groups", body, schema: WireGroup, about: `group "${displayName}"` }, signal);
	}
	/** All of it or nothing. */
	patchGroup(group: WireGroupName, operations: readonly PatchOperation[], signal: AbortSignal): Promise<WireGroup> {
		const body = { schemas: [PATCH_OP], Operations: operations };
		const about = `group "${group.displayName}"`;
		return this.#client.request({ method: "PATCH", path: groupPath(group.id), body, schema: WireGroup, about }, signal);
	}
	async deleteGroup(group: WireGroupName, signal: AbortSignal): Promise<void> {
		const about = `group "${group.displayName}"`;
		await this.#client.request({ method: "DELETE", path: groupPath(group.id), schema: Anything, about }, signal);
	}
}

const userPath = (id: string): string => `/Users/${idIn(id, "user")}`;
const groupPath = (id: string): string => `/Groups/${idIn(id, "group")}`;

/** Ids are made by Atlassian, of letters, digits and dashes. */
export function idIn(id: string, what: string): string {
	const encoded = segment(id);
	if (encoded !== undefined) return encoded;
	throw new SyncError("target.malformed", `"${id.slice(0, 80)}" cannot be the id of a ${what}: it cannot stand in an address`, {
		todo: "Look at what stands between Rollcall and api.atlassian.com.",
	});
}
