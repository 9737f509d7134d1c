import { type Call, jsonOf } from "../kit/http.ts";
import type { Population } from "./population.ts";
import type { CloudBehaviour } from "./quirks.ts";
import type { CloudGroup, CloudUser } from "./records.ts";
import { refuse } from "./refusals.ts";

/** What one request works with. */
export interface CloudView {
	readonly population: Population;
	readonly behaviour: CloudBehaviour;
	/** Base address of the directory. */
	readonly base: string;
}
export type Json = Readonly<Record<string, unknown>>;

export const CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User";
export const CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
export const EXTERNAL = "urn:scim:schemas:extension:atlassian-external:1.0";

/** The JSON object in the body. @throws Refused 400. */
export function bodyOf(call: Call): Json {
	const body = jsonOf(call);
	if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Json;
	throw refuse(400, "The request body is not a JSON object.", "invalidSyntax");
}

/** Groups come before `schemas`, members too: see `short-page` of the kit, which takes rows from the first list. */
export function userOf(view: CloudView, user: CloudUser, inList = false): Json & { readonly id: string } {
	const told = view.behaviour.usersTellGroups;
	const groups = inList && told === "empty" ? [] : view.population.groupsOf(user.id).map((group) => groupOfUser(view, group));
	return {
		...(inList && told === "absent" ? {} : { groups }),
		schemas: [...(user.accountId === undefined ? [] : [EXTERNAL]), CORE_USER, ENTERPRISE],
		userName: user.userName,
		emails: user.emails,
		id: user.id,
		...(user.displayName === undefined ? {} : { displayName: user.displayName }),
		...user.profile,
		meta: metaOf(`${view.base}/Users/${user.id}`, "User", user),
		...(user.accountId === undefined ? {} : { [EXTERNAL]: { atlassianAccountId: user.accountId } }),
		active: user.active,
	};
}
const groupOfUser = (view: CloudView, group: CloudGroup): Json => ({
	type: "direct",
	value: group.id,
	display: group.displayName,
	$ref: `${view.base}/Groups/${group.id}`,
});

export function groupOf(view: CloudView, group: CloudGroup): Json & { readonly id: string } {
	const members = [...group.members].map((id) => ({
		type: "User",
		value: id,
		display: view.population.user(id).userName,
		$ref: `${view.base}/Users/${id}`,
	}));
	return {
		...(members.length === 0 && view.behaviour.emptyMembers === "absent" ? {} : { members }),
		schemas: [CORE_GROUP],
		id: group.id,
		...(group.externalId === undefined ? {} : { externalId: group.externalId }),
		displayName: group.displayName,
		meta: metaOf(`${view.base}/Groups/${group.id}`, "Group", group),
	};
}

const metaOf = (
	location: string,
	resourceType: "User" | "Group",
	{ created, lastModified }: { readonly created: string; readonly lastModified: string },
): Json => ({ resourceType, location, lastModified, created });

/** One page. Only a single exact comparison is understood, nothing is sorted. */
export function listAnswer(
	call: Call,
	view: CloudView,
	list: {
		readonly rows: readonly (() => Json)[];
		readonly find: (attribute: string, value: string) => (() => Json) | undefined | "unknown";
	},
): Json {
	const filter = call.query.get("filter");
	const rows = filter === null ? list.rows : foundBy(filter, list.find);
	const startIndex = Math.max(1, numberOf(call, "startIndex", 1));
	const count = Math.max(0, Math.min(numberOf(call, "count", view.behaviour.largestPage), view.behaviour.largestPage));
	const page = rows.slice(startIndex - 1, startIndex - 1 + count).map((row) => row());
	return {
		Resources: page,
		schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
		totalResults: rows.length,
		startIndex,
		itemsPerPage: page.length,
	};
}

function foundBy(
	filter: string,
	find: (attribute: string, value: string) => (() => Json) | undefined | "unknown",
): readonly (() => Json)[] {
	const [, attribute, literal] = /^\s*([\w.]+)\s+eq\s+("(?:[^"\\]|\\.)*")\s*$/.exec(filter) ?? [];
	if (attribute === undefined || literal === undefined) throw refuse(400, `Invalid filter: ${filter}`, "invalidFilter");
	let value: string;
	try {
		value = JSON.parse(literal) as string;
	} catch {
		throw refuse(400, `Invalid filter: ${filter}`, "invalidFilter");
	}
	const row = find(attribute, value);
	if (row === "unknown") throw refuse(400, `Filtering by ${attribute} is not supported.`, "invalidFilter");
	return row === undefined ? [] : [row];
}

function numberOf(call: Call, name: string, standard: number): number {
	const text = call.query.get(name);
	if (text === null || text === "") return standard;
	if (!/^-?\d{1,9}$/.test(text)) throw refuse(400, `${name} must be a number`, "invalidValue");
	return Number(text);
}
