import type { Answer, Call } from "../kit/http.ts";
import type { OktaQuirks } from "./quirks.ts";
import { refuse } from "./refusals.ts";

export interface Listed {
	readonly id: string;
}
interface Paging {
	readonly origin: string;
	readonly quirks: OktaQuirks;
	readonly standard: number;
	/** Larger limits are cut to this. */
	readonly most: number;
	/** A list that may be told to run in circles. */
	readonly circular?: boolean;
	readonly linked: boolean;
}

/** An empty page before the real one, and a page that was handed out before: marks behind the last id in a cursor. */
const EMPTY = "~";
const AGAIN = "+";

/** The wanted page of rows sorted by id, as `json` makes it, with links to itself and to the next page. The cursor holds the last id, in a form that says nothing. */
export function paged<Row extends Listed>(
	call: Call,
	rows: readonly Row[],
	how: Paging & { readonly json: (row: Row) => unknown },
): Answer {
	const limit = limitOf(call, how);
	const cursor = Buffer.from(call.query.get("after") ?? "", "base64url").toString("utf8");
	const last = cursor.replace(/[~+]+$/, "");
	const circle = how.circular === true ? how.quirks.members : "right";
	if (how.quirks.emptyPages && last !== "" && !cursor.endsWith(EMPTY)) return answer(call, [], { how, next: last + EMPTY });
	const from = circle === "right" ? rows.findIndex((row) => row.id > last) : 0;
	const page = from < 0 ? [] : rows.slice(from, from + limit);
	const more = from >= 0 && from + limit < rows.length;
	const following = more ? page.at(-1)?.id : undefined;
	const next = circle === "loop" ? "same" : circle === "repeat" ? `${cursor}${AGAIN}` : following;
	return answer(call, page.map(how.json), { how, next });
}

function limitOf(call: Call, how: Paging): number {
	const text = call.query.get("limit");
	if (text === null) return how.standard;
	const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
	if (limit < 1) throw refuse(400, "E0000001", "limit: must be at least 1");
	return Math.min(limit, how.most);
}

function answer(call: Call, json: readonly unknown[], at: { readonly how: Paging; readonly next: string | undefined }): Answer {
	const { how, next } = at;
	if (!how.linked) return { status: 200, json };
	const link = [`<${how.origin}${call.target}>; rel="self"`];
	if (next !== undefined) {
		const query = new URLSearchParams(call.query);
		query.set("after", Buffer.from(next, "utf8").toString("base64url"));
		link.push(`<${how.quirks.nextOrigin ?? how.origin}${call.path}?${query}>; rel="next"`);
	}
	return { status: 200, headers: { link: link.join(", ") }, json };
}

export const byId = (left: Listed, right: Listed): number => (left.id < right.id ? -1 : left.id > right.id ? 1 : 0);
