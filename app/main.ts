import { runCommandLine } from "./cli.ts";
import { processTerminal } from "./console.ts";

process.title = "rollcall";
// A reader that has seen enough (`rollcall diff | head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
	if (error.code === "EPIPE") process.exit(0);
	throw error;
});
process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal());
