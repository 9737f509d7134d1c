import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { extname } from "node:path";
import { SyncError } from "../core/errors.ts";
import { renderer } from "../core/report/choose.ts";
import type { Report } from "../core/report/report.ts";
import { lookOf, print, write } from "./console.ts";
import type { Format, Session } from "./settings.ts";

const BY_EXTENSION: Readonly<Record<string, Format>> = {
	".html": "html",
	".htm": "html",
	".md": "markdown",
	".csv": "csv",
	".txt": "text",
	".json": "json",
};
const WHOLE = { colour: false, width: 100, rows: undefined } as const;

/** The report on standard output in the format that was asked for, and into every `--out` file in the format of its name. */
export async function tellReport(session: Session, report: Report): Promise<void> {
	session.progress.end();
	await write(session.terminal.out, renderer(session.options.format)(report, lookOf(session.terminal)));
	for (const path of session.options.out ?? []) await reportFile(session, report, path);
}

async function reportFile(session: Session, report: Report, path: string): Promise<void> {
	const format = formatOfFile(path);
	await writeFileWhole(path, renderer(format)(report, WHOLE));
	print(session.terminal.err, `report written to ${path}`);
}

export function formatOfFile(path: string): Format {
	const format = BY_EXTENSION[extname(path).toLowerCase()];
	if (format === undefined)
		throw new SyncError("config.invalid", `--out ${path}: the name must end in ${Object.keys(BY_EXTENSION).join(", ")}`, {
			todo: "The ending says in which format the file is written.",
		});
	return format;
}

/** Beside the file first: a full disk or an interruption never leaves half a report under its name. Readable by its owner only. */
export async function writeFileWhole(path: string, chunks: Iterable<string>): Promise<void> {
	const draft = `${path}.${process.pid}.part`;
	try {
		const stream = createWriteStream(draft, { mode: 0o600, flush: true });
		const ended = new Promise<void>((resolve, reject) => stream.once("close", resolve).once("error", reject));
		await Promise.race([write(stream, chunks), ended]);
		stream.end();
		await ended;
		await rename(draft, path);
	} catch (error) {
		await rm(draft, { force: true });
		throw new SyncError("config.invalid", `cannot write ${path}: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`, {
			cause: error,
			todo: "Name a file in an existing folder that Rollcall may write to, on a disk with room.",
		});
	}
}
