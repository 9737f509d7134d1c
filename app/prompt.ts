import { createInterface } from "node:readline/promises";
import type { Terminal } from "./console.ts";

/** Yes or no on the terminal; anything but a clear yes is no. */
export async function ask(terminal: Terminal, question: string): Promise<boolean> {
	const answer = await askText(terminal, `${question} [y/N] `);
	return /^y(es)?$/i.test(answer.trim());
}

/** One line of text. The end of the input is an empty answer. */
async function askText(terminal: Terminal, question: string): Promise<string> {
	const lines = createInterface({ input: terminal.input, output: terminal.err, terminal: terminal.input.isTTY === true });
	const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
	try {
		return await Promise.race([lines.question(question), ended]);
	} finally {
		lines.close();
	}
}
