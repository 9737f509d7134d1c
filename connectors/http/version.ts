import { readFileSync } from "node:fs";

interface Manifest {
	readonly name?: unknown;
	readonly version?: unknown;
}

/** Walks up, since the compiled files lie one folder deeper than the sources. */
function versionAbove(from: URL): string {
	for (let folder = new URL(".", from); ; ) {
		try {
			const manifest = JSON.parse(readFileSync(new URL("package.json", folder), "utf8")) as Manifest;
			if (manifest.name === "rollcall" && typeof manifest.version === "string") return manifest.version;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		}
		const parent = new URL("..", folder);
		if (parent.href === folder.href) return "unknown";
		folder = parent;
	}
}

/** Of this program, as its package.json states it. */
export const VERSION = versionAbove(new URL(import.meta.url));

/** What every request says it is. */
export const USER_AGENT = `rollcall/${VERSION}`;
