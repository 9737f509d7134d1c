import { parseSync } from "@swc/core";

/** One change of one place in one file. */
export interface Mutant {
	readonly file: string;
	/** From 1. */
	readonly line: number;
	/** The source line, trimmed: with `from` and `to` it names the mutant, whatever is written above it. */
	readonly text: string;
	readonly from: string;
	readonly to: string;
	/** Which of several equal changes in equal lines, from 1. */
	readonly nth: number;
	/** Offsets in UTF-16 units. */
	readonly start: number;
	readonly end: number;
}

interface Node {
	readonly type: string;
	readonly span?: { readonly start: number; readonly end: number };
	readonly [key: string]: unknown;
}
type Found = { readonly start: number; readonly end: number; readonly to: string };

/** Operators and what each becomes. */
const OPERATORS: Readonly<Record<string, string>> = {
	"===": "!==",
	"!==": "===",
	"<": "<=",
	"<=": "<",
	">": ">=",
	">=": ">",
	"&&": "||",
	"||": "&&",
	"+": "-",
	"-": "+",
};
/** Methods and functions and what each becomes. */
const CALLS: Readonly<Record<string, string>> = { some: "every", every: "some", max: "min", min: "max" };

/** All mutants of a TypeScript file, in the order of the text. Offsets of the parser are bytes, counted on from earlier files. */
export function mutantsOf(file: string, source: string): readonly Mutant[] {
	const bytes = Buffer.from(source);
	const tree = parseSync(`${source}\n;end`, { syntax: "typescript", target: "es2024" });
	const shift = (tree.body.at(-1) as unknown as Required<Node>).span.start - (bytes.length + 2);
	const textOf = (start: number, end: number) => bytes.subarray(start - shift, end - shift).toString();
	const found: Found[] = [];
	for (const node of tree.body.slice(0, -1)) visit(node as unknown as Node, textOf, found);
	const seen = new Map<string, number>();
	return found
		.sort((a, b) => a.start - b.start || a.end - b.end)
		.map(({ start, end, to }) => {
			const at = bytes.subarray(0, start - shift).toString().length;
			const from = textOf(start, end);
			const before = source.slice(0, at).split("\n");
			const text = (before.at(-1) + source.slice(at)).split("\n", 1)[0]!.trim();
			const name = JSON.stringify([text, from, to]);
			seen.set(name, (seen.get(name) ?? 0) + 1);
			return { file, line: before.length, text, from, to, nth: seen.get(name)!, start: at, end: at + from.length };
		});
}

function visit(node: Node, textOf: (start: number, end: number) => string, found: Found[]): void {
	found.push(...changesOf(node, textOf));
	for (const [key, child] of Object.entries(node)) {
		if (key === "typeAnnotation" || key === "typeParameters" || key === "typeParams" || key === "returnType") continue;
		for (const each of Array.isArray(child) ? child : [child]) {
			// Elements of lists and arguments wrap the expression: {spread, expression}.
			const inner = isNode(each)
				? each
				: isNode((each as { expression?: unknown } | null)?.expression)
					? (each as { expression: Node }).expression
					: undefined;
			if (inner !== undefined && !/^Ts(?!AsExpression|NonNull|ConstAssertion|Satisfies)/.test(inner.type)) visit(inner, textOf, found);
		}
	}
}
const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === "string";

/** What may be changed at this very node. */
function changesOf(node: Node, textOf: (start: number, end: number) => string): readonly Found[] {
	const is = (field: string) => node[field] as Required<Node>;
	const replace = (by: Required<Node>, to: string): Found => ({ ...by.span, to });
	const self = node as Required<Node>;
	switch (node.type) {
		case "BinaryExpression":
			return binary(self, textOf);
		case "BooleanLiteral":
			return [replace(self, String(!node.value))];
		case "NumericLiteral":
			return [replace(self, String((node.value as number) + 1))];
		case "UnaryExpression":
			return node.operator === "!" ? [replace(self, textOf(is("argument").span.start, is("argument").span.end))] : [];
		case "AssignmentExpression":
			return node.operator === "+=" ? [{ start: is("left").span.end, end: is("right").span.start, to: " -= " }] : [];
		case "ConditionalExpression": {
			const [yes, no] = [is("consequent").span, is("alternate").span];
			return [{ start: yes.start, end: no.end, to: `${textOf(no.start, no.end)} : ${textOf(yes.start, yes.end)}` }];
		}
		case "IfStatement":
			return conditional(self, textOf);
		case "ExpressionStatement":
			return is("expression").type === "CallExpression" ? [replace(self, ";")] : [];
		case "SpreadElement":
			return [
				{
					start: (node.spread as { end: number }).end,
					end: is("arguments").span.end,
					to: is("arguments").type === "ParenthesisExpression" ? "{}" : "[]",
				},
			];
		case "CallExpression":
			return call(self, textOf);
		default:
			return [];
	}
}

function binary(node: Required<Node>, textOf: (start: number, end: number) => string): readonly Found[] {
	const [left, right] = [(node.left as Required<Node>).span, (node.right as Required<Node>).span];
	const operator = node.operator as string;
	if (operator === "??") return [{ start: left.end, end: right.end, to: "" }];
	const numeric = [node.left, node.right].some((side) => (side as Node).type === "NumericLiteral");
	const to = OPERATORS[operator];
	if (to === undefined || ((operator === "+" || operator === "-") && !numeric)) return [];
	return [{ start: left.end, end: right.start, to: textOf(left.end, right.start).replace(operator, to) }];
}

/** A negated condition, where no operator of it is flipped anyway; an early end that is left out. */
function conditional(node: Required<Node>, textOf: (start: number, end: number) => string): readonly Found[] {
	const test = node.test as Required<Node>;
	const flipped = test.type === "UnaryExpression" || (test.type === "BinaryExpression" && ["===", "!=="].includes(test.operator as string));
	const negated = flipped ? [] : [{ ...test.span, to: `!(${textOf(test.span.start, test.span.end)})` }];
	const block = node.consequent as Node;
	const last = (block.type === "BlockStatement" ? (block.stmts as Node[]).at(-1) : block)?.type ?? "";
	const ends = ["ReturnStatement", "ContinueStatement", "ThrowStatement"].includes(last) && isNode(node.alternate) === false;
	return ends ? [...negated, { ...node.span, to: ";" }] : negated;
}

/** `some` for `every`, `max` for `min`, and a `filter` left out. */
function call(node: Required<Node>, textOf: (start: number, end: number) => string): readonly Found[] {
	const callee = node.callee as Required<Node>;
	if (callee.type !== "MemberExpression") return [];
	const property = callee.property as Required<Node> & { value?: string };
	const other = CALLS[property.value ?? ""];
	if (other !== undefined) return [{ ...property.span, to: other }];
	const object = callee.object as Required<Node>;
	return property.value === "filter" ? [{ ...node.span, to: textOf(object.span.start, object.span.end) }] : [];
}
