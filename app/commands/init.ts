import { dirname, join, resolve } from "node:path";
import { type Config, loadConfig, missingSecrets } from "../../config/load.ts";
import type { AskedKind } from "../../config/questions.ts";
import { DEFAULT_STORE, NAME_ALLOWED, PRODUCT_KINDS, SOURCE_KINDS, SOURCE_NAME } from "../../config/schema.ts";
import { renderStarter, SAME_PERSON, type Starter } from "../../config/starter.ts";
import { EXIT, SyncError } from "../../core/errors.ts";
import { compileExpression } from "../../core/policy/expression.ts";
import { colours, print, type Terminal } from "../console.ts";
import { type Beforehand, type InitFlags, kindNamed, partsOf, readBeforehand, separate, withSettings } from "../init/beforehand.ts";
import { Dialog } from "../init/dialog.ts";
import { assertWritable, type Places, placesOf, schemaFor, writeAll } from "../init/files.ts";
import { Interview } from "../init/interview.ts";
import { keyIn, type Part } from "../init/part.ts";
import { preview } from "../init/preview.ts";
import { afterFailure, shortened, Trial } from "../init/trial.ts";
import { Vault } from "../init/vault.ts";
import { fileExists } from "../settings.ts";

export interface InitOptions extends InitFlags {
	readonly config?: string;
	/** Asks nothing: what is not given is written as an example. */
	readonly yes?: boolean;
	/** False: no connection is tried. */
	readonly test?: boolean;
}

/**
 * Asks for directories and products, tries each, shows whom the policy would mean, and writes a commented configuration that loads,
 * with its credentials. Nothing is written before everything is known, and nothing is overwritten. Exit code of the failed test, if
 * nobody is there to say what to do about it.
 */
export async function initCommand(terminal: Terminal, options: InitOptions): Promise<number> {
	const places = placesOf(resolve(options.config ?? "rollcall.yaml"));
	const beforehand = await readBeforehand(options);
	using dialog = new Dialog(terminal, options.yes === true);
	const replace = await mayReplace(dialog, places);
	await assertWritable(places);
	try {
		return await new Setup({ terminal, dialog, places, options, replace }).run(beforehand);
	} catch (error) {
		if (!(error instanceof TestFailed)) throw error;
		print(terminal.err, "Nothing was written. Give other answers, or write without trying the connections: --no-test.");
		return error.code;
	}
}

/** A part does not work, and nobody is there to be asked. */
class TestFailed extends Error {
	readonly code: number;
	constructor(code: number) {
		super("a test failed");
		this.code = code;
	}
}

async function mayReplace(dialog: Dialog, { config }: Places): Promise<boolean> {
	if (!(await fileExists(config))) return false;
	if (await dialog.yes(`${config} exists already. Write a new one? The old one is kept as ${config}.old`, false)) return true;
	throw new SyncError("config.invalid", `${config} exists already; nothing was written`, {
		todo: "Name another file with --config, or move that one away.",
	});
}

interface Surroundings {
	readonly terminal: Terminal;
	readonly dialog: Dialog;
	readonly places: Places;
	readonly options: InitOptions;
	readonly replace: boolean;
}

class Setup {
	readonly #s: Surroundings;
	readonly #vault: Vault;
	readonly #interview: Interview;
	readonly #trial: Trial;
	readonly #untried = new Set<Part>();

	constructor(surroundings: Surroundings) {
		const { terminal, dialog, places } = surroundings;
		this.#s = surroundings;
		this.#vault = new Vault(places.credentials);
		this.#interview = new Interview(dialog, this.#vault, terminal);
		this.#trial = new Trial(terminal, this.#vault, places.config);
	}

	async run(beforehand: Beforehand): Promise<number> {
		const { dialog, terminal, options } = this.#s;
		const chosen = {
			...beforehand,
			sources: beforehand.sources.length > 0 ? beforehand.sources : partsOf("source", await this.#kinds("source")),
			products: beforehand.products.length > 0 ? beforehand.products : partsOf("product", await this.#kinds("product")),
		};
		const known = withSettings(chosen, options.set);
		const sources: Part[] = [];
		for (const part of known.sources) {
			const named = options.answers === undefined ? await this.#named(part, sources) : part;
			await this.#complete(named);
			sources.push(named);
		}
		for (const part of known.products) await this.#complete(part);
		const starter: Starter = {
			sources,
			products: known.products,
			...(sources.length > 1 ? { samePerson: await this.#samePerson(known.samePerson) } : {}),
			store: known.store ?? (dirname(this.#s.places.config) === "/etc/rollcall" ? DEFAULT_STORE : "./rollcall.db"),
			...schemaLine(this.#s.places.config),
		};
		const config = await this.#trial.judged(starter).catch((error: unknown) => {
			throw shortened(error);
		});
		if (!sources.some((part) => this.#untried.has(part)) && (await this.#wantsPreview())) await preview(dialog, terminal, config);
		await this.#write(starter, config);
		return EXIT.done;
	}

	/** Kinds by name or number, several with commas. */
	async #kinds(what: "source" | "product"): Promise<readonly AskedKind[]> {
		const { dialog } = this.#s;
		const kinds: readonly AskedKind[] = Object.values(what === "source" ? SOURCE_KINDS : PRODUCT_KINDS);
		const usual = what === "source" ? SOURCE_KINDS.keycloak : PRODUCT_KINDS.jira;
		if (dialog.nobody) return [usual];
		dialog.say(
			what === "source" ? "Where are your people? One directory or several, with commas between." : "\nInto which products shall they go?",
		);
		for (const [index, { kind, title }] of kinds.entries()) dialog.say(`  ${String(index + 1).padStart(2)}  ${kind.padEnd(16)} ${title}`);
		for (;;) {
			const answer = await dialog.ask(what === "source" ? "Directories" : "Products", { otherwise: usual.kind });
			try {
				return separate([answer ?? usual.kind]).map((name) => kinds[Number(name) - 1] ?? kindNamed(what, name));
			} catch (error) {
				if (!(error instanceof SyncError)) throw error;
				this.#complain(error);
			}
		}
	}

	/** The name is part of who a person is, so it is asked for rather than chosen. */
	async #named(part: Part, others: readonly Part[]): Promise<Part> {
		const { dialog } = this.#s;
		if (dialog.nobody) return part;
		for (;;) {
			const name = (await dialog.ask(`\nA name of your own for ${part.kind.title}, chosen once`, { otherwise: part.name })) ?? part.name;
			if (!SOURCE_NAME.test(name)) dialog.say(`Allowed: ${NAME_ALLOWED}.`);
			else if (others.some((other) => other.name === name)) dialog.say(`There is a ${name} already.`);
			else return { ...part, name };
		}
	}

	/** Until it works, or is to be left as it is. */
	async #complete(part: Part): Promise<void> {
		await this.#interview.part(part);
		while (!(await this.#works(part))) await this.#interview.part(part, true);
	}

	/** False: other answers are to be given. */
	async #works(part: Part): Promise<boolean> {
		const { dialog, terminal, options } = this.#s;
		const skip = (): true => {
			this.#untried.add(part);
			return true;
		};
		if (part.examples.size > 0 || options.test === false) return skip();
		for (;;) {
			if (!dialog.ended) dialog.say(`\nTrying ${part.name} …`);
			const { code } = await this.#trial.check(part, dialog.stop);
			if (code === EXIT.done) return true;
			if (dialog.ended) throw new TestFailed(code);
			const choice = await afterFailure(dialog, terminal);
			if (choice !== "retry") return choice === "skip" ? skip() : false;
		}
	}

	async #samePerson(given: string | undefined): Promise<string> {
		const { dialog } = this.#s;
		if (given !== undefined) return given;
		dialog.say(
			"\nPeople of different directories with the same non-empty value of this expression are one person (docs/guides/several-directories.md).",
		);
		for (;;) {
			const answer = (await dialog.ask("samePerson", { otherwise: SAME_PERSON })) ?? SAME_PERSON;
			const problems: { readonly what: string; readonly instead?: string }[] = [];
			compileExpression({ text: answer }, { setting: "samePerson", type: "string" }, problems as Parameters<typeof compileExpression>[2]);
			if (problems.length === 0) return answer;
			for (const { what, instead } of problems) dialog.say(`${what}${instead === undefined ? "" : `; ${instead}`}`);
		}
	}

	async #wantsPreview(): Promise<boolean> {
		const { dialog } = this.#s;
		if (dialog.nobody) return false;
		dialog.say(
			"\nShow the first ten people and groups as the policy would see them? That reads the whole directory, as every run does: about a",
		);
		dialog.say("minute for some ten thousand people. Nothing is written; Ctrl-C ends only the reading.");
		return dialog.yes("Read it now", dialog.onTerminal);
	}

	async #write(starter: Starter, config: Config): Promise<void> {
		const { terminal, places, replace } = this.#s;
		await writeAll(places, { text: renderStarter(starter), secrets: this.#vault.secrets, replace });
		// What was written is what will be read: anything else is a bug, and said here rather than in the first night.
		const { secrets } = await loadConfig({ path: places.config, env: terminal.env });
		if (secrets.length !== config.secrets.length) throw new SyncError("bug", `${places.config} does not hold what was answered`);
		await this.#tellNext(starter);
	}

	async #tellNext({ sources, products }: Starter): Promise<void> {
		const { terminal, places } = this.#s;
		const { out } = terminal;
		const colour = colours(terminal, out);
		print(out, `\n${colour.bold(`Written: ${places.config}`)}`);
		for (const name of this.#vault.secrets.keys()) print(out, `         ${join(places.credentials, name)}   (mode 0600)`);
		const examples = [...sources, ...products].flatMap((part) => [...part.examples].map((key) => keyIn(part as Part, { key })));
		if (examples.length > 0) print(out, `\n${colour.yellow("Examples so far, to be replaced:")} ${examples.join(", ")}`);
		const config = await loadConfig({ path: places.config, env: terminal.env });
		const missing = new Set((await missingSecrets(config)).map(({ context }) => String(context.reference)));
		print(out, "\nNext:");
		const steps = [
			...(missing.size === 0 ? [] : [missingStep(places, [...missing])]),
			...(this.#untried.size === 0 ? [] : [`rollcall check --config ${places.config}`]),
			`rollcall diff --config ${places.config}   # what would be done; writes nothing`,
			"in the file: whom people.where means, which groups groups.map feeds, then the posture",
		];
		for (const [index, step] of steps.entries()) print(out, `  ${index + 1}. ${step}`);
		print(out, "\nUnder systemd, LoadCredential=NAME:FILE hands over the same credentials; ${env:NAME} and ${file:/path} in their place");
		print(out, "are for containers (docs/guides/configuration.md).");
	}

	#complain(error: SyncError): void {
		this.#s.dialog.say(`${error.message}. ${error.todo ?? ""}`);
	}
}

const schemaLine = (config: string): Pick<Starter, "schema"> => {
	const schema = schemaFor(config);
	return schema === undefined ? {} : { schema };
};

function missingStep({ credentials }: Places, missing: readonly string[]): string {
	const lines = missing.map((reference) =>
		reference.startsWith("credential:")
			? `       install -m 600 /dev/stdin ${join(credentials, reference.slice("credential:".length))}   # paste, Enter, Ctrl-D`
			: `       ${reference}`,
	);
	return ["put the secrets where they are looked for:", ...lines].join("\n");
}
