import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { PAGE_SIZE } from "./settings.ts";
import type { Talk } from "./talk.ts";
import { fieldsOf } from "./wire.ts";

/** What is known about a service provider before anything is read. */
export interface Provider {
	/** Endpoints of people and of groups, below the base address. */
	readonly users: string;
	readonly groups: string;
	readonly paging: "index" | "cursor";
	/** Rows asked for at a time. */
	readonly pageSize: number;
	/** More are never sent, as far as the server says. */
	readonly most: number;
	/** Undefined: not said. */
	readonly filters: boolean | undefined;
	readonly sorts: boolean;
	/** The server describes itself. */
	readonly described: boolean;
}

const flag = z.boolean().optional().catch(undefined);
const limit = z.number().int().positive().optional().catch(undefined);
/** RFC 7643 section 5 with RFC 9865 section 4. Servers leave out what they like; what is odd counts as not said. */
const configurationSchema = z.object({
	filter: z.object({ supported: flag, maxResults: limit }).optional().catch(undefined),
	sort: z.object({ supported: flag }).optional().catch(undefined),
	pagination: z.object({ cursor: flag, index: flag, maxPageSize: limit }).optional().catch(undefined),
});

/** Asks the server for its configuration and its resource types; servers that have neither are taken by the standard's defaults. */
export async function discover(talk: Talk, signal: AbortSignal): Promise<Provider> {
	const { settings } = talk;
	const configuration = await talk.configuration(signal);
	const types = await talk.documents("/ResourceTypes", signal);
	const { filter, sort, pagination } = configurationSchema.safeParse(configuration).data ?? {};
	const most = Math.min(pagination?.maxPageSize ?? Number.POSITIVE_INFINITY, filter?.maxResults ?? Number.POSITIVE_INFINITY);
	const announced = pagination?.cursor === true ? "cursor" : "index";
	return {
		users: endpointOf(talk, types, { name: "User", usual: "/Users" }),
		groups: settings.groups === "none" ? "/Groups" : endpointOf(talk, types, { name: "Group", usual: "/Groups" }),
		paging: settings.paging === "auto" ? announced : settings.paging,
		pageSize: Math.min(settings.pageSize ?? PAGE_SIZE, most),
		most,
		filters: filter?.supported,
		sorts: sort?.supported ?? false,
		described: configuration !== undefined,
	};
}

interface Wanted {
	readonly name: "User" | "Group";
	readonly usual: string;
}

/** By the type's schema, since its name is free (RFC 7643 section 6). Throws `config.invalid` when the server says that there is none. */
function endpointOf(talk: Talk, types: readonly unknown[] | undefined, { name, usual }: Wanted): string {
	if (types === undefined || types.length === 0) return usual;
	const urn = `urn:ietf:params:scim:schemas:core:2.0:${name}`.toLowerCase();
	const all = types.map(fieldsOf);
	const fits = all.filter((type) => String(type?.get("schema")).toLowerCase() === urn);
	const type = fits.find((one) => [one?.get("id"), one?.get("name")].includes(name)) ?? fits[0];
	const endpoint = type?.get("endpoint");
	if (typeof endpoint === "string" && endpoint !== "") return pathOf(talk, endpoint);
	const todo =
		name === "Group"
			? "Set `groups: none` for a server that has no groups."
			: "Is url the address of the SCIM interface, up to its version?";
	throw new SyncError("config.invalid", `${talk.host} has no resources of type ${name}, as its /ResourceTypes say`, { todo });
}

/** Endpoints are relative to the base address (RFC 7643 section 6); some servers write the whole address, or the whole path. */
function pathOf(talk: Talk, endpoint: string): string {
	const base = new URL(`${talk.settings.url}/`);
	const whole = URL.parse(endpoint);
	if (whole !== null && whole.origin !== base.origin) {
		throw new SyncError(
			"source.malformed",
			`${talk.host} names an endpoint on another server, ${whole.origin}; no credential was sent there`,
			{
				todo: `If ${whole.origin} is the same server, write it as url.`,
			},
		);
	}
	const path = `/${(whole?.pathname ?? endpoint).replace(/^\/+|\/+$/g, "")}`;
	return path.startsWith(base.pathname) ? path.slice(base.pathname.length - 1) : path;
}
