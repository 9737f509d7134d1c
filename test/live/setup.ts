import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One folder for the notes about servers that this run of the live tests has started. */
export default function setup(): void {
	process.env.ROLLCALL_LIVE_FOLDER = mkdtempSync(join(tmpdir(), "rollcall-live-"));
}
