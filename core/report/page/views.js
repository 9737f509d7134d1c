import { action, groupRows, holdRows, nameOf, reject, rejectRows, text, whoOf, why } from "./data.js";
import { badge, element, linkButton, shownNumber } from "./elements.js";
import { openGroup, openPerson } from "./panel.js";
import { pagedTable } from "./table.js";

const amount = (tone, sign, value) =>
	value === 0 ? element("span", { class: "quiet" }, "·") : badge(tone, `${sign}${shownNumber(value)}`);

export function groupsView(showGroup) {
	const table = pagedTable({
		caption: "Groups",
		columns: [
			{ title: "Group", cell: ({ group }) => linkButton(text(group), () => openGroup(group, showGroup)), kind: "who" },
			{ title: "Gained", cell: ({ gains }) => amount("gain", "+", gains), kind: "counted" },
			{ title: "Lost", cell: ({ losses }) => amount("loss", "−", losses), kind: "counted" },
			{ title: "Held", cell: ({ held }) => amount("warn", "", held), kind: "counted" },
			{
				title: "Itself",
				cell: ({ fate }) =>
					fate === "" ? element("span", { class: "quiet" }, "stays") : badge(fate === "created" ? "gain" : "loss", fate),
				kind: "counted",
			},
		],
	});
	table.show(groupRows());
	return table.node;
}

export function holdsView() {
	const reasons = holdRows().map(([reason, rows], index) => {
		const table = pagedTable({
			caption: `Held back: ${reason}`,
			columns: [
				{
					title: "Who",
					cell: (row) => (whoOf(row) < 0 ? nameOf(row) : linkButton(nameOf(row), () => openPerson(whoOf(row)))),
					kind: "who",
				},
				{ title: "Wanted", cell: (row) => badge("warn", action(row)), kind: "what" },
				{ title: "What to know", cell: why, kind: "why" },
			],
		});
		table.show(rows);
		const summary = element("summary", {}, element("strong", {}, shownNumber(rows.length)), ` ${reason}`);
		return element("details", index === 0 ? { open: "" } : {}, summary, table.node);
	});
	return element("div", {}, element("p", { class: "lead" }, "The directory asks for these, and they are not done."), ...reasons);
}

export function rejectsView() {
	const table = pagedTable({
		caption: "Records that could not be read",
		columns: [
			{ title: "Record", cell: (index) => reject(index).name, kind: "who" },
			{ title: "Kind", cell: (index) => reject(index).kind, kind: "counted" },
			{ title: "Source", cell: (index) => reject(index).source, kind: "counted" },
			{ title: "Id", cell: (index) => element("code", {}, reject(index).id), kind: "counted" },
			{ title: "Why", cell: (index) => reject(index).because, kind: "why" },
		],
	});
	table.show(rejectRows());
	return element(
		"div",
		{},
		element("p", { class: "lead" }, "Seen in the directory and not understood; nothing about them is changed."),
		table.node,
	);
}
