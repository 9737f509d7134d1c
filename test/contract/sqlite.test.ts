import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore } from "../../core/store/sqlite/open.ts";
import { storeSuite } from "./store.ts";

storeSuite({
	name: "SQLite",
	world: async () => {
		const directory = await mkdtemp(join(tmpdir(), "rollcall-store-"));
		return {
			open: () => openSqliteStore({ path: join(directory, "state.db") }),
			end: () => rm(directory, { recursive: true, force: true }),
		};
	},
});
