import { compareText } from "../digest.ts";
import type { GroupName } from "../model.ts";
import type { GroupRule, Policy } from "../policy/policy.ts";
import type { TargetGroup } from "./desired.ts";
import type { FlatGroup } from "./flatten.ts";
import type { Source } from "./sources.ts";
import { unusableName } from "./values.ts";

/** What the group rules make of the directories' groups. */
export interface Mapping {
	/** The managed groups, sorted by name; a target's number is the place in this list. */
	readonly targets: readonly TargetGroup[];
	/** By rank of the source, by number of the directory group: numbers of the targets that it feeds. */
	readonly feeds: readonly (readonly (readonly number[] | undefined)[])[];
	/** By rank of the source: targets of which it is not known which of its people belong to them. */
	readonly uncertain: readonly (readonly number[])[];
	readonly notes: readonly string[];
	/** Rules with the directory groups that they match, for `explain`. */
	readonly matches: readonly RuleMatch[];
}
export interface RuleMatch {
	readonly rule: GroupRule;
	readonly rank: number;
	readonly group: FlatGroup;
	/** The group's number in its source. */
	readonly number: number;
	readonly target: string;
	/** Set when the target is nevertheless not managed. */
	readonly refused?: string;
}

interface Draft {
	readonly from: { readonly source: string; readonly id: FlatGroup["id"]; readonly path: string }[];
	readonly rules: Set<GroupRule>;
	/** By rank of the source: why it is uncertain. */
	readonly uncertain: Map<number, string>;
	/** By rank: numbers of directory groups. */
	readonly fedBy: number[][];
}

/** Every rule applies to every group it matches: one directory group may feed several targets, several groups one. */
export function mapGroups(policy: Policy, sources: readonly Source[]): Mapping {
	const ignored = new Set(policy.groups.ignore.map((name) => name.toLowerCase()));
	const matches = sources.flatMap((source, rank) => [...matchesOf(policy, source, { rank, ignored })]);
	const drafts = new Map<string, Draft>();
	const draftOf = (target: string): Draft => {
		let draft = drafts.get(target);
		if (draft === undefined) {
			draft = { from: [], rules: new Set(), uncertain: new Map(), fedBy: sources.map(() => []) };
			drafts.set(target, draft);
		}
		return draft;
	};
	for (const { rule, rank, group, number, target, refused } of matches) {
		if (refused !== undefined) continue;
		const draft = draftOf(target);
		draft.rules.add(rule);
		// Matches come group by group, so a group that two rules send to one target comes twice in a row.
		if (draft.fedBy[rank]!.at(-1) !== number) {
			draft.from.push({ source: sources[rank]!.connector, id: group.id, path: group.path ?? group.name! });
			draft.fedBy[rank]!.push(number);
		}
		if (group.uncertain !== undefined && !draft.uncertain.has(rank)) draft.uncertain.set(rank, group.uncertain);
	}
	addUnknown(policy, sources, { drafts, draftOf, ignored });
	return assemble(sources, { drafts, matches, notes: notesOf(policy, sources, { matches, targets: [...drafts.keys()] }) });
}

function* matchesOf(
	policy: Policy,
	source: Source,
	{ rank, ignored }: { rank: number; ignored: ReadonlySet<string> },
): Iterable<RuleMatch> {
	for (const [number, group] of source.flat.groups.entries()) {
		if (group.name === undefined) continue;
		for (const rule of policy.groups.map) {
			if (rule.on === "path" && group.path === undefined) continue;
			const target = rule.target({ name: group.name, path: group.path ?? "" });
			if (target === undefined) continue;
			const refused = ignored.has(target.toLowerCase()) ? "it is listed in groups.ignore and never touched" : unusableName(target);
			yield { rule, rank, group, number, target, ...(refused === undefined ? {} : { refused }) };
		}
	}
}

/** A rejected group whose name or path is not known may be any group that a rule names or matches. */
function addUnknown(
	policy: Policy,
	sources: readonly Source[],
	found: { drafts: ReadonlyMap<string, Draft>; draftOf: (target: string) => Draft; ignored: ReadonlySet<string> },
): void {
	for (const [rank, source] of sources.entries())
		for (const rule of policy.groups.map) {
			const unknown = source.flat.groups.find((g) => g.name === undefined || (rule.on === "path" && g.path === undefined));
			if (unknown === undefined) continue;
			for (const draft of found.drafts.values())
				if (draft.rules.has(rule) && !draft.uncertain.has(rank)) draft.uncertain.set(rank, unknown.uncertain!);
			if (rule.literal === undefined || [...found.drafts.values()].some((draft) => draft.rules.has(rule))) continue;
			const target = rule.target({ name: rule.literal, path: rule.literal })!;
			if (!found.ignored.has(target.toLowerCase()) && unusableName(target) === undefined)
				found.draftOf(target).uncertain.set(rank, unknown.uncertain!);
		}
}

function assemble(
	sources: readonly Source[],
	{ drafts, matches, notes }: { drafts: ReadonlyMap<string, Draft>; matches: readonly RuleMatch[]; notes: readonly string[] },
): Mapping {
	const names = [...drafts.keys()].sort(compareText);
	const feeds = sources.map((source) => new Array<number[] | undefined>(source.flat.groups.length).fill(undefined));
	const uncertain: number[][] = sources.map(() => []);
	const targets = names.map((name, number) => {
		const draft = drafts.get(name)!;
		for (const [rank, groups] of draft.fedBy.entries())
			for (const group of groups) {
				feeds[rank]![group] ??= [];
				feeds[rank]![group]!.push(number);
			}
		for (const rank of draft.uncertain.keys()) uncertain[rank]!.push(number);
		const reasons = [...draft.uncertain].sort(([a], [b]) => a - b).map(([rank, reason]) => `${sources[rank]!.connector}: ${reason}`);
		return { name: name as GroupName, from: draft.from, uncertain: reasons.length === 0 ? undefined : reasons.join("; ") };
	});
	return { targets, feeds, uncertain, notes, matches };
}

function notesOf(
	policy: Policy,
	sources: readonly Source[],
	found: { matches: readonly RuleMatch[]; targets: readonly string[] },
): string[] {
	const notes: string[] = [];
	const matched = new Set(found.matches.map((match) => match.rule));
	for (const rule of policy.groups.map) {
		const text = (rule.source.match ?? rule.source.path)!.text;
		if (!matched.has(rule) && rule.literal === undefined)
			notes.push(`The group rule ${text} matches no group of ${sources.map((s) => s.connector).join(", ")}.`);
	}
	for (const { group, target, refused } of found.matches)
		if (refused !== undefined)
			notes.push(`Directory group ${group.path ?? group.name} would feed "${target}", which is left alone: ${refused}.`);
	const folded = Map.groupBy(found.targets, (name) => name.toLowerCase());
	for (const names of folded.values())
		if (names.length > 1)
			notes.push(
				`The group rules give names that differ in case only: ${names.sort(compareText).join(", ")}; many products take them for one group.`,
			);
	return notes;
}
