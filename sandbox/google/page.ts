import type { Call } from "../kit/http.ts";
import type { GoogleQuirks } from "./quirks.ts";
import { invalid } from "./refusals.ts";

interface Paging {
	readonly quirks: GoogleQuirks;
	readonly standard: number;
	/** Larger pages are cut to this. */
	readonly most: number;
	/** A list that may be told to run in circles. */
	readonly circular?: boolean;
}
interface Listed {
	readonly id: string;
	/** Where it differs from the id. */
	readonly key?: string;
}
interface PageOf<Row> {
	readonly rows: readonly Row[];
	readonly next: { readonly nextPageToken?: string };
}

/** An empty page before the real one, and a page that was handed out before: marks behind the last key in a token. */
const EMPTY = "~";
const AGAIN = "+";

/** The wanted page of rows in the order of their keys. The token holds the last key, in a form that says nothing. */
export function paged<Row extends Listed>(call: Call, all: readonly Row[], how: Paging): PageOf<Row> {
	const size = sizeOf(call, how);
	const rows = all.toSorted((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
	const token = Buffer.from(call.query.get("pageToken") ?? "", "base64").toString("utf8");
	if (token !== "" && !token.startsWith("after:")) throw invalid("pageToken");
	const last = token.slice("after:".length).replace(/[~+]+$/, "");
	const circle = how.circular === true ? how.quirks.members : "right";
	if (how.quirks.emptyPages && last !== "" && !token.endsWith(EMPTY)) return { rows: [], next: nextOf(last + EMPTY) };
	const from = circle === "right" ? rows.findIndex((row) => keyOf(row) > last) : 0;
	const page = from < 0 ? [] : rows.slice(from, from + size);
	const more = from >= 0 && from + size < rows.length;
	const following = more ? keyOf(page.at(-1) as Row) : undefined;
	return { rows: page, next: nextOf(circle === "loop" ? "same" : circle === "repeat" ? `${token.slice(6)}${AGAIN}` : following) };
}

const keyOf = (row: Listed): string => row.key ?? row.id;
const nextOf = (last: string | undefined) =>
	last === undefined ? {} : { nextPageToken: Buffer.from(`after:${last}`, "utf8").toString("base64") };

function sizeOf(call: Call, how: Paging): number {
	const text = call.query.get("maxResults");
	if (text === null) return how.standard;
	const size = /^\d{1,9}$/.test(text) ? Number(text) : 0;
	if (size < 1) throw invalid("maxResults");
	return Math.min(size, how.most);
}
