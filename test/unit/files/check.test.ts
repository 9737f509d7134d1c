import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { DISK, type Disk } from "../../../connectors/idp/files/disk.ts";
import type { FilesSettings } from "../../../connectors/idp/files/settings.ts";
import { Folder, never } from "./folder.ts";

let folder: Folder;
beforeEach(() => {
	folder = new Folder();
	folder.write("people.csv", "id,username,active,email\n1,ann,true,a@example.com\n");
	chmodSync(folder.at("people.csv"), 0o640);
});
afterEach(() => folder.remove());

const READ_ONLY: Disk = { ...DISK, mayWrite: () => Promise.resolve(false) };
const PROVEN = { quietForMs: 0, maxAgeMs: 3_600_000, trailer: { first: "END" } };
const check = async (more: Partial<FilesSettings> = {}): Promise<readonly string[]> => {
	const findings = await folder.connector({ disk: READ_ONLY, proof: PROVEN, ...more }).check(never());
	for (const { level, todo } of findings) expect([level, todo === undefined]).toEqual([level, level === "ok"]);
	return findings.map(({ level, name, message }) => `${level} ${name}: ${message.replaceAll(`${folder.path}/`, "")}`);
};

describe("check", () => {
	test("says what it sees, and is content with what is proven", async () => {
		expect(await check()).toEqual([
			"ok file.readable: people.csv can be read (50 bytes, written 1 min ago)",
			"ok file.columns: people.csv has the columns id, username, active, email",
		]);
	});

	test("opens each file once, and reads its beginning only", async () => {
		folder.write("people.csv", `id,username,active,email\n${"1,x,true,\n".repeat(400_000)}`);
		let read = 0;
		const disk: Disk = {
			...READ_ONLY,
			open: async (path) => {
				const file = await DISK.open(path);
				return {
					...file,
					read: async (most) => {
						const part = await file.read(most);
						read += part.length;
						return part;
					},
				};
			},
		};
		expect((await check({ disk }))[1]).toMatch(/^ok file\.columns/);
		expect(read).toBe(256 * 1024);
	});

	test.each<readonly [string, Partial<FilesSettings>, RegExp]>([
		["a file that is not there", { groups: ["g.csv"] }, /^error file\.incomplete: g\.csv: there is no such file$/],
		["a missing column", { columns: { username: "login" } }, /^error file\.malformed: people\.csv:1: there is no column "login"/],
		[
			"an old file",
			{ proof: { ...PROVEN, maxAgeMs: 10_000 } },
			/^error export\.incomplete: people\.csv: was written 1 min ago; maxAge allows 10 s$/,
		],
		["no marker", { proof: { ...PROVEN, done: "/nowhere/done" } }, /^error export\.incomplete: \/nowhere\/done: the marker is not there/],
		[
			"no proof of the end",
			{ proof: { quietForMs: 0, maxAgeMs: 3_600_000 } },
			/^warning proof\.end: a file that is cut off exactly at the end of a line/,
		],
		["no age", { proof: { quietForMs: 0, trailer: { first: "END" } } }, /^warning proof\.age: nobody will notice when the export stops/],
		[
			"nothing that holds files together",
			{ people: ["people.csv", "people.csv"] },
			/^warning proof\.together: people from today and groups from yesterday/,
		],
		["JSON that is none", { format: "json" }, /^error file\.malformed: people\.csv:1: begins with "i" instead of "\["/],
		["JSON Lines that are none", { format: "jsonl" }, /^error file\.malformed: people\.csv:1: begins with "i" instead of "\{"/],
	])("%s", async (_, settings, message) => {
		expect((await check(settings)).filter((line) => message.test(line)).length).toBeGreaterThan(0);
	});

	test("the column of e-mail addresses, which is optional and seldom meant to be missing", async () => {
		folder.write("people.csv", "id,username,active,E-Mail\n1,ann,true,x\n");
		expect(await check()).toContainEqual("warning columns.email: people.csv has no column email: nobody has an e-mail address");
		expect(await check({ columns: { email: "e-mail" } })).not.toContainEqual(expect.stringMatching(/columns\.email/));
	});

	test("secrets in the export, and who else may write", async () => {
		folder.write("people.csv", "id,username,active,email,Password Hash\n1,ann,true,,x\n");
		chmodSync(folder.at("people.csv"), 0o666);
		chmodSync(folder.path, 0o777);
		expect((await check()).filter((line) => line.startsWith("warning")).map((line) => line.replace(folder.path, "FOLDER"))).toEqual([
			"warning rights.excessive: people.csv has the column Password Hash, which Rollcall never reads",
			"warning rights.excessive: everybody on this machine may write people.csv, and so decide who has access",
			"warning rights.excessive: everybody on this machine may replace files in FOLDER, and so decide who has access",
		]);
		chmodSync(folder.path, 0o1777);
		expect((await check()).join()).not.toMatch(/replace files/);
		expect([...(await folder.read()).people.values()][0]?.attributes).toEqual({});
		await expect(folder.read({}, new Set(["password hash"]))).rejects.toMatchObject({ code: "config.invalid" });
	});

	test("stops with the run", async () => {
		await expect(folder.connector().check(AbortSignal.abort())).rejects.toMatchObject({ code: "run.cancelled" });
	});
});

/** As somebody without rights: an administrator may read and write everything. */
const asNobody = (path: string): string => {
	const connector = new URL("../../../connectors/idp/files/connector.ts", import.meta.url).href;
	const script = `
		const { files } = await import(${JSON.stringify(connector)});
		const connector = files(${JSON.stringify({ ...folder.settings(), people: [path] })});
		const found = await connector.check(AbortSignal.timeout(5000));
		console.log(found.map(({ level, name, message, todo }) => [level, name, message, todo].join(" | ")).join("\\n"));`;
	const identity = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
	return execFileSync(process.execPath, ["--input-type=module", "-e", script], {
		encoding: "utf8",
		cwd: fileURLToPath(new URL("../../..", import.meta.url)),
		...identity,
	}).replaceAll(folder.path, "FOLDER");
};

describe("rights, as an ordinary user", () => {
	test("whoever may not read is told who must grant what", () => {
		chmodSync(folder.path, 0o711);
		chmodSync(folder.at("people.csv"), 0o000);
		expect(asNobody(folder.at("people.csv"))).toMatch(
			/^error \| rights\.missing \| FOLDER\/people\.csv: the user \S+ may not read it \| Its owner grants that, for example: setfacl -m u:\S+:r FOLDER\/people\.csv \(reading is enough\)$/m,
		);
	});

	test("a directory on the way is named", () => {
		chmodSync(folder.path, 0o755);
		mkdirSync(folder.at("closed/in"), { recursive: true });
		folder.write("closed/in/people.csv", "id,username,active\n");
		chmodSync(folder.at("closed"), 0o600);
		expect(asNobody(folder.at("closed/in/people.csv"))).toMatch(
			/^error \| rights\.missing \| FOLDER\/closed\/in\/people\.csv: the user \S+ may not enter the directory FOLDER\/closed \| .*setfacl -m u:\S+:x FOLDER\/closed$/m,
		);
		chmodSync(folder.at("closed"), 0o700);
	});

	test("more than reading is too much", async () => {
		chmodSync(folder.path, 0o755);
		chmodSync(folder.at("people.csv"), 0o600);
		if (process.getuid?.() === 0) chownSync(folder.at("people.csv"), 65_534, 65_534);
		expect(asNobody(folder.at("people.csv"))).toMatch(
			/^warning \| rights\.excessive \| Rollcall may write FOLDER\/people\.csv; reading is enough/m,
		);
		// To an administrator all rights are given everywhere.
		const own = await check({ disk: DISK });
		expect(own.some((line) => line.includes("Rollcall may write"))).toBe(process.getuid?.() !== 0);
	});
});
