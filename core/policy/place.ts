import { SyncError } from "../errors.ts";
import type { SourceText } from "./policy.ts";

/** Something wrong in the policy, found when it is loaded. */
export interface Problem {
	/** Which setting (`where`, `attributes.department`, `groups.map[2].to`). */
	readonly setting: string;
	readonly source: SourceText | undefined;
	/** UTF-16 code units from the start of the text, from 0. */
	readonly offset: number;
	/** One plain sentence: what is wrong. */
	readonly what: string;
	/** What to write instead, where that is known. */
	readonly instead?: string;
}

/** `rollcall.yaml:14:12`, as far as it is known where the text stands. */
export function placeOf(source: SourceText): string | undefined {
	if (source.file === undefined && source.line === undefined) return undefined;
	const line = source.line === undefined ? "" : `:${source.line}${source.column === undefined ? "" : `:${source.column}`}`;
	return `${source.file ?? "configuration"}${line}`;
}

/** Every problem of one policy in one error, in the order of the settings. */
export function policyError(problems: readonly Problem[]): SyncError {
	const [first] = problems;
	const message =
		problems.length === 1 ? describe(problems[0]!) : `the policy has ${problems.length} problems:\n${problems.map(describe).join("\n")}`;
	const place = first?.source;
	return new SyncError("config.invalid", message, {
		context: {
			problems: problems.length,
			...(place?.file === undefined ? {} : { file: place.file }),
			...(place?.line === undefined ? {} : { line: place.line }),
			...(place?.column === undefined ? {} : { column: place.column }),
			...(first === undefined ? {} : { offset: first.offset }),
		},
		todo: "Correct the policy; nothing was read or changed. Fields and functions of expressions are listed in docs/guides/policy.md.",
	});
}

function describe(problem: Problem): string {
	const { source, setting, what, instead } = problem;
	const advice = instead === undefined ? "" : `; ${instead}`;
	if (source === undefined) return `${setting}: ${what}${advice}`;
	const place = placeOf(source);
	return `${place === undefined ? "" : `${place}: `}${setting}: ${what} (at ${spot(source.text, problem.offset)})${advice}\n${excerpt(source.text, problem.offset)}`;
}

/** Where in the expression: "character 5", or "line 2, character 5" when it has several lines. Both from 1. */
export function spot(text: string, offset: number): string {
	const before = text.slice(0, offset);
	const character = offset - (before.lastIndexOf("\n") + 1) + 1;
	if (!text.trimEnd().includes("\n")) return `character ${character}`;
	return `line ${before.split("\n").length}, character ${character}`;
}

const LONGEST = 120;

/** The line that the problem is in, with a caret under the place; long lines are cut around it. */
function excerpt(text: string, offset: number): string {
	const start = text.lastIndexOf("\n", offset - 1) + 1;
	const end = text.indexOf("\n", offset);
	const line = text.slice(start, end === -1 ? undefined : end).replaceAll("\t", " ");
	const column = offset - start;
	const from = line.length <= LONGEST ? 0 : Math.max(0, Math.min(column - LONGEST / 2, line.length - LONGEST));
	const shown = line.slice(from, from + LONGEST);
	return `    ${shown}\n    ${" ".repeat(column - from)}^`;
}
