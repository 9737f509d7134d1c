import type pc from "picocolors";
import { createColors } from "picocolors";
import type { Look } from "../core/report/report.ts";

/** The process as the commands see it: what they may print to, and what they were given. Tests pass their own. */
export interface Terminal {
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly out: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
	readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
	readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
}

export const processTerminal = (): Terminal => ({ env: process.env, out: process.stdout, err: process.stderr, input: process.stdin });

/** Colour only on a terminal; NO_COLOR and FORCE_COLOR are obeyed (https://no-color.org). */
function wantsColour({ env }: Terminal, stream: { readonly isTTY?: boolean }): boolean {
	if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
	if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "0") return true;
	return stream.isTTY === true && env.TERM !== "dumb";
}
export const colours = (terminal: Terminal, stream: { readonly isTTY?: boolean }): ReturnType<typeof pc.createColors> =>
	createColors(wantsColour(terminal, stream));

export const lookOf = (terminal: Terminal): Look => ({
	colour: wantsColour(terminal, terminal.out),
	width: Math.max(60, Math.min(terminal.out.columns ?? 100, 160)),
	rows: 10,
});

/** Waits for slow readers, so that a report of a million rows does not pile up in memory. */
export async function write(stream: NodeJS.WritableStream, chunks: Iterable<string>): Promise<void> {
	for (const chunk of chunks) if (!stream.write(chunk)) await new Promise<void>((resolve) => stream.once("drain", () => resolve()));
}
export const print = (stream: NodeJS.WritableStream, line: string): void => void stream.write(`${line}\n`);
