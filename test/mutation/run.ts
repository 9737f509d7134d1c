import { globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { EQUIVALENT, isEquivalent } from "./equivalent.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";
import type { Assignment, Outcome, Task } from "./worker.ts";

/**
 * Changes the core in one place at a time and asks whether a test notices. Prints every mutant that no test killed;
 * ends with 1 when one of them is not listed as equivalent, or when a listed one was killed after all.
 *
 *   node test/mutation/run.ts [--sample] [--only core/diff/match.ts] [--verbose] [--jobs N]
 */
const { values: flags } = parseArgs({
	options: {
		sample: { type: "boolean", default: false },
		only: { type: "string", multiple: true },
		verbose: { type: "boolean", default: false },
		jobs: { type: "string", default: String(Math.min(4, availableParallelism())) },
	},
});

const ROOT = join(import.meta.dirname, "../..");
const FILES = [
	"core/diff/*.ts",
	"core/guard.ts",
	"core/plan.ts",
	"core/snapshot.ts",
	"core/apply/apply.ts",
	"core/run/{approved,missing,settled,sync}.ts",
];
/** Fastest first; test/unit/core/lease.test.ts needs Jest's clock and proves nothing about these files. */
const TESTS = [
	...globSync("test/unit/core/*.test.ts", { cwd: ROOT })
		.filter((path) => !/lease|sync/.test(path))
		.sort(),
	"test/unit/core/sync.test.ts",
	"test/property/plan.test.ts",
	"test/property/doubt.test.ts",
];
const SAMPLE = 25;
/** A mutant may make a loop endless. */
const TIMEOUT_MS = 30_000;
/** Modules are never unloaded; a new thread gives the memory back. */
const MUTANTS_PER_WORKER = 40;
process.env.ROLLCALL_PROPERTY_RUNS ??= "60";

interface Judged {
	readonly mutant: Mutant;
	readonly killedBy: string | undefined;
}

/** One thread at a time, replaced when it has loaded much or does not answer. */
class Runner {
	readonly #assignment: Assignment = { root: pathToFileURL(ROOT).href, tests: TESTS.map((path) => join(ROOT, path)) };
	#worker: Worker | undefined;
	#done = 0;

	async run(task: Task): Promise<Outcome> {
		if (this.#done >= MUTANTS_PER_WORKER) await this.end();
		this.#worker ??= new Worker(new URL("./worker.ts", import.meta.url), {
			workerData: this.#assignment,
			execArgv: ["--disable-warning=ExperimentalWarning"],
		});
		this.#done += 1;
		const worker = this.#worker;
		const { promise, resolve } = Promise.withResolvers<Outcome>();
		const crashed = (error: Error) => resolve({ id: task.id, killedBy: `crashed: ${error.message}` });
		const timer = setTimeout(() => resolve({ id: task.id, killedBy: `no answer after ${TIMEOUT_MS / 1000} s` }), TIMEOUT_MS);
		worker.on("message", resolve);
		worker.on("error", crashed);
		worker.postMessage(task);
		const outcome = await promise;
		clearTimeout(timer);
		worker.off("message", resolve);
		worker.off("error", crashed);
		if (outcome.killedBy !== undefined && /^(no answer|crashed)/.test(outcome.killedBy)) await this.end();
		return outcome;
	}
	async end(): Promise<void> {
		await this.#worker?.terminate();
		this.#worker = undefined;
		this.#done = 0;
	}
}

const sources = new Map(
	FILES.flatMap((pattern) => globSync(pattern, { cwd: ROOT }).sort()).map((file) => [file, readFileSync(join(ROOT, file), "utf8")]),
);
const all = [...sources].flatMap(([file, source]) => mutantsOf(file, source));
const chosen = choose(all);

/** The sample is spread evenly, so that it touches every file and stays the same while the files do. */
function choose(mutants: readonly Mutant[]): readonly Mutant[] {
	const wanted = flags.only === undefined ? mutants : mutants.filter((mutant) => flags.only!.includes(mutant.file));
	if (!flags.sample) return wanted;
	const real = wanted.filter((mutant) => !EQUIVALENT.some((entry) => isEquivalent(mutant, entry)));
	return Array.from({ length: Math.min(SAMPLE, real.length) }, (_, i) => real[Math.floor(((i + 0.5) * real.length) / SAMPLE)]!);
}

const show = ({ file, line, from, to, text }: Mutant): string => {
	const short = (code: string) => code.replaceAll(/\s+/g, " ").trim().slice(0, 100);
	return `${file}:${line}  ${short(from) || "(nothing)"}  →  ${short(to) || "(nothing)"}\n      ${short(text)}`;
};

async function judgeAll(mutants: readonly Mutant[]): Promise<readonly Judged[]> {
	const judged: Judged[] = [];
	let next = 0;
	const work = async (): Promise<void> => {
		const runner = new Runner();
		while (next < mutants.length) {
			const id = next++;
			const mutant = mutants[id]!;
			const source = sources.get(mutant.file)!;
			const text = source.slice(0, mutant.start) + mutant.to + source.slice(mutant.end);
			const { killedBy } = await runner.run({ id, file: join(ROOT, mutant.file), text });
			judged[id] = { mutant, killedBy };
			if (flags.verbose || killedBy === undefined)
				console.log(
					`${killedBy === undefined ? "survived" : "killed  "}  ${show(mutant)}${killedBy === undefined ? "" : `\n      ${killedBy}`}`,
				);
		}
		await runner.end();
	};
	await Promise.all(Array.from({ length: Number(flags.jobs) }, work));
	return judged;
}

/** Without any change the tests pass, before and after: else every mutant would look killed. */
async function checkClean(): Promise<void> {
	const runner = new Runner();
	const { killedBy } = await runner.run({ id: -1 });
	await runner.end();
	if (killedBy !== undefined) throw new Error(`the tests fail without any change: ${killedBy}`);
}

const started = performance.now();
console.log(`${chosen.length} of ${all.length} mutants in ${sources.size} files, ${TESTS.length} test files`);
await checkClean();
const judged = await judgeAll(chosen);
await checkClean();
const survivors = judged.filter(({ killedBy }) => killedBy === undefined).map(({ mutant }) => mutant);
const missed = survivors.filter((mutant) => !EQUIVALENT.some((entry) => isEquivalent(mutant, entry)));
const stale = flags.sample || flags.only ? [] : EQUIVALENT.filter((entry) => !survivors.some((mutant) => isEquivalent(mutant, entry)));

console.log(
	`\n${judged.length - survivors.length} killed, ${survivors.length - missed.length} equivalent, ${missed.length} survived, ${Math.round((performance.now() - started) / 1000)} s`,
);
for (const mutant of missed) console.log(`NOT NOTICED BY ANY TEST  ${show(mutant)}`);
for (const { file, text, from, to } of stale) console.log(`LISTED AS EQUIVALENT, BUT KILLED OR GONE  ${file}: ${from} → ${to} in ${text}`);
process.exitCode = missed.length + stale.length > 0 ? 1 : 0;
