import { compareText } from "../digest.ts";
import type { GroupName, PersonId, PersonKey, Snapshot } from "../model.ts";
import { personKey } from "../model.ts";
import type { Policy } from "../policy/policy.ts";
import type { Desired, HeldPerson, Wish } from "./desired.ts";
import { Judge } from "./judge.ts";
import { checkNamedGroups } from "./literals.ts";
import { mergePeople } from "./merge.ts";
import { keyOf, personOf, readSources, type Source } from "./sources.ts";
import { type Mapping, mapGroups } from "./targets.ts";

/** Everything that is worked out once for all people. */
export interface Preparation {
	readonly sources: readonly Source[];
	readonly mapping: Mapping;
	readonly judge: Judge;
	readonly notes: readonly string[];
}

/** Throws SyncError: `config.invalid` for a group that the policy names and no source has; `bug` when a source was not read. */
export function prepare(policy: Policy, snapshots: readonly Snapshot[]): Preparation {
	const sources = readSources(policy, snapshots);
	const named = checkNamedGroups(policy, sources);
	const mapping = mapGroups(policy, sources);
	const notes = [...cycleNotes(sources), ...named, ...mapping.notes, ...defaultNotes(policy, mapping)];
	return { sources, mapping, judge: new Judge(policy, sources, mapping), notes };
}

/**
 * What the directories and the policy ask of the product. Pure; the order of the snapshots' contents does not matter.
 * What could not be read is held (law 1): people whose record was rejected, people whose selection or fields hang on a
 * group that could not be read, and memberships that such a group may give. Throws as `prepare` does.
 */
export function buildDesired(policy: Policy, snapshots: readonly Snapshot[]): Desired {
	const { sources, mapping, judge, notes } = prepare(policy, snapshots);
	const people = new Map<PersonKey, Wish>();
	const excluded = new Map<PersonKey, { readonly username: string; readonly because: string }>();
	const everybody = mergePeople(sources, policy.samePerson && judge.recognise(policy.samePerson));
	const held = new Map<PersonKey, HeldPerson>([...rejectedPeople(sources), ...everybody.held]);
	for (const refs of everybody.people) {
		const verdict = judge.judge(refs);
		if (verdict.kind === "wish") people.set(verdict.wish.person, verdict.wish);
		else if (verdict.kind === "held") held.set(keyOf(refs[0]!), verdict.held);
		else for (const ref of refs) excluded.set(keyOf(ref), { username: personOf(ref).username, because: verdict.because });
	}
	const ignored = new Set(policy.groups.ignore.map((name) => name.toLowerCase()));
	return {
		people,
		held,
		excluded,
		groups: new Map(mapping.targets.map((target) => [target.name, target])),
		defaultGroups: policy.groups.default.filter((name) => !ignored.has(name.toLowerCase())) as GroupName[],
		ignoredGroups: policy.groups.ignore as readonly GroupName[],
		notes: [...notes].sort(compareText),
	};
}

export function* rejectedPeople(sources: readonly Source[]): Iterable<[PersonKey, HeldPerson]> {
	for (const { connector, rejectedPeople } of sources)
		for (const { id, label, because } of rejectedPeople) {
			const detail = `the record ${label === undefined ? id : `"${label}" (${id})`} of ${connector} could not be read: ${because}`;
			yield [personKey(connector, id as PersonId), { username: label ?? "", because: "rejected-at-source", detail, aliases: [] }];
		}
}

/** A group that a rule feeds is the rule's: what a default gave, the next run would take away. So the default is left out. */
function defaultNotes(policy: Policy, mapping: Mapping): readonly string[] {
	const fed = new Set(mapping.targets.map(({ name }) => name.toLowerCase()));
	return policy.groups.default
		.filter((name) => fed.has(name.toLowerCase()))
		.map(
			(name) =>
				`groups.default names ${name}, which the group rules feed too: new accounts get it as members of the directory's group only.`,
		);
}

const NAMED = 10;

function cycleNotes(sources: readonly Source[]): readonly string[] {
	return sources.flatMap(({ connector, flat }) =>
		flat.cycles.map((names) => {
			const shown = names.slice(0, NAMED).join(", ") + (names.length > NAMED ? ` and ${names.length - NAMED} more` : "");
			return names.length === 1
				? `In ${connector} the group ${shown} contains itself.`
				: `In ${connector} these groups contain each other, so each has the members of all: ${shown}.`;
		}),
	);
}
