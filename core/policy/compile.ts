import type { AttributeNeeds } from "../connector.ts";
import { compileExpression, type ResultTypes } from "./expression.ts";
import { type Problem, policyError } from "./place.ts";
import type { Expression, GroupRule, Policy, PolicyText, SourceText } from "./policy.ts";
import { compileRule } from "./rules.ts";

/** What a policy means where it says nothing. */
const DEFAULTS = {
	username: "person.username",
	email: "person.email",
	displayName:
		'person.displayName.trim() != "" ? person.displayName : (person.givenName + person.familyName).trim() != "" ? (person.givenName + " " + person.familyName).trim() : person.username',
} as const;

const NO_PRECEDENCE: Policy["precedence"] = { fields: {}, attributes: {} };

/**
 * Type-checks and compiles everything once. Throws SyncError `config.invalid` naming every problem of the policy at
 * once, each with file, line and column of the text, the place within it, and what to write instead.
 */
export function compilePolicy(text: PolicyText): Policy {
	const problems: Problem[] = checkSources(text);
	const compile = <T extends keyof ResultTypes>(source: SourceText, setting: string, type: T) =>
		compileExpression(source, { setting, type }, problems);
	const where = text.where && compile(text.where, "where", "bool");
	const samePerson = text.samePerson && compile(text.samePerson, "samePerson", "string");
	const username = compile(text.username ?? { text: DEFAULTS.username }, "username", "string");
	const email = compile(text.email ?? { text: DEFAULTS.email }, "email", "string");
	const displayName = compile(text.displayName ?? { text: DEFAULTS.displayName }, "displayName", "string");
	const attributes = new Map<string, Expression<string>>();
	for (const [name, source] of Object.entries(text.attributes ?? {})) {
		const attribute = compile(source, `attributes.${name}`, "string");
		if (attribute !== undefined) attributes.set(name, attribute);
	}
	const map = text.groups.map.map((rule, i) => compileRule(rule, `groups.map[${i}]`, problems));
	if (problems.length > 0) throw policyError(problems);
	const transforms = [username!, email!, displayName!, ...attributes.values()];
	return {
		from: text.from,
		samePerson,
		active: text.active ?? "first",
		precedence: text.precedence ?? NO_PRECEDENCE,
		where,
		username: username!,
		email: email!,
		displayName: displayName!,
		attributes,
		groups: { ...text.groups, map: map as readonly GroupRule[] },
		needs: union([where, samePerson, ...transforms].flatMap((expression) => (expression === undefined ? [] : [expression.needs]))),
	};
}

function checkSources(text: PolicyText): Problem[] {
	const problems: Problem[] = [];
	const nowhere = { source: undefined, offset: 0 };
	if (text.from.length === 0) problems.push({ ...nowhere, setting: "from", what: "no source is named", instead: "name at least one" });
	const twice = text.from.find((source, i) => text.from.indexOf(source) !== i);
	if (twice !== undefined)
		problems.push({ ...nowhere, setting: "from", what: `the source "${twice}" is named twice`, instead: "take one out" });
	const { fields = {}, attributes = {} } = text.precedence ?? {};
	for (const [field, order] of [...Object.entries(fields), ...Object.entries(attributes)])
		for (const source of order)
			if (!text.from.includes(source))
				problems.push({
					...nowhere,
					setting: "precedence",
					what: `the order for ${field} names the source "${source}", which no people come from`,
					instead: "name sources of from only",
				});
	if (text.from.length > 1 && text.samePerson === undefined)
		problems.push({
			...nowhere,
			setting: "samePerson",
			what: `people come from ${text.from.length} sources (${text.from.join(", ")}), and it is not said by what one person is recognised in several of them`,
			instead: "add samePerson, for example person.email.lowerAscii()",
		});
	return problems;
}

function union(needs: readonly AttributeNeeds[]): AttributeNeeds {
	const names = new Set<string>();
	for (const each of needs) {
		if (each === "all") return "all";
		for (const name of each) names.add(name);
	}
	return names;
}
