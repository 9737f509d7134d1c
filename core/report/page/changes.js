import {
	action,
	detail,
	error,
	groupOf,
	isHold,
	kind,
	kindsPresent,
	nameOf,
	reasonOf,
	rowsWhere,
	searcher,
	state,
	statesPresent,
	text,
	whoOf,
	why,
} from "./data.js";
import { badge, element, linkButton, stateBadge } from "./elements.js";
import { openGroup, openPerson } from "./panel.js";
import { pagedTable } from "./table.js";

const TROUBLE = new Set(["failed", "unknown"]);

const whatBadge = (row) => (isHold(row) ? badge("warn", `‖ ${action(row)}`) : badge(kind(row).tone, `${kind(row).sign} ${action(row)}`));

function detailCell(row) {
	if (isHold(row)) return reasonOf(row);
	return detail(row);
}

function whyCell(row) {
	if (error(row) === "") return why(row);
	return element("span", {}, why(row), " ", element("span", { class: "error" }, error(row)));
}

/** The table of everything, with its search box and filters. Returns { node, filter(spec), group(index) }. */
export function changesView() {
	let onlyGroup;
	const table = pagedTable({
		caption: "Changes and holds",
		columns: [
			{ title: "What", cell: whatBadge, kind: "what" },
			{ title: "Who", cell: (row) => whoCell(row, group), kind: "who" },
			{ title: "Change", cell: detailCell },
			{ title: "Why", cell: whyCell, kind: "why" },
			{ title: "State", cell: (row) => stateBadge(state(row)), kind: "state" },
		],
	});
	const search = element("input", {
		type: "search",
		id: "search",
		placeholder: "Name, group, address, reason …",
		autocomplete: "off",
		spellcheck: "false",
		on: { input: later(draw) },
	});
	const kindSelect = select(
		"kind",
		[
			["", "Everything"],
			["tone:loss", "Whatever takes away"],
			["tone:change", "Renames and updates"],
			...kindsPresent().map(({ kind, title }) => [`kind:${kind}`, title]),
		],
		draw,
	);
	const states = statesPresent();
	const trouble = states.some((s) => TROUBLE.has(s.state)) ? [["trouble", "failed or unknown"]] : [];
	const stateSelect = select("state", [["", "Any state"], ...trouble, ...states.map(({ state, word }) => [state, word])], draw);
	const chip = element("p", { class: "only", hidden: "" });
	const tools = element(
		"form",
		{ class: "tools", role: "search", on: { submit: (event) => event.preventDefault() } },
		labelled("Search", search),
		labelled("What", kindSelect),
		labelled("State", stateSelect),
	);

	function draw() {
		const tests = [kindTest(kindSelect.value), stateTest(stateSelect.value)];
		if (onlyGroup !== undefined) tests.push((row) => groupOf(row) === onlyGroup);
		if (search.value.trim() !== "") tests.push(searcher(search.value));
		table.show(rowsWhere((row) => tests.every((test) => test(row))));
	}
	function group(index) {
		onlyGroup = index;
		chip.hidden = index === undefined;
		chip.replaceChildren(
			"Only the group ",
			element("strong", {}, text(index)),
			" ",
			element("button", { type: "button", on: { click: () => group(undefined) } }, "Show all groups"),
		);
		draw();
	}
	draw();
	return {
		node: element("div", {}, tools, chip, table.node),
		group(index) {
			[search.value, kindSelect.value, stateSelect.value] = ["", "", ""];
			group(index);
		},
		filter(spec) {
			search.value = "";
			kindSelect.value = spec.startsWith("state:") ? "" : spec;
			stateSelect.value = spec.startsWith("state:") ? spec.slice("state:".length) : "";
			group(undefined);
		},
	};
}

function whoCell(row, showGroup) {
	if (whoOf(row) >= 0) return linkButton(nameOf(row), () => openPerson(whoOf(row)));
	return linkButton(text(groupOf(row)), () => openGroup(groupOf(row), showGroup));
}

function kindTest(value) {
	const [by, wanted] = value.split(":");
	if (value === "") return () => true;
	return (row) => kind(row)?.[by] === wanted;
}
function stateTest(value) {
	if (value === "") return () => true;
	if (value === "trouble") return (row) => TROUBLE.has(state(row).state);
	return (row) => state(row).state === value;
}

const labelled = (label, control) => element("label", {}, element("span", {}, label), control);
const select = (id, options, change) =>
	element("select", { id, on: { change } }, ...options.map(([value, label]) => element("option", { value }, label)));

/** Once per frame while somebody types. */
function later(work) {
	let waiting = false;
	return () => {
		if (waiting) return;
		waiting = true;
		requestAnimationFrame(() => {
			waiting = false;
			work();
		});
	};
}
