import { compareText } from "../digest.ts";
import type { Group, GroupId, PersonId, Reject, Snapshot } from "../model.ts";

/** A directory group as the policy sees it. A group that was rejected has no path, and perhaps not even a name. */
export interface FlatGroup {
	readonly id: GroupId;
	readonly name: string | undefined;
	readonly path: string | undefined;
	/** Why it is not known who belongs to it: it is held, or contains a group that is. */
	readonly uncertain: string | undefined;
}

/** All groups of one directory with their nesting, flattened once. Groups are numbered; nothing is kept per person but numbers. */
export interface FlatGroups {
	readonly groups: readonly FlatGroup[];
	/** Groups that contain each other, each cycle as the names of its groups. */
	readonly cycles: readonly (readonly string[])[];
	/** Groups that contain this one directly. */
	readonly outer: Edges;
	/** Groups that a person is in directly, by the number of the person. */
	readonly direct: Edges;
}

/** Lists of numbers, back to back: those of `i` stand in `to` from `start[i]` up to, not including, `start[i + 1]`. */
export interface Edges {
	readonly start: Int32Array;
	readonly to: Int32Array;
}

/** `people` numbers the people. With `nested: false` every group stands for itself. Iterative throughout: depth costs no stack. */
export function flattenGroups(snapshot: Snapshot, people: ReadonlyMap<PersonId, number>, nested: boolean): FlatGroups {
	const listed = [...snapshot.groups.values()].sort((a, b) => compareText(a.id, b.id));
	const rejected = snapshot.rejects.filter((r) => r.kind === "group" && !snapshot.groups.has(r.id as GroupId));
	rejected.sort((a, b) => compareText(a.id, b.id));
	const numbers = new Map<GroupId, number>();
	for (const group of listed) numbers.set(group.id, numbers.size);
	for (const reject of rejected) numbers.set(reject.id as GroupId, numbers.size);
	const inner = nested ? edges(listed, numbers.size, { of: (group) => group.groups, numbers }) : noEdges(numbers.size);
	const outer = reversed(inner, numbers.size);
	const reasons = spreadUncertainty(
		reasonsOf(listed, rejected, numbers.size),
		outer,
		(i) => listed[i]?.name ?? rejected[i - listed.length]?.label,
	);
	return {
		groups: [
			...listed.map((group, i) => ({ id: group.id, name: group.name, path: group.path, uncertain: reasons[i] })),
			...rejected.map((r, i) => ({ id: r.id as GroupId, name: r.label, path: undefined, uncertain: reasons[listed.length + i] })),
		],
		cycles: cyclesOf(inner, numbers.size).map((cycle) => cycle.map((i) => listed[i]!.name).sort(compareText)),
		outer,
		direct: reversed(
			edges(listed, numbers.size, { of: (group) => (group.held === undefined ? group.people : []), numbers: people }),
			people.size,
		),
	};
}

const noEdges = (count: number): Edges => ({ start: new Int32Array(count + 1), to: new Int32Array(0) });

/** Ids without a number (rejected people, say) are left out. */
function edges<T>(
	groups: readonly Group[],
	count: number,
	ends: { of: (group: Group) => readonly T[]; numbers: ReadonlyMap<T, number> },
): Edges {
	const start = new Int32Array(count + 1);
	const to = new Int32Array(groups.reduce((sum, group) => sum + ends.of(group).length, 0));
	let size = 0;
	for (let i = 0; i < count; i++) {
		const group = groups[i];
		if (group !== undefined)
			for (const id of ends.of(group)) {
				const number = ends.numbers.get(id);
				if (number !== undefined) to[size++] = number;
			}
		start[i + 1] = size;
	}
	return { start, to: to.subarray(0, size) };
}

function reversed(forward: Edges, count: number): Edges {
	const start = new Int32Array(count + 1);
	for (const target of forward.to) start[target + 1]! += 1;
	for (let i = 0; i < count; i++) start[i + 1]! += start[i]!;
	const next = start.slice();
	const to = new Int32Array(forward.to.length);
	for (let from = 0; from + 1 < forward.start.length; from++)
		for (let at = forward.start[from]!; at < forward.start[from + 1]!; at++) to[next[forward.to[at]!]!++] = from;
	return { start, to };
}

function reasonsOf(listed: readonly Group[], rejected: readonly Reject[], count: number): (string | undefined)[] {
	const reasons = new Array<string | undefined>(count).fill(undefined);
	for (const [i, group] of listed.entries())
		if (group.held !== undefined) reasons[i] = `"${group.path}" could not be read whole: ${group.held}`;
	for (const [i, reject] of rejected.entries())
		reasons[listed.length + i] =
			`group ${reject.label === undefined ? reject.id : `"${reject.label}"`} could not be read: ${reject.because}`;
	return reasons;
}

/** Whoever contains an uncertain group is uncertain too. Breadth first, so that the reason names the nearest. */
function spreadUncertainty(
	own: (string | undefined)[],
	outer: Edges,
	nameOf: (i: number) => string | undefined,
): readonly (string | undefined)[] {
	const reasons = [...own];
	const queue: number[] = [];
	const from = new Map<number, number>();
	for (const [i, reason] of own.entries()) if (reason !== undefined) queue.push(i);
	for (let head = 0; head < queue.length; head++) {
		const i = queue[head]!;
		for (let at = outer.start[i]!; at < outer.start[i + 1]!; at++) {
			const container = outer.to[at]!;
			if (reasons[container] !== undefined) continue;
			const origin = from.get(i) ?? i;
			from.set(container, origin);
			reasons[container] = `"${nameOf(container)}" contains a group whose members are not known: ${own[origin]}`;
			queue.push(container);
		}
	}
	return reasons;
}

/** Strongly connected components of more than one group, and groups that contain themselves (Tarjan 1972, without recursion). */
function cyclesOf(inner: Edges, count: number): readonly (readonly number[])[] {
	const order = new Int32Array(count).fill(-1);
	const low = new Int32Array(count);
	const open = new Uint8Array(count);
	const next = inner.start.slice();
	const component: number[] = [];
	const path: number[] = [];
	const cycles: number[][] = [];
	let seen = 0;
	const enter = (i: number) => {
		order[i] = low[i] = seen++;
		open[i] = 1;
		component.push(i);
		path.push(i);
	};
	for (let root = 0; root < count; root++) {
		if (order[root] !== -1) continue;
		enter(root);
		while (path.length > 0) {
			const i = path[path.length - 1]!;
			if (next[i]! < inner.start[i + 1]!) {
				const target = inner.to[next[i]!++]!;
				if (order[target] === -1) enter(target);
				else if (open[target] === 1) low[i] = Math.min(low[i]!, order[target]!);
				continue;
			}
			path.pop();
			const parent = path[path.length - 1];
			if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[i]!);
			if (low[i] !== order[i]) continue;
			const members = component.splice(component.lastIndexOf(i));
			for (const member of members) open[member] = 0;
			if (members.length > 1 || containsItself(inner, i)) cycles.push(members);
		}
	}
	return cycles;
}

function containsItself(inner: Edges, i: number): boolean {
	for (let at = inner.start[i]!; at < inner.start[i + 1]!; at++) if (inner.to[at] === i) return true;
	return false;
}

/** Which groups are wanted, or lie inside one that is: the only ones a walk has to look at. */
export function leadingTo(wanted: Uint8Array, outer: Edges): Uint8Array {
	const inner = reversed(outer, wanted.length);
	const useful = wanted.slice();
	const queue: number[] = [];
	for (let i = 0; i < wanted.length; i++) if (wanted[i] === 1) queue.push(i);
	for (let i = queue.pop(); i !== undefined; i = queue.pop())
		for (let at = inner.start[i]!; at < inner.start[i + 1]!; at++) {
			const contained = inner.to[at]!;
			if (useful[contained] === 1) continue;
			useful[contained] = 1;
			queue.push(contained);
		}
	return useful;
}

/** Finds all groups that a person is in, through nesting; keeps its own scratch space, so one serves for all people. */
export class GroupWalk {
	readonly #flat: FlatGroups;
	readonly #only: Uint8Array;
	readonly #stamp: Int32Array;
	#round = 0;

	/** Visits only the groups marked in `only`. */
	constructor(flat: FlatGroups, only: Uint8Array) {
		this.#flat = flat;
		this.#only = only;
		this.#stamp = new Int32Array(flat.groups.length);
	}

	/** Numbers of the groups, direct ones first, each once; written into `found`, which is emptied before. */
	of(person: number, found: number[]): void {
		const { direct, outer } = this.#flat;
		found.length = 0;
		this.#round += 1;
		for (let at = direct.start[person]!; at < direct.start[person + 1]!; at++) this.#take(direct.to[at]!, found);
		for (let head = 0; head < found.length; head++) {
			const i = found[head]!;
			for (let at = outer.start[i]!; at < outer.start[i + 1]!; at++) this.#take(outer.to[at]!, found);
		}
	}

	#take(group: number, found: number[]): void {
		if (this.#stamp[group] === this.#round || this.#only[group] === 0) return;
		this.#stamp[group] = this.#round;
		found.push(group);
	}
}
