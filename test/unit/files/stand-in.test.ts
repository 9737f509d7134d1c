import { existsSync, readdirSync } from "node:fs";
import { afterEach, expect, test } from "@jest/globals";
import type { FilesSource } from "../../../config/sources/files.ts";
import { files } from "../../../connectors/idp/files/connector.ts";
import { DISK, type Disk } from "../../../connectors/idp/files/disk.ts";
import { configOf, type FilesSandbox, startFiles } from "../../../sandbox/files/server.ts";
import { company } from "../../../sandbox/world/company.ts";
import { configText, judge } from "../config/support.ts";
import { never } from "./folder.ts";

let sandbox: FilesSandbox | undefined;
afterEach(() => sandbox?.close());

const ONCE = { attempts: 1, baseMs: 1, capMs: 1, budgetMs: 1 };
async function settings(): Promise<FilesSource> {
	const { yaml } = configOf(sandbox!);
	const config = await judge(configText({ source: `  other:\n${yaml.replace(/^(?=.)/gm, "    ")}` }));
	return config.sources.get("other" as never) as FilesSource;
}

test("the stand-in's export is the company, each time that it is loaded, and its configuration reads it", async () => {
	sandbox = await startFiles();
	// Whoever runs the tests owns the files, and may write them.
	const disk: Disk = { ...DISK, mayWrite: () => Promise.resolve(false) };
	const connector = files({ ...(await settings()), retry: ONCE, disk });
	for (const seed of [3, 4]) {
		const world = company({ people: 60, groups: 12, seed });
		sandbox.load(world);
		const snapshot = await connector.snapshot({ attributes: new Set(["department"]) }, never());
		expect(
			[...snapshot.people.values()].map(({ id, username, active, attributes }) => [id, username, active, attributes.department?.[0]]),
		).toEqual(world.people.map(({ id, username, active, department }) => [id, username, active, department]));
		for (const group of world.groups) {
			const found = snapshot.groups.get(group.id as never)!;
			expect(found.name).toBe(group.name);
			expect([...found.people]).toEqual(
				world.people
					.filter((person) => person.groups.includes(group.id))
					.map(({ id }) => id)
					.sort(),
			);
			expect([...found.groups]).toEqual(
				world.groups
					.filter(({ parentId }) => parentId === group.id)
					.map(({ id }) => id)
					.sort(),
			);
		}
		expect((await connector.check(never())).filter(({ level }) => level !== "ok")).toEqual([]);
	}
	expect(readdirSync(sandbox.folder).sort()).toEqual(["SHA256SUMS", "groups.csv", "memberships.csv", "people.csv"]);
	await sandbox.close();
	expect(existsSync(sandbox.folder)).toBe(false);
});

test("its faults spoil the files until they are cleared, and none of them is overlooked", async () => {
	sandbox = await startFiles();
	sandbox.load(company({ people: 20, groups: 8, seed: 5 }));
	const connector = files({ ...(await settings()), retry: ONCE });
	for (const skip of [0, 1, 2])
		for (const effect of [{ kind: "html" }, { kind: "cut" }, { kind: "short-page", drop: 1 }, { kind: "status", status: 500 }] as const) {
			expect(sandbox.faults.add({ skip, effect }).hits).toBe(1);
			await expect(connector.snapshot({ attributes: "all" }, never())).rejects.toMatchObject({
				code: expect.stringMatching(/^source\./),
			});
			sandbox.faults.clear();
			await connector.snapshot({ attributes: "all" }, never());
		}
});
