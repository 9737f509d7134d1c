import { action, detail, error, groupOf, isHold, kind, nameOf, person, reasonOf, rowsWhere, state, text, whoOf, why } from "./data.js";
import { badge, element, linkButton, shownNumber, stateBadge } from "./elements.js";

const panel = document.getElementById("panel");
/** A group of 50,000 would make a long panel; the table has them all. */
const LISTED = 200;

panel.addEventListener("click", (event) => {
	if (event.target === panel) panel.close(); // the backdrop
});

function open(title, facts, sections) {
	const close = element("button", { type: "button", class: "close", "aria-label": "Close", on: { click: () => panel.close() } }, "×");
	const list = element(
		"dl",
		{},
		...facts.filter(([, value]) => value !== "").flatMap(([label, value]) => [element("dt", {}, label), element("dd", {}, value)]),
	);
	panel.replaceChildren(element("div", { class: "sheet" }, close, element("h2", { id: "panel-title" }, title), list, ...sections));
	if (!panel.open) panel.showModal();
	panel.scrollTop = 0;
}

function section(title, rows, item) {
	if (rows.length === 0) return undefined;
	const rest = rows.length > LISTED ? element("p", { class: "quiet" }, `and ${shownNumber(rows.length - LISTED)} more`) : undefined;
	return element(
		"section",
		{},
		element("h3", {}, `${title} (${shownNumber(rows.length)})`),
		element("ul", { class: "events" }, ...rows.slice(0, LISTED).map(item)),
		rest,
	);
}

const change = (row) =>
	element(
		"li",
		{ class: kind(row).tone },
		element("p", { class: "what" }, element("strong", {}, `${kind(row).sign} ${action(row)}`), " ", stateBadge(state(row))),
		detail(row) === "" ? undefined : element("p", {}, detail(row)),
		element("p", { class: "quiet" }, why(row)),
		error(row) === "" ? undefined : element("p", { class: "error" }, error(row)),
	);

const held = (row) =>
	element(
		"li",
		{ class: "warn" },
		element("p", { class: "what" }, element("strong", {}, action(row)), " ", badge("warn", "held")),
		element("p", {}, reasonOf(row)),
		element("p", { class: "quiet" }, why(row)),
	);

/** Everything planned, done and held for one human being. */
export function openPerson(index) {
	const { name, person: key, account } = person(index);
	const rows = rowsWhere((row) => whoOf(row) === index);
	const other = [...new Set(rows.map(nameOf))].filter((known) => known !== name).join(", ");
	open(
		name,
		[
			["Also", other],
			["In the directory", key],
			["Account", account],
		],
		[
			section(
				"Changes",
				rows.filter((row) => !isHold(row)),
				change,
			),
			section("Held back", rows.filter(isHold), held),
		].filter((part) => part !== undefined),
	);
}

/** Who joins, who leaves, who is held. `showAll(group)` filters the changes by it. */
export function openGroup(group, showAll) {
	const rows = rowsWhere((row) => groupOf(row) === group);
	const of = (what) => rows.filter((row) => kind(row)?.kind === what);
	const member = (row) =>
		element(
			"li",
			{ class: kind(row)?.tone ?? "warn" },
			linkButton(nameOf(row), () => openPerson(whoOf(row))),
			" ",
			stateBadge(state(row)),
			element("p", { class: "quiet" }, why(row)),
		);
	const all = element(
		"button",
		{
			type: "button",
			on: {
				click: () => {
					panel.close();
					showAll(group);
				},
			},
		},
		"Show as a table",
	);
	const fate = rows.filter((row) => !isHold(row) && whoOf(row) < 0);
	open(
		text(group),
		[],
		[
			element("p", {}, all),
			section("The group itself", fate, change),
			section("Joining", of("member.add"), member),
			section("Leaving", of("member.remove"), member),
			section(
				"Held back",
				rows.filter((row) => isHold(row) && whoOf(row) >= 0),
				member,
			),
		].filter((part) => part !== undefined),
	);
}
