import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { Connector, SnapshotRequest } from "../../core/connector.ts";
import type { PersonId } from "../../core/model.ts";
import { failEachRequest, lostIn, PERSISTENT, TRANSIENT } from "./connector-faults.ts";
import type { ConnectorHarness, OpenDirectory, Tuning } from "./connector-harness.ts";

const NOTHING: SnapshotRequest = { attributes: new Set() };
/** C3 makes some hundred readings, and a real server takes its time. */
const LONG_MS = 180_000;
const never = () => new AbortController().signal;

/** The numbered clauses of core/connector.ts, run against one directory. Every clause has exactly one test here, or a skipped one with the reason. */
export function connectorSuite(harness: ConnectorHarness): void {
	describe(`connector contract: ${harness.name}`, () => {
		const opened: { close(): Promise<void> }[] = [];
		afterEach(async () => {
			for (const one of opened.splice(0).reverse()) await one.close();
		});
		const open = async (): Promise<OpenDirectory> => {
			const directory = await harness.open();
			opened.push(directory);
			return directory;
		};
		const connect = (directory: OpenDirectory, tuning: Tuning = {}): Connector => {
			const connector = directory.connector(tuning);
			opened.push(connector);
			return connector;
		};
		const clause = (id: string, title: string, body: () => Promise<void>): void => {
			const because = harness.untried?.[id];
			if (because === undefined) test(`${id} ${title}`, body, LONG_MS);
			else test.skip(`${id} ${title} (not tried here: ${because})`, body);
		};

		test("every numbered clause of the contract is here", () => {
			const declared = readFileSync(new URL("../../core/connector.ts", import.meta.url), "utf8").matchAll(/^ \* {2}(C\d+) /gm);
			const here = readFileSync(new URL(import.meta.url), "utf8").matchAll(/^\t\tclause\(\s*"(C\d+)"/gm);
			expect([...here].map((m) => m[1]).sort()).toEqual([...declared].map((m) => m[1]).sort());
		});

		test("the directory is rich enough to prove anything", async () => {
			const { truth } = await open();
			expect(truth.people.some((p) => !p.active)).toBe(true);
			expect(truth.people.some((p) => Object.keys(p.attributes).length > 1)).toBe(true);
			expect(truth.groups.some((g) => g.groups.length > 0)).toBe(harness.traits.nestedGroups);
			expect(truth.groups.some((g) => g.people.length === 0)).toBe(true);
			expect(Math.max(...truth.groups.map((g) => g.people.length))).toBeGreaterThanOrEqual(Math.min(10, truth.people.length));
			expect(connect(await open()).traits).toEqual(harness.traits);
		});

		clause("C1", "every person once, whatever the page size", async () => {
			const directory = await open();
			const n = directory.truth.people.length;
			for (const pageSize of harness.pageSizes ?? [1, 2, n - 1, n, n + 1, undefined]) {
				const snapshot = await connect(directory, pageSize === undefined ? {} : { pageSize }).snapshot(NOTHING, never());
				expect({ pageSize, lost: lostIn(snapshot, directory.truth) }).toEqual({ pageSize, lost: [] });
				expect({ pageSize, size: snapshot.size }).toMatchObject({ size: { people: n, groups: directory.truth.groups.length, rejects: 0 } });
				expect(new Set([...snapshot.people.values()].map((p) => p.username))).toEqual(
					new Set(directory.truth.people.map((p) => p.username)),
				);
			}
		});

		clause("C2", "same digest for any page order", async () => {
			const directory = await open();
			const digests = new Set<string>();
			for (const tuning of [{}, { pageSize: 3 }, { pageSize: 3, concurrency: 1 }, { pageSize: 7, concurrency: 5 }]) {
				digests.add((await connect(directory, tuning).snapshot(NOTHING, never())).digest);
			}
			expect(digests.size).toBe(1);
			const other = harness.reordered === undefined ? undefined : await harness.reordered();
			if (other === undefined) return;
			opened.push(other);
			digests.add((await connect(other, { pageSize: 3 }).snapshot(NOTHING, never())).digest);
			expect(digests.size).toBe(1);
		});

		clause("C3", "any single failing request makes the snapshot throw or hold, never shrink", async () => {
			const directory = await open();
			const reading = { directory, pageSize: harness.faultPageSize ?? 5, deviations: harness.deviations ?? [] };
			for (const effect of PERSISTENT) {
				const found = await failEachRequest(reading, effect);
				expect({ effect: effect.kind, shrunk: found.shrunk }).toEqual({ effect: effect.kind, shrunk: [] });
				expect(found.tried).toBeGreaterThan(10);
			}
			for (const effect of TRANSIENT) {
				const found = await failEachRequest(reading, effect, { once: true });
				expect({ effect: effect.kind, shrunk: found.shrunk, failed: found.failed }).toEqual({
					effect: effect.kind,
					shrunk: [],
					failed: [],
				});
			}
			for (const deviation of harness.deviations ?? []) expect(`${deviation.because}: ${deviation.seen ?? 0}`).not.toMatch(/: 0$/);
		});

		clause("C4", "a stated total that disagrees throws", async () => {
			const directory = await open();
			for (const fault of directory.server!.wrongTotals) {
				directory.server!.faults.clear();
				directory.server!.faults.add(fault);
				const reading = connect(directory).snapshot(NOTHING, never());
				await expect(reading).rejects.toMatchObject({ name: "SyncError", code: "source.incomplete" });
			}
		});

		clause("C5", "repeated or endless pages throw in bounded time", async () => {
			const directory = await open();
			const calm = connect(directory, { pageSize: 3 });
			await calm.snapshot(NOTHING, never());
			directory.server!.endless();
			const connector = connect(directory, { pageSize: 3 });
			const outcome = await connector.snapshot(NOTHING, never()).then(
				(snapshot) => ({ held: snapshot.rejects.length, lost: lostIn(snapshot, directory.truth) }),
				(error: unknown) => ({ code: (error as { code?: string }).code }),
			);
			if ("code" in outcome) expect(outcome.code).toMatch(/^source\.(incomplete|malformed)$/);
			else {
				expect(outcome.lost).toEqual([]);
				expect(outcome.held).toBeGreaterThan(0);
			}
			expect(connector.requests()).toBeLessThan(calm.requests() * 6);
		});

		clause("C6", "inactive people are present", async () => {
			const directory = await open();
			const snapshot = await connect(directory).snapshot(NOTHING, never());
			for (const person of directory.truth.people)
				expect([person.username, snapshot.people.get(person.id as PersonId)?.active]).toEqual([person.username, person.active]);
		});

		clause("C7", "nested groups are edges; cycles do not hang", async () => {
			const directory = await open();
			const snapshot = await connect(directory).snapshot(NOTHING, never());
			for (const group of directory.truth.groups) {
				const found = snapshot.groups.get(group.id as never);
				expect([group.name, found?.name, [...(found?.groups ?? [])].sort()]).toEqual([group.name, group.name, [...group.groups].sort()]);
			}
			if (directory.server?.cycle === undefined) return;
			directory.server.cycle();
			const circular = await connect(directory).snapshot(NOTHING, never());
			expect(circular.groups.size).toBe(directory.truth.groups.length);
		});

		clause("C8", "a token that expires while reading is not noticed", async () => {
			const directory = await open();
			const calm = await connect(directory, { pageSize: 3 }).snapshot(NOTHING, never());
			const short = directory.shortTokens();
			const snapshot = await connect(directory, { pageSize: 3, ...short.tuning }).snapshot(NOTHING, never());
			expect(snapshot.digest).toBe(calm.digest);
			expect(await short.logIns()).toBeGreaterThan(1);
		});

		clause("C9", "429 with Retry-After is waited for", async () => {
			const directory = await open();
			const { faults } = directory.server!;
			const calm = await connect(directory, { pageSize: 3 }).snapshot(NOTHING, never());
			const limited = (after: string) =>
				({ method: "GET", skip: 4, times: 1, effect: { kind: "status", status: 429, headers: { "retry-after": after } } }) as const;
			const once = faults.add(limited("1"));
			const began = performance.now();
			expect((await connect(directory, { pageSize: 3 }).snapshot(NOTHING, never())).digest).toBe(calm.digest);
			expect(once.hits).toBe(1);
			// A lower bound: waiting less than was asked for is the mistake.
			expect(performance.now() - began).toBeGreaterThan(950);
			faults.clear();
			faults.add({ ...limited("86400"), times: 1_000 });
			const reading = connect(directory, { pageSize: 3 }).snapshot(NOTHING, never());
			await expect(reading).rejects.toMatchObject({ code: "source.limited", context: { retryAfterMs: 86_400_000 } });
		});

		clause("C10", "HTML with status 200 is source.malformed", async () => {
			const directory = await open();
			for (const skip of [0, 1, 2]) {
				directory.server!.faults.clear();
				directory.server!.faults.add({ skip, effect: { kind: "html" } });
				await expect(connect(directory).snapshot(NOTHING, never())).rejects.toMatchObject({ name: "SyncError", code: "source.malformed" });
			}
		});

		clause("C11", "no credential crosses an origin", async () => {
			const directory = await open();
			const visits: unknown[] = [];
			const stranger = createServer((request, response) => {
				visits.push([request.method, request.url, request.headers]);
				response.end("[]");
			});
			await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
			opened.push({ close: () => new Promise((resolve) => stranger.close(() => resolve())) });
			const location = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/elsewhere`;
			for (const [skip, status] of [
				[0, 307],
				[1, 302],
				[3, 308],
			] as const) {
				directory.server!.faults.clear();
				directory.server!.faults.add({ skip, effect: { kind: "status", status, headers: { location } } });
				await expect(connect(directory).snapshot(NOTHING, never())).rejects.toMatchObject({ name: "SyncError" });
			}
			expect(visits).toEqual([]);
		});

		clause("C12", "abort stops within one request", async () => {
			const directory = await open();
			await expect(connect(directory).snapshot(NOTHING, AbortSignal.abort())).rejects.toMatchObject({ code: "run.cancelled" });
			for (const after of [1, 2, 5, 9]) {
				const stop = new AbortController();
				let answered = 0;
				const log = () => {
					answered += 1;
					if (answered === after) stop.abort();
				};
				const connector = connect(directory, { pageSize: 3, concurrency: 1, log });
				await expect(connector.snapshot(NOTHING, stop.signal)).rejects.toMatchObject({ code: "run.cancelled" });
				expect(connector.requests()).toBeLessThanOrEqual(after + 1);
			}
		});

		clause("C13", "nothing secret in any log line or error", async () => {
			const directory = await open();
			const said: unknown[] = [];
			const connector = () => connect(directory, { pageSize: 3, log: (line) => said.push(line) });
			const failures: unknown[] = [];
			for (const effect of PERSISTENT) {
				for (const skip of [0, 3]) {
					directory.server!.faults.clear();
					directory.server!.faults.add({ skip, effect });
					await connector()
						.snapshot(NOTHING, never())
						.catch((error: unknown) => failures.push(error));
					failures.push(
						await connector()
							.check(never())
							.catch((error: unknown) => error),
					);
				}
			}
			expect(said.length).toBeGreaterThan(50);
			expect(failures.length).toBeGreaterThan(10);
			const text = inspect([said, failures], { depth: 12, maxArrayLength: null, maxStringLength: null, showHidden: true });
			for (const secret of directory.server!.secrets) expect(text).not.toMatch(secret);
		});

		clause("C14", "only the attributes that were asked for are in the snapshot", async () => {
			const directory = await open();
			const rich = directory.truth.people.find((p) => Object.keys(p.attributes).length > 1)!;
			const [one] = Object.keys(rich.attributes);
			for (const attributes of [new Set<string>(), new Set([one!]), new Set([one!, "no-such-attribute"]), "all" as const]) {
				const snapshot = await connect(directory).snapshot({ attributes }, never());
				for (const person of directory.truth.people) {
					const wanted = Object.entries(person.attributes).filter(([name]) => attributes === "all" || attributes.has(name));
					expect(snapshot.people.get(person.id as PersonId)?.attributes).toEqual(Object.fromEntries(wanted));
				}
			}
		});
	});
}
