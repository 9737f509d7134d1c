import { mkdir, writeFile } from "node:fs/promises";
import type { Argument, Command, Option } from "commander";
import { commandLine } from "../../app/cli.ts";
import { processTerminal } from "../../app/console.ts";
import { type Code, EXIT, exitCode } from "../../core/errors.ts";

/** The generated pages about the command line: file name below docs/reference → content. */
export const COMMAND_PAGES = {
	"commands.md": renderCommands,
	"exit-codes.md": renderExitCodes,
} as const;

const GENERATED = (from: string) => `Generated from ${from} by \`npm run docs\`; do not edit.`;

function renderCommands(): string {
	const program = commandLine(processTerminal(), () => {});
	const commands = program.commands.filter((command) => command.name() !== "help");
	return [
		"# Commands",
		`${GENERATED("`app/cli.ts`")} What they end with is in [exit-codes.md](exit-codes.md); how they go together in the\n[guides](../README.md).\n\nOf several products, \`diff\` and \`sync\` print one report: as text every product's own and an overview, in every other format one document.`,
		`${program.description()} In a checkout \`rollcall\` is \`npm run rollcall --\`.`,
		tableOf(
			["command", "what it does"],
			commands.map((command) => [`[\`${usageOf(command)}\`](#rollcall-${command.name()})`, command.description()]),
		),
		"## Options of every command",
		optionsTable(program.options),
		...commands.flatMap((command) => chapterOf(command)),
	]
		.join("\n\n")
		.concat("\n");
}

function chapterOf(command: Command): readonly string[] {
	const { registeredArguments: given, options } = command;
	return [
		`## rollcall ${command.name()}`,
		`\`rollcall ${usageOf(command)}\`: ${command.description()}.`,
		...(options.length === 0 ? [] : [optionsTable(options)]),
		...(given.some((one) => one.argChoices !== undefined)
			? [given.map((one) => `${one.name()}: ${one.argChoices!.join(", ")}`).join("\n")]
			: []),
	];
}

const usageOf = (command: Command): string =>
	[command.name(), ...command.registeredArguments.map(argumentOf), ...(command.options.length > 0 ? ["[options]"] : [])].join(" ");
const argumentOf = (one: Argument): string => (one.required ? `<${one.name()}>` : `[${one.name()}]`);

const optionsTable = (options: readonly Option[]): string =>
	tableOf(
		["option", "default", "meaning"],
		options.map((option) => [`\`${option.flags}\``, defaultOf(option), meaningOf(option)]),
	);
const defaultOf = ({ defaultValue }: Option): string => (defaultValue === undefined ? "" : `\`${defaultValue}\``);
const meaningOf = ({ description, argChoices }: Option): string =>
	argChoices === undefined ? description : `${description}: ${argChoices.join(", ")}`;

const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
	[head, head.map(() => "---"), ...rows].map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n");

interface Meaning {
	readonly meaning: string;
	readonly next: string;
}
const MEANINGS: Readonly<Record<keyof typeof EXIT, Meaning>> = {
	done: {
		meaning: "Nothing to do, or everything was done. Also `check` without errors, `explain` (of nobody too), `runs`, `snapshot`.",
		next: "Nothing.",
	},
	differences: {
		meaning:
			"`diff` (or `sync --dry-run`, or a product with `posture: observe`) found something to do, or the question of `sync` was not answered with yes. Nothing was written.",
		next: "Read the report.",
	},
	refused: {
		meaning:
			"The guard refused the plan and nothing was written; or people were held because no licence seat is left, and the rest was done.",
		next: "Look at the directory first; then, if every change is meant, `--override DIGEST`.",
	},
	failures: {
		meaning:
			"Some operations failed or their outcome is unknown, or the run was stopped. The rest was done. Also instead of 0 where standard output could not be written (a full disk).",
		next: "Read why; run again: what is done is not repeated.",
	},
	config: {
		meaning: "The configuration, a secret, a plan file or the command line is wrong. Nothing was written.",
		next: "The message names file, line and column.",
	},
	source: {
		meaning: "The directory could not be read whole. Nothing was written.",
		next: "See that the directory works; the next run reads it anew.",
	},
	target: { meaning: "The product could not be read, or refused the credentials.", next: "`rollcall check`." },
	store: {
		meaning: "The store could not be used, or another run has the product.",
		next: "The message says which; see the guide [operations](../guides/operations.md).",
	},
	bug: { meaning: "Something that Rollcall did not expect.", next: "Please report it with the output of `--log-level debug`." },
};

/** Every code that an error can have: a new one does not compile until it has its line here. */
const CODES: Readonly<Record<Code, string>> = {
	"config.invalid": "something in the configuration, a plan file or the command line",
	"config.secret-missing": "a secret that is referred to is not there, or must not be used as it is",
	"source.unreachable": "no connection, no answer, or 5xx, after all attempts",
	"source.denied": "wrong credentials, or rights are missing",
	"source.incomplete": "lists that contradict each other or their stated totals",
	"source.malformed": "an answer that is not what the directory's interface promises, a log-in page for example",
	"source.limited": "the directory's rate limit, after all the waiting it asked for",
	"target.unreachable": "no connection, no answer, or 5xx",
	"target.denied": "wrong credentials, or rights are missing; never tried twice",
	"target.incomplete": "a list that the product has cut",
	"target.malformed": "an answer that is not what the product's interface promises",
	"target.limited": "the product's rate limit, after all the waiting it asked for",
	"target.rejected": "the product refuses a value or a change",
	"target.conflict": "what is to be made is there already, and is not ours",
	"target.missing": "an account or a group that is no longer there",
	"target.inherited": "a membership that comes through a subgroup",
	"target.unsupported": "the product, or this version of it, cannot do this",
	"store.unavailable": "no permission, no room, locked, damaged, or not ours",
	"store.newer": "written by a newer version of Rollcall",
	"store.lease-held": "another run of this product is under way",
	"store.lease-lost": "this run was silent for too long, and another one took over",
	"run.cancelled": "stopped by a signal before anything was written",
	bug: "unexpected",
};

function renderExitCodes(): string {
	const exits = (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => [
		`**${EXIT[name]}**`,
		MEANINGS[name].meaning,
		MEANINGS[name].next,
	]);
	const codes = (Object.keys(CODES) as Code[]).map((code) => [`\`${code}\``, String(exitCode(code)), CODES[code]]);
	return [
		"# Exit codes",
		GENERATED("`core/errors.ts`"),
		tableOf(["code", "meaning", "what to do"], exits),
		"With several products, the one that most needs somebody decides: 70, 67, 66, 65, 64, 3, 4, 2, 0 in this order. `rollcall daemon` ends with 0\nwhen it is told to stop; what its runs ended with is in its log.\n\nA reader of standard output or standard error that goes away early (`| head`) changes neither the run nor its code;\nwhat it would have read is dropped.",
		"## Error codes",
		'Failures of a whole command are told on standard error, with `--format json` on standard output as\n`{ "error": { "code", "message", "todo", "context", "exit" } }`. The same codes stand in the journal, where single operations failed (exit 4).',
		tableOf(["code", "exit", "what it is about"], codes),
	]
		.join("\n\n")
		.concat("\n");
}

/** `node docs/build/commands.ts` writes them. */
export async function writeCommandPages(): Promise<void> {
	const folder = new URL("../reference/", import.meta.url);
	await mkdir(folder, { recursive: true });
	for (const [name, render] of Object.entries(COMMAND_PAGES)) await writeFile(new URL(name, folder), render());
}

if (import.meta.main) await writeCommandPages();
