import { readFileSync } from "node:fs";

/** From package.json, found from the sources and from dist/ alike. */
export const VERSION: string = readVersion();

function readVersion(): string {
	for (const up of ["../package.json", "../../package.json"]) {
		try {
			return (JSON.parse(readFileSync(new URL(up, import.meta.url), "utf8")) as { version: string }).version;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		}
	}
	return "unknown";
}
