import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { PRODUCT_KINDS } from "../../../config/schema.ts";
import { PRODUCT_CARDS } from "../../../docs/build/products/all.ts";
import { renderProducts } from "../../../docs/build/products.ts";
import { PRODUCT_NAMES } from "../../../sandbox/products.ts";

test("every product has a stand-in, a card and a guide", () => {
	const kinds = Object.keys(PRODUCT_KINDS).sort();
	expect([...PRODUCT_NAMES].sort()).toEqual(kinds);
	expect(Object.keys(PRODUCT_CARDS).sort()).toEqual(kinds);
	for (const { guide } of Object.values(PRODUCT_CARDS))
		expect([guide, existsSync(new URL(`../../../docs/guides/${guide}`, import.meta.url))]).toEqual([guide, true]);
});

test("docs/products.md is what the code says (npm run docs)", async () => {
	expect(await readFile(new URL("../../../docs/products.md", import.meta.url), "utf8")).toBe(renderProducts());
});

test("every version of every product says for what it cannot do what to do instead", () => {
	for (const { versions } of Object.values(PRODUCT_CARDS))
		for (const { can } of versions)
			for (const capability of Object.values(can.operations)) if (!capability.supported) expect(capability.because).toMatch(/.{40}/);
});
