import { SyncError } from "../errors.ts";
import type { Lease } from "../store/store.ts";

/**
 * The right to write to one product, asked for right before every writing request, repeated ones included: no fence in
 * the store can stop a request, so a process that was paused past its lease has to stop itself. Without a lease (a dry
 * run, a check) there is no right at all.
 */
export class WritePermit {
	#lease: Lease | undefined;
	#requestMs = 0;

	/** `requestMs`: the longest that one request may take; the lease must be good for at least this long. */
	grant(lease: Lease, requestMs: number): void {
		this.#lease = lease;
		this.#requestMs = requestMs;
	}
	revoke(): void {
		this.#lease = undefined;
	}
	/** Throws `store.lease-lost` when somebody else may run the product now. */
	async check(): Promise<void> {
		if (this.#lease === undefined)
			throw new SyncError("bug", "a writing request outside of a run: refused", { todo: "Please report this; nothing was sent." });
		await this.#lease.assertHeld(this.#requestMs);
	}
}
