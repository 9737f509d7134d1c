import { mkdir, writeFile } from "node:fs/promises";
import { renderConfigReference, renderConfigSchema } from "../../config/reference.ts";

/** The generated pages about the configuration: file name below docs/reference → content. */
export const CONFIG_PAGES = {
	"config.schema.json": renderConfigSchema,
	"configuration.md": renderConfigReference,
} as const;

/** `node docs/build/config.ts` writes them. */
export async function writeConfigPages(): Promise<void> {
	const folder = new URL("../reference/", import.meta.url);
	await mkdir(folder, { recursive: true });
	for (const [name, render] of Object.entries(CONFIG_PAGES)) await writeFile(new URL(name, folder), render());
}

if (import.meta.main) await writeConfigPages();
