import { element, shownNumber } from "./elements.js";

const PAGE = 100;
/** So much is put on paper, at most. */
const PRINTED = 5000;
const tables = [];

/**
 * A table that shows one page of its rows at a time. `columns`: [{ title, cell(row) → node or text, kind? }].
 * Returns { node, show(rows) }. Explicit roles, because the phone layout takes the table's own away.
 */
export function pagedTable({ caption, columns }) {
	let rows = [];
	let from = 0;
	let size = PAGE;
	const body = element("tbody", { role: "rowgroup" });
	const head = element(
		"tr",
		{ role: "row" },
		...columns.map(({ title, kind }) => element("th", { scope: "col", role: "columnheader", class: kind }, title)),
	);
	const table = element(
		"table",
		{ class: "rows", role: "table" },
		element("caption", { class: "unseen" }, caption),
		element("thead", { role: "rowgroup" }, head),
		body,
	);
	const status = element("p", { class: "status", role: "status" });
	const buttons = [
		["First", () => 0],
		["Previous", () => from - PAGE],
		["Next", () => from + PAGE],
		["Last", () => Math.floor((rows.length - 1) / PAGE) * PAGE],
	].map(([label, target]) => element("button", { type: "button", on: { click: () => go(target()) } }, label));
	const pager = element("nav", { class: "pager", "aria-label": `Pages: ${caption}` }, ...buttons);
	const empty = element("p", { class: "empty" }, "No row fits these filters.");

	const line = (row) =>
		element(
			"tr",
			{ role: "row" },
			...columns.map(({ title, cell, kind }) => element("td", { role: "cell", class: kind, data: { label: title } }, cell(row))),
		);
	function draw() {
		body.replaceChildren(...rows.slice(from, from + size).map(line));
		const last = Math.min(rows.length, from + size);
		status.textContent = rows.length === 0 ? "0 rows" : `${shownNumber(from + 1)}–${shownNumber(last)} of ${shownNumber(rows.length)}`;
		pager.hidden = rows.length <= PAGE;
		empty.hidden = rows.length > 0;
		table.hidden = rows.length === 0;
		for (const [index, button] of buttons.entries()) button.disabled = index < 2 ? from === 0 : from + PAGE >= rows.length;
	}
	function go(target) {
		from = Math.max(0, target);
		draw();
		const top = table.getBoundingClientRect().top;
		if (top < 0) window.scrollBy(0, top - 80);
	}
	tables.push((printing) => {
		if (!printing) size = PAGE;
		else if (from === 0) size = PRINTED;
		draw();
	});
	return {
		node: element("div", { class: "paged" }, element("div", { class: "above" }, status, pager), table, empty),
		show(next) {
			rows = next;
			from = 0;
			draw();
		},
	};
}

/** Paper has no pages to turn: while printing, tables on their first page show many more rows. */
export function printTables() {
	window.addEventListener("beforeprint", () => {
		for (const redraw of tables) redraw(true);
	});
	window.addEventListener("afterprint", () => {
		for (const redraw of tables) redraw(false);
	});
}
