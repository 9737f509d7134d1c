import { type Kysely, sql } from "kysely";
import { type LeaseName, leaseLost } from "../refusals.ts";
import type { Tables } from "./tables.ts";

/** The store's own clock, milliseconds since 1970. */
export const NOW = sql<number>`cast(round(unixepoch('subsec') * 1000) as integer)`;

/**
 * Part of every statement that writes: true while nobody has been granted the lease after us. The grant's number alone decides.
 * A lease that ran out and that nobody took is still ours; as soon as somebody takes it, our number is old for ever.
 */
export const held = ({ name, token }: LeaseName) => sql<boolean>`exists (select 1 from lease where name = ${name} and token = ${token})`;

/** For the statement that changed no row: was it the fence? */
export async function assertFence(db: Kysely<Tables>, lease: LeaseName): Promise<void> {
	const row = await db
		.selectFrom("lease")
		.select("name")
		.where("name", "=", lease.name)
		.where("token", "=", lease.token)
		.executeTakeFirst();
	if (row === undefined) throw leaseLost(lease);
}
