import { Command, CommanderError, Option } from "commander";
import { VERSION } from "../connectors/http/version.ts";
import { EXIT } from "../core/errors.ts";
import { completionScript } from "./completion.ts";
import type { Terminal } from "./console.ts";
import { tellFailure } from "./failure.ts";
import type { InitFlags } from "./init/beforehand.ts";
import { LOG_LEVELS } from "./log.ts";
import { asDigest, FORMATS, type GlobalOptions, openSession, type Session } from "./settings.ts";
import { type Stopping, stopOnSignals } from "./signals.ts";
import type { RunFlags } from "./wiring.ts";

/** Runs one command line; returns the exit code. Everything that a command does not need stays unloaded. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
	let code: number = EXIT.done;
	const program = commandLine(terminal, (result) => {
		code = result;
	});
	try {
		await program.parseAsync(args as string[], { from: "user" });
		return code;
	} catch (error) {
		// Commander has told what was wrong with the words of the command; --help and --version end here too.
		if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.config;
		const options = program.opts<GlobalOptions>();
		return tellFailure(terminal, error, { json: options.format === "json", debug: options.logLevel === "debug" });
	}
}

/** All commands and options: also the source of the shell completion and of docs/reference/commands.md. */
export function commandLine(terminal: Terminal, end: (code: number) => void): Command {
	const program = new Command("rollcall")
		.description("Keeps the people of Atlassian products in step with a directory.")
		.version(VERSION)
		.option("-c, --config <file>", "the configuration (default: $ROLLCALL_CONFIG, ./rollcall.yaml, /etc/rollcall/rollcall.yaml)")
		.option("-p, --product <names>", "only these products of the configuration, with commas or repeated; for init: the kinds", commas)
		.addOption(new Option("-f, --format <format>", "what standard output gets").choices(FORMATS).default("text"))
		.option("-o, --out <file>", "also write it to this file, in the format of its ending; may be repeated", collect)
		.option("-y, --yes", "do not ask before applying")
		.addOption(new Option("--log-level <level>", "log lines (JSON) on standard error").choices(LOG_LEVELS).default("warn"))
		.configureOutput({ writeOut: (text) => void terminal.out.write(text), writeErr: (text) => void terminal.err.write(text) })
		.configureHelp({ showGlobalOptions: true })
		.showHelpAfterError("(rollcall --help lists the commands)")
		.showSuggestionAfterError()
		.addHelpText("after", AFTER_HELP)
		.exitOverride();
	new Commands(program, terminal, end).all();
	return program;
}

const AFTER_HELP = `
Exit codes: 0 nothing to do, or done · 2 differences found (diff) · 3 refused by the guard · 4 finished with failures, or stopped ·
64 configuration · 65 directory · 66 product · 67 store · 70 bug in Rollcall

First steps: rollcall demo   ·   rollcall init   ·   rollcall check   ·   rollcall diff`;

class Commands {
	readonly #program: Command;
	readonly #terminal: Terminal;
	readonly #end: (code: number) => void;

	constructor(program: Command, terminal: Terminal, end: (code: number) => void) {
		this.#program = program;
		this.#terminal = terminal;
		this.#end = end;
	}

	all(): void {
		this.#looking();
		this.#writing();
		this.#trying();
	}

	#looking(): void {
		this.#add("check", "look at secrets, reachability, rights and clocks; changes nothing").action(() =>
			this.#session(async (session, signals) => (await import("./commands/check.ts")).checkCommand(session, signals.stop)),
		);
		this.#add("snapshot <source>", "read one directory whole and show it").action((source: string) =>
			this.#session(async (session, signals) => (await import("./commands/snapshot.ts")).snapshotCommand(session, source, signals.stop)),
		);
		planOptions(this.#add("diff", "show what would be done; --out plan.json keeps the plan")).action((flags: PlanOptions) =>
			this.#session(async (session, signals) => (await import("./commands/diff.ts")).diffCommand(session, flagsOf(flags), signals.stop)),
		);
		this.#add("explain <who>", "why this person has, or has not, this account and these groups").action((who: string) =>
			this.#session(async (session, signals) => (await import("./commands/explain.ts")).explainCommand(session, who, signals.stop)),
		);
		this.#add("runs [id]", "the history of runs, or everything that one run did").action((id: string | undefined) =>
			this.#session(async (session) => (await import("./commands/runs.ts")).runsCommand(session, id)),
		);
	}

	#writing(): void {
		planOptions(this.#add("sync", "read, plan, judge, ask (or --yes), apply"))
			.option("--dry-run", "the same as diff")
			.action((flags: PlanOptions & { dryRun?: boolean }) =>
				this.#session(async (session, signals) =>
					(await import("./commands/sync.ts")).syncCommand(session, { ...flagsOf(flags), dryRun: flags.dryRun === true }, signals),
				),
			);
		planOptions(this.#add("apply <plan>", "apply exactly the plan that diff --out wrote")).action((file: string, flags: PlanOptions) =>
			this.#session(async (session, signals) =>
				(await import("./commands/apply.ts")).applyCommand(session, file, { flags: flagsOf(flags), signals }),
			),
		);
		planOptions(this.#add("relink", "rebuild a lost store from the marks in the accounts; plans links and nothing else"))
			.option("--dry-run", "only show what would be linked")
			.action((flags: PlanOptions & { dryRun?: boolean }) =>
				this.#session(async (session, signals) =>
					(await import("./commands/sync.ts")).syncCommand(
						session,
						{ ...flagsOf(flags), relink: true, dryRun: flags.dryRun === true },
						signals,
					),
				),
			);
		this.#add("unlink <person>", "forget whose account it is: after a wrong merge, or a new id; nothing in the product is changed").action(
			(person: string) => this.#session(async (session) => (await import("./commands/unlink.ts")).unlinkCommand(session, person)),
		);
		this.#add("daemon", "run each product on its own schedule until stopped")
			.option("--now", "also run each of them once at the start")
			.action((flags: { now?: boolean }) =>
				this.#session(
					async (session, signals) =>
						(await import("./commands/daemon.ts")).daemonCommand(session, signals, { runNow: flags.now === true }),
					"info",
				),
			);
	}

	#trying(): void {
		this.#add("init", "ask for directories and products (--product KINDS), try them, and write a commented configuration")
			.option("--directory <kinds>", "kinds of directories (keycloak, okta, ldap, …), with commas between; may be repeated", collect)
			.option("--set <key=value>", "an answer, such as okta.url=https://example.okta.com; a secret only as @/path or ${env:NAME}", collect)
			.option("--answers <file>", "answers in YAML, in the shape of a configuration, as far as they are known")
			.option("--no-test", "write without trying the connections")
			.action(async (flags: InitFlags & { test: boolean }) =>
				this.#end(
					await (await import("./commands/init.ts")).initCommand(this.#terminal, { ...this.#program.opts<GlobalOptions>(), ...flags }),
				),
			);
		this.#add("demo", "the main job from start to end, with stand-ins of a directory and of products")
			.option("--directory <folder>", "where to leave the configuration, the store and the reports", "rollcall-demo")
			.option(
				"--from <directory>",
				"the directory's kind, as in a configuration (keycloak, okta, ldap, …); several with commas: a merger",
				"keycloak",
			)
			.option("--to <product>", "the product's kind (jira, confluence, …), or all of them: all", "jira")
			.action((flags: { directory: string; from: string; to: string }) =>
				this.#stoppable(async (signals) =>
					(await import("./commands/demo.ts")).demoCommand(this.#terminal, flags, { signals, run: runCommandLine }),
				),
			);
		this.#add("sandbox", "stand-ins for Keycloak and Jira to try a configuration against, until Ctrl-C")
			.option("--directory <folder>", "where to keep their state and a ready configuration", "rollcall-sandbox")
			.option("--people <number>", "how many people", wholeNumber, 200)
			.option("--groups <number>", "how many groups", wholeNumber, 40)
			.option("--jira-version <version>", "8.3, 8.14, 9.12, 10.0, 10.3 or 11.0", "10.3")
			.option("--keycloak-port <port>", "0: any free one", wholeNumber, 0)
			.option("--jira-port <port>", "0: any free one", wholeNumber, 0)
			.action((flags) =>
				this.#stoppable(async (signals) => (await import("./commands/sandbox.ts")).sandboxCommand(this.#terminal, flags, signals)),
			);
		this.#add("completion <shell>", "print a completion script: bash, zsh or fish").action(
			(shell: string) => void this.#terminal.out.write(completionScript(this.#program, shell)),
		);
	}

	#add(nameAndArgs: string, description: string): Command {
		return this.#program.command(nameAndArgs).description(description);
	}

	async #session(work: (session: Session, signals: Stopping) => Promise<number>, least?: "info"): Promise<void> {
		const options = this.#program.opts<GlobalOptions>();
		const logLevel = least !== undefined && this.#program.getOptionValueSource("logLevel") === "default" ? least : options.logLevel;
		await this.#stoppable(async (signals) => {
			const session = await openSession(this.#terminal, { ...options, logLevel });
			try {
				return await work(session, signals);
			} finally {
				session.progress.end();
			}
		});
	}

	async #stoppable(work: (signals: Stopping) => Promise<number>): Promise<void> {
		using signals = stopOnSignals(this.#terminal);
		this.#end(await work(signals));
	}
}

interface PlanOptions {
	readonly override?: string;
	readonly firstRunRemovals?: boolean;
	readonly productMoved?: boolean;
}
const planOptions = (command: Command): Command =>
	command
		.option("--override <digest>", "let exactly the plan with this digest pass the guard's limits")
		.option("--first-run-removals", "let a product's first run take things away too")
		.option("--product-moved", "the product is the same one, only its base URL has changed");

const flagsOf = ({ override, firstRunRemovals, productMoved }: PlanOptions): RunFlags => ({
	firstRunRemovals: firstRunRemovals === true,
	productMoved: productMoved === true,
	...(override === undefined ? {} : { override: asDigest(override) }),
});

/** Repeated as good as with commas; the last one never silently wins. */
const commas = (value: string, before?: string): string => (before === undefined ? value : `${before},${value}`);
const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

function wholeNumber(text: string): number {
	const value = Number(text);
	if (Number.isInteger(value) && value >= 0) return value;
	throw new CommanderError(EXIT.config, "rollcall.number", `"${text}" is not a whole number`);
}
