import { type Kysely, sql } from "kysely";

/** "Roll": tells our file from any other SQLite database (https://sqlite.org/pragma.html#pragma_application_id). */
export const APPLICATION_ID = 0x526f6c6c;

const statements = [
	`create table lease (
		name text not null primary key, holder text not null, token integer not null, until integer not null, born text not null
	) strict, without rowid`,
	`create table link (
		product text not null, person text not null, account text not null, origin text not null, linked_at integer not null,
		primary key (product, person)
	) strict, without rowid`,
	"create index link_account on link (product, account)",
	"create table site (product text not null primary key, site text not null) strict, without rowid",
	`create table absence (
		product text not null, person text not null, since integer not null, sightings integer not null, round integer not null,
		primary key (product, person)
	) strict, without rowid`,
	`create table snapshot (
		product text not null, connector text not null, digest text not null, people integer not null, active integer not null,
		groups integer not null, memberships integer not null, rejects integer not null, taken_at integer not null,
		primary key (product, connector)
	) strict, without rowid`,
	`create table run (
		id integer primary key autoincrement, product text not null, lease text not null, token integer not null, mode text not null,
		"trigger" text not null, started_at integer not null, finished_at integer, outcome text not null, plan_digest text not null,
		planned integer not null, breaches text not null, counts text not null, note text
	) strict`,
	"create index run_product on run (product, id)",
	"create index run_left_open on run (product) where outcome = 'running'",
	`create table entry (
		run integer not null references run, seq integer not null, operation text not null, kind text not null, product text not null,
		person text, account text, group_name text, body text not null, intended_at integer not null, settled_at integer, state text,
		error_code text, settlement text, explained integer not null default 0,
		primary key (run, seq)
	) strict, without rowid`,
	"create unique index entry_operation on entry (run, operation)",
	"create index entry_state on entry (run, state)",
	// What the next plan asks about, and nothing else: a creation leaves the index when a link explains it or when it surely failed.
	`create index entry_open_create on entry (product, person)
		where kind = 'account.create' and explained = 0 and (state is null or state not in ('failed', 'not-run'))`,
	"create index entry_inherited on entry (product, settled_at) where error_code = 'target.inherited'",
	"create index entry_removal on entry (product, account, group_name) where kind = 'member.remove'",
	// What was taken from leavers, and what of it was given back; also for products of hundreds of thousands of memberships.
	"create index entry_leaver on entry (product, account, group_name) where kind = 'member.remove' and json_extract(body, '$.leaver')",
	"create index entry_returned on entry (product, account, group_name) where kind = 'member.add' and json_extract(body, '$.returned')",
	"create index entry_written on entry (product, run, seq) where kind in ('account.create', 'account.update')",
	"create index entry_attribute on entry (product, run, seq) where kind in ('attribute.set', 'link.adopt')",
	`pragma application_id = ${APPLICATION_ID}`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of statements) await sql.raw(statement).execute(db);
}
