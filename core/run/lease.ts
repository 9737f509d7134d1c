import { SyncError } from "../errors.ts";
import type { ProductId } from "../model.ts";
import type { Lease, Leases } from "../store/store.ts";

/** Longer than planning half a million people takes, which blocks the event loop. A crash stops the next run for so long only where the holder cannot be proven dead. */
export const LEASE_MS = 300_000;

/** Runs `work` as the only run of this product. Throws `store.lease-held` when another one is under way. */
export async function underLease<T>(
	store: Leases,
	{ product, holder }: { product: ProductId; holder: string },
	work: (lease: Lease) => Promise<T>,
): Promise<T> {
	const lease = await store.acquire(product, holder, LEASE_MS);
	if (lease === undefined) throw await held(store, product);
	const beat = setInterval(() => void renew(lease, beat), LEASE_MS / 4);
	beat.unref();
	try {
		return await work(lease);
	} finally {
		clearInterval(beat);
		await released(lease);
	}
}

/** A locked store is tried again at the next beat. A lost lease is no error here: `assertHeld` before the next request, or the fence of the next write, says so. */
async function renew(lease: Lease, beat: NodeJS.Timeout): Promise<void> {
	try {
		await lease.renew();
	} catch (error) {
		if (!(error instanceof SyncError) || error.code === "store.lease-lost") clearInterval(beat);
	}
}

/** What the run did or failed of is what counts; a lease that cannot be given back lapses by itself. */
async function released(lease: Lease): Promise<void> {
	try {
		await lease.release();
	} catch (error) {
		if (!(error instanceof SyncError && error.code.startsWith("store."))) throw error;
	}
}

async function held(store: Leases, product: ProductId): Promise<SyncError> {
	const other = await store.holderOf(product);
	const who = other === undefined ? "another run" : `${other.holder} (until ${other.until.toISOString()} unless it renews)`;
	return new SyncError("store.lease-held", `the product "${product}" is being synchronised by ${who}`, {
		retry: "later",
		context: { product },
		todo: "Nothing was done. Wait for that run to end; if its process is gone, the right to run passes on by itself in at most five minutes.",
	});
}
