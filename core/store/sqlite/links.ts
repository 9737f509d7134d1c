import { setImmediate as nextTurn } from "node:timers/promises";
import { type Kysely, sql } from "kysely";
import type { AccountId, PersonKey, ProductId } from "../../model.ts";
import { accountTaken, leaseLost } from "../refusals.ts";
import type { Absence, LinkBook, LinkOrigin } from "../store.ts";
import type { Connection } from "./connection.ts";
import { assertFence, held, NOW } from "./fence.ts";
import type { Tables } from "./tables.ts";

/** Rows a turn of the event loop: some milliseconds. */
const CHUNK = 5_000;

export function linkBook(connection: Connection): LinkBook {
	return {
		links: (product) =>
			connection.read(async (db) => {
				const links = new Map<PersonKey, AccountId>();
				for await (const rows of byPerson(db, "link", product)) for (const { person, account } of rows) links.set(person, account);
				return links;
			}),

		link: (lease, product, person, account, origin) =>
			connection.write(async (trx) => {
				const other =
					origin === "merged" || origin === "disputed"
						? sql<boolean>`false`
						: sql<boolean>`exists ${ownerOf(trx, product, person, account)}`;
				const { numAffectedRows } = await sql`
					insert into link (product, person, account, origin, linked_at)
					select ${product}, ${person}, ${account}, ${origin}, ${NOW} where ${held(lease)} and not ${other}
					on conflict (product, person) do update
					set account = excluded.account, origin = excluded.origin, linked_at = excluded.linked_at`.execute(trx);
				if (numAffectedRows !== 1n) {
					await assertFence(trx, lease);
					const owner = await ownerOf(trx, product, person, account).executeTakeFirstOrThrow();
					throw accountTaken(account, person, owner.person);
				}
				await sql`
					update entry set explained = 1
					where product = ${product} and person = ${person} and kind = 'account.create' and explained = 0
					and (state is null or state not in ('failed', 'not-run')) and ${held(lease)}`.execute(trx);
			}),

		origins: (product) =>
			connection.read(async (db) => {
				const origins = new Map<PersonKey, LinkOrigin>();
				for await (const rows of byPerson(db, "link", product)) for (const { person, origin } of rows) origins.set(person, origin);
				return origins;
			}),

		unlink: (lease, product, person) =>
			connection.write(async (trx) => {
				await assertFence(trx, lease);
				const { numDeletedRows } = await trx
					.deleteFrom("link")
					.where("product", "=", product)
					.where("person", "=", person)
					.executeTakeFirst();
				return numDeletedRows === 1n;
			}),

		absences: (product) =>
			connection.read(async (db) => {
				const absences = new Map<PersonKey, Absence>();
				for await (const rows of byPerson(db, "absence", product))
					for (const { person, since, sightings } of rows) absences.set(person, { since: new Date(since), sightings });
				return absences;
			}),

		async site(product) {
			const row = await connection.read((db) => db.selectFrom("site").select("site").where("product", "=", product).executeTakeFirst());
			return row?.site;
		},

		rememberSite: (lease, product, site) =>
			connection.write(async (trx) => {
				const { numAffectedRows } = await sql`
					insert into site (product, site) select ${product}, ${site} where ${held(lease)}
					on conflict (product) do update set site = excluded.site`.execute(trx);
				if (numAffectedRows !== 1n) throw leaseLost(lease);
			}),

		recordAbsences: (lease, product, missing, at) =>
			connection.write(async (trx) => {
				await assertFence(trx, lease);
				const last = await trx
					.selectFrom("absence")
					.select((eb) => eb.fn.max("round").as("round"))
					.where("product", "=", product)
					.executeTakeFirst();
				const round = (last?.round ?? 0) + 1;
				for (let from = 0; from < missing.length; from += CHUNK) {
					// One parameter however many people: a statement takes 32,766 at most. A person named twice is counted once.
					await sql`
						insert into absence (product, person, since, sightings, round)
						select ${product}, value, ${at.getTime()}, 1, ${round} from json_each(${JSON.stringify(missing.slice(from, from + CHUNK))})
						where ${held(lease)}
						on conflict (product, person) do update set sightings = absence.sightings + 1, round = excluded.round
						where absence.round <> excluded.round`.execute(trx);
					await nextTurn();
				}
				await trx.deleteFrom("absence").where("product", "=", product).where("round", "<>", round).where(held(lease)).execute();
			}),
	};
}

const ownerOf = (db: Kysely<Tables>, product: ProductId, person: PersonKey, account: AccountId) =>
	db
		.selectFrom("link")
		.select("person")
		.where("product", "=", product)
		.where("account", "=", account)
		.where("person", "<>", person)
		.limit(1);

/** All rows of a product in order of person, some thousand at a time, leaving the event loop free in between. */
async function* byPerson<Table extends "link" | "absence">(
	db: Kysely<Tables>,
	table: Table,
	product: ProductId,
): AsyncGenerator<readonly Tables[Table][]> {
	let after = "";
	for (;;) {
		const { rows } = await sql<Tables[Table]>`
			select * from ${sql.table(table)} where product = ${product} and person > ${after} order by person limit ${CHUNK}`.execute(db);
		yield rows;
		const last = rows.at(-1);
		if (last === undefined || rows.length < CHUNK) return;
		after = last.person;
		await nextTurn();
	}
}
