import { describe, expect, test } from "@jest/globals";
import type { Snapshot } from "../../../core/model.ts";
import { asked, connect, NOTHING, never, onceAnswered, read, standIn } from "./stand-in.ts";

const people = (snapshot: Snapshot): readonly number[] => [...snapshot.people.keys()].map(Number).sort((a, b) => a - b);
const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i + 1);
const FIVE = { pageSize: 5, network: { timeoutMs: 10_000, concurrency: 1 } };
const users = (lines: readonly string[]) => lines.filter((line) => line.startsWith("/api/2/users"));

describe("pages of people", () => {
	test("one page is asked for once; several from the last to the first, which was needed before", async () => {
		const small = await standIn(5);
		await read(small, FIVE);
		expect(asked(small)).toEqual(["/auth/oauth2/v2/token", "/auth/rate_limit", "/api/2/users 1", "/api/2/roles 1", "/api/1/groups"]);
		const large = await standIn(12);
		expect(people(await read(large, FIVE))).toEqual(upTo(12));
		expect(users(asked(large))).toEqual(["/api/2/users 1", "/api/2/users 3", "/api/2/users 2", "/api/2/users 1"]);
	});

	test("somebody is deleted and somebody else created between two pages: nobody falls between, though the total is the same", async () => {
		const sandbox = await standIn(15);
		onceAnswered(sandbox, "/api/2/users 3", () => {
			sandbox.account.removeUser(2);
			sandbox.account.addUser({ id: 16, username: "p16", group_id: 1 });
		});
		const found = people(await read(sandbox, FIVE));
		// Read forwards, number 6 would be on no page. The list is read again, since one of its fifteen is gone.
		expect(found).toEqual([1, ...upTo(16).slice(2)]);
	});

	test("a deletion behind what has been read leaves the reading as it is", async () => {
		const sandbox = await standIn(15);
		onceAnswered(sandbox, "/api/2/users 2", () => {
			sandbox.account.removeUser(13);
			sandbox.account.addUser({ id: 16, username: "p16", group_id: 1 });
		});
		expect(people(await read(sandbox, FIVE))).toEqual(upTo(15));
		expect(users(asked(sandbox))).toHaveLength(4);
	});

	test("a total that moves begins the list anew; one that never holds still is refused", async () => {
		const sandbox = await standIn(12);
		onceAnswered(sandbox, "/api/2/users 2", () => sandbox.account.removeUser(1));
		expect(people(await read(sandbox, FIVE))).toEqual(upTo(12).slice(1));
		let next = 100;
		sandbox.onExchange(({ path }) => {
			if (path === "/api/2/users") sandbox.account.addUser({ id: next++, username: `q${next}`, group_id: 1 });
		});
		await expect(read(sandbox, FIVE)).rejects.toMatchObject({
			code: "source.incomplete",
			retry: "spent",
			message: expect.stringMatching(/^OneLogin's list of people could not be read whole, 3 times over: it states \d+, and then \d+$/),
		});
	});

	test("fewer rows than asked for are taken as they come", async () => {
		const sandbox = await standIn(120, { quirks: { mostPeople: 50 } });
		expect(people(await read(sandbox))).toEqual(upTo(120));
		const sizes = sandbox.exchanges.filter(({ path }) => path === "/api/2/users").map(({ query }) => query.limit);
		expect(sizes).toEqual(["100", "50", "50", "50"]);
	});

	test("a page size that is refused is said with what to do", async () => {
		const sandbox = await standIn(3, { quirks: { mostPeople: 50, overLimit: "refuse" } });
		await expect(read(sandbox)).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringContaining("limit must be at most 50"),
			todo: expect.stringContaining("pageSize"),
		});
	});

	test("a list in another order is asked for in the order of ids", async () => {
		const sandbox = await standIn(12, { quirks: { order: "name" } });
		expect(people(await read(sandbox, FIVE))).toEqual(upTo(12));
		const sorts = sandbox.exchanges.filter(({ path }) => path === "/api/2/users").map(({ query }) => query.sort);
		expect(sorts).toEqual([undefined, "+id", "+id", "+id", "+id"]);
	});

	test("one that comes in no order whatever is asked for is read until two readings agree", async () => {
		const sandbox = await standIn(12, { quirks: { order: "name", ignoresSort: true } });
		expect(people(await read(sandbox, FIVE))).toEqual(upTo(12));
		expect(users(asked(sandbox))).toHaveLength(2 + 3 + 2 + 3);
	});

	test("in no order, one gone and one new between two pages is found out by the second reading", async () => {
		const sandbox = await standIn(15, { quirks: { order: "name", ignoresSort: true } });
		onceAnswered(sandbox, "/api/2/users 3", () => {
			// Lists begin with the highest ids: the new one comes first, and pushes somebody onto a page that has been read.
			sandbox.account.addUser({ id: 16, username: "p16", lastname: "A", group_id: 1 });
			sandbox.account.removeUser(1);
		});
		expect(people(await read(sandbox, FIVE))).toEqual(upTo(16).slice(1));
	});

	test("in no order, two readings that do not agree are never enough", async () => {
		const sandbox = await standIn(15, { quirks: { order: "name", ignoresSort: true } });
		let lastPages = 0;
		sandbox.onExchange(({ query }) => {
			if (query.page === "3") lastPages += 1;
			if (query.page !== "3" || lastPages !== 2) return;
			// In the second reading only: the new one pushes number 6 onto the page that has just been read.
			sandbox.account.addUser({ id: 16, username: "p16", lastname: "A", group_id: 1 });
			sandbox.account.removeUser(1);
		});
		await expect(read(sandbox, FIVE)).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringMatching(/3 times over: two readings of it, which come in no order, do not agree$/),
		});
	});

	test("every page the same: whatever drops the query is found out", async () => {
		const sandbox = await standIn(15, { quirks: { ignoresPage: true } });
		await expect(read(sandbox, FIVE)).rejects.toMatchObject({
			code: "source.malformed",
			message: expect.stringContaining("page 1 where page 3 was asked for"),
		});
	});

	test("a list without totals is none", async () => {
		const sandbox = await standIn(3, { quirks: { dropsTotals: true } });
		await expect(read(sandbox)).rejects.toMatchObject({
			code: "source.malformed",
			message: expect.stringMatching(/^GET \/api\/2\/users on .*\(people\) answered with a list without a Total-Count header/),
		});
	});

	test.each([
		["too many rows", { "total-count": "9" }, [1, 2, 3, 4, 5, 6], "source.malformed", /6 rows came where at most 5/],
		["no rows", { "total-count": "9" }, [], "source.incomplete", /states 9 people, but 0 came/],
		["more than there are", { "total-count": "1" }, [1, 2], "source.incomplete", /states 1 people, but 2 came/],
		["the same twice", { "total-count": "2" }, [1, 1], "source.incomplete", /it states 2, and 1 came/],
		[
			"a wrong number of pages",
			{ "total-count": "9", "total-pages": "2" },
			[1, 2, 3],
			"source.incomplete",
			/in 2 pages, the first of which has 3/,
		],
		["rows lost on the way", { "total-count": "2", "page-items": "2" }, [1], "source.incomplete", /states 2 rows, but 1 came/],
	] as const)("%s", async (_, headers, ids, code, message) => {
		const sandbox = await standIn(3);
		const body = ids.map((id) => ({ ...sandbox.account.user(1), id }));
		sandbox.faults.add({ path: /api\/2\/users/, effect: { kind: "status", status: 200, headers, body } });
		await expect(read(sandbox, FIVE)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
	});

	test("a total beyond reason is not followed page by page", async () => {
		const sandbox = await standIn(3, { quirks: { ratePage: "absent" } });
		const body = [1, 2, 3, 4, 5].map((id) => ({ ...sandbox.account.user(1), id }));
		const headers = { "total-count": "999999999" };
		sandbox.faults.add({ path: /api\/2\/users/, effect: { kind: "status", status: 200, headers, body } });
		await expect(read(sandbox, FIVE)).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringContaining("page 200000000 of 200000000 has 5 rows instead of 4"),
		});
		expect(sandbox.exchanges.length).toBeLessThan(15);
	});

	test("a record without an id ends the reading: nobody would know whom to hold", async () => {
		const sandbox = await standIn(1);
		const body = [{ username: "x", status: 1 }];
		sandbox.faults.add({ path: /api\/2\/users/, effect: { kind: "status", status: 200, headers: { "total-count": "1" }, body } });
		await expect(read(sandbox)).rejects.toMatchObject({ code: "source.malformed", message: expect.stringContaining("no usable id") });
	});

	test("an account without anybody is not believed", async () => {
		await expect(read(await standIn(0))).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringContaining("lists nobody"),
		});
	});
});

describe("cursors of version 1", () => {
	const names = async (sandbox: Awaited<ReturnType<typeof standIn>>, more = {}) =>
		[...(await read(sandbox, more)).groups.values()].map(({ name }) => name);

	test("all pages are read, 50 groups each, with the cursor of the page before", async () => {
		const sandbox = await standIn(1);
		for (let i = 0; i < 120; i += 1) sandbox.account.addGroup(`g${i}`);
		expect(await names(sandbox)).toHaveLength(1 + 1 + 120);
		const cursors = sandbox.exchanges.filter(({ path }) => path === "/api/1/groups").map(({ query }) => query.after_cursor);
		expect([cursors.length, new Set(cursors).size]).toEqual([3, 3]);
	});

	test.each(["loop", "repeat"] as const)("%s: a list without end is refused after few requests", async (groupCursors) => {
		const sandbox = await standIn(1, { quirks: { groupCursors } });
		const connector = connect(sandbox);
		await expect(connector.snapshot(NOTHING, never())).rejects.toMatchObject({
			code: "source.malformed",
			message: expect.stringContaining("a page repeats what came before"),
		});
		expect(connector.requests()).toBeLessThan(10);
	});

	test("two groups of one name, of which the cursor loses the second: noticed as soon as somebody is in it", async () => {
		const sandbox = await standIn(1);
		sandbox.account.addGroup("twin", 7);
		sandbox.account.addGroup("twin", 8);
		sandbox.account.updateUser(1, { group_id: 8 });
		expect(await names(sandbox)).toContain("group:twin");
		// The page ends between the two.
		await expect(read(sandbox, { pageSize: 2 })).rejects.toMatchObject({
			code: "source.incomplete",
			context: { group: "8" },
			todo: expect.stringContaining("same name"),
		});
	});

	test("a group that people have and that is deleted is nobody's", async () => {
		const sandbox = await standIn(3);
		sandbox.account.removeGroup(1);
		const snapshot = await read(sandbox);
		expect([...snapshot.groups.keys()]).toEqual(["role:1"]);
		expect(snapshot.rejects).toEqual([]);
	});
});
