import { createHash } from "node:crypto";
import { type Answer, type Call, Refused } from "../kit/http.ts";
import { FilterSyntax, matcherOf, UnknownOperator } from "./filter.ts";
import type { OpenAmQuirks } from "./quirks.ts";
import type { DataStore } from "./records.ts";
import { failure } from "./refusals.ts";

export type What = "users" | "groups";

/** What one request for a list sees. */
export interface View {
	readonly realm: string;
	readonly store: DataStore;
	readonly quirks: OpenAmQuirks;
	readonly what: What;
	/** Some names in lower case, and values in another order, this time. */
	readonly otherWay: boolean;
}

interface Entry {
	readonly name: string;
	/** By name in lower case: what filters see. */
	readonly stored: ReadonlyMap<string, readonly string[]>;
	readonly json: Readonly<Record<string, unknown>>;
}

const PARAMETERS = new Set([
	"_queryFilter",
	"_queryId",
	"_fields",
	"_sortKeys",
	"_pageSize",
	"_pagedResultsOffset",
	"_pagedResultsCookie",
	"_totalPagedResultsPolicy",
	"_prettyPrint",
]);

/** A query, resource version 3.0. */
export function query(call: Call, view: View): Answer {
	for (const name of call.query.keys()) {
		if (!PARAMETERS.has(name)) return failure(400, `Unrecognized request parameter '${name}'`);
	}
	if (!/^\d*$/.test(call.query.get("_pageSize") ?? "")) return failure(400, "The value for parameter '_pageSize' could not be parsed");
	const filter = call.query.get("_queryFilter");
	if (filter === null) return call.query.has("_queryId") ? page([]) : failure(400, "The resource collection  cannot be read");
	const found = entriesOf(view).filter(matching(filter, view));
	const { maxResult, missing } = view.quirks;
	// The limit is LDAP's: the store cuts, and OpenAM then reads what is left, one by one.
	const rows = maxResult === 0 ? found : found.slice(0, maxResult);
	const unreadable = rows.find(({ name }) => missing.has(name));
	if (unreadable !== undefined) {
		return failure(500, `Identity ${unreadable.name} of type ${view.what === "users" ? "user" : "group"} not found.`);
	}
	const fields = call.query.get("_fields")?.split(",");
	return page(rows.map(({ json }) => (fields === undefined ? json : pick(json, fields))));
}

function matching(filter: string, view: View): (entry: Entry) => boolean {
	try {
		const matcher = matcherOf(filter, { ordering: !view.quirks.noOrdering });
		return ({ stored }) => view.quirks.ignoresFilters || matcher((name) => stored.get(name) ?? []);
	} catch (error) {
		if (error instanceof UnknownOperator) throw new Refused(failure(500, "Internal Server Error"));
		if (!(error instanceof FilterSyntax)) throw error;
		throw new Refused(failure(400, `The value '${filter}' for parameter '_queryFilter' could not be parsed as a valid query filter`));
	}
}

/** Resource versions 1 and 2: names only, every filter ignored. */
export function names(view: View): Answer {
	const internal = view.what === "users" ? ["amAdmin", "dsameuser", "anonymous", "amService-URLAccessAgent"] : [];
	const all = [...entriesOf(view).map(({ name }) => name), ...internal];
	return page(all.map((name) => ({ _id: name, _rev: "0", content: [name] })));
}

/** One record by its name; a name that is not there is remembered as missing from then on. */
export function single(call: Call, view: View, name: string): Answer {
	const entry = entriesOf(view).find((each) => each.name.toLowerCase() === name.toLowerCase());
	if (entry === undefined || view.quirks.missing.has(entry.name)) {
		view.quirks.missing.add(entry?.name ?? name);
		return failure(404, "Resource cannot be found.");
	}
	const fields = call.query.get("_fields")?.split(",");
	return { status: 200, json: { ...(fields === undefined ? entry.json : pick(entry.json, fields)), _id: name } };
}

export const page = (result: readonly unknown[]): Answer => ({
	status: 200,
	json: {
		result,
		resultCount: result.length,
		pagedResultsCookie: null,
		totalPagedResultsPolicy: "NONE",
		totalPagedResults: -1,
		remainingPagedResults: -1,
	},
});

/** By the exact spelling of names. */
const pick = (json: Readonly<Record<string, unknown>>, fields: readonly string[]): Record<string, unknown> =>
	Object.fromEntries(Object.entries(json).filter(([name]) => name === "_id" || name === "_rev" || fields.includes(name)));

/** In an order of its own, the same every time. */
function entriesOf(view: View): readonly Entry[] {
	const { store } = view;
	const entries =
		view.what === "users"
			? store.people.map((person) => {
					const { uid, entryUUID, attributes, inetUserStatus } = person;
					const status = inetUserStatus === undefined ? {} : { inetUserStatus: [inetUserStatus] };
					return entryOf(
						view,
						{ name: uid, dn: store.personDn(uid), type: "user" },
						{ uid: [uid], entryUUID: [entryUUID], ...attributes, ...status },
					);
				})
			: store.groups.map(({ cn, entryUUID, members }) =>
					entryOf(
						view,
						{ name: cn, dn: store.groupDn(cn), type: "group" },
						{
							cn: [cn],
							entryUUID: [entryUUID],
							objectclass: ["top", "groupofuniquenames"],
							...(members.length === 0 ? {} : { uniqueMember: members }),
						},
					),
				);
	return entries.sort((a, b) => (a.rank < b.rank ? -1 : 1));
}

function entryOf(
	view: View,
	head: { readonly name: string; readonly dn: string; readonly type: string },
	attributes: Readonly<Record<string, readonly string[]>>,
): Entry & { readonly rank: string } {
	const { name, dn, type } = head;
	const stored = new Map(Object.entries(attributes).map(([key, values]) => [key.toLowerCase(), values]));
	stored.set("entrydn", [dn]);
	const shown = new Set(view.quirks.shown.map((each) => each.toLowerCase()));
	const own = Object.entries(attributes).filter(([key]) => shown.has(key.toLowerCase()));
	const spelt = own.map(([key, values]) => {
		const shownValues =
			key === "inetUserStatus" ? values.map((value) => (value.toLowerCase() === "active" ? "Active" : "Inactive")) : values;
		if (!view.otherWay) return [key, shownValues];
		return [key === "inetUserStatus" || key === "objectClass" ? key.toLowerCase() : key, shownValues.toReversed()];
	});
	const rank = createHash("sha256").update(name).digest("hex");
	const universal = `id=${name},ou=${type},dc=openam,dc=example,dc=com`;
	const json = { _id: name, _rev: String(Number.parseInt(rank.slice(0, 7), 16)), username: name, realm: view.realm };
	return { name, rank, stored, json: { ...json, dn: [dn], universalid: [universal], ...Object.fromEntries(spelt) } };
}
