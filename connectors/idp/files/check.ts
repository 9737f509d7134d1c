import { dirname } from "node:path";
import type { Finding } from "../../../core/connector.ts";
import { asSyncError } from "../../../core/errors.ts";
import { type AllColumns, columnsOf, isSecretColumn } from "./columns.ts";
import { Decoder } from "./decode.ts";
import { malformed } from "./failure.ts";
import { headerOf } from "./header.ts";
import { ageText, Proving } from "./proof.ts";
import { fold } from "./row.ts";
import { type Listed, listedFiles, sourceOf } from "./rows.ts";
import type { Talk } from "./talk.ts";

/** Each file's beginning, its columns, its age and its rights: what is missing, and what is too much. */
export async function checkFiles(talk: Talk, signal: AbortSignal): Promise<readonly Finding[]> {
	const { settings } = talk;
	const all = listedFiles(settings);
	const columns = columnsOf(settings);
	const findings: Finding[] = [];
	for (const file of all) findings.push(...(await lookAt(talk, { file, columns }, signal)));
	if (findings.some(({ level }) => level === "error")) return findings;
	try {
		await new Proving(talk, all).before(signal);
	} catch (error) {
		findings.push(failed(error, "export"));
	}
	return [...findings, ...unproven(talk, all)];
}

async function lookAt(
	talk: Talk,
	of: { readonly file: Listed; readonly columns: AllColumns },
	signal: AbortSignal,
): Promise<readonly Finding[]> {
	const { file } = of;
	try {
		const facts = await talk.facts(file.path, signal);
		const { bytes, whole } = await talk.beginning(file.path, signal);
		const source = { ...sourceOf(file, talk.settings), finalNewline: false };
		const decoder = new Decoder(source);
		const text = decoder.push(bytes) + (whole ? decoder.end() : "");
		const columns = file.format === "csv" ? csvFindings(talk, of, { text, whole }) : jsonFindings(file, text);
		const age = ageText(Math.max(0, Date.now() - facts.modifiedAt));
		return [
			{ level: "ok", name: "file.readable", message: `${file.path} can be read (${facts.size} bytes, written ${age} ago)` },
			...columns,
			...(await tooMuch(talk, file.path, signal)),
		];
	} catch (error) {
		return [failed(error, "file")];
	}
}

function csvFindings(
	talk: Talk,
	{ file, columns }: { readonly file: Listed; readonly columns: AllColumns },
	{ text, whole }: { readonly text: string; readonly whole: boolean },
): readonly Finding[] {
	const kind = file.kind ?? "people";
	const { separator } = talk.settings;
	const rules = { file: file.path, needed: columns[kind].needed, ...(separator === undefined ? {} : { separator }) };
	const header = headerOf(text, whole, rules);
	if (header === undefined) throw malformed({ file: file.path, line: 1 }, "the header does not end", { todo: "Look at its quotes." });
	const names = header.names.filter((name) => name !== "");
	const findings: Finding[] = [{ level: "ok", name: "file.columns", message: `${file.path} has the columns ${names.join(", ")}` }];
	if (kind !== "people") return findings;
	const { email } = columns.people.of;
	if (email !== undefined && !names.some((name) => fold(name) === email))
		findings.push({
			level: "warning",
			name: "columns.email",
			message: `${file.path} has no column ${email}: nobody has an e-mail address`,
			todo: "Say what it is called: columns: { email: … }.",
		});
	const secret = names.filter(isSecretColumn);
	if (secret.length > 0)
		findings.push({
			level: "warning",
			name: "rights.excessive",
			message: `${file.path} has the column ${secret.join(", ")}, which Rollcall never reads`,
			todo: "Take it out of the export: a list of people needs no secrets.",
		});
	return findings;
}

function jsonFindings(file: Listed, text: string): readonly Finding[] {
	const wanted = file.format === "json" && file.kind !== undefined ? "[" : "{";
	const found = text.trimStart()[0];
	if (found === wanted) return [];
	throw malformed({ file: file.path, line: 1 }, `begins with ${JSON.stringify(found ?? "nothing")} instead of "${wanted}"`, {
		todo: "One array of records is format: json, one record a line is format: jsonl, an object with people, groups and memberships goes under together.",
	});
}

/** Whoever can write these files decides who has access. */
async function tooMuch(talk: Talk, path: string, signal: AbortSignal): Promise<readonly Finding[]> {
	const findings: Finding[] = [];
	const warn = (message: string, todo: string) => findings.push({ level: "warning", name: "rights.excessive", message, todo });
	const { mode } = await talk.facts(path, signal);
	const folder = dirname(path);
	const around = await talk.plainFacts(folder, signal);
	if ((mode & 0o002) !== 0) warn(`everybody on this machine may write ${path}, and so decide who has access`, `chmod o-w ${path}`);
	if ((around.mode & 0o1002) === 0o002)
		warn(`everybody on this machine may replace files in ${folder}, and so decide who has access`, `chmod o-w ${folder}`);
	// An administrator may write everything; that says nothing about this file.
	if (process.getuid?.() !== 0 && (await talk.mayWrite(path)))
		warn(
			`Rollcall may write ${path}; reading is enough`,
			"Let another user own the export, and give Rollcall's user the right to read it.",
		);
	return findings;
}

/** What no look at the files can tell, because the configuration does not say how. */
function unproven(talk: Talk, all: readonly Listed[]): readonly Finding[] {
	const { maxAgeMs, maxSpreadMs, trailer, checksums, done } = talk.settings.proof;
	const findings: Finding[] = [];
	if (all.some(({ format }) => format !== "json") && trailer === undefined && checksums === undefined && done === undefined)
		findings.push({
			level: "warning",
			name: "proof.end",
			message: "a file that is cut off exactly at the end of a line cannot be told from a shorter one",
			todo: "Let the export prove that it is whole: checksums, trailer, or done.",
		});
	if (maxAgeMs === undefined)
		findings.push({
			level: "warning",
			name: "proof.age",
			message: "nobody will notice when the export stops: an old file reads as well as a new one",
			todo: "Say maxAge, somewhat longer than the time between two exports.",
		});
	if (all.length > 1 && maxSpreadMs === undefined && done === undefined && (checksums === undefined || checksums.startsWith("*")))
		findings.push({
			level: "warning",
			name: "proof.together",
			message: "people from today and groups from yesterday would be taken for one export",
			todo: "Say maxSpread or done, or let one list of checksums be written last.",
		});
	return findings;
}

/** A stopped run and a mistake of ours are thrown on. */
function failed(error: unknown, prefix: string): Finding {
	const failure = asSyncError(error);
	if (failure.code === "run.cancelled" || failure.code === "bug") throw failure;
	const kind = failure.code.slice(failure.code.indexOf(".") + 1);
	return {
		level: "error",
		name: kind === "denied" ? "rights.missing" : `${prefix}.${kind}`,
		message: failure.message,
		todo: failure.todo ?? "Look at the file.",
	};
}
