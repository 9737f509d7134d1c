import { type ASTNode, EvaluationError, type ParseError, type ParseResult, type TypeError as TypeFault } from "@marcbachmann/cel-js";
import { type Analysis, analyse, type Fault, unknownField } from "./analysis.ts";
import { type ClauseNode, clausesOf, explainClauses } from "./clauses.ts";
import { environment } from "./environment.ts";
import { nearest } from "./nearest.ts";
import { type Problem, spot } from "./place.ts";
import type { Expression, PersonView, SourceText } from "./policy.ts";
import { asRecord, PERSON_FIELDS } from "./record.ts";

/** One person's data makes an expression fail; `message` is a plain sentence. */
export class ExpressionError extends Error {
	override readonly name = "ExpressionError";
}

export interface ResultTypes {
	readonly bool: boolean;
	readonly string: string;
}

/** Parses, analyses and type-checks once. Undefined when there is something wrong; what it is has been added to `problems`. */
export function compileExpression<T extends keyof ResultTypes>(
	source: SourceText,
	wanted: { readonly setting: string; readonly type: T },
	problems: Problem[],
): Expression<ResultTypes[T]> | undefined {
	const compiled = compileText(source.text);
	const faults = "faults" in compiled ? compiled.faults : wrongResult(compiled.type, wanted.type);
	for (const fault of faults) problems.push({ setting: wanted.setting, source, ...fault });
	if ("faults" in compiled || faults.length > 0) return undefined;
	return new CompiledExpression<ResultTypes[T]>(source, compiled);
}

interface Compiled {
	readonly parsed: ParseResult;
	readonly analysis: Analysis;
	readonly type: string;
}

function compileText(text: string): Compiled | { readonly faults: readonly Fault[] } {
	if (text.trim() === "")
		return { faults: [{ offset: 0, what: "the expression is empty", instead: "write one, or leave the setting out" }] };
	let parsed: ParseResult;
	try {
		parsed = environment.parse(text);
	} catch (error) {
		return { faults: [syntaxFault(error as ParseError, text)] };
	}
	const analysis = analyse(parsed.ast);
	if (analysis.faults.length > 0) return { faults: analysis.faults };
	const checked = parsed.check();
	if (!checked.valid) return { faults: [typeFault(checked.error as TypeFault)] };
	return { parsed, analysis, type: checked.type! };
}

function syntaxFault(error: ParseError, text: string): Fault {
	const offset = error.range?.start ?? 0;
	const what = offset >= text.trimEnd().length ? "the expression ends too early" : `not an expression: ${plainly(error.summary)}`;
	const single = text[offset] === "=" && text[offset + 1] !== "=";
	const word = /^(and|or|not)\b/i.exec(text.slice(offset))?.[1]?.toLowerCase();
	if (single) return { offset, what, instead: 'compare with "=="' };
	if (word !== undefined) return { offset, what, instead: `CEL writes "${{ and: "&&", or: "||", not: "!" }[word]}"` };
	return { offset, what };
}

/** The parser's token names in the words of the page. */
const plainly = (summary: string): string =>
	summary
		.replace(/\bEOF\b/g, "the end")
		.replace(/\bRPAREN\b/g, '")"')
		.replace(/\bLPAREN\b/g, '"("')
		.replace(/\bRBRACKET\b/g, '"]"')
		.replace(/\bCOLON\b/g, '":"')
		.replace(/^(.)/, (first) => first.toLowerCase());

function typeFault(error: TypeFault): Fault {
	const node = error.node as ASTNode | undefined;
	const offset = error.range?.start ?? 0;
	const summary = error.summary.replaceAll("rollcall_", "");
	if (error.code === "unknown_variable") {
		const name = /: (.+)$/.exec(summary)?.[1] ?? "";
		return { offset, what: `there is no variable "${name}"`, instead: variableAdvice(name) };
	}
	if (error.code === "no_such_key") return { offset: node?.pos ?? offset, ...unknownField(/: (.+)$/.exec(summary)?.[1] ?? "") };
	if (error.code === "no_such_overload") return overloadFault(node, offset, summary.replace(/^no such overload: /, ""));
	if (error.code === "no_matching_overload")
		return { offset, what: `the function does not take these types: ${summary.replace(/^found no matching overload for /, "")}` };
	return { offset, what: summary.replace(/^(.)/, (first) => first.toLowerCase()) };
}

/** An attribute has several values, so it is never equal to one text: the commonest mistake of all. */
function overloadFault(node: ASTNode | undefined, offset: number, types: string): Fault {
	const what = `these types do not go together: ${types}`;
	if (node === undefined || !/list<string> == string|string == list<string>/.test(types)) return { offset, what };
	const [left, right] = node.args as [ASTNode, ASTNode];
	const [list, text] = types.startsWith("list") ? [left, right] : [right, left];
	const written = ({ start, end }: ASTNode): string => node.input.slice(start, end);
	return { offset, what, instead: `it has several values; write ${written(text)} in ${written(list)}` };
}

function variableAdvice(name: string): string {
	if (Object.hasOwn(PERSON_FIELDS, name)) return `write person.${name}`;
	return nearest(name, ["person"]) === undefined
		? 'the person is called "person"; text goes between quotation marks'
		: "did you mean person?";
}

function wrongResult(type: string, wanted: string): readonly Fault[] {
	if (type === wanted) return [];
	const words = { bool: "true or false (bool)", string: "a text (string)" }[wanted];
	const instead = type === "list<string>" && wanted === "string" ? "take one element, as in x[0], or join them" : undefined;
	return [{ offset: 0, what: `the result must be ${words}, but it is ${type}`, ...(instead === undefined ? {} : { instead }) }];
}

class CompiledExpression<T extends boolean | string> implements Expression<T> {
	readonly source: SourceText;
	readonly needs: Analysis["needs"];
	readonly groupsRead: Analysis["groupsRead"];
	readonly #run: ParseResult;
	#clauses: ClauseNode | undefined;

	constructor(source: SourceText, { parsed, analysis }: Compiled) {
		this.source = source;
		this.needs = analysis.needs;
		this.groupsRead = analysis.groupsRead;
		this.#run = parsed;
	}

	evaluate(person: PersonView): T {
		return run(this.#run, person) as T;
	}

	explain(person: PersonView) {
		this.#clauses ??= clausesOf(this.#run.ast, part);
		return explainClauses(this.#clauses, asRecord(person));
	}
}

/** A clause is compiled anew from its text; it was part of a checked expression, so it cannot be wrong by itself. */
function part(text: string): (person: PersonView) => unknown {
	const compiled = compileText(text);
	if ("faults" in compiled) throw new Error(`clause "${text}" does not stand by itself: ${compiled.faults[0]?.what}`);
	return (person) => run(compiled.parsed, person);
}

function run(parsed: ParseResult, person: PersonView): unknown {
	try {
		return parsed({ person: asRecord(person) });
	} catch (error) {
		if (error instanceof EvaluationError) throw new ExpressionError(sentence(error), { cause: error });
		throw error;
	}
}

function sentence(error: EvaluationError): string {
	const node = error.node as ASTNode | undefined;
	const at = error.range === undefined || node === undefined ? "" : ` (at ${spot(node.input, error.range.start)})`;
	if (error.code === "no_such_key") {
		const name = error.summary.replace(/^No such key: /, "");
		return `there is no attribute "${name}"${at}; person.attribute("${name}") would give "" instead`;
	}
	if (error.code === "index_out_of_bounds") {
		const [, index, size] = /index (-?\d+) .*?(\d+)$/.exec(error.summary) ?? [];
		return `there is no element [${index}]; the list has ${size}${at}`;
	}
	return `${error.summary.replaceAll("rollcall_", "")}${at}`;
}
