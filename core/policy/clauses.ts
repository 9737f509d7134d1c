import type { ASTNode } from "@marcbachmann/cel-js";
import type { Clause, PersonView } from "./policy.ts";
import { Parentheses } from "./ranges.ts";

/** An expression taken apart at `&&`, `||`, `!` and `?:`; each part can be evaluated by itself. */
export interface ClauseNode {
	readonly kind: "and" | "or" | "not" | "choose" | "leaf";
	readonly text: string;
	readonly evaluate: (person: PersonView) => unknown;
	readonly parts: readonly ClauseNode[];
}
type Compile = (text: string) => (person: PersonView) => unknown;

const KINDS = { "&&": "and", "||": "or", "!_": "not", "?:": "choose" } as const;

export function clausesOf(root: ASTNode, compile: Compile): ClauseNode {
	const parentheses = new Parentheses(root.input);
	const build = (node: ASTNode): ClauseNode => {
		const text = node === root ? root.input.trim() : parentheses.textOf(node.start, node.end);
		const kind = Object.hasOwn(KINDS, node.op) ? KINDS[node.op as keyof typeof KINDS] : "leaf";
		return { kind, text, evaluate: compile(text), parts: operandsOf(node).map(build) };
	};
	return build(root);
}

/** `a && b && c` is one clause with three operands, as people read it. */
function operandsOf(node: ASTNode): readonly ASTNode[] {
	if (node.op === "!_") return [node.args];
	if (node.op === "?:") return node.args;
	if (node.op !== "&&" && node.op !== "||") return [];
	const [left, right] = node.args;
	return [...(left.op === node.op ? operandsOf(left) : [left]), right];
}

interface Outcome {
	readonly value: unknown;
	readonly failed: boolean;
}

/** Every part is evaluated, also those that short-circuiting would have skipped: people want to see them. */
export function explainClauses(node: ClauseNode, person: PersonView, decisive = true): Clause {
	const outcome = outcomeOf(node, person);
	const parts = node.parts.map((part) => outcomeOf(part, person));
	const deciding = decidingParts(node.kind, outcome, parts);
	return {
		text: node.text,
		value: shown(outcome),
		failed: outcome.failed,
		decisive,
		parts: node.parts.map((part, i) => explainClauses(part, person, decisive && deciding(i))),
	};
}

function outcomeOf(node: ClauseNode, person: PersonView): Outcome {
	try {
		return { value: node.evaluate(person), failed: false };
	} catch (error) {
		if (!(error instanceof Error) || error.name !== "ExpressionError") throw error;
		return { value: error.message, failed: true };
	}
}

/** Which operands the outcome hangs on: for a false `&&` the first false one, for a true `||` the first true one, else all that count. */
function decidingParts(kind: ClauseNode["kind"], whole: Outcome, parts: readonly Outcome[]): (index: number) => boolean {
	if (kind === "choose") {
		const [condition] = parts;
		if (condition?.failed) return (i) => i === 0;
		return (i) => i === 0 || i === (condition?.value === true ? 1 : 2);
	}
	if (kind === "not" || kind === "leaf") return () => true;
	if (whole.failed) return (i) => parts[i]!.failed;
	const short = kind === "or";
	if (whole.value !== short) return () => true;
	const first = parts.findIndex((part) => !part.failed && part.value === short);
	return (i) => i === first;
}

const LONGEST_VALUE = 200;

function shown({ value, failed }: Outcome): string {
	const text = failed ? String(value) : write(value);
	return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

/** CEL's whole numbers are BigInt, which JSON cannot write. */
function write(value: unknown): string {
	if (typeof value === "string") return JSON.stringify(value);
	if (Array.isArray(value)) return `[${value.map(write).join(", ")}]`;
	if (typeof value === "object" && value !== null)
		return `{${Object.entries(value)
			.map(([key, each]) => `${JSON.stringify(key)}: ${write(each)}`)
			.join(", ")}}`;
	return String(value);
}
