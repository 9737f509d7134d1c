import { sql } from "kysely";
import { leaseLost } from "../refusals.ts";
import type { SnapshotShelf } from "../store.ts";
import type { Connection } from "./connection.ts";
import { held } from "./fence.ts";

export function shelf(connection: Connection): SnapshotShelf {
	return {
		putSnapshot: (lease, product, connector, { digest, size, takenAt }) =>
			connection.write(async (trx) => {
				const { numAffectedRows } = await sql`
					insert into snapshot (product, connector, digest, people, active, groups, memberships, rejects, taken_at)
					select ${product}, ${connector}, ${digest}, ${size.people}, ${size.active}, ${size.groups}, ${size.memberships},
						${size.rejects}, ${takenAt.getTime()} where ${held(lease)}
					on conflict (product, connector) do update set digest = excluded.digest, people = excluded.people,
						active = excluded.active, groups = excluded.groups, memberships = excluded.memberships,
						rejects = excluded.rejects, taken_at = excluded.taken_at`.execute(trx);
				if (numAffectedRows !== 1n) throw leaseLost(lease);
			}),

		async lastGood(product, connector) {
			const row = await connection.read((db) =>
				db.selectFrom("snapshot").selectAll().where("product", "=", product).where("connector", "=", connector).executeTakeFirst(),
			);
			if (row === undefined) return undefined;
			const { people, active, groups, memberships, rejects } = row;
			return { digest: row.digest, size: { people, active, groups, memberships, rejects }, takenAt: new Date(row.taken_at) };
		},
	};
}
