import { z } from "zod";
import { core } from "../../config/fields.ts";
import type { Raw } from "../../config/kind.ts";
import {
	alternatives,
	beginning,
	exampleOf,
	furtherQuestions,
	objections,
	type Question,
	readAnswer,
	requiredQuestions,
	valueAt,
	type Way,
	withValue,
} from "../../config/questions.ts";
import { SyncError } from "../../core/errors.ts";
import { colours, type Terminal } from "../console.ts";
import type { Dialog } from "./dialog.ts";
import { keyIn, type Part } from "./part.ts";
import { oneLine, secretFrom, type Vault } from "./vault.ts";

/** Asks what one part needs and was not given beforehand; `again`: everything once more, with what was said before as the default. */
export class Interview {
	readonly #dialog: Dialog;
	readonly #vault: Vault;
	readonly #colour: ReturnType<typeof colours>;
	/** What the part will have in the end: a key is judged as if the others were there already. */
	#expected: readonly Question[] = [];

	constructor(dialog: Dialog, vault: Vault, terminal: Terminal) {
		this.#dialog = dialog;
		this.#vault = vault;
		this.#colour = colours(terminal, terminal.err);
	}

	async part(part: Part, again = false): Promise<void> {
		if (!this.#dialog.nobody) this.#dialog.say(`\n${this.#colour.bold(`${part.kind.title} (${part.name})`)}`);
		this.#expected = requiredQuestions(part.kind);
		for (const question of this.#expected) await this.#one(part, question, { again });
		const ways = alternatives(part.kind);
		if (ways.length > 0) {
			const way = await this.#way(part, ways);
			const others = ways.flat().filter((question) => !way.includes(question));
			for (const { path } of others) part.values = without(part.values, path);
			this.#expected = [...this.#expected, ...way];
			for (const question of way) await this.#one(part, question, { again });
		}
		await this.#further(part, again);
	}

	/** The one that was given, the only one, or the one that is chosen. */
	async #way(part: Part, ways: readonly Way[]): Promise<Way> {
		const has = (way: Way, values: Raw) => way.filter(({ path }) => valueAt(values, path) !== undefined).length;
		const byGiven = [...ways].sort((a, b) => has(b, part.given) - has(a, part.given) || a.length - b.length)[0]!;
		if (has(byGiven, part.given) > 0 || ways.length === 1) return byGiven;
		const before = ways.findIndex((way) => way.every(({ path }) => valueAt(part.values, path) !== undefined));
		if (this.#dialog.nobody) return ways[0]!;
		this.#dialog.say("One of these is needed:");
		for (const [index, way] of ways.entries()) {
			const last = way.at(-1)!;
			this.#dialog.say(`  ${index + 1}  ${way.map(({ key }) => key).join(" and ")}   ${this.#colour.dim(firstSentence(last.doc.meaning))}`);
		}
		for (;;) {
			const answer = (await this.#dialog.ask("Which", { otherwise: String(Math.max(before, 0) + 1) })) ?? "1";
			const chosen = ways[Number(answer) - 1] ?? ways.find((way) => way.map(({ key }) => key).join(" and ") === answer);
			if (chosen !== undefined) return chosen;
			this.#dialog.say(this.#colour.red(`There is no ${answer}.`));
		}
	}

	async #further(part: Part, again: boolean): Promise<void> {
		const questions = furtherQuestions(part.kind);
		const given = questions.filter(({ path }) => valueAt(part.given, path) !== undefined);
		for (const question of given) await this.#one(part, question, { again });
		const rest = questions.filter((question) => !given.includes(question));
		if (rest.length === 0 || this.#dialog.nobody) return;
		this.#dialog.say(this.#colour.dim(`Not needed as a rule: ${rest.map(({ key }) => key).join(", ")}`));
		for (;;) {
			const names = ((await this.#dialog.ask("Any of these? Names with commas, Enter for none")) ?? "")
				.split(/[,\s]+/)
				.filter((name) => name !== "");
			const wrong = names.find((name) => rest.every(({ key }) => key !== name));
			if (wrong === undefined) {
				for (const name of names) await this.#one(part, rest.find(({ key }) => key === name)!, { again: true, optional: true });
				return;
			}
			this.#dialog.say(this.#colour.red(`There is no key "${wrong}".`));
		}
	}

	/** One key: as it was given, else as it is answered, else its documented example, marked as one. */
	async #one(part: Part, question: Question, { again, optional = false }: { again: boolean; optional?: boolean }): Promise<void> {
		const { path, key, schema } = question;
		const before = valueAt(part.values, path);
		const given = before === undefined ? valueAt(part.given, path) : undefined;
		if (given !== undefined) {
			part.values = withValue(part.values, path, await this.#given(part, question, given));
			return;
		}
		if (before !== undefined && !again) return;
		const within = core(schema);
		const only = within instanceof z.ZodLiteral ? within.value : undefined;
		const usual = within instanceof z.ZodEnum && this.#dialog.nobody && !optional ? exampleOf(question) : undefined;
		const value = only ?? usual ?? (await this.#asked(part, question, { before, optional }));
		if (value === undefined && optional) return;
		if (value === undefined) {
			if (!this.#dialog.nobody)
				throw new SyncError("config.invalid", `the answers ended before ${keyIn(part, question)}; nothing was written`, {
					todo: `Give it too, by --set ${keyIn(part, question)}=… or in --answers.`,
				});
			part.examples.add(key);
		}
		const example = question.secret ? `\${credential:${this.#vault.nameFor(part, question)}}` : exampleOf(question);
		part.values = withValue(part.values, path, value ?? example);
	}

	/** From `--set` or `--answers`. A secret as a reference, or as `@/path` of a file with it. Throws `config.invalid`. */
	async #given(part: Part, question: Question, given: unknown): Promise<unknown> {
		const name = keyIn(part, question);
		if (question.secret) {
			if (typeof given === "string" && given.startsWith("@"))
				return this.#vault.keep(this.#vault.nameFor(part, question), await secretFrom(given.slice(1)));
			if (typeof given !== "string" || !given.startsWith("${"))
				throw new SyncError(
					"config.invalid",
					`${name} is a secret, and a secret belongs neither on a command line nor into a file of answers`,
					{
						todo: `Write ${name}=@/path/of/a/file with it, or a reference: \${credential:NAME}, \${env:NAME}, \${file:/path}. If it was a real one, replace it.`,
					},
				);
		}
		const answer =
			typeof given === "string"
				? readAnswer(question, given)
				: question.schema.safeParse(given).success
					? { value: given }
					: { problem: `That is not ${question.doc.allowed ?? "right here"}.` };
		const problem = "problem" in answer ? answer.problem : this.#objection(part, question, answer.value);
		if (problem === undefined && "value" in answer) return answer.value;
		throw new SyncError("config.invalid", `${name}: ${problem}`, { todo: "Correct --set or the file of --answers." });
	}

	async #asked(part: Part, question: Question, { before, optional }: { before: unknown; optional: boolean }): Promise<unknown> {
		const { doc, secret, key, schema } = question;
		if (this.#dialog.nobody) return undefined;
		this.#dialog.say(this.#colour.dim(`${doc.meaning}${doc.todo === undefined ? "" : ` ${doc.todo}`}`));
		if (secret) return this.#secret(part, question, before);
		const otherwise = before ?? (core(schema) instanceof z.ZodEnum ? doc.example : undefined);
		const hint = otherwise === undefined && doc.example !== undefined ? ` (for example ${doc.example})` : "";
		const shown = otherwise === undefined ? {} : { otherwise: typeof otherwise === "string" ? otherwise : JSON.stringify(otherwise) };
		for (;;) {
			const text = await this.#dialog.ask(`${key}${hint}`, shown);
			if (text === undefined) {
				if (this.#dialog.ended || optional) return undefined;
				continue;
			}
			const answer = readAnswer(question, text);
			const problem = "problem" in answer ? answer.problem : this.#objection(part, question, answer.value);
			if (problem === undefined && "value" in answer) return answer.value;
			this.#dialog.say(this.#colour.red(problem ?? ""));
		}
	}

	/** Whether the kind's own rules say something about this key, now that it has this value. */
	#objection(part: Part, { path, key }: Question, value: unknown): string | undefined {
		const missing = this.#expected.filter((question) => valueAt(part.values, question.path) === undefined);
		const whole = missing.reduce<Raw>((raw, question) => withValue(raw, question.path, exampleOf(question)), part.values);
		const raw = withValue({ ...whole, ...beginning(part.kind) }, path, value);
		return objections(part.kind, raw).find((objection) => objection.key === key)?.message;
	}

	async #secret(part: Part, question: Question, before: unknown): Promise<unknown> {
		let name = this.#vault.nameFor(part, question);
		if (before === undefined && (await this.#vault.isWritten(name))) {
			if (await this.#dialog.yes(`credentials/${name} is there already. Use it as it is?`, true)) return `\${credential:${name}}`;
			name = await this.#vault.another(part, question);
		}
		const keep = before === undefined ? "" : "; Enter keeps what you gave before";
		for (;;) {
			const text = await this.#dialog.ask(
				`${question.key} (not shown; @/path takes it from a file, \${env:NAME} only refers to it${keep})`,
				{
					hidden: true,
				},
			);
			if (text === undefined) {
				if (before !== undefined) return before;
				if (this.#dialog.ended) return undefined;
				continue;
			}
			try {
				return await this.#secretFrom(text, question, name);
			} catch (error) {
				if (!(error instanceof SyncError)) throw error;
				this.#dialog.say(this.#colour.red(error.message));
			}
		}
	}

	async #secretFrom(text: string, { schema, doc }: Question, name: string): Promise<string> {
		if (text.startsWith("${")) {
			if (schema.safeParse(text).success) return text;
			throw new SyncError("config.invalid", `That is no reference. Allowed: ${doc.allowed}.`);
		}
		if (text.startsWith("@")) return this.#vault.keep(name, await secretFrom(text.slice(1)));
		return this.#vault.keep(name, oneLine(await this.#whole(text)));
	}

	/** A key is pasted as several lines: PEM up to the end of its last part, JSON up to its last brace. */
	async #whole(first: string): Promise<string> {
		const ends = first.startsWith("-----BEGIN ")
			? (text: string) => /-----END [A-Z ]+-----\s*$/.test(text)
			: first.startsWith("{")
				? isJson
				: () => true;
		let text = first;
		while (!ends(text) || (this.#dialog.next ?? "").startsWith("-----BEGIN ")) {
			const line = await this.#dialog.more();
			if (line === undefined) break;
			text += `\n${line}`;
		}
		return text;
	}
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

function without(raw: Raw, [key, ...rest]: readonly string[]): Raw {
	if (key === undefined || !(key in raw)) return raw;
	const { [key]: value, ...others } = raw;
	return rest.length === 0 ? others : { ...others, [key]: without(value as Raw, rest) };
}

const firstSentence = (text: string): string => /^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text;
