import { type Answer, type Call, Refused } from "../kit/http.ts";
import type { OneLoginQuirks } from "./quirks.ts";
import { refusal } from "./refusals.ts";

/** `most`: rows a page; `standard`: without `limit`. */
export interface Paging<T> {
	readonly standard: number;
	readonly most: number;
	readonly quirks: OneLoginQuirks;
	/** For `sort`. */
	readonly valueIn: (row: T, field: string) => unknown;
	readonly json: (row: T) => unknown;
}
interface Place {
	readonly limit: number;
	readonly page: number;
	readonly sort: string;
}

/**
 * A page of a list of version 2 (https://developers.onelogin.com/api-docs/2/getting-started/using-query-parameters). Pages are
 * cut out of the list as it is at this moment. A cursor is the place in base64 and nothing else
 * (https://github.com/onelogin/terraform-provider-onelogin/issues/203), and excludes the other parameters.
 */
export function paged<T>(call: Call, rows: readonly T[], paging: Paging<T>): Answer {
	const place = placeOf(call, paging);
	const { limit, sort } = place;
	const page = paging.quirks.ignoresPage ? 1 : place.page;
	const sorted = paging.quirks.ignoresSort || sort === "" ? rows : inOrder(rows, sort, paging.valueIn);
	const part = sorted.slice((page - 1) * limit, page * limit);
	const pages = Math.ceil(rows.length / limit);
	const cursor = (at: number) => Buffer.from(`limit=${limit}&sort=${sort}&page=${at}`).toString("base64");
	const headers = {
		"Total-Count": String(rows.length),
		"Total-Pages": String(pages),
		"Current-Page": String(page),
		"Page-Items": String(part.length),
		...(page > 1 ? { "Before-Cursor": cursor(page - 1) } : {}),
		...(page < pages ? { "After-Cursor": cursor(page + 1) } : {}),
	};
	return { status: 200, headers: paging.quirks.dropsTotals ? {} : headers, json: part.map(paging.json) };
}

function placeOf<T>({ query }: Call, { standard, most, quirks }: Paging<T>): Place {
	const bad = (what: string) => new Refused(refusal(400, what, "paging"));
	const cursor = query.get("cursor");
	if (cursor !== null) {
		if (["limit", "page", "sort"].some((name) => query.has(name))) throw bad("Requests can only have cursor xor pagination arguments");
		const at = new URLSearchParams(Buffer.from(cursor, "base64").toString("utf8"));
		const place = { limit: Number(at.get("limit")), page: Number(at.get("page")), sort: at.get("sort") ?? "" };
		if (!(place.limit >= 1) || !(place.page >= 1)) throw bad("Invalid pagination cursor");
		return place;
	}
	const limit = Number(query.get("limit") ?? standard);
	const page = Number(query.get("page") ?? 1);
	if (!Number.isInteger(limit) || limit < 1 || !Number.isInteger(page) || page < 1) throw bad("Invalid pagination arguments");
	if (limit > most && quirks.overLimit === "refuse") throw bad(`limit must be at most ${most}`);
	return { limit: Math.min(limit, most), page, sort: (query.get("sort") ?? "").trim() };
}

function inOrder<T>(rows: readonly T[], sort: string, valueIn: Paging<T>["valueIn"]): readonly T[] {
	const field = sort.replace(/^[+-]/, "");
	const sign = sort.startsWith("-") ? -1 : 1;
	const compare = (a: unknown, b: unknown) =>
		typeof a === "number" && typeof b === "number" ? a - b : String(a ?? "") < String(b ?? "") ? -1 : 1;
	return rows.toSorted((a, b) => sign * compare(valueIn(a, field), valueIn(b, field)));
}

const SEPARATOR = ":::";

/** A list of version 1, 50 a page at most: in the order of names, each page beginning behind the name that the cursor holds. */
export function enveloped<T extends { readonly name: string }>(
	call: Call,
	rows: readonly T[],
	how: { readonly cursors: OneLoginQuirks["groupCursors"]; readonly requests: number },
): Answer {
	const limit = Math.min(50, Math.max(1, Number(call.query.get("limit") ?? 50)));
	const given = call.query.get("after_cursor") ?? "";
	const [, name] = Buffer.from(given, "base64").toString("utf8").split(SEPARATOR);
	const sorted = rows.toSorted((a, b) => (a.name < b.name ? -1 : 1));
	const left = name === undefined || how.cursors !== "right" ? sorted : sorted.filter((row) => row.name > name);
	const part = left.slice(0, limit);
	const last = part.at(-1);
	const cursor = (of: string) => Buffer.from(`name${SEPARATOR}${of}`).toString("base64");
	const honest = last === undefined || left.length <= limit ? null : cursor(last.name);
	const after = { right: honest, loop: cursor("loop"), repeat: cursor(`repeat ${how.requests}`) }[how.cursors];
	return {
		status: 200,
		json: {
			status: { error: false, code: 200, type: "success", message: "Success" },
			pagination: { before_cursor: null, after_cursor: after, previous_link: null, next_link: null },
			data: part,
		},
	};
}
