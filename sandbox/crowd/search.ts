import { type Answer, type Call, jsonOf } from "../kit/http.ts";
import type { SeenUser } from "./application.ts";
import type { CrowdGroup } from "./records.ts";
import { illegal } from "./refusals.ts";
import { groupList, userList } from "./represent.ts";
import type { CrowdContext } from "./routes.ts";
import { expandOf } from "./routes.ts";

/** What restrictions may look at, by the name of the field. */
type Fields = Readonly<Record<string, string>>;
type Test = (fields: Fields) => boolean;

const ofUser = ({ user }: SeenUser): Fields => ({
	name: user.name,
	email: user.email,
	firstName: user.firstName,
	lastName: user.lastName,
	displayName: user.displayName,
	active: String(user.active),
});
const ofGroup = (group: CrowdGroup): Fields => ({ name: group.name, description: group.description, active: String(group.active) });

/** `GET` with a restriction in CQL, `POST` with one as a body. Rows in the order of names; nothing says how many there are. */
export function search(call: Call, context: CrowdContext): Answer {
	const test = call.method === "POST" ? restrictionIn(jsonOf(call)) : cql(call.query.get("restriction") ?? "");
	const type = call.query.get("entity-type")?.toLowerCase();
	const { view, how } = context;
	const cut = <T>(rows: readonly T[]): readonly T[] => span(rows, call, context);
	const json =
		type === "user"
			? userList(cut(view.users().filter((user) => test(ofUser(user)))), how, expandOf(call))
			: type === "group"
				? groupList(cut(view.groups().filter((group) => test(ofGroup(group)))), how, expandOf(call))
				: undefined;
	if (json === undefined) throw illegal(type === undefined ? "entity-type query parameter required." : `Unknown type: ${type}`);
	how.quirks.afterPage();
	return { status: 200, json, headers: { "x-root": `${type}s` } };
}

/** Default 1000; -1 is all of them. */
export function span<T>(rows: readonly T[], call: Call, { how }: CrowdContext): readonly T[] {
	const number = (name: string, otherwise: number): number => {
		const text = call.query.get(name);
		if (text === null) return otherwise;
		if (!/^-?\d{1,9}$/.test(text)) throw illegal(`${name} is not a number`);
		return Number(text);
	};
	const start = how.quirks.ignoresStart ? 0 : number("start-index", 0);
	const max = number("max-results", 1000);
	const most = Math.min(max === -1 ? Number.POSITIVE_INFINITY : max, how.quirks.pageCap);
	return rows.slice(start, start + most);
}

/** `active = true and name = fred*`: comparisons by `=`, joined by `and` or `or` from left to right. */
function cql(text: string): Test {
	if (text.trim() === "") return () => true;
	const parts = text.split(/\s+(and|or)\s+/i);
	let test = comparison(parts[0] as string);
	for (let at = 1; at < parts.length; at += 2) {
		const [before, next] = [test, comparison(parts[at + 1] as string)];
		test = /and/i.test(parts[at] as string) ? (fields) => before(fields) && next(fields) : (fields) => before(fields) || next(fields);
	}
	return test;
}

function comparison(text: string): Test {
	const match = /^\s*(\w+)\s*=\s*(?:"([^"]*)"|(\S+))\s*$/.exec(text);
	if (match === null) throw illegal(`Failed to parse search restriction: ${text}`);
	return matches(match[1] as string, match[2] ?? (match[3] as string));
}

/** Case does not matter; `*` stands for anything. */
function matches(field: string, wanted: string): Test {
	const pattern = wanted
		.toLowerCase()
		.split("*")
		.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
		.join(".*");
	const whole = new RegExp(`^${pattern}$`, "s");
	return (fields) => {
		const value = fields[field];
		if (value === undefined) throw illegal(`Unknown property: ${field}`);
		return whole.test(value.toLowerCase());
	};
}

function restrictionIn(body: unknown): Test {
	const { "restriction-type": type, property, value, restrictions, "boolean-logic": logic } = (body ?? {}) as Record<string, unknown>;
	if (type === undefined || type === "null-search-restriction") return () => true;
	if (type === "boolean-search-restriction") {
		const tests = (restrictions as unknown[]).map(restrictionIn);
		return logic === "or" ? (fields) => tests.some((test) => test(fields)) : (fields) => tests.every((test) => test(fields));
	}
	const mode = (body as Record<string, unknown>)["match-mode"];
	const text = String(value);
	const wanted = mode === "CONTAINS" ? `*${text}*` : mode === "STARTS_WITH" ? `${text}*` : text;
	return matches(String((property as { name?: unknown }).name), wanted);
}
