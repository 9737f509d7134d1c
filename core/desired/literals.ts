import { SyncError } from "../errors.ts";
import { nearestFew } from "../policy/nearest.ts";
import { placeOf } from "../policy/place.ts";
import type { Policy, SourceText } from "../policy/policy.ts";
import type { Source } from "./sources.ts";

/** A group that the policy names literally. */
interface NamedGroup {
	readonly name: string;
	readonly on: "name" | "path";
	readonly setting: string;
	readonly source: SourceText;
}

/**
 * A group that the policy names and no source has would make everybody look removed; so it is an error, never "empty".
 * Throws SyncError `config.invalid` naming all of them. Returns notes about names that stand for several groups.
 */
export function checkNamedGroups(policy: Policy, sources: readonly Source[]): readonly string[] {
	const missing: NamedGroup[] = [];
	const notes = new Set<string>();
	for (const named of namedGroups(policy)) {
		const found = sources.flatMap((s) =>
			s.flat.groups.filter((g) => g[named.on] === named.name).map((g) => `${s.connector}: ${g.path ?? g.name}`),
		);
		if (found.length === 0 && !mayBeRejected(named, sources)) missing.push(named);
		if (found.length > 1)
			notes.add(`"${named.name}" stands for ${found.length} groups, and members of any of them count: ${found.join(", ")}.`);
	}
	if (missing.length > 0) throw missingGroups(missing, sources);
	return [...notes];
}

const mayBeRejected = (named: NamedGroup, sources: readonly Source[]): boolean =>
	sources.some((source) => source.flat.groups.some((group) => group[named.on] === undefined));

function namedGroups(policy: Policy): readonly NamedGroup[] {
	const named: NamedGroup[] = [];
	for (const [i, rule] of policy.groups.map.entries())
		if (rule.literal !== undefined)
			named.push({ name: rule.literal, on: rule.on, setting: `groups.map[${i}]`, source: (rule.source.match ?? rule.source.path)! });
	for (const { setting, expression } of expressionsOf(policy))
		if (expression.groupsRead !== "all")
			for (const name of expression.groupsRead) named.push({ name, on: "name", setting, source: expression.source });
	return named;
}

/** Every expression of a policy with the name of its setting. */
export function expressionsOf(policy: Policy) {
	const list = [
		{ setting: "where", expression: policy.where },
		{ setting: "samePerson", expression: policy.samePerson },
		{ setting: "username", expression: policy.username },
		{ setting: "email", expression: policy.email },
		{ setting: "displayName", expression: policy.displayName },
		...[...policy.attributes].map(([name, expression]) => ({ setting: `attributes.${name}`, expression })),
	];
	return list.flatMap(({ setting, expression }) => (expression === undefined ? [] : [{ setting, expression }]));
}

function missingGroups(missing: readonly NamedGroup[], sources: readonly Source[]): SyncError {
	const [first] = missing;
	const context = { group: first!.name, missing: missing.length, sources: sources.map((s) => s.connector).join(",") };
	return new SyncError("config.invalid", missing.map((named) => sentence(named, sources)).join("\n"), {
		context: {
			...context,
			...(first!.source.file === undefined ? {} : { file: first!.source.file }),
			...(first!.source.line === undefined ? {} : { line: first!.source.line }),
		},
		todo: "Correct the name in the policy, or make the group in the directory; if it was renamed there, write the new name. Nothing was changed: a group that is not there would have looked like an empty one.",
	});
}

function sentence(named: NamedGroup, sources: readonly Source[]): string {
	const place = placeOf(named.source);
	const where = sources.map((source) => `${source.connector} (${source.flat.groups.length} groups)`).join(" and ");
	const names = new Set<string>();
	for (const source of sources) for (const group of source.flat.groups) if (group[named.on] !== undefined) names.add(group[named.on]!);
	const like = nearestFew(named.name, names, 3).map((name) => `"${name}"`);
	const nearby =
		names.size === 0
			? "; no group at all was found there: may Rollcall's account see groups?"
			: like.length === 0
				? ""
				: `; did you mean ${like.join(" or ")}?`;
	const what = named.on === "name" ? `group "${named.name}"` : `group with the path "${named.name}"`;
	return `${place === undefined ? "" : `${place}: `}${named.setting}: there is no ${what} in ${where}${nearby}`;
}
