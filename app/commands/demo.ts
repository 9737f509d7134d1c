import { mkdir, rm } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { SyncError } from "../../core/errors.ts";
import type { Origin } from "../../sandbox/merger.ts";
import type { CompanyProduct } from "../../sandbox/products.ts";
import { colours, print, type Terminal } from "../console.ts";
import { assertOurFolder, writeDemoConfig } from "../sandbox-config.ts";
import type { Stopping } from "../signals.ts";

export interface DemoFlags {
	readonly directory: string;
	/** The directory's stand-in, one of `DIRECTORIES`; or several, with commas between: a company after a merger. */
	readonly from: string;
	/** The product's stand-in; one of `PRODUCT_NAMES`, or `all`. */
	readonly to: string;
}

/** The story that the README promises: each chapter runs a real command line against the stand-ins and checks its exit code. */
export async function demoCommand(terminal: Terminal, flags: DemoFlags, { signals, run }: Theatre): Promise<number> {
	const [{ DIRECTORIES }, { PRODUCT_NAMES }] = await Promise.all([
		import("../../sandbox/directories.ts"),
		import("../../sandbox/products.ts"),
	]);
	const names = flags.from.split(",");
	for (const name of names) assertKnown(name, DIRECTORIES);
	if (new Set(names).size < names.length)
		throw new SyncError("config.invalid", `--from ${flags.from} names a directory twice`, { todo: "Name each once." });
	const products = flags.to === "all" ? PRODUCT_NAMES : [flags.to];
	for (const name of products) assertKnown(name, [...PRODUCT_NAMES, "all"]);
	const directory = resolve(flags.directory);
	await assertOurFolder(directory);
	// Only what an earlier demo left: a folder of the user's own keeps everything else.
	for (const name of ["rollcall.db", "rollcall.db-wal", "rollcall.db-shm", "plan.json"]) await rm(join(directory, name), { force: true });
	await mkdir(directory, { recursive: true });
	const { from, targets } = await stage(names, products);
	try {
		const config = await writeDemoConfig(directory, { sources: from.sources, products: targets });
		return await new Story(terminal, { directory, config, from, targets, name: names.join(" and "), signals, run }).tell();
	} finally {
		await Promise.all([from.close(), ...[...targets.values()].map(({ sandbox }) => sandbox.close())]);
	}
}

function assertKnown(name: string, names: readonly string[]): void {
	if (!names.includes(name))
		throw new SyncError("config.invalid", `there is no stand-in of "${name}"`, { todo: `Choose one of ${names.join(", ")}.` });
}

/** The directories with their company, and products that know some of these people. */
async function stage(
	names: readonly string[],
	products: readonly string[],
): Promise<{ readonly from: Origin; readonly targets: ReadonlyMap<string, CompanyProduct> }> {
	const [{ startOrigin }, { startProduct }, { company }] = await Promise.all([
		import("../../sandbox/merger.ts"),
		import("../../sandbox/products.ts"),
		import("../../sandbox/world/company.ts"),
	]);
	const world = company({ people: 200, groups: 40, seed: 7 });
	const from = await startOrigin(names, world);
	const targets = new Map<string, CompanyProduct>();
	for (const product of products) targets.set(product, await startProduct(product, world));
	return { from, targets };
}

interface Theatre {
	readonly signals: Stopping;
	/** Runs one command line as the process would. */
	readonly run: (args: readonly string[], terminal: Terminal) => Promise<number>;
}

interface Stage extends Theatre {
	readonly directory: string;
	readonly config: string;
	readonly from: Origin;
	readonly targets: ReadonlyMap<string, CompanyProduct>;
	readonly name: string;
}

class Story {
	readonly #terminal: Terminal;
	readonly #stage: Stage;
	#chapter = 0;

	constructor(terminal: Terminal, stage: Stage) {
		this.#terminal = terminal;
		this.#stage = stage;
	}

	async tell(): Promise<number> {
		const { massDeletion, workingDay } = await import("../../sandbox/world/day.ts");
		const { from, name } = this.#stage;
		const shared = from.shared === 0 ? "" : ` (${from.shared} of them in each)`;
		this.#title(`A company of 200 people in ${name}${shared}, and ${this.#inUse()}. What would a first sync do?`);
		await this.#run(["diff"], 2);
		this.#title("It looks right. Do it: leavers first, then accounts, then groups, every step journalled before it is sent.");
		await this.#run(["sync", "--yes"], 0);
		this.#title("And again: a second look finds nothing to do.");
		await this.#run(["diff"], 0);
		this.#title("A working day in the directory:");
		for (const change of workingDay(from.model, { seed: 11 })) print(this.#terminal.out, `    ${change.event.padEnd(9)} ${change.note}`);
		print(this.#terminal.out, "");
		from.show();
		if (this.#stage.targets.size === 1) {
			await this.#run(["diff", "--out", this.#file("plan.json"), "--out", this.#file("report.html")], 2);
			this.#title("Approve exactly that plan.");
			await this.#run(["apply", this.#file("plan.json")], 0);
		} else {
			await this.#run(["diff", "--out", this.#file("report.html")], 2);
			this.#title("It looks right in every product. Do it.");
			await this.#run(["sync", "--yes"], 0);
		}
		this.#title("Then the directory fails in the middle of a page. A reading that is not whole is no reading: nothing is changed.");
		const fault = from.sandbox.faults.add({ skip: 2, effect: { kind: "html" } });
		await this.#run(["sync", "--yes"], 65);
		if (fault.hits === 0) throw new SyncError("bug", "the demo's fault was not met by any request");
		from.sandbox.faults.clear();
		const gone = massDeletion(from.model, 0.4);
		from.show();
		this.#title(`Worse: it answers, but somebody has deleted ${gone} people by mistake. The reading is whole, so only the guard can tell.`);
		await this.#run(["sync", "--yes"], 3);
		this.#end();
		return 0;
	}

	async #run(args: readonly string[], expected: number): Promise<void> {
		if (this.#stage.signals.stop.aborted) throw new SyncError("run.cancelled", "the demo was stopped");
		const colour = colours(this.#terminal, this.#terminal.out);
		print(this.#terminal.out, colour.cyan(`$ rollcall ${args.join(" ")}`));
		const code = await this.#stage.run([...args, "--config", this.#stage.config], this.#terminal);
		print(this.#terminal.out, colour.dim(`exit ${code}\n`));
		if (code !== expected)
			throw new SyncError("bug", `the demo expected exit ${expected} from "rollcall ${args.join(" ")}", and got ${code}`);
	}

	#title(text: string): void {
		const colour = colours(this.#terminal, this.#terminal.out);
		this.#chapter += 1;
		print(this.#terminal.out, `\n${colour.bold(colour.inverse(` ${this.#chapter} `))} ${colour.bold(text)}\n`);
	}

	#inUse(): string {
		const titles = [...this.#stage.targets.values()].map(({ title }) => title);
		if (titles.length === 1) return `a ${titles[0]} that has been in use before`;
		return `${titles.slice(0, -1).join(", ")} and ${titles.at(-1)}, all in use before`;
	}

	#end(): void {
		const { out, env } = this.#terminal;
		// A checkout has the program only as an npm script; an installed package has it as a command.
		const rollcall = env.npm_lifecycle_event === undefined ? "rollcall" : "npm run rollcall --";
		print(out, `Nobody lost access by accident. Left behind in ${relative(process.cwd(), this.#stage.directory) || "."}/:`);
		print(out, "  report.html      the working day, to click through: open it in a browser");
		if (this.#stage.targets.size === 1) print(out, "  plan.json        the plan that was applied");
		print(out, "  rollcall.yaml    the configuration, commented");
		print(out, "\nNext:");
		print(out, `  ${rollcall} sandbox     stand-ins of Keycloak and Jira, kept running, to try a configuration of your own`);
		print(out, `  ${rollcall} init        a configuration for your own directories and products; then check, then diff`);
	}

	#file(name: string): string {
		return relative(process.cwd(), join(this.#stage.directory, name)) || name;
	}
}
