import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type FilesSettings, files } from "../../connectors/idp/files/connector.ts";
import { DISK, type Disk, type FileFacts, type OpenFile } from "../../connectors/idp/files/disk.ts";
import type { ConnectorId } from "../../core/model.ts";
import type { Exchange } from "../../sandbox/kit/exchange.ts";
import { type Effect, Faults } from "../../sandbox/kit/faults.ts";
import type { ConnectorHarness, DirectoryTruth, OpenDirectory, Tuning } from "./connector-harness.ts";

/** Two tries, at once. */
const QUICK = { attempts: 2, baseMs: 1, capMs: 1, budgetMs: 5_000 };
const PASSWORD = "Winter2026!secret";

/** The suite of all directories: a file stands for a request, records in a file for a page. */
export const filesHarness = (format: "csv" | "json" | "jsonl"): ConnectorHarness => ({
	name: `files (${format})`,
	traits: { statesTotal: format === "csv", nestedGroups: true, listsInactive: true, incremental: false },
	open: async () => openFiles(format, {}),
	reordered: async () => openFiles(format, { reversed: true }),
	faultPageSize: format === "jsonl" ? 5 : 4,
	untried: {
		C8: "files have no tokens",
		C9: "files have no way to ask for patience",
		C11: "files know no credentials and no origins",
	},
});

interface World {
	readonly reversed?: boolean;
	cyclic?: boolean;
	/** One person more, who is a member of everything. */
	readonly joiner?: boolean;
}

function openFiles(format: "csv" | "json" | "jsonl", world: World): OpenDirectory {
	const folder = mkdtempSync(join(tmpdir(), "rollcall-files-"));
	const disk = new FaultyDisk();
	const state: World = { ...world };
	const exports = new Map<string, Written>();
	return {
		truth: TRUTH,
		connector: (tuning: Tuning = {}) => {
			const rows = tuning.pageSize ?? 100_000;
			const key = `${rows}-${state.cyclic === true}`;
			const written = exports.get(key) ?? writeExport(join(folder, key), { format, rows, ...state });
			exports.set(key, written);
			return files({ ...settingsOf(format, written), disk, retry: QUICK, ...(tuning.log === undefined ? {} : { log: tuning.log }) });
		},
		shortTokens: () => ({ logIns: () => Promise.resolve(0) }),
		server: {
			faults: disk.faults,
			exchanges: disk.exchanges,
			wrongTotals: ["people", "groups", "memberships"].map((kind) => ({
				path: new RegExp(`^/${kind}-`),
				effect: { kind: "short-page", drop: 1 },
			})),
			secrets: [PASSWORD],
			endless: () => {
				disk.endless = true;
			},
			cycle: () => {
				state.cyclic = true;
			},
		},
		close: async () => rmSync(folder, { recursive: true, force: true }),
	};
}

interface Written {
	readonly folder: string;
	readonly people: readonly string[];
	readonly groups: readonly string[];
	readonly memberships: readonly string[];
}

/** CSV proves itself by a trailer, JSON by a list of checksums, JSON Lines by a checksum beside each file. */
export const settingsOf = (format: "csv" | "json" | "jsonl", written: Written): FilesSettings => ({
	id: "staff" as ConnectorId,
	people: written.people,
	groups: written.groups,
	memberships: written.memberships,
	encoding: "utf-8",
	columns: { id: "No", username: "Login", email: "E-Mail", displayName: "Name", active: "Status" },
	groupColumns: { id: "Unit", name: "Title", parents: "Inside" },
	membershipColumns: { group: "Unit", member: "No", type: "Kind" },
	lists: ["desk"],
	listSeparator: "|",
	activeWhen: ["A", "yes"],
	inactiveWhen: ["L"],
	everybodyActive: false,
	memberIs: "id",
	groupIs: "id",
	unknownMembers: "refuse",
	badRecords: "refuse",
	mayBeEmpty: [],
	proof: {
		quietForMs: 0,
		...(format === "csv" ? { trailer: { first: "END", count: 2 } } : {}),
		...(format === "json" ? { checksums: join(written.folder, "SHA256SUMS") } : {}),
		...(format === "jsonl" ? { checksums: "*.sha256" } : {}),
	},
	network: { timeoutMs: 10_000 },
});

type Cell = string | readonly string[] | undefined;
type Row = Readonly<Record<string, Cell>>;

/** Writes the world into files with so many records each; the last ones may be shorter. */
export function writeExport(
	folder: string,
	of: World & { readonly format: "csv" | "json" | "jsonl"; readonly rows: number; readonly unproven?: boolean },
): Written {
	mkdirSync(folder, { recursive: true });
	const joiner = of.joiner === true ? [{ No: "E99999", Login: "joiner", Status: "A" }] : [];
	const joined = joiner.flatMap(({ No }) => GROUPS.map(({ name }) => ({ Unit: idOf(name), No, Kind: "person" })));
	const all = {
		people: [...personRows(), ...joiner],
		groups: groupRows(),
		memberships: [...membershipRows(of.cyclic === true), ...joined],
	};
	const sums: string[] = [];
	const write = (kind: keyof typeof all): readonly string[] => {
		const rows = of.reversed === true ? all[kind].toReversed() : all[kind];
		const paths: string[] = [];
		for (let from = 0; from < rows.length; from += of.rows) {
			const path = join(folder, `${kind}-${paths.length + 1}.${of.format}`);
			const text = textOf(rows.slice(from, from + of.rows), of.format, of.unproven !== true);
			writeFileSync(path, text);
			const sum = createHash("sha256").update(text).digest("hex");
			sums.push(`${sum}  ${basename(path)}\n`);
			if (of.format === "jsonl" && of.unproven !== true) writeFileSync(`${path}.sha256`, sum);
			paths.push(path);
		}
		return paths;
	};
	const written = { folder, people: write("people"), groups: write("groups"), memberships: write("memberships") };
	if (of.format === "json" && of.unproven !== true) writeFileSync(join(folder, "SHA256SUMS"), sums.join(""));
	return written;
}

function textOf(rows: readonly Row[], format: "csv" | "json" | "jsonl", trailer: boolean): string {
	if (format === "json") return JSON.stringify(rows, undefined, 1);
	if (format === "jsonl") return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
	const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
	const cell = (value: Cell): string => {
		const text = typeof value === "object" ? value.join("|") : (value ?? "");
		return /[";\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
	};
	const lines = rows.map((row) => names.map((name) => cell(row[name])).join(";"));
	return [names.join(";"), ...lines, ...(trailer ? [`END;${rows.length}`] : []), ""].join("\r\n");
}

interface PlannedGroup {
	readonly name: string;
	readonly inside?: string;
	readonly has: (index: number) => boolean;
}
const GROUPS: readonly PlannedGroup[] = [
	{ name: "everybody", has: () => true },
	{ name: "nobody", has: () => false },
	{ name: "Company", has: (i) => i === 0 },
	{ name: "Berlin; Mitte", inside: "Company", has: (i) => i % 2 === 0 },
	{ name: 'The "A" team of 工程部', inside: "Berlin; Mitte", has: (i) => i < 6 },
];
const idOf = (name: string): string => `G${GROUPS.findIndex((group) => group.name === name) + 1}`;

const PEOPLE = Array.from({ length: 13 }, (_, i) => ({
	id: `E${String(i).padStart(5, "0")}`,
	username: i === 4 ? "sinéad.o'brien+test" : `person-${String(i).padStart(2, "0")}`,
	active: i % 5 !== 2,
	attributes: {
		Site: [i === 3 ? 'Köln\r\n"Süd"' : "Łódź"],
		...(i % 3 === 0 ? { desk: ["1", `d${i}`] } : {}),
	} as Record<string, readonly string[]>,
}));

const TRUTH: DirectoryTruth = {
	people: PEOPLE,
	groups: GROUPS.map(({ name, has }) => ({
		id: idOf(name),
		name,
		people: PEOPLE.filter((_, i) => has(i)).map(({ id }) => id),
		groups: GROUPS.filter(({ inside }) => inside === name).map((inner) => idOf(inner.name)),
	})),
};

const personRows = (): readonly Row[] =>
	PEOPLE.map(({ id, username, active, attributes }, i) => ({
		No: id,
		Login: username,
		"E-Mail": i === 7 ? undefined : `${id}@example.com`,
		Name: `Last; First ${i}`,
		Status: active ? (i % 2 === 0 ? "A" : "Yes") : "L",
		Site: attributes.Site?.[0],
		desk: attributes.desk,
		password: PASSWORD,
	}));
/** Half of the nesting as parents, half as memberships. */
const groupRows = (): readonly Row[] =>
	GROUPS.map(({ name, inside }) => ({ Unit: idOf(name), Title: name, Inside: inside === "Company" ? idOf(inside) : "" }));
const membershipRows = (cyclic: boolean): readonly Row[] => [
	...GROUPS.flatMap(({ name, has }) => PEOPLE.filter((_, i) => has(i)).map(({ id }) => ({ Unit: idOf(name), No: id, Kind: "" }))),
	...GROUPS.filter(({ inside }) => inside !== undefined && inside !== "Company").map(({ name, inside }) => ({
		Unit: idOf(inside!),
		No: idOf(name),
		Kind: "group",
	})),
	...(cyclic ? [{ Unit: "G5", No: "G3", Kind: "Group" }] : []),
];

/** As many requests as files are opened. Names, sizes and times say nothing here: only what is in a file can show that it is not whole. */
class FaultyDisk implements Disk {
	readonly faults = new Faults();
	readonly exchanges: Exchange[] = [];
	endless = false;

	async stat(path: string): Promise<FileFacts> {
		return { ...(await DISK.stat(path)), identity: path };
	}

	async open(path: string): Promise<OpenFile> {
		const name = `/${basename(path)}`;
		const effect = this.faults.due("OPEN", name, name);
		this.exchanges.push({ number: this.exchanges.length + 1, method: "OPEN", path: name, query: {}, status: 200 });
		const whole = await contentOf(path);
		const refused = errnoOf(effect);
		const content = effect === undefined || refused !== undefined ? whole : spoiled(whole, effect);
		const facts = { ...(await this.stat(path)), size: content.length };
		let at = 0;
		const endless = this.endless;
		if (refused === "EACCES" || refused === "ENOENT") throw errno(refused);
		return {
			stat: async () => facts,
			read: async (most) => {
				if (refused !== undefined && at > 0) throw errno(refused);
				const part = endless ? content.subarray(0, most) : content.subarray(at, at + Math.min(most, refused === undefined ? most : 20));
				at += part.length;
				return part;
			},
			close: async () => undefined,
		};
	}

	mayWrite(): Promise<boolean> {
		return Promise.resolve(false);
	}
}

async function contentOf(path: string): Promise<Buffer> {
	const file = await DISK.open(path);
	const parts: Buffer[] = [];
	for (;;) {
		const part = Buffer.from(await file.read(65_536));
		if (part.length === 0) break;
		parts.push(part);
	}
	await file.close();
	return Buffer.concat(parts);
}

/** How the kit's faults, which speak HTTP, look on a disk. */
function errnoOf(effect: Effect | undefined): string | undefined {
	if (effect?.kind === "reset") return "ESTALE";
	if (effect?.kind !== "status") return undefined;
	return effect.status === 404 ? "ENOENT" : effect.status < 500 ? "EACCES" : "EIO";
}
export const errno = (code: string): Error => Object.assign(new Error(`${code}: as the test wants it`), { code });

function spoiled(whole: Buffer, effect: Effect): Buffer {
	const half = whole.subarray(0, whole.length >> 1);
	if (effect.kind === "html")
		return Buffer.from("<!DOCTYPE html><html><head><title>Log in</title></head><body>Please log in</body></html>\n");
	if (effect.kind === "wrong-json") return Buffer.from(`${JSON.stringify(effect.body)}\n`);
	if (effect.kind === "glued") return Buffer.concat([half, Buffer.from('{"error":"unknown_error"}\n')]);
	return effect.kind === "short-page" ? withoutRows(whole.toString("utf8"), effect.drop) : half;
}

/** The last records are missing, and everything else is as it should be. */
function withoutRows(text: string, drop: number): Buffer {
	if (text.startsWith("[")) return Buffer.from(JSON.stringify((JSON.parse(text) as unknown[]).slice(0, -drop), undefined, 1));
	const lines = text.split(/(?<=\n)/);
	const end = lines.at(-1)?.startsWith("END;") ? 1 : 0;
	return Buffer.from(lines.filter((_, at) => at < lines.length - end - drop || at >= lines.length - end).join(""));
}
