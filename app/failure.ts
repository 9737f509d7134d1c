import { asSyncError, exitCode, type SyncError } from "../core/errors.ts";
import { visible } from "../core/report/visible.ts";
import { colours, print, type Terminal } from "./console.ts";

/** Tells one failure: what happened, whose move it is, what to do next. Returns the exit code. */
export function tellFailure(terminal: Terminal, error: unknown, options: { readonly json: boolean; readonly debug: boolean }): number {
	const failure = asSyncError(error);
	const code = exitCode(failure.code);
	if (options.json)
		print(
			terminal.out,
			JSON.stringify({
				error: { code: failure.code, message: failure.message, todo: failure.todo ?? null, context: failure.context, exit: code },
			}),
		);
	else tellPeople(terminal, failure, code);
	if (options.debug || failure.code === "bug") print(terminal.err, stackOf(failure));
	return code;
}

const WHOSE: Readonly<Record<string, string>> = {
	config: "Configuration",
	source: "Directory",
	target: "Product",
	store: "Store",
	run: "Stopped",
	bug: "Bug in Rollcall",
};

function tellPeople(terminal: Terminal, failure: SyncError, code: number): void {
	const colour = colours(terminal, terminal.err);
	const [whose] = failure.code.split(".");
	print(terminal.err, `${colour.red(colour.bold(WHOSE[whose!] ?? "Failure"))} (${failure.code}): ${clean(failure.message)}`);
	if (failure.todo !== undefined) print(terminal.err, `${colour.bold("What to do:")} ${clean(failure.todo)}`);
	print(terminal.err, colour.dim(`exit ${code}`));
}

/** Messages quote names, and names may hold anything; their own line breaks stay. */
const clean = (text: string): string => text.split("\n").map(visible).join("\n");

/** Causes carry no secrets either: connectors clean what servers say before it becomes a message. */
function stackOf(error: Error): string {
	const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : "";
	return `${error.stack ?? error.message}${cause}`;
}
