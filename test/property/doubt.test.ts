import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Desired, HeldPerson, Wish } from "../../core/desired/desired.ts";
import { diff } from "../../core/diff/diff.ts";
import type { DiffInput, DiffRules } from "../../core/diff/input.ts";
import type { AccountId, PersonKey } from "../../core/model.ts";
import { isDestructive } from "../../core/operation.ts";
import { build, desiredArb, inputOf, key, RULES, RUNS, worldArb } from "../support/worlds.ts";

const crew = (n: number) => `crew:${n}` as PersonKey;
const heldArb = fc.record({
	username: fc.constantFrom("", "user1", "USER2", "user3"),
	because: fc.constantFrom("rejected-at-source" as const, "ambiguous" as const),
	detail: fc.constant("unreadable"),
	aliases: fc.constantFrom([], [crew(1)], [crew(2), crew(3)]),
}) satisfies fc.Arbitrary<HeldPerson>;
const rulesArb: fc.Arbitrary<DiffRules> = fc
	.record({
		adopt: fc.constantFrom("never" as const, "username" as const, "email" as const),
		strangers: fc.constantFrom("keep" as const, "remove" as const),
		createMissingGroups: fc.boolean(),
		stripGroups: fc.boolean(),
		sightings: fc.integer({ min: 1, max: 3 }),
	})
	.map(({ stripGroups, sightings, ...rules }) => ({
		...RULES,
		...rules,
		leavers: { action: "disable", after: { sightings, periodMs: 0 }, stripGroups },
	}));

/** Worlds with everything at once: two sources, people merged and split again, two keys of one account, held people. */
const inputArb: fc.Arbitrary<{ readonly rows: Parameters<typeof build>[0]; readonly change: (input: DiffInput) => DiffInput }> = fc
	.record({
		rows: worldArb,
		desired: desiredArb,
		rules: rulesArb,
		held: fc.uniqueArray(fc.tuple(fc.integer({ min: 20, max: 30 }), heldArb), { maxLength: 3, selector: ([n]) => n }),
		crewLinks: fc.uniqueArray(fc.tuple(fc.nat(9), fc.nat(15)), { maxLength: 6, selector: ([n]) => n }),
		aliases: fc.uniqueArray(fc.tuple(fc.nat(12), fc.nat(9)), { maxLength: 5, selector: ([, n]) => n }),
		missing: fc.uniqueArray(fc.tuple(fc.nat(15), fc.nat(4)), { maxLength: 8, selector: ([n]) => n }),
	})
	.map(({ rows, desired, rules, held, crewLinks, aliases, missing }) => ({
		rows,
		change: (input: DiffInput): DiffInput => ({
			...input,
			rules: { ...rules, protectAccounts: input.rules.protectAccounts },
			readSources: [...input.readSources, "crew" as never],
			desired: {
				...desired,
				people: new Map([...desired.people].map(([person, wish]) => [person, withAliases(wish, aliases)])),
				held: new Map(held.map(([n, each]) => [key(n), { ...each, aliases: each.aliases.filter((a) => !isAlias(desired, aliases, a)) }])),
			},
			ownership: {
				...input.ownership,
				links: new Map([...input.ownership.links, ...crewLinks.map(([n, account]) => [crew(n), `acc${account}` as AccountId] as const)]),
				absences: new Map(missing.map(([n, sightings]) => [n < 8 ? key(n) : crew(n - 8), { since: new Date(0), sightings }])),
			},
		}),
	}));
const withAliases = (wish: Wish, aliases: readonly (readonly [number, number])[]): Wish => ({
	...wish,
	aliases: aliases.filter(([n]) => key(n) === wish.person).map(([, n]) => crew(n)),
});
const isAlias = (desired: Desired, aliases: readonly (readonly [number, number])[], who: PersonKey): boolean =>
	aliases.some(([n, c]) => crew(c) === who && desired.people.has(key(n)));

describe("whatever is held, merged or split", () => {
	test("the plan is the same for any order of people, accounts, groups, links and records", async () => {
		await fc.assert(
			fc.asyncProperty(inputArb, fc.infiniteStream(fc.nat()), async ({ rows, change }, chance) => {
				const input = change(await inputOf(await build(rows), { ...EMPTY }));
				const shuffled = <K, V>(map: ReadonlyMap<K, V>): ReadonlyMap<K, V> =>
					new Map(
						[...map]
							.map((entry) => [chance.next().value as number, entry] as const)
							.sort(([a], [b]) => a - b)
							.map(([, entry]) => entry),
					);
				const { desired, actual, ownership } = input;
				const other: DiffInput = {
					...input,
					desired: { ...desired, people: shuffled(desired.people), held: shuffled(desired.held), groups: shuffled(desired.groups) },
					actual: { ...actual, accounts: shuffled(actual.accounts) },
					ownership: { ...ownership, links: shuffled(ownership.links), absences: shuffled(ownership.absences) },
				};
				expect(diff(other)).toEqual(diff(input));
			}),
			{ numRuns: RUNS },
		);
	});

	test("nothing more is taken when any people become unreadable, with or without a name, however accounts are adopted", async () => {
		await fc.assert(
			fc.asyncProperty(inputArb, fc.array(fc.nat(12)), fc.boolean(), async ({ rows, change }, lost, named) => {
				const input = change(await inputOf(await build(rows), { ...EMPTY }));
				const taken = (desired: Desired) =>
					diff({ ...input, desired })
						.operations.filter(isDestructive)
						.map((o) => o.id);
				const before = taken(input.desired);
				for (const id of taken(hide(input.desired, new Set(lost.map(key)), named))) expect(before).toContain(id);
			}),
			{ numRuns: RUNS },
		);
	});

	test("every operation has an id of its own, comes after what it requires, and never touches an account of somebody held", async () => {
		await fc.assert(
			fc.asyncProperty(inputArb, async ({ rows, change }) => {
				const input = change(await inputOf(await build(rows), { ...EMPTY }));
				const { operations } = diff(input);
				const seen = new Set<string>();
				for (const { id, requires } of operations) {
					expect(seen).not.toContain(id);
					for (const earlier of requires ?? []) expect(seen).toContain(earlier);
					seen.add(id);
				}
				const untouchable = [...input.desired.held].flatMap(([who, { aliases }]) =>
					[who, ...aliases].map((each) => input.ownership.links.get(each)),
				);
				for (const operation of operations)
					if ("subject" in operation && operation.subject.account !== undefined)
						expect(untouchable).not.toContain(operation.subject.account);
			}),
			{ numRuns: RUNS },
		);
	});

	test("no account is changed on behalf of two people", async () => {
		await fc.assert(
			fc.asyncProperty(inputArb, async ({ rows, change }) => {
				const owners = new Map<AccountId, PersonKey>();
				for (const operation of diff(change(await inputOf(await build(rows), { ...EMPTY }))).operations) {
					if (!("subject" in operation) || operation.subject.account === undefined || operation.subject.person === undefined) continue;
					const { account, person } = operation.subject;
					expect(owners.get(account) ?? person).toBe(person);
					owners.set(account, person);
				}
			}),
			{ numRuns: RUNS },
		);
	});
});

const EMPTY: Desired = {
	people: new Map(),
	held: new Map(),
	excluded: new Map(),
	groups: new Map(),
	defaultGroups: [],
	ignoredGroups: [],
	notes: [],
};

function hide(desired: Desired, lost: ReadonlySet<PersonKey>, named: boolean): Desired {
	const gone = [...desired.people.values()].filter((wish) => lost.has(wish.person));
	const held = gone.map((wish): readonly [PersonKey, HeldPerson] => [
		wish.person,
		{ username: named ? wish.fields.username : "", because: "rejected-at-source", detail: "unreadable", aliases: wish.aliases },
	]);
	return {
		...desired,
		people: new Map([...desired.people].filter(([person]) => !lost.has(person))),
		held: new Map([...desired.held, ...held]),
	};
}
