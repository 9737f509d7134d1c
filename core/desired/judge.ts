import type { GroupName, PersonKey } from "../model.ts";
import type { AccountFields } from "../operation.ts";
import { placeOf } from "../policy/place.ts";
import type { Clause, Expression, PersonView, Policy } from "../policy/policy.ts";
import { viewOf } from "../policy/record.ts";
import { type Belonging, Belongings, groupsReadBy } from "./belonging.ts";
import { combined } from "./combine.ts";
import type { HeldPerson, Wish } from "./desired.ts";
import { Doubts, type Outcome } from "./doubt.ts";
import { keyOf, nameOf, type PersonRef, personOf, type Source } from "./sources.ts";
import type { Mapping } from "./targets.ts";
import { unusableValue } from "./values.ts";

export type Verdict =
	| { readonly kind: "wish"; readonly wish: Wish }
	| { readonly kind: "held"; readonly held: HeldPerson }
	| { readonly kind: "excluded"; readonly because: string };

const FIELDS = ["username", "email", "displayName"] as const;
const NOBODY_ELSE: readonly PersonKey[] = [];
const NO_GROUPS: readonly GroupName[] = [];
const NO_ATTRIBUTES: Wish["attributes"] = {};

/** Filter, transforms and groups for one person after another. */
export class Judge {
	readonly #policy: Policy;
	readonly #mapping: Mapping;
	readonly #belongings: Belongings;
	readonly #doubts: Doubts;
	readonly #lists = new Map<string, readonly GroupName[]>();

	constructor(policy: Policy, sources: readonly Source[], mapping: Mapping) {
		this.#policy = policy;
		this.#mapping = mapping;
		this.#belongings = new Belongings(sources, mapping, groupsReadBy(policy));
		this.#doubts = new Doubts(sources);
	}

	/** Of one record by itself, before it is known who else it is. */
	recognise(expression: Expression<string>): (ref: PersonRef) => Outcome<string> {
		return (ref) => this.#doubts.evaluate(expression, this.#view([ref], this.#belongings.of([ref])), [ref]);
	}

	/** `refs`: the person's records, the one with the say first. */
	judge(refs: readonly PersonRef[]): Verdict {
		const belonging = this.#belongings.of(refs);
		const view = this.#view(refs, belonging);
		const selected = this.#selected(view, refs);
		return selected ?? this.#wish(refs, belonging, view);
	}

	#view(refs: readonly PersonRef[], { names, paths }: Belonging): PersonView {
		return viewOf(refs[0]!.source.connector, combined(refs, this.#policy), { names, paths });
	}

	#selected(view: PersonView, refs: readonly PersonRef[]): Verdict | undefined {
		const { where } = this.#policy;
		if (where === undefined) return undefined;
		const outcome = this.#doubts.evaluate(where, view, refs);
		if (outcome.kind === "value") return outcome.value ? undefined : { kind: "excluded", because: whyNot(where, view) };
		return this.#held(refs, "the filter (where)", outcome);
	}

	#wish(refs: readonly PersonRef[], belonging: Belonging, view: PersonView): Verdict {
		const { active } = view;
		const fields: Record<keyof AccountFields, string> = { username: "", email: "", displayName: "" };
		let raw = false;
		for (const field of FIELDS) {
			const outcome = this.#usable(field, this.#policy[field], { view, refs });
			if (outcome.kind === "value") fields[field] = outcome.value;
			else if (active) return this.#held(refs, field, outcome);
			else {
				fields[field] = rawValue(field, view);
				raw = true;
			}
		}
		const attributes: Record<string, string> = this.#policy.attributes.size === 0 ? NO_ATTRIBUTES : {};
		for (const [name, expression] of this.#policy.attributes) {
			const outcome = this.#usable("attribute", expression, { view, refs });
			if (outcome.kind === "value") attributes[name] = outcome.value;
			else if (active) return this.#held(refs, `attributes.${name}`, outcome);
		}
		const person = keyOf(refs[0]!);
		const aliases = aliasesOf(refs);
		const groups = active ? this.#names(belonging.targets) : NO_GROUPS;
		return {
			kind: "wish",
			wish: {
				person,
				aliases,
				fields,
				active,
				groups,
				uncertain: active ? this.#uncertain(refs, belonging) : NO_GROUPS,
				attributes,
				...(raw ? { raw } : {}),
			},
		};
	}

	#usable(
		field: keyof AccountFields | "attribute",
		expression: Expression<string>,
		{ view, refs }: { view: PersonView; refs: readonly PersonRef[] },
	): Outcome<string> {
		const outcome = this.#doubts.evaluate(expression, view, refs);
		if (outcome.kind !== "value") return outcome;
		const reason = unusableValue(field, outcome.value);
		return reason === undefined ? outcome : { kind: "failed", message: `the value ${reason}` };
	}

	/** Targets that the person may be in by a group that is not known, and is not in by one that is. */
	#uncertain(refs: readonly PersonRef[], { targets }: Belonging): readonly GroupName[] {
		if (refs.every(({ rank }) => this.#mapping.uncertain[rank]!.length === 0)) return NO_GROUPS;
		const uncertain = new Set<number>();
		for (const { rank } of refs) for (const target of this.#mapping.uncertain[rank]!) if (!targets.includes(target)) uncertain.add(target);
		return this.#names([...uncertain].sort((a, b) => a - b));
	}

	/** Many people have the same groups; they share one list. */
	#names(targets: readonly number[]): readonly GroupName[] {
		const key = targets.join();
		let names = this.#lists.get(key);
		if (names === undefined) {
			names = targets.map((target) => this.#mapping.targets[target]!.name);
			this.#lists.set(key, names);
		}
		return names;
	}

	#held(refs: readonly PersonRef[], setting: string, outcome: Exclude<Outcome<unknown>, { kind: "value" }>): Verdict {
		const say = refs[0]!;
		const detail =
			outcome.kind === "failed"
				? `${setting} gives nothing usable for ${nameOf(say)}: ${outcome.message}; correct the record in the directory, or the expression`
				: `${setting} hangs on groups that are not known for ${nameOf(say)}: ${outcome.message}`;
		const because = outcome.kind === "failed" ? "invalid-value" : "rejected-at-source";
		return { kind: "held", held: { username: personOf(say).username, because, detail, aliases: aliasesOf(refs) } };
	}
}

const aliasesOf = (refs: readonly PersonRef[]): readonly PersonKey[] => (refs.length === 1 ? NOBODY_ELSE : refs.slice(1).map(keyOf));

/** Somebody inactive only gets disabled; what an expression cannot say, the directory's own value says well enough. */
function rawValue(field: keyof AccountFields, view: PersonView): string {
	return field === "displayName" ? view.displayName || view.username : view[field];
}

/** The one clause that says no, in the words of the policy. */
function whyNot(where: Expression<boolean>, view: PersonView): string {
	const place = placeOf(where.source);
	return `the filter${place === undefined ? "" : ` (${place})`} says no: ${blamed(where.explain(view))}`;
}
function blamed(clause: Clause): string {
	const [first, ...others] = clause.parts.filter((part) => part.decisive);
	return first !== undefined && others.length === 0 && first.value === "false" ? blamed(first) : `${clause.text} is ${clause.value}`;
}
