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

/** Waits for slow readers, so that a report of a million rows does not pile up in memory; for one that has gone, no longer. */
export async function write(stream: NodeJS.WritableStream, chunks: Iterable<string>): Promise<void> {
	for (const chunk of chunks) {
		if (!stream.writable) return;
		if (!stream.write(chunk) && stream.writable) await drained(stream);
	}
}
export function print(stream: NodeJS.WritableStream, line: string): void {
	if (stream.writable) stream.write(`${line}\n`);
}

const READY_OR_GONE = ["drain", "close", "error"] as const;
const drained = (stream: NodeJS.WritableStream): Promise<void> =>
	new Promise((resolve) => {
		const go = () => {
			for (const event of READY_OR_GONE) stream.off(event, go);
			resolve();
		};
		for (const event of READY_OR_GONE) stream.on(event, go);
	});

/** A reader that has seen enough (`rollcall diff | head`), through a pipe or a socket: no failure. */
const READER_GONE: ReadonlySet<string | undefined> = new Set(["EPIPE", "ECONNRESET"]);

/**
 * A run under way must not end because nobody listens: after the first error of the stream, whatever writes to it
 * (reports, progress, log), the rest is dropped. Answers with that error, unless merely the reader has gone.
 */
export function outliveErrors(stream: NodeJS.WriteStream): () => NodeJS.ErrnoException | undefined {
	let failed: NodeJS.ErrnoException | undefined;
	stream.on("error", (error: NodeJS.ErrnoException) => {
		if (!READER_GONE.has(error.code)) failed ??= error;
		// Node keeps standard streams open after an error and would try again with every line: an output with holes, once there is room.
		stream.write = drop;
	});
	return () => failed;
}

type Written = (error?: Error | null) => void;
function drop(_chunk: Uint8Array | string, encoding?: BufferEncoding | Written, written?: Written): boolean {
	const done = typeof encoding === "function" ? encoding : written;
	if (done !== undefined) process.nextTick(done);
	return true;
}
