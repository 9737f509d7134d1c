import { createHash } from "node:crypto";
import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { DISK, type Disk } from "../../../connectors/idp/files/disk.ts";
import { ageText } from "../../../connectors/idp/files/proof.ts";
import { Folder, never } from "./folder.ts";

let folder: Folder;
beforeEach(() => {
	folder = new Folder();
	folder.write("people.csv", PEOPLE);
	folder.write("m.csv", MEMBERSHIPS);
});
afterEach(() => folder.remove());

const PEOPLE = "id,username,active\n1,ann,true\n2,ben,true\n";
const MEMBERSHIPS = "group,member\ndev,1\n";
const HOUR = 3_600_000;
const sum = (text: string): string => createHash("sha256").update(text).digest("hex");
const both = (proof: object) => ({ memberships: ["m.csv"], proof: { quietForMs: 0, ...proof } });

describe("age", () => {
	test("a stale export is refused, the newest file does not help", async () => {
		folder.write("people.csv", PEOPLE, 26 * HOUR);
		expect(await folder.refused(both({ maxAgeMs: 25 * HOUR }))).toBe(
			"source.incomplete people.csv: was written 1 d 2 h ago; maxAge allows 1 d 1 h",
		);
		expect((await folder.read(both({ maxAgeMs: 27 * HOUR }))).people.size).toBe(2);
	});

	test("people from today and memberships from yesterday", async () => {
		folder.write("m.csv", MEMBERSHIPS, 25 * HOUR);
		expect(await folder.refused(both({ maxSpreadMs: HOUR }))).toMatch(
			/^source\.incomplete m\.csv: was written 1 d (59 min )?before people\.csv; maxSpread allows 1 h: they are not of one export$/,
		);
		expect((await folder.read(both({ maxSpreadMs: 26 * HOUR }))).people.size).toBe(2);
	});

	test("in words", () => {
		expect([0, 900, 61_000, 3_600_000, 90_061_000, 172_800_000].map(ageText)).toEqual([
			"0 ms",
			"900 ms",
			"1 min 1 s",
			"1 h",
			"1 d 1 h",
			"2 d",
		]);
	});
});

describe("the marker", () => {
	test("must be there, and no older than any file", async () => {
		const settings = both({ done: folder.at("done") });
		expect(await folder.refused(settings)).toBe("source.incomplete done: the marker is not there: the export has not been finished");
		folder.write("done", "", 120_000);
		expect(await folder.refused(settings)).toMatch(
			/^source\.incomplete people\.csv: is newer than the marker done: a new export has been begun/,
		);
		folder.write("done", "", 1_000);
		expect((await folder.read(settings)).people.size).toBe(2);
	});

	test("must be the same when all is read", async () => {
		folder.write("done", "", 1_000);
		const disk: Disk = {
			...DISK,
			open: (path) => {
				if (path.endsWith("m.csv")) folder.write("done", "again", 500);
				return DISK.open(path);
			},
		};
		expect(await folder.refused({ ...both({ done: folder.at("done") }), disk })).toBe(
			"source.incomplete done: was replaced or changed while the files were read",
		);
	});
});

describe("checksums", () => {
	const good = () => `${sum(PEOPLE)}  people.csv\n${sum(MEMBERSHIPS)} *m.csv\n`;
	const settings = () => both({ checksums: folder.at("SHA256SUMS") });

	test("of all files in one list", async () => {
		folder.write("SHA256SUMS", good());
		const connector = folder.connector(settings());
		await connector.snapshot({ attributes: "all" }, never());
		expect(connector.requests()).toBe(3);
		folder.write("SHA256SUMS", good().toUpperCase().replace("PEOPLE.CSV", "./people.csv").replace("M.CSV", folder.at("m.csv")));
		expect((await folder.read(settings())).people.size).toBe(2);
	});

	test.each<readonly [string, (good: string) => string, string]>([
		[
			"another content",
			(text) => text.replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
			"incomplete people.csv: does not have the content that SHA256SUMS states: it is half-written, or another export's",
		],
		["a file that is not listed", (text) => text.split("\n")[0]!, "incomplete SHA256SUMS:1: there is no checksum of m.csv"],
		["half of a list", (text) => text.slice(0, 100), "malformed SHA256SUMS:2: this is no SHA-256 checksum with a file name"],
		["an MD5 list", () => `${"a".repeat(32)}  people.csv\n`, "malformed SHA256SUMS:1: this is no SHA-256 checksum with a file name"],
	])("%s", async (_, change, message) => {
		folder.write("SHA256SUMS", change(good()));
		expect(await folder.refused(settings())).toBe(`source.${message}`);
	});

	test("no list", async () => {
		expect(await folder.refused(settings())).toBe("source.incomplete SHA256SUMS: there is no such file");
	});

	test("a list that is replaced meanwhile is another export's", async () => {
		folder.write("SHA256SUMS", good());
		const disk: Disk = {
			...DISK,
			open: async (path) => {
				const file = await DISK.open(path);
				const close = async () => {
					await file.close();
					if (path.endsWith("SHA256SUMS")) folder.write("SHA256SUMS", `${good()}\n`, 1_000);
				};
				return { ...file, close };
			},
		};
		expect(await folder.refused({ ...settings(), disk })).toBe(
			"source.incomplete SHA256SUMS: was replaced or changed while the files were read",
		);
	});

	test("one beside each file, with and without its name", async () => {
		folder.write("people.csv.sha256", sum(PEOPLE));
		expect(await folder.refused(both({ checksums: "*.sha256" }))).toBe("source.incomplete m.csv.sha256: there is no such file");
		folder.write("m.csv.sha256", `${sum(MEMBERSHIPS)}  m.csv\n`);
		expect((await folder.read(both({ checksums: "*.sha256" }))).people.size).toBe(2);
		folder.write("m.csv.sha256", `${sum(PEOPLE)}\n`);
		expect(await folder.refused(both({ checksums: "*.sha256" }))).toMatch(/m\.csv: does not have the content that m\.csv\.sha256 states/);
		folder.write("m.csv.sha256", `${sum(MEMBERSHIPS)}  another.csv\n`);
		expect(await folder.refused(both({ checksums: "*.sha256" }))).toMatch(/m\.csv\.sha256:1: there is no checksum of m\.csv/);
	});
});

describe("the trailer", () => {
	const settings = (count?: number) => ({ proof: { quietForMs: 0, trailer: { first: "TRL", ...(count === undefined ? {} : { count }) } } });

	test("stands at the end, with or without all columns and line break, and is nobody", async () => {
		for (const end of ["TRL,2\n", "TRL,2", "TRL,2,\r\n\r\n", "TRL,002,x,y,z\n"]) {
			folder.write("people.csv", PEOPLE + end);
			expect((await folder.read(settings(2))).people.size).toBe(2);
		}
		folder.write("people.csv", `${PEOPLE}TRL`);
		expect((await folder.read(settings())).people.size).toBe(2);
		expect(folder.connector(settings(2)).traits.statesTotal).toBe(true);
		expect(folder.connector(settings()).traits.statesTotal).toBe(false);
	});

	test.each([
		["", 'incomplete people.csv: does not end with the trailer "TRL"'],
		["TRL,3\n", 'incomplete people.csv:4: the trailer states "3" records, but there are 2'],
		["TRL,two\n", 'incomplete people.csv:4: the trailer states "two" records, but there are 2'],
		["TRL\n", 'incomplete people.csv:4: the trailer states "" records, but there are 2'],
		["TRL,2\n3,cem,true\n", "malformed people.csv:5: the file goes on after its trailer in line 4"],
		["TRL,2\nTRL,2\n", "malformed people.csv:5: the file goes on after its trailer in line 4"],
	])("%j", async (end, message) => {
		folder.write("people.csv", PEOPLE + end);
		expect(await folder.refused(settings(2))).toBe(`source.${message}`);
	});

	test("a line break at the end may be demanded even so", async () => {
		folder.write("people.csv", `${PEOPLE}TRL,2`);
		const proof = { ...settings(2).proof, finalNewline: "required" as const };
		expect(await folder.refused({ proof })).toMatch(/does not end with a line break/);
	});
});

describe("a file that is being written", () => {
	test("is watched, and read when it stays as it is", async () => {
		folder.write("people.csv", PEOPLE, 0);
		expect((await folder.read({ proof: { quietForMs: 20 } })).people.size).toBe(2);
	});

	test("is refused while it keeps changing; a time in the future does not help it", async () => {
		for (const age of [0, -HOUR]) {
			folder.write("people.csv", PEOPLE, age);
			const disk: Disk = {
				...DISK,
				stat: async (path) => {
					const facts = await DISK.stat(path);
					appendFileSync(path, `${facts.size},x${facts.size},true\n`);
					return { ...facts, modifiedAt: Date.now() - age };
				},
			};
			expect(await folder.refused({ proof: { quietForMs: 20 }, disk })).toMatch(
				/^source\.incomplete people\.csv: is still being written: it changed again within 20 ms$/,
			);
		}
	});

	test("is read again at once when it was replaced meanwhile, three times at most", async () => {
		let opened = 0;
		const disk: Disk = {
			...DISK,
			open: (path) => {
				opened += 1;
				writeFileSync(`${path}.new`, `id,username,active\n${opened},x,true\n`);
				renameSync(`${path}.new`, path);
				return DISK.open(path);
			},
		};
		const retry = { attempts: 3, baseMs: 1, capMs: 1, budgetMs: 100 };
		await expect(folder.read({ disk, retry })).rejects.toMatchObject({
			code: "source.incomplete",
			retry: "spent",
			message: expect.stringMatching(/was replaced before it was read \(tried 3 times\)$/),
		});
		expect(opened).toBe(3);
	});

	test("stops with the run", async () => {
		folder.write("people.csv", PEOPLE, 0);
		const stop = new AbortController();
		const reading = folder.connector({ proof: { quietForMs: 60_000 } }).snapshot({ attributes: "all" }, stop.signal);
		stop.abort();
		await expect(reading).rejects.toMatchObject({ code: "run.cancelled" });
	});
});

describe("a file system that tells stories", () => {
	/** What is read is not what the file's size says, before and after. */
	const telling = (change: (size: number) => number): Disk => ({
		...DISK,
		open: async (path) => {
			const file = await DISK.open(path);
			return {
				...file,
				stat: async () => {
					const facts = await file.stat();
					return { ...facts, size: change(facts.size) };
				},
			};
		},
	});

	test("ends a file before its end, or goes on behind it", async () => {
		expect(await folder.refused({ disk: telling((size) => size + 1) })).toBe(
			"source.incomplete people.csv: ended after 41 of its 42 bytes",
		);
		expect(await folder.refused({ disk: telling((size) => size - 1) })).toBe(
			"source.incomplete people.csv: grew while it was read (it had 40 bytes)",
		);
	});

	test("shows another file once it is open", async () => {
		const disk: Disk = {
			...DISK,
			open: async (path) => {
				const file = await DISK.open(path);
				let looks = 0;
				return {
					...file,
					stat: async () => {
						const facts = await file.stat();
						looks += 1;
						return looks === 1 ? facts : { ...facts, identity: "another" };
					},
				};
			},
		};
		expect(await folder.refused({ disk })).toBe("source.incomplete people.csv: changed while it was read");
	});
});

describe("a file system that hangs", () => {
	const hanging: Disk = {
		...DISK,
		open: async (path) => ({ ...(await DISK.open(path)), read: () => new Promise(() => undefined) }),
	};

	test("is not waited for longer than is said", async () => {
		expect(await folder.refused({ disk: hanging, network: { timeoutMs: 30 } })).toBe(
			"source.unreachable people.csv: the file system has not answered for 30 ms",
		);
	});

	test("does not keep a run from stopping", async () => {
		const stop = new AbortController();
		const reading = folder.connector({ disk: hanging }).snapshot({ attributes: "all" }, stop.signal);
		setImmediate(() => stop.abort());
		await expect(reading).rejects.toMatchObject({ code: "run.cancelled" });
	});

	test("gives its file back when it opens it too late", async () => {
		let closed = false;
		let open: (() => void) | undefined;
		const late: Disk = {
			...DISK,
			open: async (path) => {
				await new Promise<void>((resolve) => {
					open = resolve;
				});
				const file = await DISK.open(path);
				return {
					...file,
					close: async () => {
						await file.close();
						closed = true;
					},
				};
			},
		};
		expect(await folder.refused({ disk: late, network: { timeoutMs: 30 } })).toMatch(/has not answered/);
		open!();
		for (let turn = 0; turn < 200 && !closed; turn += 1) await new Promise((resolve) => setTimeout(resolve, 5));
		expect(closed).toBe(true);
	});
});

test("what is no file is refused", async () => {
	expect(await folder.refused({ people: ["nowhere.csv"] })).toBe("source.incomplete nowhere.csv: there is no such file");
	expect(await folder.refused({ people: [""] })).toMatch(/: is a directory$/);
});
