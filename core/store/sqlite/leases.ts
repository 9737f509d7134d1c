import { sql } from "kysely";
import { SyncError } from "../../errors.ts";
import { leaseLost, marginTooLong } from "../refusals.ts";
import type { Lease, Leases } from "../store.ts";
import { bornHere, provablyDead } from "./birth.ts";
import type { Connection } from "./connection.ts";
import { unavailable } from "./failure.ts";
import { NOW } from "./fence.ts";

/** Leases are rows: a grant raises the row's number, and every later write states the number it was granted. */
export function leases(connection: Connection, log: (line: string) => void): Leases {
	return {
		async acquire(name, holder, ttl) {
			const ttlMs = Math.round(ttl);
			const askedAt = clocks();
			const token = await connection.write(async (trx) => {
				const now = await trx.selectFrom("lease").selectAll().where("name", "=", name).executeTakeFirst();
				const dead = now !== undefined && provablyDead(now.born) ? now.token : -1;
				const granted = await trx
					.insertInto("lease")
					.values({ name, holder, token: 1, until: sql<number>`${NOW} + ${ttlMs}`, born: bornHere() })
					.onConflict((conflict) =>
						conflict
							.column("name")
							.doUpdateSet((eb) => ({
								holder: eb.ref("excluded.holder"),
								token: sql<number>`lease.token + 1`,
								until: eb.ref("excluded.until"),
								born: eb.ref("excluded.born"),
							}))
							.where((eb) => eb.or([eb("lease.until", "<=", NOW), eb("lease.token", "=", dead)])),
					)
					.returning("token")
					.executeTakeFirst();
				return granted === undefined ? undefined : { token: granted.token, from: dead === -1 ? undefined : now?.holder };
			});
			if (token === undefined) return undefined;
			if (token.from !== undefined) log(`took the lease "${name}" from ${token.from}, whose process has ended without giving it back`);
			return new SqliteLease(connection, { name, token: token.token, ttlMs }, askedAt);
		},

		async holderOf(name) {
			const row = await connection.read((db) =>
				db.selectFrom("lease").select(["holder", "until"]).where("name", "=", name).where("until", ">", NOW).executeTakeFirst(),
			);
			return row === undefined ? undefined : { holder: row.holder, until: new Date(row.until) };
		},
	};
}

interface Clocks {
	readonly monotonic: number;
	readonly wall: number;
}
const clocks = (): Clocks => ({ monotonic: performance.now(), wall: Date.now() });

/** The longer of the two: the monotonic clock stands still while the machine is suspended, the wall clock may be set back. */
const elapsedSince = ({ monotonic, wall }: Clocks): number => Math.max(performance.now() - monotonic, Date.now() - wall);

function tooSlow({ name }: Lease, marginMs: number): SyncError {
	return unavailable(`the lease "${name}" could not be renewed fast enough to be held for ${marginMs} ms longer`, {
		context: { lease: name, marginMs },
		retry: "later",
		todo: "The machine or its disk is too slow at the moment, or the process was paused; run again when it is not.",
	});
}

class SqliteLease implements Lease {
	readonly name: string;
	readonly token: number;
	readonly #ttlMs: number;
	readonly #connection: Connection;
	/** Before the store was asked, so the estimate is never too long. */
	#since: Clocks;
	#lost: SyncError | undefined;
	#renewing: Promise<void> | undefined;

	constructor(connection: Connection, grant: { readonly name: string; readonly token: number; readonly ttlMs: number }, since: Clocks) {
		this.name = grant.name;
		this.token = grant.token;
		this.#ttlMs = grant.ttlMs;
		this.#connection = connection;
		this.#since = since;
	}

	async assertHeld(marginMs: number): Promise<void> {
		if (marginMs > this.#ttlMs) throw marginTooLong(this, marginMs, this.#ttlMs);
		if (this.#lost !== undefined) throw leaseLost(this);
		// Renewed at half time although there may be enough left, so that a busy store never becomes the last moment.
		if (this.#left() >= Math.max(marginMs, this.#ttlMs / 2)) return;
		try {
			await this.renew();
		} catch (error) {
			const merelyUnreachable = error instanceof SyncError && error.code === "store.unavailable" && this.#left() >= marginMs;
			if (!merelyUnreachable) throw error;
		}
		// The process may have been paused between the answer and now.
		if (this.#left() < marginMs) await this.renew();
		if (this.#left() < marginMs) throw tooSlow(this, marginMs);
	}

	#left(): number {
		return this.#ttlMs - elapsedSince(this.#since);
	}

	renew(): Promise<void> {
		this.#renewing ??= this.#renew().finally(() => {
			this.#renewing = undefined;
		});
		return this.#renewing;
	}

	async #renew(): Promise<void> {
		const askedAt = clocks();
		const renewed = await this.#connection.write((trx) =>
			trx
				.updateTable("lease")
				.set({ until: sql<number>`${NOW} + ${this.#ttlMs}` })
				.where("name", "=", this.name)
				.where("token", "=", this.token)
				.executeTakeFirst(),
		);
		if (renewed.numUpdatedRows === 0n) {
			this.#lost = leaseLost(this);
			throw this.#lost;
		}
		this.#since = askedAt;
	}

	/** The number moves on, so that nothing can be written under this lease any more. Somebody else's lease is left alone. */
	async release(): Promise<void> {
		this.#lost ??= leaseLost(this);
		await this.#connection.write((trx) =>
			trx
				.updateTable("lease")
				.set({ token: sql<number>`token + 1`, until: 0, holder: "", born: "" })
				.where("name", "=", this.name)
				.where("token", "=", this.token)
				.execute(),
		);
	}
}
