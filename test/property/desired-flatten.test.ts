import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { flattenGroups, GroupWalk, leadingTo } from "../../core/desired/flatten.ts";
import type { ConnectorId, GroupId, PersonId } from "../../core/model.ts";
import { SnapshotBuilder } from "../../core/snapshot.ts";

const SIZE = 9;
const graph = fc.record({
	inside: fc.array(fc.uniqueArray(fc.nat(SIZE), { maxLength: 4 }), { minLength: SIZE + 1, maxLength: SIZE + 1 }),
	members: fc.array(fc.uniqueArray(fc.nat(3)), { minLength: SIZE + 1, maxLength: SIZE + 1 }),
	held: fc.uniqueArray(fc.nat(SIZE), { maxLength: 2 }),
	wanted: fc.uniqueArray(fc.nat(SIZE)),
});
type Graph = typeof graph extends fc.Arbitrary<infer G> ? G : never;

function flat({ inside, members, held }: Graph) {
	const builder = new SnapshotBuilder("s" as ConnectorId);
	for (const [i, inner] of inside.entries()) {
		const group = { id: `g${i}` as GroupId, name: `g${i}`, path: `/g${i}`, groups: inner.map((g) => `g${g}` as GroupId) };
		if (held.includes(i)) builder.holdGroup(group, "lost");
		else builder.group({ ...group, people: members[i]!.map((p) => `p${p}` as PersonId) });
	}
	const people = new Map([0, 1, 2, 3].map((p) => [`p${p}` as PersonId, p]));
	return flattenGroups(builder.finish({ takenAt: new Date(0) }), people, true);
}

/** By trying again until nothing changes: slow, and too simple to be wrong. */
function contained(inside: Graph["inside"], start: number): ReadonlySet<number> {
	const found = new Set<number>(inside[start]);
	for (let before = -1; before !== found.size; ) {
		before = found.size;
		for (const i of [...found]) for (const inner of inside[i]!) found.add(inner);
	}
	return found;
}

test("flattening is reachability, on any graph, and looking only at what leads to the wanted groups changes nothing", () => {
	fc.assert(
		fc.property(graph, (world) => {
			const groups = flat(world);
			const wanted = Uint8Array.from({ length: SIZE + 1 }, (_, i) => (world.wanted.includes(i) ? 1 : 0));
			const walks = [new GroupWalk(groups, new Uint8Array(SIZE + 1).fill(1)), new GroupWalk(groups, leadingTo(wanted, groups.outer))];
			for (const person of [0, 1, 2, 3]) {
				const isIn = (i: number) => !world.held.includes(i) && world.members[i]!.includes(person);
				const naive = world.inside.flatMap((_, i) => (isIn(i) || [...contained(world.inside, i)].some(isIn) ? [i] : []));
				const found: number[][] = walks.map((walk) => {
					const list: number[] = [];
					walk.of(person, list);
					expect(new Set(list).size).toBe(list.length);
					return list.sort((a, b) => a - b);
				});
				expect(found[0]).toEqual(naive);
				expect(found[1]!.filter((i) => wanted[i] === 1)).toEqual(naive.filter((i) => wanted[i] === 1));
			}
		}),
		{ numRuns: 1000 },
	);
});

test("cycles are the sets of groups that contain each other; whatever contains a held group is uncertain", () => {
	fc.assert(
		fc.property(graph, (world) => {
			const groups = flat(world);
			const within = world.inside.map((_, i) => contained(world.inside, i));
			const cycles = new Set<string>();
			for (const [i, inner] of within.entries())
				if (inner.has(i))
					cycles.add(
						[...inner]
							.filter((other) => within[other]!.has(i))
							.sort((a, b) => a - b)
							.map((other) => `g${other}`)
							.join(),
					);
			expect(new Set(groups.cycles.map((cycle) => cycle.join()))).toEqual(cycles);
			expect(groups.cycles.length).toBe(cycles.size);
			for (const [i, group] of groups.groups.entries())
				expect(group.uncertain !== undefined).toBe(world.held.includes(i) || world.held.some((h) => within[i]!.has(h)));
		}),
		{ numRuns: 1000 },
	);
});
