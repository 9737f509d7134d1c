import { EXIT } from "../core/errors.ts";
import { runCommandLine } from "./cli.ts";
import { outliveErrors, print, processTerminal } from "./console.ts";

process.title = "rollcall";
const outputError = outliveErrors(process.stdout);
outliveErrors(process.stderr);
process.on("exit", () => {
	const error = outputError();
	if (error === undefined) return;
	print(process.stderr, `standard output could not be written (${error.code ?? error.message}): what it got is not whole`);
	if ((process.exitCode ?? EXIT.done) === EXIT.done) process.exitCode = EXIT.failures;
});
process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal());
