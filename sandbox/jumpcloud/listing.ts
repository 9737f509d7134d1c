import type { Call } from "../kit/http.ts";
import { refuse } from "./refusals.ts";

const STANDARD = 10;
const MOST = 100;

/** A list as it stands, and how this request wants it. */
export interface Wanted<Row> {
	readonly rows: readonly Row[];
	/** The parameter `sort` is heeded. */
	readonly sorts: boolean;
	/** Without it, rows begin somewhere else each time: so many places further on. */
	readonly turn: number;
	/** What separates names in `sort`: V1 blanks, V2 commas. */
	readonly separator: " " | ",";
}

/** `limit`, `skip` and `sort`. @throws Refused 400 for more than 100 rows (github.com/TheJumpCloud/jcapi-python/issues/38). */
export function pageOf<Row extends object>(call: Call, wanted: Wanted<Row>): { readonly rows: readonly Row[]; readonly total: number } {
	const limit = numberOf(call, "limit", STANDARD);
	const skip = numberOf(call, "skip", 0);
	if (limit > MOST) throw refuse(call.path, 400, `Bad Request: request parameter "limit" exceeds maximum value of ${MOST}`);
	const sort = call.query.get("sort") ?? "";
	const rows = wanted.sorts && sort !== "" ? sorted(wanted.rows, sort.split(wanted.separator)) : turned(wanted.rows, wanted.turn);
	return { rows: rows.slice(skip, skip + limit), total: rows.length };
}

function numberOf(call: Call, name: string, standard: number): number {
	const text = call.query.get(name);
	if (text === null) return standard;
	if (!/^\d{1,9}$/.test(text)) throw refuse(call.path, 400, `Bad Request: request parameter "${name}" is not a number`);
	return Number(text);
}

function sorted<Row extends object>(rows: readonly Row[], names: readonly string[]): readonly Row[] {
	const textAt = (row: Row, name: string) => String((row as Readonly<Record<string, unknown>>)[name.replace(/^-/, "")] ?? "");
	return [...rows].sort((a, b) => {
		for (const name of names) {
			const [left, right] = [textAt(a, name), textAt(b, name)];
			if (left !== right) return left < right === !name.startsWith("-") ? -1 : 1;
		}
		return 0;
	});
}

function turned<Row>(rows: readonly Row[], turn: number): readonly Row[] {
	const at = rows.length === 0 ? 0 : turn % rows.length;
	return [...rows.slice(at), ...rows.slice(0, at)];
}

/** V1 `filter=field:$eq:value`; several must all hold. Values are compared as they are written. @throws Refused 400 for other operators. */
export function filtered<Row extends object>(call: Call, rows: readonly Row[]): readonly Row[] {
	const filters = call.query.getAll("filter").map((text) => {
		const [, field = "", operator, value] = /^([^:]+):(\$\w+):(.*)$/s.exec(text) ?? [];
		if (operator !== "$eq") throw refuse(call.path, 400, "Bad Request: invalid filter");
		return { field, value };
	});
	return rows.filter((row) => filters.every(({ field, value }) => (row as Readonly<Record<string, unknown>>)[field] === value));
}

/** V1 `fields`, names with blanks between them; `_id` comes in any case. */
export function projected(call: Call, record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
	const fields = call.query.get("fields") ?? "";
	if (fields === "") return record;
	const wanted = new Set(["_id", ...fields.split(" ")]);
	return Object.fromEntries(Object.entries(record).filter(([name]) => wanted.has(name)));
}
