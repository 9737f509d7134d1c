import type { Store } from "../store.ts";
import { storeOn } from "./assemble.ts";
import { Connection } from "./connection.ts";
import { emptyStore } from "./empty.ts";
import { unavailable } from "./failure.ts";
import { closeStoreToOthers } from "./file.ts";
import { type Migrations, migrate, versionOf } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/all.ts";

export interface PreparedOptions {
	readonly path: string;
	readonly readOnly: boolean;
	readonly log: (line: string) => void;
	readonly migrations?: Migrations;
	/** How long a lock is waited for before `store.unavailable`. */
	readonly patienceMs?: number;
}

/** A store on a file that exists. */
export async function openPrepared(options: PreparedOptions): Promise<Store> {
	const { log, migrations = MIGRATIONS } = options;
	const connection = await Connection.open(options);
	try {
		if (!options.readOnly) {
			await migrate(connection, migrations, log);
			await closeStoreToOthers(options.path, log);
		} else {
			const version = await versionOf(connection, migrations);
			if (version.state === "behind") throw older(options.path);
			if (version.state === "empty") {
				await connection.shut();
				return emptyStore(options.path);
			}
		}
		return storeOn(connection, log);
	} catch (error) {
		await connection.shut();
		throw error;
	}
}

function older(path: string) {
	return unavailable(`the store ${path} was written by an older version of Rollcall, and this command may not change it`, {
		context: { path },
		todo: "Let this version write once (start the daemon or run `rollcall sync`): it makes a backup and migrates the store. Or look with the version before.",
	});
}
