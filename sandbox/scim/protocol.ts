import { createHash } from "node:crypto";
import type { Answer, Call } from "../kit/http.ts";
import { NotAFilter, parseFilter } from "./filter.ts";
import { attributeAt, projected } from "./projection.ts";

/** RFC 7644 section 3.12. */
export function scimError(status: number, detail: string, scimType?: string): Answer {
	const type = scimType === undefined ? {} : { scimType };
	return { status, json: { schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: String(status), ...type, detail } };
}

/** A resource as it is shown, before anything is left out. */
export type Shown = Readonly<Record<string, unknown>> & { readonly id: string };

/** How lists are cut into pages. A product's stand-in has its own. */
export interface PageRules {
	/** Rows where no number is asked for. */
	readonly usual: number;
	/** Never more rows than this. */
	readonly most: number;
	readonly index: boolean;
	readonly cursor: boolean;
	/** Where neither is asked for. */
	readonly defaultMethod: "index" | "cursor";
	/** A row more than may be asked for is an error (`invalidCount`) instead of being cut. */
	readonly strictCount: boolean;
	readonly statesTotal: boolean;
}

interface Cut {
	readonly rows: readonly Shown[];
	readonly about: Readonly<Record<string, unknown>>;
}

/** The answer to a query of one endpoint: filtered, sorted, cut and projected, in this order (RFC 7644 section 3.4.2). */
export function listResponse(call: Call, resources: readonly Shown[], rules: PageRules): Answer {
	const filter = call.query.get("filter");
	let rows = resources;
	try {
		if (filter !== null) rows = rows.filter(parseFilter(filter));
	} catch (error) {
		if (error instanceof NotAFilter) return scimError(400, error.message, "invalidFilter");
		throw error;
	}
	rows = sorted(rows, call.query);
	const cut = pageOf(call, rows, rules);
	if ("status" in cut) return cut;
	const total = rules.statesTotal ? { totalResults: rows.length } : {};
	return {
		status: 200,
		// Rows first: see `short-page` of the kit, which takes rows from the first list.
		json: {
			...total,
			...cut.about,
			Resources: cut.rows.map((row) => projectedFor(call, row)),
			schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
		},
	};
}

/** One resource, projected. */
export const projectedFor = (call: Call, resource: Shown): Readonly<Record<string, unknown>> => {
	const names = (key: string) => (call.query.get(key) ?? "").split(",").filter((name) => name !== "");
	const attributes = names("attributes");
	return projected(resource, { attributes: attributes.length === 0 ? undefined : attributes, excluded: names("excludedAttributes") });
};

function sorted(rows: readonly Shown[], query: URLSearchParams): readonly Shown[] {
	const by = query.get("sortBy");
	if (by === null) return rows;
	const keyOf = (row: Shown) => String(attributeAt(row, by)[0] ?? "").toLowerCase();
	const up = rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0));
	return query.get("sortOrder") === "descending" ? up.reverse() : up;
}

function pageOf(call: Call, rows: readonly Shown[], rules: PageRules): Cut | Answer {
	const asked = numberOf(call.query.get("count"));
	if (asked === "odd") return scimError(400, "count is no number", "invalidValue");
	if (rules.strictCount && asked !== undefined && asked > rules.most)
		return scimError(400, `count must be between 0 and ${rules.most}`, "invalidCount");
	const count = Math.min(rules.most, Math.max(0, asked ?? rules.usual));
	const wantsCursor = call.query.has("cursor") || (!call.query.has("startIndex") && rules.defaultMethod === "cursor");
	if (rules.cursor && (wantsCursor || !rules.index)) return cursorPage(call, rows, count);
	const start = numberOf(call.query.get("startIndex"));
	if (start === "odd") return scimError(400, "startIndex is no number", "invalidValue");
	const startIndex = Math.max(1, start ?? 1);
	const page = rows.slice(startIndex - 1, startIndex - 1 + count);
	return { rows: page, about: { startIndex, itemsPerPage: page.length } };
}

function numberOf(text: string | null): number | undefined | "odd" {
	if (text === null) return undefined;
	return /^-?\d+$/.test(text) ? Number(text) : "odd";
}

/** RFC 9865. A cursor names the row that it comes after, and the question that it belongs to. */
function cursorPage(call: Call, rows: readonly Shown[], count: number): Cut | Answer {
	const question = [...call.query].filter(([name]) => name !== "cursor" && name !== "startIndex").sort();
	const key = createHash("sha256")
		.update(JSON.stringify([call.path, question]))
		.digest("base64url")
		.slice(0, 12);
	const cursor = call.query.get("cursor") ?? "";
	let start = 0;
	if (cursor !== "") {
		const [of, after] = Buffer.from(cursor, "base64url").toString("utf8").split("|", 2);
		if (of !== key || after === undefined) return scimError(400, "the cursor belongs to no such query", "invalidCursor");
		start = rows.findIndex((row) => row.id === after) + 1;
		if (start === 0) return scimError(400, "the cursor has expired", "expiredCursor");
	}
	const page = rows.slice(start, start + count);
	const more = start + page.length < rows.length && page.length > 0;
	const next = more ? { nextCursor: Buffer.from(`${key}|${page.at(-1)?.id}`, "utf8").toString("base64url") } : {};
	return { rows: page, about: { itemsPerPage: page.length, ...next } };
}
