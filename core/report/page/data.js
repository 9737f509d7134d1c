// The embedded report: columns over one table of strings. See ../page-data.ts for the shape.

const { words, who, operations, holds, rejects, strings } = JSON.parse(document.getElementById("data").textContent);

/** [5, 3, 2, 1] → 5 5 5 2 */
function unrolled(runs, length) {
	const values = new Uint8Array(length);
	for (let at = 0, index = 0; index < runs.length; index += 2) {
		values.fill(runs[index], at, at + runs[index + 1]);
		at += runs[index + 1];
	}
	return values;
}

/** (row, string, row, string …) → Map */
function pairs(list) {
	const map = new Map();
	for (let index = 0; index < list.length; index += 2) map.set(list[index], list[index + 1]);
	return map;
}

const planned = operations.who.length;
const kinds = unrolled(operations.kind, planned);
const states = unrolled(operations.state, planned);
const errors = pairs(operations.error);
const otherNames = pairs(operations.name);
const HELD = words.states.findIndex(({ state }) => state === "held");

/** Rows are numbered: first every operation in order of execution, then every hold. */
export const rowCount = planned + holds.who.length;
export const isHold = (row) => row >= planned;
export const text = (index) => (index < 0 || index === undefined ? "" : strings[index]);

export const stateNumber = (row) => (isHold(row) ? HELD : states[row]);
export const state = (row) => words.states[stateNumber(row)];
/** Undefined for holds: those say in words what was wanted. */
export const kind = (row) => (isHold(row) ? undefined : words.kinds[kinds[row]]);
export const whoOf = (row) => (isHold(row) ? holds.who[row - planned] : operations.who[row]);
export const groupOf = (row) => (isHold(row) ? holds.group[row - planned] : operations.group[row]);
export const reasonOf = (row) => words.reasons[holds.reason[row - planned]];

export const person = (index) => ({ name: text(who.name[index]), person: text(who.person[index]), account: text(who.account[index]) });
export const nameOf = (row) => (otherNames.has(row) ? text(otherNames.get(row)) : whoOf(row) < 0 ? "" : text(who.name[whoOf(row)]));
export const action = (row) => (isHold(row) ? text(holds.wanted[row - planned]) : kind(row).verb);
export const detail = (row) => (isHold(row) ? "" : text(operations.detail[row]));
export const why = (row) => (isHold(row) ? text(holds.detail[row - planned]) : text(operations.because[row]));
export const error = (row) => (isHold(row) ? "" : text(errors.get(row)));

/** Indexes of strings that stand for this row, for the search. */
function stringsOf(row) {
	const human = whoOf(row);
	const own = isHold(row)
		? [holds.wanted[row - planned], holds.detail[row - planned]]
		: [operations.detail[row], operations.because[row], errors.get(row) ?? -1, otherNames.get(row) ?? -1];
	if (human >= 0) own.push(who.name[human], who.person[human], who.account[human]);
	own.push(groupOf(row));
	return own;
}

/** Without case and accents, so that `muller` finds Müller. */
const folded = (value) => (/^[\x20-\x7e]*$/.test(value) ? value : value.normalize("NFKD").replace(/\p{M}/gu, "")).toLowerCase();
let foldedStrings;

/** Every word must be somewhere in the row. Each distinct string is looked at once, however many rows use it. */
export function searcher(query) {
	foldedStrings ??= strings.map(folded);
	const tests = folded(query)
		.split(/\s+/)
		.filter((word) => word !== "")
		.map((word) => {
			const hit = Uint8Array.from(foldedStrings, (value) => (value.includes(word) ? 1 : 0));
			const kindHit = words.kinds.map(({ title, past }) => `${title} ${past}`.toLowerCase().includes(word));
			return (row) => stringsOf(row).some((index) => index >= 0 && hit[index] === 1) || (!isHold(row) && kindHit[kinds[row]]);
		});
	return (row) => tests.every((test) => test(row));
}

export function rowsWhere(test) {
	const rows = [];
	for (let row = 0; row < rowCount; row += 1) if (test(row)) rows.push(row);
	return rows;
}

export const kindsPresent = () => words.kinds.filter((_, index) => kinds.includes(index));
export const statesPresent = () => words.states.filter((_, index) => (index === HELD ? rowCount > planned : states.includes(index)));

/** [{ group, gains, losses, held, fate }], the most changed first. */
export function groupRows() {
	const tallies = new Map();
	for (let row = 0; row < rowCount; row += 1) {
		const group = groupOf(row);
		if (group < 0) continue;
		if (!tallies.has(group)) tallies.set(group, { group, gains: 0, losses: 0, held: 0, fate: "" });
		const tally = tallies.get(group);
		const what = kind(row)?.kind;
		if (what === undefined) tally.held += 1;
		else if (what === "member.add") tally.gains += 1;
		else if (what === "member.remove") tally.losses += 1;
		else tally.fate = kind(row).past;
	}
	const size = ({ gains, losses, held }) => gains + losses + held;
	return [...tallies.values()].sort((a, b) => size(b) - size(a) || (text(a.group) < text(b.group) ? -1 : 1));
}

/** Rows of holds by reason, the most frequent first. */
export function holdRows() {
	const byReason = Map.groupBy(
		rowsWhere((row) => isHold(row)),
		(row) => reasonOf(row),
	);
	return [...byReason].sort((a, b) => b[1].length - a[1].length);
}

export const rejectRows = () => rejects.id.map((_, index) => index);
export const reject = (index) => ({
	source: text(rejects.source[index]),
	kind: text(rejects.kind[index]),
	name: text(rejects.label[index]) || text(rejects.id[index]),
	id: text(rejects.id[index]),
	because: text(rejects.because[index]),
});
