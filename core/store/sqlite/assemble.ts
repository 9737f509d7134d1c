import type { Store } from "../store.ts";
import type { Connection } from "./connection.ts";
import { refusingWrites } from "./empty.ts";
import { history } from "./history.ts";
import { journal } from "./journal.ts";
import { leases } from "./leases.ts";
import { linkBook } from "./links.ts";
import { shelf } from "./shelf.ts";

/** The four ports of one open and migrated SQLite file. */
export function storeOn(connection: Connection, log: (line: string) => void): Store {
	return {
		...leases(connection, log),
		...linkBook(connection),
		...shelf(connection),
		...journal(connection),
		...history(connection),
		...(connection.readOnly ? refusingWrites(connection.path) : {}),
		shut: () => connection.shut(),
	};
}
