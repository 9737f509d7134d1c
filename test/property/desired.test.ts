import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { buildDesired } from "../../core/desired/build.ts";
import type { Desired, Wish } from "../../core/desired/desired.ts";
import type { ConnectorId, Group, GroupId, GroupName, Person, PersonId, PersonKey, Snapshot } from "../../core/model.ts";
import { compilePolicy } from "../../core/policy/compile.ts";
import type { Policy } from "../../core/policy/policy.ts";
import { SnapshotBuilder } from "../../core/snapshot.ts";

/** A small directory with nesting, cycles included; ids are numbers in text. */
interface World {
	readonly people: readonly { readonly active: boolean; readonly email: number; readonly site: number | undefined }[];
	readonly groups: readonly { readonly name: number; readonly people: readonly number[]; readonly groups: readonly number[] }[];
}
const world = (size: number): fc.Arbitrary<World> =>
	fc.record({
		people: fc.array(fc.record({ active: fc.boolean(), email: fc.nat(9), site: fc.option(fc.nat(2), { nil: undefined }) }), {
			maxLength: size,
		}),
		groups: fc.array(
			fc.record({ name: fc.nat(5), people: fc.uniqueArray(fc.nat(size)), groups: fc.uniqueArray(fc.nat(size), { maxLength: 3 }) }),
			{ maxLength: size },
		),
	});

/** What could not be read this time, by place in the lists, and in which order the rest comes. */
interface Reading {
	readonly rejected: ReadonlySet<number>;
	readonly held: ReadonlySet<number>;
	/** Not even the path (even numbers: not even the name) of these could be read. */
	readonly unreadable: ReadonlySet<number>;
	readonly reverse: boolean;
}
const WHOLE: Reading = { rejected: new Set(), held: new Set(), unreadable: new Set(), reverse: false };
const some = fc.uniqueArray(fc.nat(7), { maxLength: 4 }).map((list) => new Set(list));
const reading: fc.Arbitrary<Reading> = fc.record({ rejected: some, held: some, unreadable: some, reverse: fc.boolean() });

function snapshotOf(source: string, { people, groups }: World, { rejected, held, unreadable, reverse }: Reading): Snapshot {
	const builder = new SnapshotBuilder(source as ConnectorId);
	const steps: (() => void)[] = [];
	for (const [i, { active, email, site }] of people.entries()) {
		const id = `p${i}` as PersonId;
		const attributes: Person["attributes"] = site === undefined ? {} : { site: [`s${site}`] };
		const names = {
			username: `${source}-${i}`,
			email: `${email}@x.org`,
			givenName: undefined,
			familyName: undefined,
			displayName: undefined,
		};
		steps.push(rejected.has(i) ? () => builder.rejectPerson(id, "torn") : () => builder.person({ id, ...names, active, attributes }));
	}
	for (const [i, group] of groups.entries()) {
		const id = `g${i}` as GroupId;
		const inner = group.groups.filter((g) => g < groups.length).map((g) => `g${g}` as GroupId);
		const members = group.people.filter((p) => p < people.length).map((p) => `p${p}` as PersonId);
		const shape: Omit<Group, "held" | "people"> = { id, name: `n${group.name}`, path: `/${i}/n${group.name}`, groups: inner };
		if (unreadable.has(i)) steps.push(() => builder.rejectGroup(id, "torn", i % 2 === 0 ? undefined : shape.name));
		else if (held.has(i)) steps.push(() => builder.holdGroup(shape, "page lost"));
		else steps.push(() => builder.group({ ...shape, people: reverse ? members.toReversed() : members }));
	}
	for (const step of reverse ? steps.toReversed() : steps) step();
	return builder.finish({ takenAt: new Date(0) });
}

const FILTERS = [
	undefined,
	"person.active",
	'"n0" in person.groups || "n1" in person.groups',
	'!("n0" in person.groups) && person.active',
	'person.groups.exists(g, g == "n2" || g == "n3")',
	'person.groupPaths.all(p, !p.endsWith("n4"))',
	'person.attributes.site[0] == "s1"',
] as const;
const policies: fc.Arbitrary<{ where: (typeof FILTERS)[number]; byGroup: boolean; merged: boolean; nested: boolean }> = fc.record({
	where: fc.constantFrom(...FILTERS),
	byGroup: fc.boolean(),
	merged: fc.boolean(),
	nested: fc.boolean(),
});

/** Names that no group of a world has would be an error, so two groups stand in every world for the names that filters read. */
const withNames = ({ people, groups }: World): World => ({
	people,
	groups: [...groups, ...[0, 1, 5].map((name) => ({ name, people: [], groups: [] }))],
});

function compile({
	where,
	byGroup,
	merged,
	nested,
}: {
	where: string | undefined;
	byGroup: boolean;
	merged: boolean;
	nested: boolean;
}): Policy {
	const at = (text: string) => ({ text });
	return compilePolicy({
		from: ["a", "b"] as ConnectorId[],
		samePerson: at(merged ? "person.email" : '""'),
		...(where === undefined ? {} : { where: at(where) }),
		username: at(byGroup ? '"n5" in person.groups ? "x-" + person.username : person.username' : "person.username"),
		attributes: { site: at('person.attribute("site")') },
		groups: {
			map: [
				{ match: at("n0"), to: at("zero") },
				{ match: at("/^n([1-3])$/"), to: at("t$1") },
				{ match: at("/^n[34]$/"), to: at("zero") },
				{ path: at("/^/[0-4]/n4$/"), to: at("low") },
			],
			nested,
			createMissing: true,
			default: [],
			ignore: [],
			strangers: "remove",
		},
	});
}

const everyKey = (wish: Wish): readonly PersonKey[] => [wish.person, ...wish.aliases];
const index = (desired: Desired): ReadonlyMap<PersonKey, Wish> =>
	new Map([...desired.people.values()].flatMap((wish) => everyKey(wish).map((key) => [key, wish])));
const heldKeys = (desired: Desired): ReadonlySet<PersonKey> =>
	new Set([...desired.held].flatMap(([key, { aliases }]) => [key, ...aliases]));

const runs = { numRuns: 1000 };

describe("desired", () => {
	test("the order in which records come does not matter", () => {
		fc.assert(
			fc.property(world(8), world(4), reading, policies, (a, b, read, policy) => {
				const [first, second] = [withNames(a), withNames(b)];
				const forward = [snapshotOf("a", first, { ...read, reverse: false }), snapshotOf("b", second, { ...WHOLE, reverse: false })];
				const backward = [snapshotOf("b", second, { ...WHOLE, reverse: true }), snapshotOf("a", first, { ...read, reverse: true })];
				const compiled = compile(policy);
				expect(ordered(buildDesired(compiled, backward))).toEqual(ordered(buildDesired(compiled, forward)));
			}),
			runs,
		);
	});

	test("everybody is wished, held, or left out for a reason; nobody twice", () => {
		fc.assert(
			fc.property(world(8), world(4), reading, policies, (a, b, read, policy) => {
				const snapshots = [snapshotOf("a", withNames(a), read), snapshotOf("b", withNames(b), WHOLE)];
				const desired = buildDesired(compile(policy), snapshots);
				const seen = [...[...desired.people.values()].flatMap(everyKey), ...heldKeys(desired), ...desired.excluded.keys()].sort();
				const known = snapshots.flatMap((s) =>
					[...s.people.keys(), ...s.rejects.filter((r) => r.kind === "person").map((r) => r.id)].map((id) => `${s.connector}:${id}`),
				);
				expect(seen).toEqual(known.sort());
			}),
			runs,
		);
	});

	/**
	 * The account of each wish of the whole reading is linked to every key of that wish. Reading less must not take
	 * anything from it that the whole reading would leave: not the account, not a group.
	 */
	test("reading less never takes anything away", () => {
		fc.assert(
			fc.property(world(8), world(4), reading, policies, (a, b, read, policy) => {
				const compiled = compile(policy);
				const of = (r: Reading) => buildDesired(compiled, [snapshotOf("a", withNames(a), r), snapshotOf("b", withNames(b), WHOLE)]);
				const [whole, less] = [of(WHOLE), of(read)];
				const [wishes, held] = [index(less), heldKeys(less)];
				for (const before of whole.people.values()) {
					if (everyKey(before).some((key) => held.has(key))) continue;
					for (const key of everyKey(before)) expect(less.excluded.has(key)).toBe(false);
					const after = wishes.get(before.person);
					expect(after).toBeDefined();
					if (before.active) expect(after!.active).toBe(true);
					for (const group of before.groups) expect(keeps(less, after!, group)).toBe(true);
				}
			}),
			runs,
		);
	});

	test("reading less never gives anything that the whole reading would not give", () => {
		fc.assert(
			fc.property(world(8), world(4), reading, policies, (a, b, read, policy) => {
				const compiled = compile(policy);
				const of = (r: Reading) => buildDesired(compiled, [snapshotOf("a", withNames(a), r), snapshotOf("b", withNames(b), WHOLE)]);
				const whole = of(WHOLE);
				const wishes = index(whole);
				// An ambiguity between two records is gone when one of them cannot be read: the other is then judged by itself.
				const free = [...of({ ...read, rejected: new Set() }).people.values()];
				for (const wish of free) {
					const before = wishes.get(wish.person);
					expect(before?.active).toBe(wish.active);
					// Somebody inactive has raw values where an expression cannot say; they are only disabled, never renamed.
					if (wish.active) expect(before!.fields).toEqual(wish.fields);
					for (const group of wish.groups) expect(before!.groups).toContain(group);
				}
			}),
			runs,
		);
	});
});

/** A group that is no longer managed keeps its members; an uncertain one too. */
const keeps = (desired: Desired, wish: Wish, group: GroupName): boolean =>
	wish.groups.includes(group) ||
	!desired.groups.has(group) ||
	(wish.uncertain.includes(group) && desired.groups.get(group)!.uncertain !== undefined);

/** Maps compare without order; the order of the entries is part of the promise. */
const ordered = (desired: Desired) => ({
	...desired,
	people: [...desired.people],
	held: [...desired.held],
	excluded: [...desired.excluded],
	groups: [...desired.groups],
});
