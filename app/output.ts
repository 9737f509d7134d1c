import { constants, createWriteStream } from "node:fs";
import { access, rename, rm } from "node:fs/promises";
import { dirname, extname } from "node:path";
import { SyncError } from "../core/errors.ts";
import { renderer } from "../core/report/choose.ts";
import type { Report } from "../core/report/report.ts";
import { rendererOfAll } from "../core/report/several/choose.ts";
import type { Ending } from "../core/report/several/endings.ts";
import { overview } from "../core/report/several/text.ts";
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

/**
 * The one report over several products. As text every product's own report has been shown as soon as it was there, so
 * only the overview is left to show; every other format is one document.
 */
export async function tellAll(session: Session, endings: readonly Ending[]): Promise<void> {
	const { format, out = [] } = session.options;
	const look = lookOf(session.terminal);
	await write(session.terminal.out, format === "text" ? overview(endings, look) : rendererOfAll(format)(endings, look));
	for (const path of out) {
		await writeFileWhole(path, rendererOfAll(formatOfFile(path))(endings, WHOLE));
		print(session.terminal.err, `report written to ${path}`);
	}
}

export function formatOfFile(path: string, byExtension: Readonly<Record<string, Format>> = BY_EXTENSION): Format {
	const format = byExtension[extname(path).toLowerCase()];
	if (format === undefined)
		throw new SyncError("config.invalid", `--out ${path}: the name must end in ${Object.keys(byExtension).join(", ")}`, {
			todo: "The ending says in which format the file is written.",
		});
	return format;
}

/** Asked before anything is read or applied: a sync that is done must not end with its report having nowhere to go. */
export async function assertWritable(path: string, byExtension?: Readonly<Record<string, Format>>): Promise<void> {
	formatOfFile(path, byExtension);
	try {
		await access(dirname(path), constants.W_OK);
	} catch (error) {
		throw cannotWrite(path, error);
	}
}

/** Throws `config.invalid` when a format, or an --out, was asked for that the command does not have: nothing is ignored silently. */
export function offersOnly(
	{ options }: Session,
	command: string,
	formats: readonly Format[],
	{ out }: { readonly out: boolean } = { out: true },
): void {
	if (!formats.includes(options.format))
		throw new SyncError("config.invalid", `rollcall ${command} has no format ${options.format}`, {
			todo: `Choose ${formats.join(" or ")}.`,
		});
	if (!out && (options.out ?? []).length > 0)
		throw new SyncError("config.invalid", `rollcall ${command} has no --out`, { todo: "Send its standard output to a file: > FILE." });
}

const cannotWrite = (path: string, error: unknown): SyncError =>
	new SyncError("config.invalid", `cannot write ${path}: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`, {
		cause: error,
		todo: "Name a file in an existing folder that Rollcall may write to, on a disk with room.",
	});

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
		throw cannotWrite(path, error);
	}
}
