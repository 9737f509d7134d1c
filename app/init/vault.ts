import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { reasonOf } from "../../config/file-errors.ts";
import type { Question } from "../../config/questions.ts";
import { SyncError } from "../../core/errors.ts";
import { fileExists } from "../settings.ts";
import type { Part } from "./part.ts";

/** Secrets that were entered, by the name of the credential that they will be; in memory only until everything is written. */
export class Vault {
	readonly secrets = new Map<string, string>();
	readonly #folder: string;
	/** Which key has which name. */
	readonly #names = new Map<string, string>();

	constructor(folder: string) {
		this.#folder = folder;
	}

	/** The credential that the documented example names, if nobody else has it; else one of the part's own. */
	nameFor(part: Part, question: Question): string {
		const key = `${part.what} ${part.name} ${question.key}`;
		const known = this.#names.get(key);
		if (known !== undefined) return known;
		const documented = /^"?\$\{credential:([A-Za-z0-9_.-]+)\}"?$/.exec(question.doc.example ?? "")?.[1] ?? `${part.name}-${question.key}`;
		const taken = new Set(this.#names.values());
		const name = taken.has(documented) ? `${part.name}-${question.key}` : documented;
		this.#names.set(key, name);
		return name;
	}

	/** A name that no file has yet, for a secret beside one that stays as it is. */
	async another(part: Part, question: Question): Promise<string> {
		const name = this.nameFor(part, question);
		let number = 2;
		while (await this.isWritten(`${name}-${number}`)) number += 1;
		this.#names.set(`${part.what} ${part.name} ${question.key}`, `${name}-${number}`);
		return `${name}-${number}`;
	}

	isWritten(name: string): Promise<boolean> {
		return fileExists(join(this.#folder, name));
	}

	/** Keeps the secret; returns the reference that the file will hold. */
	keep(name: string, secret: string): string {
		this.secrets.set(name, secret);
		return `\${credential:${name}}`;
	}
}

/** What `@/path` means: the secret is that file's content. Throws `config.secret-missing`. */
export async function secretFrom(path: string): Promise<string> {
	try {
		return oneLine(await readFile(path, "utf8"));
	} catch (error) {
		throw new SyncError("config.secret-missing", `cannot read ${path}: ${reasonOf(error)}`, { todo: "Correct the path behind @." });
	}
}

/** Without the line break at the end; a key file in JSON in one line, as a credential is. */
export function oneLine(text: string): string {
	const bare = text.replace(/\r?\n$/, "");
	if (!bare.trimStart().startsWith("{")) return bare;
	try {
		return JSON.stringify(JSON.parse(bare));
	} catch {
		return bare; // Not JSON after all: taken as it is, and judged when it is used.
	}
}
