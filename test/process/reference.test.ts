import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { COMMAND_PAGES } from "../../docs/build/commands.ts";

test.each(Object.entries(COMMAND_PAGES))("docs/reference/%s is what the code says (npm run docs)", async (name, render) => {
	expect(await readFile(new URL(`../../docs/reference/${name}`, import.meta.url), "utf8")).toBe(render());
});
