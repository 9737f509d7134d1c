import { type Answer, type Call, Refused } from "../kit/http.ts";
import type { Router } from "../kit/router.ts";
import { listedBean, suggestionBean } from "./beans.ts";
import { folded } from "./records.ts";
import { refuse } from "./refusals.ts";
import { administrator, browses, type JiraView, numberOf } from "./view.ts";

export function listingRoutes(router: Router<JiraView>): void {
	router.on("GET", "/rest/api/2/user/list", listAccounts);
	router.on("GET", "/rest/api/2/user/search", searchAccounts);
	router.on("GET", "/rest/api/2/groups/picker", pickGroups);
}

const largestPage = 2000;

/** Every account, 2,000 at a time by default; the cursor is the row number to go on after. From 10.3. */
function listAccounts(call: Call, view: JiraView): Answer {
	if (!view.behaviour.userList)
		throw new Refused({ status: 404, json: { message: `null for uri: ${view.base}${call.path}`, "status-code": 404 } });
	administrator(view);
	const after = numberOf(call, "cursor", 0);
	const wanted = Math.min(largestPage, Math.max(1, numberOf(call, "maxResults", largestPage)));
	const rows = view.lookup.byId();
	const start = firstAfter(rows, after);
	const values = rows.slice(start, start + wanted);
	const isLast = start + wanted >= rows.length;
	const address = `${view.base}/rest/api/2/user/list`;
	const self = `${address}?${call.query.has("cursor") ? `cursor=${after}&` : ""}maxResults=${wanted}`;
	const nextCursor = String(values.at(-1)?.id ?? after);
	const next = isLast ? {} : { nextPage: `${address}?cursor=${nextCursor}&maxResults=${wanted}` };
	const page = { self, ...next, maxResults: wanted, isLast, ...(isLast ? {} : { nextCursor }) };
	return { status: 200, json: { ...page, values: values.map((account) => listedBean(view, account)) } };
}

/** Index of the first row with a greater id, by halving. */
function firstAfter(rows: readonly { readonly id: number }[], id: number): number {
	let [low, high] = [0, rows.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((rows[middle] as { readonly id: number }).id > id) high = middle;
		else low = middle + 1;
	}
	return low;
}

/** A bare array; more than the cap is cut without a word. */
function searchAccounts(call: Call, view: JiraView): Answer {
	const text = call.query.get("username");
	if (text === null || text === "") throw refuse(400, "The username query parameter was not provided");
	if (!browses(view)) {
		if (view.caller !== undefined && view.behaviour.withoutBrowse === "forbidden")
			throw refuse(403, "You do not have permission to browse users.");
		return { status: 200, json: [] };
	}
	const startAt = numberOf(call, "startAt", 0);
	const most = Math.min(numberOf(call, "maxResults", 50), view.behaviour.searchPage);
	const wanted = {
		active: call.query.get("includeActive") !== "false",
		inactive: call.query.get("includeInactive") === "true",
		dot: view.behaviour.dotFindsEverybody,
	};
	const end = Math.min(startAt + most, view.behaviour.searchReach);
	const rows = view.lookup.found(text, wanted).slice(startAt, Math.max(startAt, end));
	return { status: 200, json: rows.map((account) => listedBean(view, account)) };
}

/** No pages: what does not fit is cut, and only `total` tells. */
function pickGroups(call: Call, view: JiraView): Answer {
	const query = call.query.get("query") ?? "";
	const exclude = new Set(call.query.getAll("exclude").map(folded));
	const visible = browses(view) ? [...view.population.groups.values()] : [];
	const found = visible
		.filter((group) => folded(group.name).includes(folded(query)) && !exclude.has(folded(group.name)))
		.sort((left, right) => (folded(left.name) < folded(right.name) ? -1 : 1));
	const limit = view.behaviour.pickerLimit;
	const asked = numberOf(call, "maxResults", limit);
	const shown = found.slice(0, view.behaviour.picker === "cut" ? Math.min(asked, limit) : asked);
	const header = `Showing ${shown.length} of ${found.length} matching groups`;
	return { status: 200, json: { header, total: found.length, groups: shown.map((group) => suggestionBean(group, query)) } };
}
