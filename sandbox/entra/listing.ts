import { type Answer, type Call, Refused } from "../kit/http.ts";
import { graphError } from "./errors.ts";
import { allNames, type Entity, propertyNamed, userDefaults } from "./properties.ts";
import type { EntraQuirks } from "./quirks.ts";
import type { Value } from "./records.ts";
import type { Tenant } from "./tenant.ts";

/** What one request may see, and through which quirks. */
export interface Scene {
	readonly tenant: Tenant;
	readonly quirks: EntraQuirks;
	readonly origin: string;
	readonly roles: ReadonlySet<string>;
}

const bad = (message: string, code = "BadRequest") => new Refused(graphError(400, code, message));
const KNOWN = new Set(["$select", "$top", "$count", "$filter", "$skiptoken"]);

/** The properties of $select, in the right case; one that does not exist is refused. */
export function selectOf(query: URLSearchParams, entity: Entity, tenant: Tenant): readonly string[] {
	const text = query.get("$select");
	if (text === null) return entity === "user" ? userDefaults : allNames(entity);
	return text.split(",").map((asked) => {
		const found = propertyNamed(entity, asked.trim(), tenant);
		if (found === undefined) {
			const type = `microsoft.graph.${entity}`;
			throw bad(`Parsing OData Select and Expand failed: Could not find a property named '${asked}' on type '${type}'.`);
		}
		return found;
	});
}

/** `eq` on one property: all that is stood in for. */
export function filterOf(query: URLSearchParams): ((row: Readonly<Record<string, Value>>) => boolean) | undefined {
	const text = query.get("$filter");
	if (text === null) return undefined;
	const match = /^(\w+) eq '((?:[^']|'')*)'$/.exec(text);
	if (match === null) throw bad("Invalid filter clause", "Request_UnsupportedQuery");
	const [name, wanted] = [match[1] as string, (match[2] as string).replaceAll("''", "'").toLowerCase()];
	return (row) => typeof row[name] === "string" && (row[name] as string).toLowerCase() === wanted;
}

/** ConsistencyLevel: eventual together with $count=true: https://learn.microsoft.com/graph/aad-advanced-queries */
function counting(call: Call, scene: Scene): boolean {
	const asked = call.query.get("$count") === "true";
	const eventual = String(call.headers.consistencylevel ?? "").toLowerCase() === "eventual";
	if (!asked || scene.quirks.advancedQueries) return asked && eventual;
	throw bad("Unsupported Query.", "Request_UnsupportedQuery");
}

export interface List<Row> {
	readonly rows: readonly Row[];
	/** `users(id,mail)`, for @odata.context. */
	readonly context: string;
	readonly standardTop: number;
	readonly render: (row: Row) => Record<string, unknown>;
	/** Where counts know more than lists. */
	readonly counted?: number;
}

/** One page, with the opaque token of the next. */
export function page<Row>(call: Call, scene: Scene, list: List<Row>): Answer {
	for (const name of call.query.keys()) if (!KNOWN.has(name)) throw bad(`Query option '${name}' was not recognized.`);
	const { quirks } = scene;
	const counted = counting(call, scene);
	const token = call.query.get("$skiptoken");
	const top = topOf(call, list.standardTop);
	const start = token === null ? { at: 0, empty: false } : startOf(token, quirks);
	const empty = quirks.emptyPages && start.at > 0 && !start.empty;
	const end = empty ? start.at : Math.min(list.rows.length, start.at + top);
	const more = end < list.rows.length || empty;
	const next = quirks.nextLinks === "endless" ? { at: start.at, empty: false } : { at: end, empty };
	return {
		status: 200,
		json: {
			"@odata.context": `${scene.origin}/v1.0/$metadata#${list.context}`,
			// Only the first page says it.
			...(counted && token === null ? { "@odata.count": list.counted ?? list.rows.length } : {}),
			...(more || quirks.nextLinks === "endless" ? { "@odata.nextLink": linkOf(call, scene, next) } : {}),
			value: list.rows.slice(start.at, end).map(list.render),
		},
	};
}

function topOf(call: Call, standard: number): number {
	const text = call.query.get("$top");
	if (text === null) return standard;
	const top = Number(text);
	if (!Number.isInteger(top) || top < 1 || top > 999)
		throw bad("Invalid page size specified. Must be between 1 and 999 inclusive.", "Request_UnsupportedQuery");
	return top;
}

function startOf(token: string, quirks: EntraQuirks): { readonly at: number; readonly empty: boolean } {
	if (quirks.expiredPageTokens > 0) {
		quirks.expiredPageTokens -= 1;
		throw bad("The specified page token value has expired and can no longer be included in your request.", "Directory_ExpiredPageToken");
	}
	const match = /^RFNwdA(\d+)(e?)$/.exec(Buffer.from(token, "base64url").toString("utf8"));
	if (match === null) throw bad("Invalid skip token.");
	return { at: Number(match[1]), empty: match[2] === "e" };
}

function linkOf(call: Call, scene: Scene, next: { readonly at: number; readonly empty: boolean }): string {
	const token = Buffer.from(`RFNwdA${next.at}${next.empty ? "e" : ""}`, "utf8").toString("base64url");
	const kept = [...call.query].filter(([name]) => name !== "$skiptoken").map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
	const { nextLinks } = scene.quirks;
	const origin =
		nextLinks === "elsewhere"
			? "https://graph.example.net"
			: nextLinks === "insecure"
				? scene.origin.replace(/^https/, "http")
				: scene.origin;
	return `${origin}${call.path}?${[...kept, `$skiptoken=${token}`].join("&")}`;
}
