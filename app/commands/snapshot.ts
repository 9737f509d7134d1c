import stringWidth from "string-width";
import { SyncError } from "../../core/errors.ts";
import type { ConnectorId, Snapshot } from "../../core/model.ts";
import { visible as clean } from "../../core/report/visible.ts";
import { colours, print, write } from "../console.ts";
import { assertWritable, offersOnly, writeFileWhole } from "../output.ts";
import type { Session } from "../settings.ts";
import { openConnector } from "../wiring.ts";

const SHOWN = 10;
const FORMATS = ["text", "json", "csv"] as const;

/** Reads one directory whole and shows it; `--format json` (or csv: people), `--out FILE` keeps it. */
export async function snapshotCommand(session: Session, source: string, signal: AbortSignal): Promise<number> {
	offersOnly(session, "snapshot", FORMATS);
	for (const path of session.options.out ?? []) await assertWritable(path, { ".json": "json", ".csv": "csv" });
	const config = session.config.sources.get(source as ConnectorId);
	if (config === undefined)
		throw new SyncError("config.invalid", `there is no source "${source}" in ${session.config.file}`, {
			todo: `Sources there: ${[...session.config.sources.keys()].join(", ")}.`,
		});
	const connector = await openConnector(config, session.log.http);
	try {
		const started = performance.now();
		const snapshot = await connector.snapshot({ attributes: "all", progress: session.progress.show }, signal);
		session.progress.end();
		const seconds = (performance.now() - started) / 1000;
		const { format, out } = session.options;
		if (format === "json") await write(session.terminal.out, asJson(snapshot));
		else if (format === "csv") await write(session.terminal.out, asCsv(snapshot));
		else tell(session, snapshot, { seconds, requests: connector.requests() });
		for (const path of out ?? []) {
			await writeFileWhole(path, path.endsWith(".csv") ? asCsv(snapshot) : asJson(snapshot));
			session.tell(`snapshot written to ${path}`);
		}
		return 0;
	} finally {
		session.progress.end();
		await connector.close();
	}
}

function* asJson(snapshot: Snapshot): Iterable<string> {
	const { connector, takenAt, digest, size, rejects } = snapshot;
	yield `${JSON.stringify({ source: connector, takenAt, digest, size, rejects }).slice(0, -1)},\n"people":[`;
	let separator = "\n";
	for (const person of snapshot.people.values()) {
		yield separator + JSON.stringify(person);
		separator = ",\n";
	}
	yield '],\n"groups":[';
	separator = "\n";
	for (const group of snapshot.groups.values()) {
		yield separator + JSON.stringify(group);
		separator = ",\n";
	}
	yield "]}\n";
}

/** RFC 4180; a leading apostrophe keeps spreadsheets from taking a name for a formula. */
function* asCsv(snapshot: Snapshot): Iterable<string> {
	const cell = (text: string) => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
	yield "id,username,email,givenName,familyName,displayName,active\r\n";
	for (const p of snapshot.people.values())
		yield `${[p.id, p.username, p.email ?? "", p.givenName ?? "", p.familyName ?? "", p.displayName ?? "", String(p.active)].map(cell).join(",")}\r\n`;
}

function tell(session: Session, snapshot: Snapshot, cost: { seconds: number; requests: number }): void {
	const { out } = session.terminal;
	const colour = colours(session.terminal, out);
	const { size } = snapshot;
	print(
		out,
		colour.bold(
			`${snapshot.connector}: ${size.people} people (${size.people - size.active} switched off), ${size.groups} groups, ${size.memberships} direct memberships`,
		),
	);
	print(
		out,
		colour.dim(
			`${cost.requests} requests, ${cost.seconds.toFixed(1)} s, taken ${snapshot.takenAt.toISOString()}, digest ${snapshot.digest}`,
		),
	);
	const people = [...snapshot.people.values()].slice(0, SHOWN);
	print(out, `\n${colour.bold("People")} (first ${people.length})`);
	for (const p of people) print(out, `  ${pad(p.username, 28)} ${pad(p.email ?? "", 34)} ${p.active ? "" : colour.yellow("switched off")}`);
	const groups = [...snapshot.groups.values()].slice(0, SHOWN);
	print(out, `\n${colour.bold("Groups")} (first ${groups.length})`);
	for (const g of groups)
		print(
			out,
			`  ${pad(g.path, 48)} ${g.held === undefined ? `${g.people.length} members${g.groups.length > 0 ? `, ${g.groups.length} groups inside` : ""}` : colour.yellow(`held: ${g.held}`)}`,
		);
	if (snapshot.rejects.length > 0) print(out, `\n${colour.yellow(`${snapshot.rejects.length} held`)}`);
	for (const reject of snapshot.rejects.slice(0, SHOWN))
		print(out, `  ${reject.kind} ${clean(reject.label ?? reject.id)}: ${clean(reject.because)}`);
}

function pad(text: string, width: number): string {
	const plain = clean(text);
	return plain + " ".repeat(Math.max(0, width - stringWidth(plain)));
}
