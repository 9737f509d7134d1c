import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "@jest/globals";

/** A fresh directory for each test of a file; `path` is where its store goes. */
export function freshDirectory(): { readonly directory: string; readonly path: string } {
	const place = { directory: "", path: "" };
	beforeEach(async () => {
		place.directory = await mkdtemp(join(tmpdir(), "rollcall-unit-"));
		place.path = join(place.directory, "state.db");
	});
	afterEach(() => rm(place.directory, { recursive: true, force: true }));
	return place;
}
