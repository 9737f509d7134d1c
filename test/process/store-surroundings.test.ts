import { spawn, spawnSync } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { forkWorker, SCRIPT, Worker } from "./store-worker.ts";

/** Root may do everything; so the process under test becomes somebody else. */
const NOBODY = process.getuid?.() === 0 ? 65_534 : undefined;
const canBeNobody =
	NOBODY === undefined ||
	spawnSync(process.execPath, ["-e", "require('node:fs').readFileSync(process.argv[1])", SCRIPT], { uid: NOBODY, gid: NOBODY }).status ===
		0;
const canMount = spawnSync("unshare", ["-m", "sh", "-c", "mount -t tmpfs -o size=64k tmpfs /mnt"], { stdio: "ignore" }).status === 0;

const asNobody = canBeNobody ? describe : describe.skip;
const mounting = canMount ? describe : describe.skip;
if (!canBeNobody) process.stderr.write(`skipped: permissions of the store, because another user cannot read ${SCRIPT}\n`);
if (!canMount) process.stderr.write("skipped: a full and a read-only file system under the store, because this user may not mount one\n");

let directory: string;
let path: string;
let worker: Worker | undefined;

beforeEach(async () => {
	directory = await mkdtemp(join(tmpdir(), "rollcall-around-"));
	path = join(directory, "state.db");
	await own(directory, 0o755);
});
afterEach(async () => {
	await worker?.kill();
	worker = undefined;
	await chmod(directory, 0o755);
	await rm(directory, { recursive: true, force: true });
});

async function own(file: string, mode: number): Promise<void> {
	await chmod(file, mode);
	if (NOBODY !== undefined) await chown(file, NOBODY, NOBODY);
}

asNobody("permissions", () => {
	const refused = { code: "store.unavailable", todo: expect.stringMatching(/user that runs Rollcall \(uid \d+\)/) };

	test("a directory that may not be written", async () => {
		await chmod(directory, 0o555);
		worker = forkWorker(NOBODY);
		await expect(worker.say("open", path)).rejects.toMatchObject({ ...refused, message: expect.stringContaining(path) });
		await expect(worker.say("open", join(directory, "deeper", "state.db"))).rejects.toMatchObject(refused);
		await worker.say("openReadOnly", path);
		expect(await readdir(directory)).toEqual([]);
	});

	test.each([
		["that may only be read", 0o400],
		["that may not be read", 0o000],
	])("a file %s", async (_, mode) => {
		await writeFile(path, "");
		await own(path, mode);
		worker = forkWorker(NOBODY);
		await expect(worker.say("open", path)).rejects.toMatchObject({
			...refused,
			message: expect.stringContaining(`no permission for the store ${path}`),
		});
	});

	test("a store that may not be read, for a reader", async () => {
		worker = forkWorker(NOBODY);
		await worker.say("open", path);
		await worker.say("shut");
		await chmod(path, 0o000);
		await expect(worker.say("openReadOnly", path)).rejects.toMatchObject({
			code: "store.unavailable",
			message: expect.stringContaining(path),
		});
	});
});

mounting("file systems", () => {
	const inside = (options: string, before = ":"): Worker => {
		const script = `mount -t tmpfs -o size=1m,${options} tmpfs "$1" && ${before} && exec "$2" "$3"`;
		const child = spawn("unshare", ["-m", "sh", "-c", script, "sh", directory, process.execPath, SCRIPT], {
			stdio: ["ignore", "inherit", "inherit", "ipc"],
		});
		return new Worker(child);
	};

	test("one that is full: the write is refused by name, everything acknowledged is there", async () => {
		worker = inside("rw");
		await worker.say("open", path);
		await worker.say("acquire", 600_000);
		await worker.say("openRun", 1);
		const ended = await worker.say("fill");
		expect(ended).toMatchObject({ code: "store.unavailable", todo: expect.stringMatching(/Free space/) });
		expect(ended!.message).toContain(`no room left for the store ${path}`);
		expect(ended!.written).toBeGreaterThan(10);
		expect(await worker.say("entries")).toBe(ended!.written);
	});

	test("one that is full from the start", async () => {
		await mkdir(directory, { recursive: true });
		worker = inside("rw", 'dd if=/dev/zero of="$1/filler" bs=1k count=1024 status=none');
		await expect(worker.say("open", path)).rejects.toMatchObject({ code: "store.unavailable", message: expect.stringContaining(path) });
	});

	test("one that is read-only: writing is refused, reading finds nothing there", async () => {
		worker = inside("ro");
		await expect(worker.say("open", path)).rejects.toMatchObject({
			code: "store.unavailable",
			message: expect.stringContaining(`the store ${path} cannot be written`),
			todo: expect.stringContaining("writable file system"),
		});
		await worker.say("openReadOnly", path);
	});
});
