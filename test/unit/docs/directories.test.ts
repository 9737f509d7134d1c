import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { SOURCE_KINDS } from "../../../config/schema.ts";
import { CARDS } from "../../../docs/build/directories/all.ts";
import { totalOf } from "../../../docs/build/directories/card.ts";
import { type Kind, type Measurements, measureAll } from "../../../docs/build/directories/measure.ts";
import { renderDirectories } from "../../../docs/build/directories.ts";
import { DIRECTORIES } from "../../../sandbox/directories.ts";

const kinds = Object.keys(SOURCE_KINDS).sort() as Kind[];

describe("docs/directories.md", () => {
	let measurements: Measurements;
	beforeAll(async () => {
		measurements = await measureAll();
	}, 120_000);

	test("every directory has a stand-in, a card and a guide", () => {
		expect([...DIRECTORIES].sort()).toEqual(kinds);
		expect(Object.keys(CARDS).sort()).toEqual(kinds);
		for (const kind of kinds) {
			const { guide } = CARDS[kind];
			expect([guide, existsSync(new URL(`../../../docs/guides/${guide}`, import.meta.url))]).toEqual([guide, true]);
		}
	});

	test.each(kinds)("%s: a reading takes as many requests as the formula says", (kind) => {
		for (const { load, requests } of measurements.get(kind)!) {
			const stated = totalOf(CARDS[kind].requests, load);
			const size = `${load.people} people, ${load.groups.length} groups`;
			expect({ size, requests, holds: requests >= stated.least && requests <= stated.most, stated }).toMatchObject({ holds: true });
		}
	});

	test("is what the code says (npm run docs)", async () => {
		expect(await readFile(new URL("../../../docs/directories.md", import.meta.url), "utf8")).toBe(renderDirectories(measurements));
	});
});
