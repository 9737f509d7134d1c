import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { digestOf } from "../../core/digest.ts";
import type { AccountId, ConnectorId, Digest, PersonKey, ProductId } from "../../core/model.ts";
import type { AccountCreate, AccountFields, MemberRemove, Operation } from "../../core/operation.ts";
import type { Lease, RunId, Settlement, Store } from "../../core/store/store.ts";
import { creationOf, removalOf, startWith } from "../support/store-operations.ts";

/**
 * What every store does, whatever is behind it. `open` gives a further process on the same store.
 *  S1  a lease is granted to one holder at a time, and every grant has a higher number
 *  S2  a lease that ran out can be taken; one that nobody took can be renewed
 *  S3  the old holder's renewals, assertions and writes are refused, and change nothing
 *  S4  a lease given back is dead for its holder and free for the others
 *  S5  assertHeld renews when little is left, and refuses a margin that the lease can never have
 *  S6  links are kept per product; one account has one person, except the same person in several sources
 *  S7  absences are counted in a row, and forgotten when somebody comes back
 *  S8  the shelf keeps the last summary per product and connector
 *  S9  a run is kept with its plan's counts, its entries in order and how each ended
 *  S10 an operation can be settled again, intended again, and left out without being intended
 *  S11 nothing is entered into a run that is not open, nor settled that was never intended
 *  S12 what a crash left open is closed by recover and becomes unknown; the own run is not touched
 *  S13 creations without a known end are open until they fail or a link explains them
 *  S14 inherited memberships are those whose last removal was refused for it
 *  S15 what is written is seen by everybody at once, and after reopening
 *  S16 thousands of everything
 *  S17 odd characters survive
 *  S19 what was taken from leavers is kept until it is given back
 *  S20 what was last written into each account's fields
 *  S21 a link that is taken out is gone for everybody, and nothing else is
 *  S18 which server a product's links belong to is kept per product, and replaced
 */
export interface StoreHarness {
	readonly name: string;
	/** A fresh, empty store. */
	world(): Promise<{ open(): Promise<Store>; end(): Promise<void> }>;
}

const JIRA = "jira" as ProductId;
const WIKI = "wiki" as ProductId;
const STAFF = "staff" as ConnectorId;
const person = (n: number | string): PersonKey => `staff:${n}` as PersonKey;
const account = (n: number | string): AccountId => `JIRAUSER${n}` as AccountId;
const idOf = (body: object): Digest => digestOf(body);

/** Grants the lease to somebody else as soon as it has run out: time is the store's own, so it is asked, not slept for. */
export async function takenOver(store: Store, name: string, ttlMs = 60_000): Promise<Lease> {
	for (;;) {
		const lease = await store.acquire(name, "successor", ttlMs);
		if (lease !== undefined) return lease;
		await new Promise((resolve) => setTimeout(resolve, 2));
	}
}

const lost = { code: "store.lease-lost" };

export function storeSuite(harness: StoreHarness): void {
	describe(`store contract: ${harness.name}`, () => {
		let world: Awaited<ReturnType<StoreHarness["world"]>>;
		let store: Store;
		const held = async (name = "jira", ttlMs = 60_000): Promise<Lease> => {
			const lease = await store.acquire(name, "holder", ttlMs);
			if (lease === undefined) throw new Error(`lease ${name} was not granted`);
			return lease;
		};

		beforeEach(async () => {
			world = await harness.world();
			store = await world.open();
		});
		afterEach(async () => {
			await store.shut();
			await world.end();
		});

		leaseClauses();
		bookClauses();
		journalClauses();
		sizeClauses();

		function leaseClauses(): void {
			test("S1 a lease is granted to one holder at a time, and every grant has a higher number", async () => {
				const other = await world.open();
				const first = await held();
				expect(await other.acquire("jira", "rival", 60_000)).toBeUndefined();
				expect(await store.acquire("jira", "holder", 60_000)).toBeUndefined();
				expect(await other.holderOf("jira")).toMatchObject({ holder: "holder" });
				expect((await other.holderOf("jira"))!.until.getTime()).toBeGreaterThan(0);
				expect(await other.acquire("wiki", "rival", 60_000)).toMatchObject({ name: "wiki" });
				await first.release();
				const second = await other.acquire("jira", "rival", 60_000);
				expect(second!.token).toBeGreaterThan(first.token);
				await other.shut();
			});

			test("S1 ten who ask at once: one gets it", async () => {
				const others = await Promise.all([world.open(), world.open()]);
				const asked = Array.from({ length: 12 }, (_, n) => [store, ...others][n % 3]!.acquire("jira", `p${n}`, 60_000));
				expect((await Promise.all(asked)).filter((lease) => lease !== undefined)).toHaveLength(1);
				for (const other of others) await other.shut();
			});

			test("S2 a lease that ran out is nobody's, can be renewed, and can be taken", async () => {
				const first = await held("jira", 1);
				while ((await store.holderOf("jira")) !== undefined) await new Promise((resolve) => setTimeout(resolve, 1));
				await store.link(first, JIRA, person(1), account(1), "created");
				await first.renew();
				const second = await takenOver(store, "jira");
				expect(second.token).toBeGreaterThan(first.token);
				expect(await store.holderOf("jira")).toMatchObject({ holder: "successor" });
			});

			test("S3 every write of a former holder is refused and changes nothing", async () => {
				const first = await held("jira", 1);
				const operation = creationOf(1);
				const run = await store.open(first, startWith([operation, creationOf(2)]));
				await store.intend(first, run, operation);
				const second = await takenOver(store, "jira");
				const at = new Date(0);
				const size = { people: 1, active: 1, groups: 1, memberships: 1, rejects: 0 };
				const writes: readonly (() => Promise<unknown>)[] = [
					() => first.renew(),
					() => first.assertHeld(1),
					() => store.link(first, JIRA, person(1), account(1), "created"),
					() => store.rememberSite(first, JIRA, "https://jira.example.org"),
					() => store.recordAbsences(first, JIRA, [person(1)], at),
					() => store.putSnapshot(first, JIRA, STAFF, { digest: idOf({}), size, takenAt: at }),
					() => store.open(first, startWith([])),
					() => store.intend(first, run, creationOf(2)),
					() => store.settle(first, run, operation.id, { state: "done", account: account(1) }),
					() => store.close(first, run, "done"),
					() => store.recover(first, JIRA),
				];
				for (const write of writes) await expect(write()).rejects.toMatchObject(lost);
				expect(await store.links(JIRA)).toEqual(new Map());
				expect(await store.absences(JIRA)).toEqual(new Map());
				expect(await store.lastGood(JIRA, STAFF)).toBeUndefined();
				expect(await store.runs(undefined, 9)).toMatchObject([{ id: run, outcome: "running", settled: {} }]);
				expect((await store.run(run))!.entries).toHaveLength(1);
				await first.release();
				await expect(second.assertHeld(1000)).resolves.toBeUndefined();
			});

			test("S4 a lease given back is dead for its holder, also when somebody else had it in between", async () => {
				const first = await held();
				await first.release();
				await first.release();
				expect(await store.holderOf("jira")).toBeUndefined();
				await expect(first.assertHeld(0)).rejects.toMatchObject(lost);
				await expect(first.renew()).rejects.toMatchObject(lost);
				await expect(store.link(first, JIRA, person(1), account(1), "created")).rejects.toMatchObject(lost);
				await (await held()).release();
				await expect(store.link(first, JIRA, person(1), account(1), "created")).rejects.toMatchObject(lost);
			});

			test("S5 assertHeld renews when little is left, and refuses what can never be", async () => {
				const lease = await held("jira", 400);
				const before = (await store.holderOf("jira"))!.until.getTime();
				for (;;) {
					await lease.assertHeld(200);
					if ((await store.holderOf("jira"))!.until.getTime() > before) break;
					await new Promise((resolve) => setTimeout(resolve, 1));
				}
				await expect(lease.assertHeld(401)).rejects.toMatchObject({ code: "bug" });
			});
		}

		function bookClauses(): void {
			test("S6 links are kept per product, and follow the person to a new account", async () => {
				const lease = await held();
				await store.link(lease, JIRA, person(1), account(1), "created");
				await store.link(lease, JIRA, person(1), account(1), "created");
				await store.link(lease, JIRA, person(2), account(2), "adopted");
				await store.link(lease, WIKI, person(1), account(2), "adopted");
				await store.link(lease, JIRA, person(2), account(3), "created");
				expect(await store.links(JIRA)).toEqual(
					new Map([
						[person(1), account(1)],
						[person(2), account(3)],
					]),
				);
				expect(await store.links(WIKI)).toEqual(new Map([[person(1), account(2)]]));
				expect(await store.links("none" as ProductId)).toEqual(new Map());
			});

			test("S6 an account that is somebody's is not given to a second person, unless they are the same", async () => {
				const lease = await held();
				await store.link(lease, JIRA, person(1), account(1), "created");
				for (const origin of ["created", "adopted"] as const) {
					const taken = store.link(lease, JIRA, person(2), account(1), origin);
					await expect(taken).rejects.toMatchObject({ code: "bug", context: { owner: person(1) } });
				}
				expect(await store.links(JIRA)).toEqual(new Map([[person(1), account(1)]]));
				await store.link(lease, JIRA, "partners:1" as PersonKey, account(1), "merged");
				expect((await store.links(JIRA)).size).toBe(2);
			});

			test("S7 absences are counted in a row and forgotten when somebody comes back", async () => {
				const lease = await held();
				const [monday, tuesday, wednesday] = [new Date(1_000), new Date(2_000), new Date(3_000)] as const;
				await store.recordAbsences(lease, JIRA, [person(1), person(2), person(1)], monday);
				const once = { since: monday, sightings: 1 };
				expect([...(await store.absences(JIRA)).values()]).toEqual([once, once]);
				await store.recordAbsences(lease, WIKI, [person(1)], monday);
				await store.recordAbsences(lease, JIRA, [person(2), person(3)], tuesday);
				expect(await store.absences(JIRA)).toEqual(
					new Map([
						[person(2), { since: monday, sightings: 2 }],
						[person(3), { since: tuesday, sightings: 1 }],
					]),
				);
				await store.recordAbsences(lease, JIRA, [], wednesday);
				expect(await store.absences(JIRA)).toEqual(new Map());
				await store.recordAbsences(lease, JIRA, [person(2)], wednesday);
				expect(await store.absences(JIRA)).toEqual(new Map([[person(2), { since: wednesday, sightings: 1 }]]));
				expect(await store.absences(WIKI)).toEqual(new Map([[person(1), { since: monday, sightings: 1 }]]));
			});

			test("S18 the server of a product's links is kept per product, and replaced", async () => {
				const lease = await held();
				expect(await store.site(JIRA)).toBeUndefined();
				await store.rememberSite(lease, JIRA, "https://old.example.org");
				await store.rememberSite(lease, JIRA, "https://new.example.org");
				expect([await store.site(JIRA), await store.site(WIKI)]).toEqual(["https://new.example.org", undefined]);
			});

			test("S8 the shelf keeps the last summary per product and connector", async () => {
				const lease = await held();
				const entry = (people: number) => ({
					digest: idOf({ people }),
					size: { people, active: people - 1, groups: 3, memberships: 40, rejects: 5 },
					takenAt: new Date(1_700_000_000_123 + people),
				});
				await store.putSnapshot(lease, JIRA, STAFF, entry(10));
				await store.putSnapshot(lease, JIRA, STAFF, entry(20));
				await store.putSnapshot(lease, WIKI, STAFF, entry(30));
				expect(await store.lastGood(JIRA, STAFF)).toEqual(entry(20));
				expect(await store.lastGood(WIKI, STAFF)).toEqual(entry(30));
				expect(await store.lastGood(JIRA, "partners" as ConnectorId)).toBeUndefined();
			});
		}

		function journalClauses(): void {
			test("S9 a run is kept with its plan's counts, its entries in order and how each ended", async () => {
				const lease = await held();
				const operations = [creationOf(1), creationOf(2), removalOf(3, "devs")];
				const start = { ...startWith(operations), mode: "apply" as const, breaches: ["too many"], trigger: "timer" };
				const run = await store.open(lease, start);
				for (const operation of operations) await store.intend(lease, run, operation);
				await store.settle(lease, run, operations[0]!.id, { state: "done", account: account(1) });
				const error = { code: "target.rejected", message: "no licence left", todo: "buy one" };
				await store.settle(lease, run, operations[1]!.id, { state: "failed", error });
				await store.settle(lease, run, operations[2]!.id, { state: "already" });
				expect(await store.runs(JIRA, 1)).toMatchObject([{ id: run, outcome: "running", finishedAt: undefined, note: undefined }]);
				await store.close(lease, run, "failures", "one failed");
				const detail = await store.run(run);
				expect(detail).toMatchObject({
					...{ id: run, product: JIRA, mode: "apply", trigger: "timer", outcome: "failures", note: "one failed" },
					...{ planDigest: start.plan.digest, planned: 3, breaches: ["too many"] },
					counts: { "account.create": 2, "member.remove": 1 },
					settled: { done: 1, failed: 1, already: 1 },
				});
				expect(detail!.startedAt.getTime()).toBeLessThanOrEqual(detail!.finishedAt!.getTime());
				expect(detail!.entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
				expect(detail!.entries.map(({ operation }) => operation)).toEqual(operations);
				expect(detail!.entries.map(({ settlement }) => settlement)).toEqual([
					{ state: "done", account: account(1) },
					{ state: "failed", error },
					{ state: "already" },
				]);
				for (const { intendedAt, settledAt } of detail!.entries) expect(settledAt!.getTime()).toBeGreaterThanOrEqual(intendedAt.getTime());
			});

			test("S9 runs are listed newest first, of one product or of all, up to the limit", async () => {
				const lease = await held();
				const ids: string[] = [];
				for (const product of [JIRA, WIKI, JIRA]) {
					const run = await store.open(lease, startWith([], product));
					await store.close(lease, run, "nothing-to-do");
					ids.push(run);
				}
				const listed = async (product: ProductId | undefined, limit: number) => (await store.runs(product, limit)).map(({ id }) => id);
				expect(await listed(undefined, 10)).toEqual([ids[2], ids[1], ids[0]]);
				expect(await listed(JIRA, 10)).toEqual([ids[2], ids[0]]);
				expect(await listed(undefined, 2)).toEqual([ids[2], ids[1]]);
				for (const none of ["", "0", "-1", "99", "1e0", "x", "1 or 1=1", "9".repeat(40)]) {
					expect(await store.run(none as RunId)).toBeUndefined();
				}
			});

			test("S10 settled again, intended again, left out", async () => {
				const lease = await held();
				const [first, second, third] = [creationOf(1), creationOf(2), creationOf(3)] as const;
				const run = await store.open(lease, startWith([first, second, third]));
				const error = { code: "target.unreachable", message: "no answer" };
				await store.intend(lease, run, first);
				await store.settle(lease, run, first.id, { state: "unknown", error });
				await store.intend(lease, run, first);
				expect((await store.run(run))!.entries).toMatchObject([{ seq: 1, settlement: undefined, settledAt: undefined }]);
				await store.settle(lease, run, first.id, { state: "unknown", error });
				await store.settle(lease, run, first.id, { state: "done", account: account(1) });
				await store.intend(lease, run, second);
				await store.settle(lease, run, second.id, { state: "not-run", because: "stopped" });
				await store.settle(lease, run, third.id, { state: "not-run", because: "stopped" });
				await store.close(lease, run, "stopped");
				const { entries, settled } = (await store.run(run))!;
				expect(settled).toEqual({ done: 1, "not-run": 2 });
				expect(entries.map(({ operation }) => operation)).toEqual([first, second, third]);
				expect(entries[2]!.settlement).toEqual({ state: "not-run", because: "stopped" });
			});

			test("S11 nothing is entered into a run that is not open, nor settled that was never intended", async () => {
				const lease = await held();
				const operation = creationOf(1);
				const run = await store.open(lease, startWith([operation]));
				const bug = { code: "bug" };
				await expect(store.settle(lease, run, operation.id, { state: "done" })).rejects.toMatchObject(bug);
				await expect(store.settle(lease, run, idOf({ no: 1 }), { state: "not-run", because: "" })).rejects.toMatchObject(bug);
				await expect(store.intend(lease, "77" as typeof run, operation)).rejects.toMatchObject(bug);
				await store.intend(lease, run, operation);
				await store.close(lease, run, "stopped");
				await expect(store.intend(lease, run, creationOf(2))).rejects.toMatchObject(bug);
				await expect(store.settle(lease, run, operation.id, { state: "done" })).rejects.toMatchObject(bug);
				await expect(store.close(lease, run, "done")).rejects.toMatchObject(bug);
				const { entries, outcome } = (await store.run(run))!;
				expect(outcome).toBe("stopped");
				expect(entries).toMatchObject([{ settlement: { state: "unknown" } }]);
			});

			test("S12 recover closes what a crash left open, and nothing else", async () => {
				const first = await held("jira", 1);
				const [settled, open] = [creationOf(1), removalOf(2, "devs")] as const;
				const crashed = await store.open(first, startWith([settled, open]));
				await store.intend(first, crashed, settled);
				await store.intend(first, crashed, open);
				await store.settle(first, crashed, settled.id, { state: "done", account: account(1) });
				const elsewhere = await store.open((await store.acquire("wiki", "holder", 60_000))!, startWith([], WIKI));
				const second = await takenOver(store, "jira");
				const own = await store.open(second, startWith([open]));
				await store.intend(second, own, open);
				expect(await store.recover(second, JIRA)).toEqual([crashed]);
				expect(await store.recover(second, JIRA)).toEqual([]);
				const detail = (await store.run(crashed))!;
				expect(detail).toMatchObject({ outcome: "crashed", settled: { done: 1, unknown: 1 } });
				expect(detail.finishedAt).toBeInstanceOf(Date);
				expect(detail.entries[1]!.settlement).toMatchObject({ state: "unknown", error: { code: "run.cancelled" } });
				expect(await store.run(elsewhere)).toMatchObject({ outcome: "running" });
				expect((await store.run(own))!.entries).toMatchObject([{ settlement: undefined }]);
				await store.settle(second, own, open.id, { state: "done" });
			});

			test("S13 creations without a known end are open until they fail or a link explains them", async () => {
				const lease = await held();
				const operations = [1, 2, 3, 4, 5, 6].map(creationOf);
				const [inFlight, unknown, failed, linked, unlinked, leftOut] = operations as [AccountCreate, ...AccountCreate[]];
				const run = await store.open(lease, startWith(operations));
				const error = { code: "target.unreachable", message: "no answer" };
				for (const operation of operations.slice(0, 5)) await store.intend(lease, run, operation);
				await store.settle(lease, run, unknown!.id, { state: "unknown", error });
				await store.settle(lease, run, failed!.id, { state: "failed", error });
				await store.link(lease, JIRA, person(4), account(4), "created");
				await store.settle(lease, run, linked!.id, { state: "done", account: account(4) });
				await store.settle(lease, run, unlinked!.id, { state: "done", account: account(5) });
				await store.settle(lease, run, leftOut!.id, { state: "not-run", because: "stopped" });
				const open = () => store.openCreates(JIRA).then((creates) => [...creates.keys()].sort());
				expect(await open()).toEqual([person(1), person(2), person(5)]);
				expect((await store.openCreates(JIRA)).get(person(1))).toEqual(inFlight.after);
				expect(await store.openCreates(WIKI)).toEqual(new Map());
				await store.close(lease, run, "failures");
				expect(await open()).toEqual([person(1), person(2), person(5)]);
				await store.link(lease, JIRA, person(2), account(2), "created");
				expect(await open()).toEqual([person(1), person(5)]);
				const again = await store.open(lease, startWith([creationOf(2)]));
				await store.intend(lease, again, creationOf(2));
				expect(await open()).toEqual([person(1), person(2), person(5)]);
			});

			test("S21 a link that is taken out is gone for everybody, and nothing else is", async () => {
				const lease = await held();
				for (const n of [1, 2]) await store.link(lease, JIRA, person(n), account(n), "created");
				expect(await store.unlink(lease, JIRA, person(1))).toBe(true);
				expect(await store.unlink(lease, JIRA, person(1))).toBe(false);
				expect(await store.unlink(lease, WIKI, person(2))).toBe(false);
				const other = await world.open();
				expect(await other.links(JIRA)).toEqual(new Map([[person(2), account(2)]]));
				await other.shut();
				const successor = (await store.acquire("wiki", "holder", 60_000))!;
				await successor.release();
				await expect(store.unlink(successor, JIRA, person(2))).rejects.toMatchObject(lost);
				for (const [n, origin] of [
					[3, "adopted"],
					[4, "merged"],
					[5, "disputed"],
				] as const)
					await store.link(lease, JIRA, person(n), account(3), origin);
				expect(Object.fromEntries(await store.origins(JIRA))).toEqual({
					[person(2)]: "created",
					[person(3)]: "adopted",
					[person(4)]: "merged",
					[person(5)]: "disputed",
				});
			});

			test("S19 what was taken from leavers is kept until it is given back", async () => {
				const lease = await held();
				const enter = async (endings: readonly [Operation, Settlement][]) => {
					const run = await store.open(lease, startWith(endings.map(([operation]) => operation)));
					for (const [operation, settlement] of endings) {
						await store.intend(lease, run, operation);
						await store.settle(lease, run, operation.id, settlement);
					}
					await store.close(lease, run, "done");
				};
				const done = { state: "done" } as const;
				const failed = { state: "failed", error: { code: "target.rejected", message: "no" } } as const;
				const taken = (n: number, group: string): MemberRemove => {
					const removal = removalOf(n, group);
					return { ...removal, subject: { ...removal.subject, person: person(n) }, leaver: true };
				};
				const given = (n: number, group: string): Operation =>
					({
						...taken(n, group),
						leaver: undefined,
						id: `given-${n}-${group}`,
						kind: "member.add",
						returned: true,
					}) as unknown as Operation;
				await enter([
					[taken(1, "users"), done],
					[taken(1, "admins"), { state: "already" }],
					[taken(2, "users"), failed],
					[removalOf(3, "users"), done],
					[taken(4, "users"), done],
				]);
				const released = () => store.released(JIRA).then((all) => Object.fromEntries(all));
				const open = (...names: string[]) => ({ open: names, ours: [] });
				expect(await released()).toEqual({ [person(1)]: open("admins", "users"), [person(4)]: open("users") });
				await enter([
					[given(1, "admins"), done],
					[given(4, "users"), failed],
				]);
				expect(await released()).toEqual({ [person(1)]: { open: ["users"], ours: ["admins"] }, [person(4)]: open("users") });
				await enter([[{ ...given(4, "users"), id: "given-again" as Digest }, { state: "already" }]]);
				expect(await released()).toEqual({ [person(1)]: { open: ["users"], ours: ["admins"] } });
				await enter([[{ ...taken(4, "users"), id: "taken-again" as Digest }, done]]);
				expect(await released()).toEqual({ [person(1)]: { open: ["users"], ours: ["admins"] }, [person(4)]: open("users") });
				expect(await store.released(WIKI)).toEqual(new Map());
				await store.settleReleased(lease, JIRA, [person(1), person(9)]);
				expect(await released()).toEqual({ [person(4)]: open("users") });
				// A lost answer may have taken it, or given it back: it is asked for once more. What was refused was never gone.
				const lostAnswer = { state: "unknown", error: { code: "target.unreachable", message: "cut" } } as const;
				await enter([
					[{ ...taken(5, "users"), id: "t5u" as Digest }, lostAnswer],
					[{ ...taken(5, "admins"), id: "t5a" as Digest }, failed],
				]);
				expect((await released())[person(5)]).toEqual({ open: ["users"], ours: ["admins"] });
				await enter([[{ ...given(5, "users"), id: "g5u" as Digest }, lostAnswer]]);
				expect((await released())[person(5)]).toEqual({ open: ["users"], ours: ["admins", "users"] });
			});

			test("S20 what was last written into each account's fields", async () => {
				const lease = await held();
				const made = creationOf(1);
				const update = (n: number, id: string, after: object): Operation =>
					({
						id,
						kind: "account.update",
						subject: { username: "x", account: account(n) },
						before: {},
						after,
						because: "",
					}) as unknown as Operation;
				const endings: readonly [Operation, Settlement][] = [
					[made, { state: "done", account: account(1) }],
					[update(2, "u1", { email: "old@a.test" }), { state: "done" }],
					[update(2, "u2", { email: "new@a.test" }), { state: "already" }],
					[update(2, "u3", { displayName: "Two" }), { state: "done" }],
					[update(2, "u4", { email: "never@a.test" }), { state: "failed", error: { code: "target.rejected", message: "no" } }],
					[update(3, "u5", { email: "lost@a.test" }), { state: "unknown", error: { code: "target.unreachable", message: "cut" } }],
				];
				const run = await store.open(lease, startWith(endings.map(([operation]) => operation)));
				for (const [operation, settlement] of endings) {
					await store.intend(lease, run, operation);
					await store.settle(lease, run, operation.id, settlement);
				}
				expect(await store.written(JIRA)).toEqual(
					new Map<AccountId, Partial<AccountFields>>([
						[account(1), made.after],
						[account(2), { email: "new@a.test", displayName: "Two" }],
						// Of a lost answer nobody knows which value stands there.
						[account(3), {}],
					]),
				);
				expect(await store.written(WIKI)).toEqual(new Map());
			});

			test("S14 inherited memberships are those whose last removal was refused for it", async () => {
				const lease = await held();
				const inherited = { state: "failed", error: { code: "target.inherited", message: "through a subgroup" } } as const;
				const other = { state: "failed", error: { code: "target.rejected", message: "no" } } as const;
				const enter = async (endings: readonly [MemberRemove, Parameters<Store["settle"]>[3]][]) => {
					const run = await store.open(lease, startWith(endings.map(([operation]) => operation)));
					for (const [operation, settlement] of endings) {
						await store.intend(lease, run, operation);
						await store.settle(lease, run, operation.id, settlement);
					}
					await store.close(lease, run, "failures");
				};
				await enter([
					[removalOf(1, "devs"), inherited],
					[removalOf(2, "devs"), inherited],
					[removalOf(3, "devs"), other],
					[removalOf(4, "devs"), { state: "done" }],
				]);
				await enter([
					[removalOf(1, "devs"), inherited],
					[removalOf(2, "devs"), { state: "done" }],
					[removalOf(1, "ops"), inherited],
				]);
				const pair = (n: number, group: string) => ({ account: account(n), group });
				expect(await store.inherited(JIRA)).toEqual([pair(1, "devs"), pair(1, "ops")]);
				expect(await store.inherited(WIKI)).toEqual([]);
			});
		}

		function sizeClauses(): void {
			test("S15 what is written is seen by everybody at once, and after reopening", async () => {
				const lease = await held();
				const other = await world.open();
				await store.link(lease, JIRA, person(1), account(1), "created");
				expect(await other.links(JIRA)).toEqual(new Map([[person(1), account(1)]]));
				const run = await store.open(lease, startWith([creationOf(1)]));
				await store.intend(lease, run, creationOf(1));
				expect((await other.run(run))!.entries).toHaveLength(1);
				await other.shut();
				await store.shut();
				store = await world.open();
				expect((await store.links(JIRA)).size).toBe(1);
				expect((await store.run(run))!.entries).toMatchObject([{ settlement: undefined }]);
			});

			test("S16 forty thousand absences, four thousand entries at once, half of them left out", async () => {
				const lease = await held();
				const missing = Array.from({ length: 40_000 }, (_, n) => person(n));
				await store.recordAbsences(lease, JIRA, missing, new Date(1));
				await store.recordAbsences(lease, JIRA, missing.slice(1), new Date(2));
				const absences = await store.absences(JIRA);
				expect(absences.size).toBe(39_999);
				expect(absences.get(person(39_999))).toEqual({ since: new Date(1), sightings: 2 });
				const operations = Array.from({ length: 4_000 }, (_, n) => removalOf(n, "devs"));
				const run = await store.open(lease, startWith(operations));
				const [asked, leftOut] = [operations.slice(0, 2_000), operations.slice(2_000)];
				await Promise.all(asked.map((operation) => store.intend(lease, run, operation)));
				await Promise.all(asked.map(({ id }) => store.settle(lease, run, id, { state: "done" })));
				for (const { id } of leftOut) await store.settle(lease, run, id, { state: "not-run", because: "stopped" });
				await store.close(lease, run, "stopped");
				const { entries, settled } = (await store.run(run))!;
				expect(settled).toEqual({ done: 2_000, "not-run": 2_000 });
				expect(entries.map(({ operation }) => operation.id)).toEqual(operations.map(({ id }) => id));
			});

			test("S17 odd characters survive", async () => {
				const lease = await held("O'Neil; drop table lease --\u{1F600}");
				const odd = "staff:'\"\\%_\u0001\u{1F600}é\n ";
				await store.link(lease, JIRA, odd as PersonKey, odd as AccountId, "created");
				await store.recordAbsences(lease, JIRA, [odd as PersonKey], new Date(1));
				expect([...(await store.links(JIRA))]).toEqual([[odd, odd]]);
				expect([...(await store.absences(JIRA)).keys()]).toEqual([odd]);
				const operation = removalOf(odd, odd);
				const run = await store.open(lease, startWith([operation]));
				await store.intend(lease, run, operation);
				await store.close(lease, run, "stopped", odd);
				expect(await store.run(run)).toMatchObject({ note: odd, entries: [{ operation }] });
			});
		}
	});
}
