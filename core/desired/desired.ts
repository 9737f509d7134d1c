import type { GroupId, GroupName, PersonKey } from "../model.ts";
import type { AccountFields } from "../operation.ts";

/** What the directories and the policy ask of one product. Made by build.ts; an input of `diff`. */
export interface Desired {
	/** Everybody the policy selects, keyed by the key in the source with the say. */
	readonly people: ReadonlyMap<PersonKey, Wish>;
	/** Known to exist in a source, but not judged: nothing about them is changed. */
	readonly held: ReadonlyMap<PersonKey, HeldPerson>;
	/** Exist in a source and are not selected: which filter said no. Their accounts are leavers. */
	readonly excluded: ReadonlyMap<PersonKey, { readonly username: string; readonly because: string }>;
	/** The product's groups that the policy manages, by the name the policy gives them. */
	readonly groups: ReadonlyMap<GroupName, TargetGroup>;
	/** Given at creation only. */
	readonly defaultGroups: readonly GroupName[];
	readonly ignoredGroups: readonly GroupName[];
	/** For the report: cycles of groups, rules that matched nothing, names that stand for several groups. */
	readonly notes: readonly string[];
}

export interface Wish {
	readonly person: PersonKey;
	/** The same person in further sources. */
	readonly aliases: readonly PersonKey[];
	readonly fields: AccountFields;
	readonly active: boolean;
	/** A transform failed for somebody inactive: `fields` holds the directory's own values, which name no account. */
	readonly raw?: boolean;
	/** Managed groups, in the policy's spelling. Empty for inactive people. */
	readonly groups: readonly GroupName[];
	/** Managed groups of which it is not known whether the person belongs (a held group feeds them): neither added nor removed. */
	readonly uncertain: readonly GroupName[];
	readonly attributes: Readonly<Record<string, string>>;
}
export interface HeldPerson {
	readonly username: string;
	readonly because: "rejected-at-source" | "invalid-value" | "ambiguous";
	readonly detail: string;
	readonly aliases: readonly PersonKey[];
}
export interface TargetGroup {
	readonly name: GroupName;
	/** Directory groups that feed it. */
	readonly from: readonly { readonly source: string; readonly id: GroupId; readonly path: string }[];
	/** A held group feeds it: nobody is removed from it in this run. */
	readonly uncertain: string | undefined;
}
