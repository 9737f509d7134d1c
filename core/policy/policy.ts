import type { AttributeNeeds } from "../connector.ts";
import type { ConnectorId } from "../model.ts";

/** A piece of configuration text and where it stands, for errors that point at it. Lines and columns from 1. */
export interface SourceText {
	readonly text: string;
	readonly file?: string;
	readonly line?: number;
	readonly column?: number;
}

/** The people and group part of one product's policy, as the configuration has it. */
export interface PolicyText {
	/** In order of precedence: where several sources know one person, the first has the say. */
	readonly from: readonly ConnectorId[];
	/** CEL → string: people of different sources with the same non-empty value are one person. Needed with several sources. */
	readonly samePerson?: SourceText;
	/** Of people whom several sources know: when they count as active; default `first`. */
	readonly active?: ActiveRule;
	/** Of such people: whose value counts, field by field; without an entry that of the source with the say. */
	readonly precedence?: Precedence;
	/** CEL → bool; absent: everybody. */
	readonly where?: SourceText;
	/** CEL → string; default `person.username`. */
	readonly username?: SourceText;
	/** CEL → string; default `person.email`. */
	readonly email?: SourceText;
	/** CEL → string; default: the directory's display name, else given and family name, else the username. */
	readonly displayName?: SourceText;
	/** User properties by key, CEL → string. */
	readonly attributes?: Readonly<Record<string, SourceText>>;
	readonly groups: GroupPolicyText;
}

/** `first`: as the source with the say has it. `any`: as soon as one source says so. `every`: only while all that know the person do. */
export type ActiveRule = "first" | "any" | "every";

/** The fields that sources may have the say about one by one. */
export const PRECEDENCE_FIELDS = ["username", "email", "givenName", "familyName", "displayName"] as const;
export type PrecedenceField = (typeof PRECEDENCE_FIELDS)[number];

/** Sources in order: the first that has a value counts; those not named come after them, in the order of `from`. */
export interface Precedence {
	readonly fields: Readonly<Partial<Record<PrecedenceField, readonly ConnectorId[]>>>;
	/** By the attribute's name in the directories. */
	readonly attributes: Readonly<Record<string, readonly ConnectorId[]>>;
}

export interface GroupMapText {
	/** A group's name, or `/regular expression/` over names. */
	readonly match?: SourceText;
	/** A group's path, or a regular expression over paths. Exactly one of `match` and `path`. */
	readonly path?: SourceText;
	/** The product's group; `$1`, `$2` … and `${name}` stand for what the expression captured. */
	readonly to: SourceText;
}
export interface GroupPolicyText {
	readonly map: readonly GroupMapText[];
	/** Members of nested groups count as members of the outer one; default true. */
	readonly nested: boolean;
	readonly createMissing: boolean;
	/** Given when an account is created; not managed afterwards. */
	readonly default: readonly string[];
	/** Never touched, in no direction. */
	readonly ignore: readonly string[];
	/** Members of managed groups that are nobody's linked account. */
	readonly strangers: "keep" | "remove";
}

/** Compiled and type-checked; made by compile.ts only. */
export interface Policy {
	readonly from: readonly ConnectorId[];
	readonly samePerson: Expression<string> | undefined;
	readonly active: ActiveRule;
	readonly precedence: Precedence;
	readonly where: Expression<boolean> | undefined;
	readonly username: Expression<string>;
	readonly email: Expression<string>;
	readonly displayName: Expression<string>;
	readonly attributes: ReadonlyMap<string, Expression<string>>;
	readonly groups: GroupPolicy;
	/** Custom attributes that any expression reads. */
	readonly needs: AttributeNeeds;
}
export interface Expression<T> {
	readonly source: SourceText;
	readonly needs: AttributeNeeds;
	/** Group names that it tests literally (`"x" in person.groups`); "all" when it looks at the groups in any other way; empty when it never does. */
	readonly groupsRead: ReadonlySet<string> | "all";
	/** Throws ExpressionError with a plain sentence when the person's data makes it fail. */
	evaluate(person: PersonView): T;
	/** Clause by clause: the operands of `&&`, `||`, `!` and `?:` with their text and value, outermost first. */
	explain(person: PersonView): Clause;
}
export interface Clause {
	readonly text: string;
	/** The value as it would be shown, or the error's sentence. */
	readonly value: string;
	readonly failed: boolean;
	/** False when the result does not hang on it: short-circuiting made it irrelevant, or another operand decided. */
	readonly decisive: boolean;
	readonly parts: readonly Clause[];
}
/** What expressions see as `person`. Absent strings are "", so that expressions need no null tests. */
export interface PersonView {
	readonly id: string;
	readonly source: string;
	readonly username: string;
	readonly email: string;
	readonly givenName: string;
	readonly familyName: string;
	readonly displayName: string;
	readonly active: boolean;
	/** Names of the groups, nested ones included where the policy says so. */
	readonly groups: readonly string[];
	readonly groupPaths: readonly string[];
	readonly attributes: Readonly<Record<string, readonly string[]>>;
}
export interface GroupPolicy extends Omit<GroupPolicyText, "map"> {
	readonly map: readonly GroupRule[];
}
export interface GroupRule {
	readonly source: GroupMapText;
	readonly on: "name" | "path";
	/** Set for a literal: a directory without this group is a configuration error, never an empty group. */
	readonly literal: string | undefined;
	/** The product's group for this directory group, or undefined when the rule does not match. Linear time. */
	target(group: { readonly name: string; readonly path: string }): string | undefined;
}
