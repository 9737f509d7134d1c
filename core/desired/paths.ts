import type { GroupName } from "../model.ts";
import type { Verdict } from "./judge.ts";
import type { PersonRef } from "./sources.ts";
import type { Mapping } from "./targets.ts";

/** A managed group and how the person comes by it. */
export interface GivenGroup {
	readonly group: GroupName;
	readonly through: readonly GroupPath[];
}
export interface GroupPath {
	readonly source: string;
	/** Directory groups from the one the person is in directly to the one that the rule names; the shortest such way. */
	readonly path: readonly string[];
	/** The rule as it is written. */
	readonly rule: string;
}
export interface WithheldGroup {
	readonly group: GroupName;
	readonly why: "not-a-member" | "not-selected" | "inactive" | "held" | "uncertain" | "not-managed";
	/** One plain sentence. */
	readonly detail: string;
}

/** The targets that the person's groups feed, whether or not the person gets them in the end. */
export function groupsGiven(refs: readonly PersonRef[], mapping: Mapping): readonly GivenGroup[] {
	return pathsTo(refs, mapping, (match) => match.refused === undefined);
}

function pathsTo(
	refs: readonly PersonRef[],
	mapping: Mapping,
	wanted: (match: Mapping["matches"][number]) => boolean,
): readonly GivenGroup[] {
	const given = new Map<string, GroupPath[]>();
	for (const ref of refs) {
		const before = shortestWays(ref);
		for (const match of mapping.matches) {
			if (match.rank !== ref.rank || !before.has(match.number) || !wanted(match)) continue;
			const rule = (match.rule.source.match ?? match.rule.source.path)!.text;
			const through = { source: ref.source.connector, path: wayTo(ref, match.number, before), rule };
			const others = given.get(match.target);
			if (others === undefined) given.set(match.target, [through]);
			else others.push(through);
		}
	}
	return [...given].sort(([a], [b]) => (a < b ? -1 : 1)).map(([group, through]) => ({ group: group as GroupName, through }));
}

/** Every group the person is in → the group before it on the shortest way, or -1 for a direct one. */
function shortestWays({ source, number }: PersonRef): ReadonlyMap<number, number> {
	const { direct, outer } = source.flat;
	const before = new Map<number, number>();
	for (let at = direct.start[number]!; at < direct.start[number + 1]!; at++) before.set(direct.to[at]!, -1);
	// A Map is iterated in the order of insertion, also over what is added meanwhile: this is the queue.
	for (const group of before.keys())
		for (let at = outer.start[group]!; at < outer.start[group + 1]!; at++) if (!before.has(outer.to[at]!)) before.set(outer.to[at]!, group);
	return before;
}

function wayTo({ source }: PersonRef, group: number, before: ReadonlyMap<number, number>): readonly string[] {
	const way: string[] = [];
	for (let at = group; at !== -1; at = before.get(at)!) {
		const { path, name, id } = source.flat.groups[at]!;
		way.push(path ?? name ?? id);
	}
	return way.reverse();
}

interface Withholding {
	readonly refs: readonly PersonRef[];
	readonly mapping: Mapping;
	readonly reached: readonly GivenGroup[];
	readonly outcome: Verdict;
}

/** Every managed group that the person does not get, and those that a rule would give if they were managed. */
export function groupsWithheld({ refs, mapping, reached, outcome }: Withholding): readonly WithheldGroup[] {
	const would = new Map<string, GivenGroup>(reached.map((given) => [given.group, given]));
	const gets = new Set<string>(outcome.kind === "wish" ? outcome.wish.groups : []);
	const uncertain = new Set(refs.flatMap(({ rank }) => mapping.uncertain[rank]!));
	const withheld: WithheldGroup[] = [];
	for (const [number, { name, from, uncertain: because }] of mapping.targets.entries()) {
		if (gets.has(name)) continue;
		const given = would.get(name);
		if (given !== undefined) withheld.push({ group: name, ...refusalOf(outcome, given.through[0]!) });
		else if (uncertain.has(number))
			withheld.push({ group: name, why: "uncertain", detail: `it is not known whether the person belongs: ${because}` });
		else
			withheld.push({
				group: name,
				why: "not-a-member",
				detail: `the person is in none of the groups that feed it: ${few(from.map(({ path }) => path))}`,
			});
	}
	for (const { group } of pathsTo(refs, mapping, (match) => match.refused !== undefined)) {
		const refused = mapping.matches.find((match) => match.target === group && match.refused !== undefined)!.refused;
		withheld.push({ group, why: "not-managed", detail: `a rule would give it, but ${refused}` });
	}
	return withheld;
}

function refusalOf(outcome: Verdict, { path }: GroupPath): Pick<WithheldGroup, "why" | "detail"> {
	const member = `a member through ${path.join(" → ")}`;
	if (outcome.kind === "excluded") return { why: "not-selected", detail: `${member}, but ${outcome.because}` };
	if (outcome.kind === "held") return { why: "held", detail: `${member}, but nothing is changed for this person: ${outcome.held.detail}` };
	return { why: "inactive", detail: `${member}, but switched off in the directory` };
}

const NAMED = 5;
const few = (names: readonly string[]): string =>
	names.length === 0
		? "none that could be read"
		: names.slice(0, NAMED).join(", ") + (names.length > NAMED ? ` and ${names.length - NAMED} more` : "");
