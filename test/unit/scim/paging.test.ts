import { describe, expect, test } from "@jest/globals";
import { Pace } from "../../../connectors/idp/scim/pace.ts";
import type { PersonId } from "../../../core/model.ts";
import { lostIn } from "../../contract/connector-faults.ts";
import { nameOf, personId, settingsFor } from "../../contract/scim-harness.ts";
import { open, signal } from "./stand-in.ts";

const lists = (asked: readonly string[], what = "/Users?"): readonly string[] => asked.filter((path) => path.startsWith(what));

describe("pages by index", () => {
	test("begin with the last row of the page before, and end where the rows do", async () => {
		const { read, asked } = await open();
		await read({ pageSize: 4 });
		const pages = lists(asked()).filter((path) => path.includes("attributes"));
		expect(pages.map((path) => /startIndex=(\d+)&count=(\d+)/.exec(path)?.slice(1))).toEqual([
			["1", "5"],
			["5", "5"],
			["9", "5"],
		]);
	});

	test("a server that gives fewer rows than asked for, and does not say so", async () => {
		for (const mostRows of [1, 2, 3, 12, 13]) {
			const { read, truth } = await open({ mostRows, statesMost: false });
			expect(lostIn(await read(), truth)).toEqual([]);
		}
	});

	test("no more is asked for than the server states, and 400 for more is not provoked", async () => {
		const { read, asked, truth } = await open({ mostRows: 4, strictCount: true });
		expect(lostIn(await read({ pageSize: 100 }), truth)).toEqual([]);
		expect(
			lists(asked())
				.filter((path) => path.includes("attributes"))
				.every((path) => path.includes("count=4")),
		).toBe(true);
	});

	test.each([1, 2, 3])("%i deleted between two pages, and as many new: nobody else falls between them", async (count) => {
		const { sandbox, connect } = await open({ mostRows: 4 });
		let gone = false;
		sandbox.onExchange(({ path, query }) => {
			if (gone || !path.endsWith("/Users") || query.attributes === undefined) return;
			gone = true;
			for (let i = 0; i < count; i += 1) {
				sandbox.store.remove("User", personId(i));
				sandbox.store.put("User", { id: `new-${i}`, userName: `new-${i}`, active: true });
			}
		});
		const snapshot = await connect().snapshot({ attributes: new Set() }, signal);
		const stayed = Array.from({ length: 13 - count }, (_, i) => nameOf(i + count));
		const fresh = Array.from({ length: count }, (_, i) => `new-${i}`);
		expect([...snapshot.people.values()].map((p) => p.username).sort()).toEqual([...stayed, ...fresh].sort());
	});

	test("changes that even out in the count: pages that do not join are noticed", async () => {
		const { sandbox, connect } = await open({ mostRows: 4 });
		let pages = 0;
		sandbox.onExchange(({ path, query }) => {
			if (!path.endsWith("/Users") || query.attributes === undefined) return;
			pages += 1;
			// Two go, so that the fifth falls between the pages; one comes at the front, where it is not seen.
			if (pages === 1) for (const i of [0, 1]) sandbox.store.remove("User", personId(i));
			const { people, groups } = sandbox.store.state();
			if (pages === 2) sandbox.store.replace({ people: [{ id: "front", userName: "front", active: true }, ...people], groups });
		});
		// Without groups, whose members would show it as well.
		const snapshot = await connect({ groups: "none" }).snapshot({ attributes: new Set() }, signal);
		expect([...snapshot.people.values()].map((p) => p.username)).toEqual(expect.arrayContaining([nameOf(4), "front"]));
		expect(snapshot.size.people).toBe(12);
	});

	test("an empty page before as many came as are stated", async () => {
		const { sandbox, read } = await open({ mostRows: 4 });
		const empty = { totalResults: 13, startIndex: 10, itemsPerPage: 0, Resources: [] };
		sandbox.faults.add({ path: /Users\?.*attributes.*startIndex=10/, effect: { kind: "wrong-json", body: empty } });
		await expect(read()).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringMatching(/states 13, but 10 were read/),
		});
	});

	test("a list that never holds still is given up", async () => {
		const { sandbox, read } = await open({ mostRows: 11 });
		let turn = 0;
		sandbox.onExchange(({ path, query }) => {
			if (!path.endsWith("/Users") || query.attributes === undefined) return;
			for (const end = turn + 10; turn < end; turn += 1) sandbox.store.put("User", { id: `new-${turn}`, userName: `new-${turn}` });
		});
		await expect(read()).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringMatching(/3 times over/),
		});
	});

	test("an order that changes with every request: sorted by id where the server can", async () => {
		const { read, truth, asked } = await open({ mostRows: 4, unsteady: true });
		expect(lostIn(await read(), truth)).toEqual([]);
		expect(lists(asked()).some((path) => path.includes("sortBy=id"))).toBe(true);
	});

	test("startIndex that is not heeded is found out, with and without a total", async () => {
		for (const totals of ["true", "none"] as const) {
			const { read } = await open({ mostRows: 4, ignoresStartIndex: true, totals });
			await expect(read()).rejects.toMatchObject({ code: "source.incomplete", message: expect.stringMatching(/startIndex/) });
		}
	});

	test("without totals every list is read twice, the second time ids only", async () => {
		for (const mostRows of [1, 2, 4, 13, 200]) {
			const { read, truth, asked } = await open({ mostRows, totals: "none" });
			expect(lostIn(await read(), truth)).toEqual([]);
			expect(lists(asked()).some((path) => path.includes("attributes=id&"))).toBe(true);
		}
	});

	test("the rows of the page for a total: refused, and read with `totals: ignore`", async () => {
		for (const mostRows of [4, 13]) {
			const { read, truth } = await open({ mostRows, totals: "page" });
			if (mostRows === 4)
				await expect(read()).rejects.toMatchObject({ code: "source.incomplete", todo: expect.stringMatching(/`totals`/) });
			expect(lostIn(await read({ totals: "ignore" }), truth)).toEqual([]);
		}
	});

	test("somebody twice, the same or changed meanwhile, is one", async () => {
		const { sandbox, read } = await open({ mostRows: 5 });
		let once = false;
		sandbox.onExchange(({ path, query }) => {
			if (once || !path.endsWith("/Users") || query.attributes === undefined) return;
			once = true;
			const last = sandbox.store.people.get(personId(4))!;
			sandbox.store.put("User", { ...last, displayName: "Renamed" });
		});
		const snapshot = await read();
		expect(snapshot.size.people).toBe(13);
		expect(snapshot.people.get(personId(4) as PersonId)?.displayName).toMatch(/Person|Renamed/);
	});
});

describe("pages by cursor", () => {
	test("announced, or sent without being asked, or chosen", async () => {
		for (const [quirks, more] of [
			[{ paging: "cursor" }, {}],
			[{ paging: "both" }, {}],
			[{ paging: "cursor", unannouncedCursors: true }, {}],
			[{ paging: "cursor", unannouncedCursors: true, totals: "none" }, {}],
			[{ paging: "cursor", unannouncedCursors: true }, { paging: "cursor" }],
		] as const) {
			const { read, truth, asked } = await open({ mostRows: 4, ...quirks });
			expect(lostIn(await read(more), truth)).toEqual([]);
			expect(lists(asked()).some((path) => /cursor=\w/.test(path))).toBe(true);
		}
	});

	test("all other parameters stay as they were, the first cursor is empty", async () => {
		const { read, asked } = await open({ mostRows: 4, paging: "cursor" });
		await read();
		const pages = lists(asked()).filter((path) => path.includes("attributes"));
		expect(pages[0]).toMatch(/cursor=&count=4$/);
		expect(new Set(pages.map((path) => path.replace(/cursor=[^&]*/, "")))).toHaveProperty("size", 1);
	});

	test("`paging: index` keeps to the index where the server knows both", async () => {
		const { read, truth, asked } = await open({ mostRows: 4, paging: "both" });
		expect(lostIn(await read({ paging: "index" }), truth)).toEqual([]);
		expect(asked().some((path) => path.includes("cursor"))).toBe(false);
	});

	test("a cursor that has run out: from the start; one that always runs out: given up", async () => {
		const { read, truth } = await open({ mostRows: 4, paging: "cursor", cursorUses: 1 });
		expect(lostIn(await read(), truth)).toEqual([]);
		const other = await open({ mostRows: 4, paging: "cursor" });
		const body = { schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: "400", scimType: "expiredCursor", detail: "too late" };
		other.sandbox.faults.add({ path: /\/Users\?.*cursor=\w/, effect: { kind: "status", status: 400, body } });
		await expect(other.read()).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringMatching(/expiredCursor, too late/),
		});
	});

	test("one row fewer than stated", async () => {
		const { sandbox, read } = await open({ mostRows: 7, paging: "cursor" });
		sandbox.faults.add({ path: /\/Users\?.*attributes.*cursor=\w/, effect: { kind: "short-page", drop: 1 } });
		await expect(read({ groups: "none" })).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringMatching(/states 13, but 12 were read/),
		});
	});

	test("a row that is lost without a total is noticed by the second reading", async () => {
		const { sandbox, read } = await open({ mostRows: 4, paging: "cursor", totals: "none" });
		sandbox.faults.add({ path: /\/Users\?attributes=id%2CuserName.*cursor=\w/, effect: { kind: "short-page", drop: 1 } });
		await expect(read()).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringMatching(/read twice, 0 were missing and \d new/),
		});
	});

	test("the same cursor again, and empty pages without an end", async () => {
		const list = { schemas: [], totalResults: 13 };
		const { sandbox, read } = await open({ paging: "cursor" });
		sandbox.faults.add({
			path: /\/Users\?.*attributes/,
			effect: { kind: "wrong-json", body: { ...list, Resources: [], nextCursor: "x" } },
		});
		await expect(read()).rejects.toMatchObject({ code: "source.incomplete", message: expect.stringMatching(/repeats a cursor/) });
	});
});

describe("what the server says of itself", () => {
	test("nothing: the standard's defaults", async () => {
		const { read, truth } = await open({ undescribed: true });
		expect(lostIn(await read(), truth)).toEqual([]);
	});

	test("other endpoints, relative, absolute, and as whole addresses; one elsewhere is refused", async () => {
		const { sandbox, read } = await open();
		const types = (users: string) => ({
			totalResults: 2,
			Resources: [
				{ id: "U", name: "U", endpoint: users, schema: "urn:ietf:params:scim:schemas:core:2.0:User" },
				{ id: "Group", name: "Group", endpoint: "Groups", schema: "URN:ietf:params:scim:schemas:core:2.0:Group" },
			],
		});
		for (const users of ["/Users", "Users/", `${sandbox.url}/Users`, "/scim/v2/Users"]) {
			sandbox.faults.clear();
			sandbox.faults.add({ path: /ResourceTypes/, effect: { kind: "wrong-json", body: types(users) } });
			expect((await read()).size.people).toBe(13);
		}
		sandbox.faults.clear();
		sandbox.faults.add({ path: /ResourceTypes/, effect: { kind: "wrong-json", body: types("https://elsewhere.example.org/Users") } });
		await expect(read()).rejects.toMatchObject({ code: "source.malformed", message: expect.stringContaining("elsewhere.example.org") });
	});

	test("no groups: an error that names the setting, and none with it", async () => {
		const { sandbox, read, asked } = await open();
		const one = { id: "User", name: "User", endpoint: "/Users", schema: "urn:ietf:params:scim:schemas:core:2.0:User" };
		sandbox.faults.add({ path: /ResourceTypes/, effect: { kind: "wrong-json", body: [one] } });
		await expect(read()).rejects.toMatchObject({ code: "config.invalid", todo: expect.stringContaining("groups: none") });
		expect((await read({ groups: "none" })).size).toMatchObject({ people: 13, groups: 0 });
		expect(lists(asked(), "/Groups")).toEqual([]);
	});

	test("fewer resource types than it states are not believed", async () => {
		const { sandbox, read } = await open();
		sandbox.faults.add({ path: /ResourceTypes/, effect: { kind: "short-page", drop: 1 } });
		await expect(read()).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringMatching(/states 2 entries, but 1 came/),
		});
	});
});

test("nobody at all is an error, not an empty directory; so is 404 on a list", async () => {
	const { sandbox, read } = await open();
	sandbox.store.replace({ people: [], groups: [] });
	await expect(read()).rejects.toMatchObject({ code: "source.denied", message: expect.stringMatching(/lists nobody/) });
	const other = await open();
	other.sandbox.faults.add({
		path: /\/Groups\?/,
		effect: { kind: "status", status: 404, body: { status: "404", schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"] } },
	});
	await expect(other.read()).rejects.toMatchObject({ code: "source.incomplete", context: { status: 404 } });
});

test("a request rate of the server's is kept by waiting", async () => {
	const { sandbox, connect, truth } = await open({ perSecond: 6 });
	const retry = { attempts: 4, baseMs: 1, capMs: 1, budgetMs: 20_000 };
	const connector = connect({ ...settingsFor(sandbox), retry, pageSize: 3 });
	expect(lostIn(await connector.snapshot({ attributes: new Set() }, signal), truth)).toEqual([]);
	expect(sandbox.exchanges.some(({ status }) => status === 429)).toBe(true);
});

test("a pace of one's own is even, and what was not used is not saved up", () => {
	let now = 0;
	const pace = new Pace(600, () => now);
	expect([pace.take(), pace.take(), pace.take()]).toEqual([0, 100, 200]);
	now = 10_000;
	expect([pace.take(), pace.take()]).toEqual([0, 100]);
});

test("the pace holds for every request", async () => {
	const { connect } = await open();
	const began = performance.now();
	const connector = connect({ requestsPerMinute: 1_200 });
	await connector.snapshot({ attributes: new Set() }, signal);
	// A lower bound: going faster is the mistake.
	expect(performance.now() - began).toBeGreaterThan((connector.requests() - 1) * 50 - 10);
});
