import type { ConnectorId, GroupName, PersonId, PersonKey, Snapshot } from "../model.ts";
import { personKey } from "../model.ts";
import { placeOf } from "../policy/place.ts";
import type { Clause, PersonView, Policy } from "../policy/policy.ts";
import { viewOf } from "../policy/record.ts";
import { Belongings } from "./belonging.ts";
import { type Preparation, prepare, rejectedPeople } from "./build.ts";
import { combined, originsOf } from "./combine.ts";
import type { HeldPerson } from "./desired.ts";
import type { Verdict } from "./judge.ts";
import { expressionsOf } from "./literals.ts";
import { mergePeople } from "./merge.ts";
import { type GivenGroup, groupsGiven, groupsWithheld, type WithheldGroup } from "./paths.ts";
import { keyOf, type PersonRef, personOf } from "./sources.ts";
import { unusableValue } from "./values.ts";

/** Why somebody gets what they get: the answer of `rollcall explain WHO`. */
export interface PersonTrace {
	readonly who: string;
	/** Everybody that `who` may mean; empty when nobody. */
	readonly people: readonly PersonStory[];
}
export interface PersonStory {
	/** The key of the record with the say. */
	readonly person: PersonKey;
	/** Further records of the same person. */
	readonly aliases: readonly PersonKey[];
	/** What the expressions see, with every group; undefined when the record could not be read. */
	readonly record: PersonView | undefined;
	/** Which source each field came from whose precedence is stated (`email`, `attributes.department`); the rest is from the record with the say. */
	readonly origins: Readonly<Record<string, ConnectorId>>;
	/** Undefined when the policy has no filter, or there is no record. */
	readonly filter: Clause | undefined;
	readonly steps: readonly TransformStep[];
	readonly outcome: Verdict;
	readonly groups: readonly GivenGroup[];
	readonly withheld: readonly WithheldGroup[];
	/** The notes of the whole run (cycles of groups, names that stand for several). */
	readonly notes: readonly string[];
}
export interface TransformStep {
	readonly setting: string;
	/** `rollcall.yaml:14:12`; undefined for a default. */
	readonly place: string | undefined;
	readonly clause: Clause;
	readonly value: string | undefined;
	/** Why the expression gives nothing usable. */
	readonly error: string | undefined;
}

/** `who`: an immutable id, a person key (`staff:5f3e…`), a username or an e-mail address (case does not count). Throws as `buildDesired` does. */
export function tracePerson(policy: Policy, snapshots: readonly Snapshot[], who: string): PersonTrace {
	const preparation = prepare(policy, snapshots);
	const { sources, judge } = preparation;
	const everybody = mergePeople(sources, policy.samePerson && judge.recognise(policy.samePerson));
	const stories: PersonStory[] = [];
	const meant = meaning(who);
	for (const refs of everybody.people)
		if (refs.some(meant)) stories.push(storyOf({ policy, preparation, outcome: judge.judge(refs) }, refs));
	for (const [rank, source] of sources.entries())
		for (let number = 0; number < source.people.length; number++) {
			const ref = { source, rank, number };
			const held = meant(ref) ? everybody.held.get(keyOf(ref)) : undefined;
			if (held !== undefined) stories.push(storyOf({ policy, preparation, outcome: { kind: "held", held } }, [ref]));
		}
	for (const [person, held] of rejectedPeople(sources))
		if (isReject(who, person, held)) stories.push(rejectedStory(person, held, preparation));
	return { who, people: stories };
}

function meaning(who: string): (ref: PersonRef) => boolean {
	const folded = who.trim().toLowerCase();
	return (ref) => {
		const { id, username, email } = personOf(ref);
		return (
			id === who || username.toLowerCase() === folded || email?.toLowerCase() === folded || personKey(ref.source.connector, id) === who
		);
	};
}
const isReject = (who: string, person: PersonKey, held: HeldPerson): boolean =>
	person === who || (person.slice(person.indexOf(":") + 1) as PersonId) === who || held.username.toLowerCase() === who.trim().toLowerCase();

interface Telling {
	readonly policy: Policy;
	readonly preparation: Preparation;
	readonly outcome: Verdict;
}

function storyOf({ policy, preparation, outcome }: Telling, refs: readonly PersonRef[]): PersonStory {
	const { sources, mapping, notes } = preparation;
	const say = refs[0]!;
	const belonging = new Belongings(sources, mapping, "all").of(refs);
	const record = viewOf(say.source.connector, combined(refs, policy), belonging);
	const reached = groupsGiven(refs, mapping);
	const gets = new Set<string>(outcome.kind === "wish" ? outcome.wish.groups : []);
	return {
		person: keyOf(say),
		aliases: refs.slice(1).map(keyOf),
		record,
		origins: originsOf(refs, policy),
		filter: policy.where?.explain(record),
		steps: stepsOf(policy, record),
		outcome,
		groups: reached.filter(({ group }) => gets.has(group)),
		withheld: groupsWithheld({ refs, mapping, reached, outcome }),
		notes,
	};
}

function stepsOf(policy: Policy, record: PersonView): readonly TransformStep[] {
	return expressionsOf(policy).flatMap(({ setting, expression }) => {
		if (setting === "where") return [];
		const clause = expression.explain(record);
		const value = clause.failed ? undefined : String(expression.evaluate(record));
		const field = setting === "username" || setting === "email" || setting === "displayName" ? setting : "attribute";
		const unusable = value === undefined || setting === "samePerson" ? undefined : unusableValue(field, value);
		const error = clause.failed ? clause.value : unusable === undefined ? undefined : `the value ${unusable}`;
		return [{ setting, place: placeOf(expression.source), clause, value, error }];
	});
}

function rejectedStory(person: PersonKey, held: HeldPerson, { mapping, notes }: Preparation): PersonStory {
	const outcome = { kind: "held", held } as const;
	const withheld = mapping.targets.map(({ name }): WithheldGroup => ({ group: name as GroupName, why: "held", detail: held.detail }));
	return { person, aliases: [], record: undefined, origins: {}, filter: undefined, steps: [], outcome, groups: [], withheld, notes };
}
