import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import type { ProductId } from "../../../core/model.ts";
import { LEASE_MS, underLease } from "../../../core/run/lease.ts";
import type { Lease, Leases } from "../../../core/store/store.ts";

const run = { product: "jira" as ProductId, holder: "here" };
let said: string[];
let renewal: () => Promise<void>;

const leases: Leases = {
	acquire: async (name, holder, ttlMs): Promise<Lease> => {
		said.push(`acquire ${name} ${holder} ${ttlMs}`);
		return {
			name,
			token: 1,
			assertHeld: async () => {},
			renew: () => {
				said.push("renew");
				return renewal();
			},
			release: async () => {
				said.push("release");
			},
		};
	},
	holderOf: async () => undefined,
};

beforeEach(() => {
	said = [];
	renewal = async () => {};
	jest.useFakeTimers();
});
afterEach(() => {
	jest.useRealTimers();
});

describe("a lease", () => {
	test("is renewed four times as often as it would run out, and given back at the end", async () => {
		await underLease(leases, run, () => jest.advanceTimersByTimeAsync(LEASE_MS));
		expect(said).toEqual([`acquire jira here ${LEASE_MS}`, "renew", "renew", "renew", "renew", "release"]);
		await jest.advanceTimersByTimeAsync(LEASE_MS);
		expect(said.length).toBe(6);
	});
	test("is given back when the work fails, and the work's error is told", async () => {
		await expect(underLease(leases, run, () => Promise.reject(new Error("work")))).rejects.toThrow("work");
		expect(said.at(-1)).toBe("release");
		expect(jest.getTimerCount()).toBe(0);
	});
	test("that cannot be renewed is not asked for any more: the next request finds out and says why", async () => {
		renewal = () => Promise.reject(new Error("lost"));
		await underLease(leases, run, () => jest.advanceTimersByTimeAsync(LEASE_MS));
		expect(said).toEqual([`acquire jira here ${LEASE_MS}`, "renew", "release"]);
	});
	test("held by nobody who can be named is told all the same", async () => {
		const taken: Leases = { ...leases, acquire: async () => undefined };
		await expect(underLease(taken, run, async () => {})).rejects.toThrow('the product "jira" is being synchronised by another run');
	});
});
