import { execFileSync } from "node:child_process";
import {
	appendFileSync,
	cpSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	unlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type FilesSettings, files } from "../../connectors/idp/files/connector.ts";
import { DISK, type Disk } from "../../connectors/idp/files/disk.ts";
import { SyncError } from "../../core/errors.ts";
import { errno, settingsOf, writeExport } from "./files-harness.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-faults-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const never = () => new AbortController().signal;
const ONCE = { attempts: 1, baseMs: 1, capMs: 1, budgetMs: 100 };

/** Real files; something happens before the operation with this number. */
class Watched implements Disk {
	operations = 0;
	readonly #before: (number: number) => void;

	constructor(before: (number: number) => void = () => undefined) {
		this.#before = before;
	}

	#next<T>(work: () => Promise<T>): Promise<T> {
		this.operations += 1;
		try {
			this.#before(this.operations);
		} catch (error) {
			return Promise.reject(error as Error);
		}
		return work();
	}

	stat = (path: string) => this.#next(() => DISK.stat(path));
	mayWrite = (path: string) => this.#next(() => DISK.mayWrite(path));
	open = async (path: string) => {
		const file = await this.#next(() => DISK.open(path));
		return {
			stat: () => this.#next(() => file.stat()),
			read: (most: number) => this.#next(() => file.read(most)),
			close: async () => {
				// The handle is given back whatever the test wants.
				const closing = file.close();
				await this.#next(() => closing);
			},
		};
	};
}

const exportIn = (name: string, of: { readonly joiner?: boolean } = {}) => {
	const path = join(folder, name);
	return settingsOf("csv", writeExport(path, { format: "csv", rows: 1000, ...of }));
};
/** Its digest, or the code of the error. */
async function outcome(settings: FilesSettings, disk: Disk, retry = ONCE): Promise<string> {
	const connector = files({ ...settings, disk, retry, chunkBytes: 600 });
	try {
		return (await connector.snapshot({ attributes: "all" }, never())).digest;
	} catch (error) {
		if (!(error instanceof SyncError)) throw error;
		return error.code;
	}
}
async function operationsOf(settings: FilesSettings): Promise<number> {
	const disk = new Watched();
	await outcome(settings, disk);
	return disk.operations;
}

describe("every operation on a file, each in turn", () => {
	test("fails: the reading fails, whatever the error; once: nobody notices", async () => {
		const settings = exportIn("export");
		const whole = await outcome(settings, new Watched());
		const count = await operationsOf(settings);
		expect(count).toBeGreaterThan(25);
		for (const code of ["EIO", "ESTALE", "EACCES", "ENOENT"])
			for (let failing = 1; failing <= count; failing += 1) {
				const fail = (number: number) => {
					if (number === failing) throw errno(code);
				};
				expect([code, failing, await outcome(settings, new Watched(fail))]).toEqual([
					code,
					failing,
					code === "EACCES" ? "source.denied" : code === "ENOENT" ? "source.incomplete" : "source.unreachable",
				]);
				if (code === "EACCES") continue;
				expect([code, failing, await outcome(settings, new Watched(fail), { ...ONCE, attempts: 2 })]).toEqual([code, failing, whole]);
			}
	}, 60_000);

	test.each<readonly [string, (path: string) => void]>([
		["is cut in half", (path) => truncateSync(path, statSync(path).size >> 1)],
		["is emptied", (path) => truncateSync(path, 0)],
		["grows", (path) => appendFileSync(path, "E99999;new;;;A;;;\r\n")],
		["is deleted", (path) => unlinkSync(path)],
		[
			"becomes a directory",
			(path) => {
				unlinkSync(path);
				mkdirSync(path);
			},
		],
		[
			"becomes a pipe that nobody writes to",
			(path) => {
				unlinkSync(path);
				execFileSync("mkfifo", [path]);
			},
		],
		[
			"is overwritten in place with as many bytes",
			(path) => {
				const text = readFileSync(path, "utf8");
				writeFileSync(path, text.replace("END;13", "END;12").replace("person-12", "person-99"));
			},
		],
	])(
		"before which the file %s: the old state or an error, never less",
		async (_, change) => {
			const settings = exportIn("first");
			const whole = await outcome(settings, new Watched());
			const count = await operationsOf(settings);
			const seen = new Set<string>();
			for (let at = 1; at <= count; at += 1) {
				const fresh = exportIn(`export-${at}`);
				const disk = new Watched((number) => {
					if (number === at) change(fresh.people[0]!);
				});
				seen.add(await outcome(fresh, disk));
				rmSync(join(folder, `export-${at}`), { recursive: true });
			}
			seen.delete(whole);
			expect(seen.size).toBeGreaterThan(0);
			expect([...seen].filter((code) => !/^source\.(incomplete|malformed)$/.test(code))).toEqual([]);
		},
		60_000,
	);

	test("before which a new export takes the old one's place: one of the two, never a mixture", async () => {
		const [old, next] = [exportIn("old"), exportIn("next", { joiner: true })];
		const digests = new Set([await outcome(old, DISK), await outcome(next, DISK)]);
		expect(digests.size).toBe(2);
		const count = await operationsOf(old);
		const swaps = {
			// Each file renamed, one after the other: what `mv` of an export does.
			files: (at: string) => {
				for (const name of ["people-1.csv", "groups-1.csv", "memberships-1.csv"]) renameSync(join(at, "new", name), join(at, name));
			},
			// A link that is turned to another folder.
			link: (at: string) => {
				symlinkSync(join(at, "new"), join(at, "link.new"));
				renameSync(join(at, "link.new"), join(at, "link"));
			},
		};
		for (const [way, swap] of Object.entries(swaps)) {
			const seen = new Set<string>();
			for (let change = 1; change <= count; change += 1) {
				const at = join(folder, `${way}-${change}`);
				cpSync(join(folder, "old"), at, { recursive: true });
				cpSync(join(folder, "next"), join(at, "new"), { recursive: true });
				symlinkSync(at, join(at, "link"));
				const where = way === "link" ? join(at, "link") : at;
				const settings = {
					...old,
					people: [join(where, "people-1.csv")],
					groups: [join(where, "groups-1.csv")],
					memberships: [join(where, "memberships-1.csv")],
				};
				const disk = new Watched((number) => {
					if (number === change) swap(at);
				});
				seen.add(await outcome(settings, disk, { ...ONCE, attempts: 2 }));
			}
			expect([way, [...seen].filter((found) => !digests.has(found))]).toEqual([way, []]);
			expect([way, seen.has(await outcome(next, DISK))]).toEqual([way, true]);
		}
	}, 60_000);
});

describe("a file that is cut off", () => {
	const PEOPLE = ["No;Login;Status", 'E1;jürgen;"A"', "E2;b;L", 'E3;"c d";A', ""].join("\n");
	const settings = (path: string, more: Partial<FilesSettings>): FilesSettings => ({
		...settingsOf("csv", { folder, people: [path], groups: [], memberships: [] }),
		columns: { id: "No", username: "Login", active: "Status" },
		lists: [],
		...more,
	});

	/** After how many bytes the cut is not noticed, though people are missing; anything else than the whole or an error is told as a text. */
	async function unnoticed(whole: Buffer, of: FilesSettings): Promise<readonly (number | string)[]> {
		const path = of.together ?? of.people[0]!;
		writeFileSync(path, whole);
		const digest = await outcome(of, DISK);
		expect(digest).toMatch(/^[0-9a-f]{32}$/);
		const passed: (number | string)[] = [];
		for (let length = 0; length < whole.length; length += 1) {
			writeFileSync(path, whole.subarray(0, length));
			const found = await outcome(of, DISK);
			if (/^[0-9a-f]{32}$/.test(found)) {
				if (found !== digest) passed.push(length);
			} else if (!/^source\.(incomplete|malformed)$/.test(found)) passed.push(`${length}: ${found}`);
		}
		return passed;
	}
	const lineEnds = (text: string): readonly number[] =>
		[...Buffer.from(text).entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at + 1);

	test("at any byte is noticed by the missing line break, except exactly at the end of a line: that needs a proof", async () => {
		const [, first, second] = lineEnds(PEOPLE);
		expect(await unnoticed(Buffer.from(PEOPLE), settings(join(folder, "people.csv"), { proof: { quietForMs: 0 } }))).toEqual([
			first,
			second,
		]);
	}, 60_000);

	test.each([
		["a trailer", `${PEOPLE}END\n`, { trailer: { first: "END" } }],
		["a trailer with a count, without a line break at its end", `${PEOPLE}END;3`, { trailer: { first: "END", count: 2 } }],
	])(
		"at any byte is noticed by %s",
		async (_, text, proof) => {
			expect(await unnoticed(Buffer.from(text), settings(join(folder, "people.csv"), { proof: { quietForMs: 0, ...proof } }))).toEqual([]);
		},
		60_000,
	);

	test("at any byte is noticed in UTF-16, too", async () => {
		const text = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(`${PEOPLE}END;3`, "utf16le")]);
		const proof = { quietForMs: 0, trailer: { first: "END", count: 2 } };
		expect(await unnoticed(text, settings(join(folder, "people.csv"), { proof }))).toEqual([]);
	}, 60_000);

	test("at any byte is noticed in JSON, which ends by its own brackets; in JSON Lines but for the ends of lines", async () => {
		const records = [1, 2, 3].map((n) => ({ No: n, Login: `jürgen "${n}"`, Status: "A", Site: ["x", "y"] }));
		const array = Buffer.from(JSON.stringify(records, undefined, 1));
		expect(await unnoticed(array, settings(join(folder, "people.json"), { proof: { quietForMs: 0 } }))).toEqual([]);
		const whole = Buffer.from(JSON.stringify({ people: records, groups: [{ id: "g", name: "g" }], counts: { people: 3 } }));
		const together = { ...settings("", { proof: { quietForMs: 0 } }), people: [], together: join(folder, "all.json"), groupColumns: {} };
		expect(await unnoticed(whole, together)).toEqual([]);
		const lines = records.map((record) => `${JSON.stringify(record)}\n`).join("");
		const [first, second] = lineEnds(lines);
		expect(await unnoticed(Buffer.from(lines), settings(join(folder, "people.jsonl"), { proof: { quietForMs: 0 } }))).toEqual([
			first,
			second,
		]);
	}, 60_000);
});
