import { changesView } from "./changes.js";
import { printTables } from "./table.js";
import { groupsView, holdsView, rejectsView } from "./views.js";

const tabs = [...document.querySelectorAll('[role="tab"]')];
const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));

function choose(tab) {
	for (const each of tabs) {
		each.setAttribute("aria-selected", String(each === tab));
		each.tabIndex = each === tab ? 0 : -1;
		panelOf(each).hidden = each !== tab;
	}
}

/** Arrow keys, Home and End, as the ARIA authoring practices have it for tabs. */
function onKey(event) {
	const at = tabs.indexOf(event.currentTarget);
	const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
	if (to === undefined) return;
	event.preventDefault();
	const tab = tabs[(to + tabs.length) % tabs.length];
	choose(tab);
	tab.focus();
}

for (const tab of tabs) {
	tab.addEventListener("click", () => choose(tab));
	tab.addEventListener("keydown", onKey);
}

/** Views without rows have no place on the page and are not made. */
function place(id, make) {
	const view = document.getElementById(`view-${id}`);
	if (view !== null) view.append(make());
}
const toChanges = () => {
	choose(document.getElementById("tab-changes"));
	document.getElementById("views").scrollIntoView({ block: "start" });
};

if (document.getElementById("tab-changes") !== null) {
	const changes = changesView();
	place("changes", () => changes.node);
	place("groups", () =>
		groupsView((group) => {
			changes.group(group);
			toChanges();
		}),
	);
	for (const tile of document.querySelectorAll(".tile"))
		tile.addEventListener("click", () => {
			changes.filter(tile.dataset.filter);
			toChanges();
		});
}
place("holds", holdsView);
place("rejects", rejectsView);
printTables();
document.documentElement.dataset.ready = "yes";
