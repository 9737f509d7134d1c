import { compareText } from "../digest.ts";
import type { Expression, PersonView } from "../policy/policy.ts";
import { PersonRecord } from "../policy/record.ts";
import type { PersonRef, Source } from "./sources.ts";

export type Outcome<T> =
	| { readonly kind: "value"; readonly value: T }
	/** The person's data makes the expression fail; a plain sentence. */
	| { readonly kind: "failed"; readonly message: string }
	/** The result hangs on a group of which it is not known whether the person is in it. */
	| { readonly kind: "uncertain"; readonly message: string };

/** A group that somebody may or may not be in. */
interface Candidate {
	readonly name: string;
	readonly path: string | undefined;
	readonly because: string;
}

/** Above this many groups in doubt (16 combinations) a person is held without trying. */
const MOST_IN_DOUBT = 4;

/** Evaluates expressions for people whose groups may not all be known: a result counts only when it is the same either way. */
export class Doubts {
	readonly #sources: readonly Source[];
	readonly #known = new Map<Expression<unknown>, readonly (readonly Candidate[] | string)[]>();

	constructor(sources: readonly Source[]) {
		this.#sources = sources;
	}

	evaluate<T>(expression: Expression<T>, view: PersonView, refs: readonly PersonRef[]): Outcome<T> {
		const doubts = this.#doubtsFor(expression);
		let candidates: readonly Candidate[] = NONE;
		for (const { rank } of refs) {
			const doubt = doubts[rank]!;
			if (typeof doubt === "string") return uncertain(doubt);
			if (doubt.length === 0) continue;
			const open = doubt.filter((c) => !view.groups.includes(c.name) || (c.path !== undefined && !view.groupPaths.includes(c.path)));
			candidates = [...candidates, ...open];
		}
		if (candidates.length === 0) return outcomeOf(expression, view);
		return evaluateEitherWay(expression, view, candidates);
	}

	/** By rank of the source; a text: why it cannot be decided at all. */
	#doubtsFor(expression: Expression<unknown>): readonly (readonly Candidate[] | string)[] {
		let doubts = this.#known.get(expression);
		if (doubts === undefined) {
			doubts = this.#sources.map((source) => doubtsIn(source, expression.groupsRead));
			this.#known.set(expression, doubts);
		}
		return doubts;
	}
}
const NONE: readonly Candidate[] = [];

function doubtsIn(source: Source, reads: ReadonlySet<string> | "all"): readonly Candidate[] | string {
	const inDoubt = source.flat.groups.filter((group) => group.uncertain !== undefined);
	if (inDoubt.length === 0 || (reads !== "all" && reads.size === 0)) return NONE;
	const incomplete = inDoubt.find((group) => group.name === undefined || (reads === "all" && group.path === undefined));
	if (reads === "all") {
		if (incomplete !== undefined) return incomplete.uncertain!;
		return inDoubt.map((group) => ({ name: group.name!, path: group.path, because: group.uncertain! }));
	}
	const candidates: Candidate[] = [];
	for (const name of reads) {
		const group = inDoubt.find((each) => each.name === name) ?? incomplete;
		if (group !== undefined) candidates.push({ name, path: undefined, because: group.uncertain! });
	}
	return candidates;
}

function evaluateEitherWay<T>(expression: Expression<T>, view: PersonView, candidates: readonly Candidate[]): Outcome<T> {
	const names = [...new Set(candidates.map((c) => c.because))].join("; ");
	if (candidates.length > MOST_IN_DOUBT) return uncertain(names);
	const first = outcomeOf(expression, view);
	for (let subset = 1; subset < 1 << candidates.length; subset++) {
		const joined = candidates.filter((_, i) => (subset & (1 << i)) !== 0);
		const other = outcomeOf(expression, withGroups(view, joined));
		if (other.kind !== first.kind || (other.kind === "value" && first.kind === "value" && other.value !== first.value))
			return uncertain(names);
	}
	return first;
}

function withGroups(view: PersonView, joined: readonly Candidate[]): PersonView {
	const names = new Set([...view.groups, ...joined.map((c) => c.name)]);
	const paths = new Set([...view.groupPaths, ...joined.flatMap((c) => (c.path === undefined ? [] : [c.path]))]);
	return new PersonRecord({ ...view, groups: [...names].sort(compareText), groupPaths: [...paths].sort(compareText) });
}

function outcomeOf<T>(expression: Expression<T>, view: PersonView): Outcome<T> {
	try {
		return { kind: "value", value: expression.evaluate(view) };
	} catch (error) {
		if (!(error instanceof Error) || error.name !== "ExpressionError") throw error;
		return { kind: "failed", message: error.message };
	}
}

const uncertain = (because: string) => ({ kind: "uncertain", message: because }) as const;
