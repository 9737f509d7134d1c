import { compareText } from "../core/digest.ts";
import { SyncError } from "../core/errors.ts";

/** Where something stands in a document: keys and positions in lists. */
export type Path = readonly (string | number)[];

/** One thing that is wrong with a configuration file. Lines and columns from 1. Never holds the value of a secret. */
export interface Problem {
	readonly file: string;
	readonly line: number;
	readonly column: number;
	/** `products.jira.groups.map[0].to`; empty for the document as a whole. */
	readonly path: string;
	/** What was found, and what is allowed. */
	readonly message: string;
	/** What to do next. */
	readonly todo: string;
}

export const pathText = (path: Path): string =>
	path.reduce<string>((text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`), "");

/** `rollcall.yaml:9:14: products.jira.posture: found "mirrow"; allowed: … Did you mean "mirror"?` */
export function problemText(problem: Problem): string {
	const path = problem.path === "" ? "" : `${problem.path}: `;
	return `${problem.file}:${problem.line}:${problem.column}: ${path}${problem.message} ${problem.todo}`.trimEnd();
}

/** By place in the file; the same complaint about the same place is kept once. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
	const unique = new Map(problems.map((problem) => [problemText(problem), problem]));
	return [...unique.values()].sort(
		(a, b) => a.line - b.line || a.column - b.column || compareText(a.path, b.path) || compareText(a.message, b.message),
	);
}

/** The cause of a `config.invalid` error, for those who want the list rather than the text. */
class ConfigProblems extends Error {
	override readonly name = "ConfigProblems";
	readonly problems: readonly Problem[];
	constructor(problems: readonly Problem[]) {
		super(`${problems.length} problems`);
		this.problems = problems;
	}
}

/** `config.invalid` with every problem, one line each, sorted by line. */
export function invalidConfig(file: string, problems: readonly Problem[]): SyncError {
	const sorted = sortProblems(problems);
	const head = sorted.length === 1 ? "1 problem" : `${sorted.length} problems`;
	return new SyncError("config.invalid", [`${file}: ${head} in the configuration`, ...sorted.map(problemText)].join("\n"), {
		context: { file, problems: sorted.length },
		todo: "Correct the lines named above and run the command again; nothing was read or changed.",
		cause: new ConfigProblems(sorted),
	});
}

/** The list behind a `config.invalid` error; empty for any other error. */
export const problemsOf = (error: unknown): readonly Problem[] =>
	error instanceof SyncError && error.cause instanceof ConfigProblems ? error.cause.problems : [];
