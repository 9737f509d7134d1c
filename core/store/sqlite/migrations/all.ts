import type { Migration } from "kysely/migration";
import { up as first } from "./0001-first.ts";

/**
 * In order. A migration that was released is never edited; the next number mends it. They run inside one transaction, where
 * `pragma foreign_keys = off` does nothing: rebuild a table under `pragma defer_foreign_keys = on`.
 */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
	"0001-first": { up: first },
};
