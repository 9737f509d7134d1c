import { type Config, judgeConfig } from "../../config/load.ts";
import { problemsOf, problemText } from "../../config/problem.ts";
import { PRODUCT_KINDS, SOURCE_KINDS } from "../../config/schema.ts";
import { examplePart, renderStarter, type Starter } from "../../config/starter.ts";
import { SyncError } from "../../core/errors.ts";
import type { ConnectorId, ProductId } from "../../core/model.ts";
import { type Checked, checkOne, tellChecked } from "../checked.ts";
import { colours, print, type Terminal } from "../console.ts";
import { openConnector, openProduct } from "../wiring.ts";
import type { Dialog } from "./dialog.ts";
import type { Part } from "./part.ts";
import type { Vault } from "./vault.ts";

/** Tries what was answered before anything is written: the secrets are still in memory only. */
export class Trial {
	readonly #terminal: Terminal;
	readonly #vault: Vault;
	readonly #file: string;

	constructor(terminal: Terminal, vault: Vault, file: string) {
		this.#terminal = terminal;
		this.#vault = vault;
		this.#file = file;
	}

	/** The configuration as it would be loaded. Throws `config.invalid` with every problem. */
	judged(starter: Starter): Promise<Config> {
		const warn = (message: string) => print(this.#terminal.err, `warning: ${message}`);
		return judgeConfig(renderStarter(starter), { file: this.#file, env: this.#terminal.env, held: this.#vault.secrets, warn });
	}

	/** One part by itself, its findings shown. */
	async check(part: Part, signal: AbortSignal): Promise<Checked> {
		const checked = await this.#checked(part, signal);
		if (signal.aborted) throw new SyncError("run.cancelled", "stopped; nothing was written");
		tellChecked(this.#terminal, { ...checked, what: part.what });
		return checked;
	}

	#checked(part: Part, signal: AbortSignal): Promise<Checked> {
		const open = async () => {
			const config = await this.#alone(part);
			if (part.what === "source") return openConnector(config.sources.get(part.name as ConnectorId)!, undefined);
			return (await openProduct(config.products.get(part.name as ProductId)!, undefined)).product;
		};
		return checkOne(part.what, part.name, open, signal);
	}

	/** Together with an example of the other side, which is not opened. */
	async #alone(part: Part): Promise<Config> {
		const sources = part.what === "source" ? [part] : [examplePart("staff", SOURCE_KINDS.keycloak)];
		const products = part.what === "product" ? [part] : [examplePart("jira", PRODUCT_KINDS.jira)];
		try {
			return await this.judged({ sources, products, store: "./rollcall.db" });
		} catch (error) {
			throw shortened(error);
		}
	}
}

/** Without the places in a file that is not there yet. */
export function shortened(error: unknown): unknown {
	if (!(error instanceof SyncError)) return error;
	const problems = problemsOf(error);
	if (problems.length === 0) return error;
	return new SyncError(error.code, problems.map((problem) => problemText(problem).replace(/^.*?:\d+:\d+: /, "")).join("\n"), {
		todo: "Give another answer.",
	});
}

const CHOICES = ["a", "r", "s", "q"] as const;

/** What to do about a part that failed: other answers, the same again, go on untested. Throws `run.cancelled`. */
export async function afterFailure(dialog: Dialog, terminal: Terminal): Promise<"answers" | "retry" | "skip"> {
	const colour = colours(terminal, terminal.err);
	dialog.say(`\n${colour.bold("That did not work.")} Nothing has been written so far.`);
	dialog.say("  a  give other answers (Enter at a question keeps the one before)");
	dialog.say("  r  try the same again: the server may be back by now, or its rights mended");
	dialog.say("  s  go on without this test");
	dialog.say("  q  stop");
	for (;;) {
		const answer = (await dialog.ask("What now", { otherwise: "a" })) ?? "q";
		const choice = CHOICES.find((one) => one === answer.toLowerCase());
		if (choice === "q" || (dialog.ended && choice !== "s")) throw new SyncError("run.cancelled", "stopped; nothing was written");
		if (choice !== undefined) return ({ a: "answers", r: "retry", s: "skip" } as const)[choice];
	}
}
