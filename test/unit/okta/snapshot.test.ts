import { describe, expect, test } from "@jest/globals";
import type { GroupId, PersonId } from "../../../core/model.ts";
import { company } from "../../../sandbox/world/company.ts";
import { connector, NOTHING, signal, standIn } from "./stand-in.ts";

describe("a snapshot is whole or an exception", () => {
	test("few requests: 200 people, 200 groups, 1,000 members a page; empty groups cost none", async () => {
		const sandbox = await standIn();
		sandbox.load(company({ people: 450, groups: 60, seed: 5 }));
		for (const name of ["empty", "also empty"]) sandbox.org.addGroup({ profile: { name } });
		const empty = [...sandbox.org.groups.values()].filter((group) => sandbox.org.membersOf(group.id).length === 0).length;
		expect(empty).toBeGreaterThan(1);
		const snapshot = await connector(sandbox).snapshot(NOTHING, signal);
		const count = (path: RegExp) => sandbox.exchanges.filter((one) => path.test(one.path)).length;
		expect(snapshot.size).toMatchObject({ people: 450, groups: 63, rejects: 0 });
		// Three pages of people and one of those deactivated; the groups before and after.
		expect(count(/^\/api\/v1\/groups$/)).toBe(2);
		expect(count(/^\/api\/v1\/users$/)).toBe(4);
		expect(count(/\/groups\/[^/]+\/users$/)).toBe(64 - empty);
	});

	test("a working day: who left is inactive or gone, and the next snapshot is the organisation as it is", async () => {
		const sandbox = await standIn();
		const before = company({ people: 60, groups: 12, seed: 8 });
		sandbox.load(before);
		const okta = connector(sandbox);
		const first = await okta.snapshot(NOTHING, signal);
		const [gone, ...rest] = before.people;
		const [left, ...others] = rest;
		sandbox.load({ ...before, people: [{ ...left!, active: false }, ...others] });
		const second = await okta.snapshot(NOTHING, signal);
		const idOf = (username: string) => [...first.people.values()].find((person) => person.username === username)!.id;
		expect(second.people.has(idOf(gone!.username))).toBe(false);
		expect(second.people.get(idOf(left!.username))?.active).toBe(false);
		expect(second.size.people).toBe(59);
		sandbox.load(before);
		expect((await okta.snapshot(NOTHING, signal)).digest).toBe(first.digest);
	});

	test("an administrator of some groups only is refused: Everyone is hidden", async () => {
		const sandbox = await standIn();
		const devs = [...sandbox.org.groups.values()].find((group) => group.profile.name === "devs")!;
		sandbox.addToken({ token: sandbox.credentials.token, owner: "admin@example.com", roles: ["USER_ADMIN"], groups: [devs.id] });
		await expect(connector(sandbox).snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "source.denied",
			message: expect.stringContaining("Everyone"),
			todo: expect.stringContaining("Read-only Administrator"),
		});
	});

	test("Okta's own group of administrators proves nothing, and is left out: its members cannot be listed", async () => {
		const sandbox = await standIn();
		const snapshot = await connector(sandbox).snapshot(NOTHING, signal);
		expect([...snapshot.groups.values()].map((group) => group.name).sort()).toEqual(["Everyone", "devs"]);
		expect(snapshot.rejects).toEqual([]);
		expect(sandbox.exchanges.filter((one) => one.path.includes(sandbox.org.administrators))).toEqual([]);
	});

	test("somebody who is hired while people are read is found by being in Everyone, and the lists are read again", async () => {
		const sandbox = await standIn();
		let hired = false;
		sandbox.onExchange((exchange) => {
			if (hired || exchange.path !== "/api/v1/users" || exchange.query.filter === undefined) return;
			hired = true;
			sandbox.org.addUser({ profile: { login: "new@example.com" } });
		});
		const snapshot = await connector(sandbox).snapshot(NOTHING, signal);
		expect([...snapshot.people.values()].map((person) => person.username)).toContain("new@example.com");
		expect(snapshot.size.people).toBe(3);
	});

	test("a reactivation between the two lists of people does not lose anybody", async () => {
		const sandbox = await standIn();
		const ben = sandbox.org.userNamed("ben@example.com")!;
		let done = false;
		sandbox.onExchange((exchange) => {
			if (done || exchange.path !== "/api/v1/users") return;
			done = true;
			sandbox.org.updateUser(ben.id, { status: "ACTIVE" });
		});
		const snapshot = await connector(sandbox).snapshot(NOTHING, signal);
		expect(snapshot.people.get(ben.id as PersonId)?.active).toBe(true);
	});

	test("a deactivation between the two lists of people does not lose anybody either", async () => {
		const sandbox = await standIn();
		const carl = sandbox.org.addUser({ profile: { login: "carl@example.com" } });
		let done = false;
		sandbox.onExchange((exchange) => {
			if (done || exchange.path !== "/api/v1/users") return;
			done = true;
			sandbox.org.updateUser(carl.id, { status: "DEPROVISIONED" });
		});
		const snapshot = await connector(sandbox).snapshot(NOTHING, signal);
		expect(snapshot.people.get(carl.id as PersonId)).toMatchObject({ active: false });
	});

	test("a member who is deleted meanwhile is gone, and nothing is wrong", async () => {
		const sandbox = await standIn();
		const extra = sandbox.org.addUser({ id: "00uzzzzzzzzzzzzzzzzz", profile: { login: "z@example.com" } });
		sandbox.faults.add({ path: /groups\/[^/]+\/users/, effect: { kind: "wrong-json", body: [{ id: "00uGone" }] } });
		// The answer above names one nobody knows, and has no Link header.
		await expect(connector(sandbox).snapshot(NOTHING, signal)).resolves.toMatchObject({ size: { rejects: 2 } });
		sandbox.faults.clear();
		sandbox.onExchange((exchange) => {
			if (/groups\/[^/]+\/users/.test(exchange.path) && sandbox.org.users.has(extra.id)) sandbox.org.removeUser(extra.id);
		});
		const snapshot = await connector(sandbox).snapshot(NOTHING, signal);
		for (const group of snapshot.groups.values()) expect(group.people.every((id) => snapshot.people.has(id))).toBe(true);
	});

	test("a group made while members are read is not lost", async () => {
		const sandbox = await standIn();
		let made: string | undefined;
		sandbox.onExchange((exchange) => {
			if (made !== undefined || !/groups\/[^/]+\/users/.test(exchange.path)) return;
			made = sandbox.org.addGroup({ profile: { name: "new" } }).id;
		});
		const snapshot = await connector(sandbox).snapshot(NOTHING, signal);
		expect(snapshot.groups.get(made as GroupId)?.name).toBe("new");
	});

	test("a group that is gone when its members are asked for is held, not empty", async () => {
		const sandbox = await standIn();
		const devs = [...sandbox.org.groups.values()].find((group) => group.profile.name === "devs")!;
		sandbox.faults.add({ path: new RegExp(`${devs.id}/users`), effect: { kind: "status", status: 404, body: { errorCode: "E0000007" } } });
		const snapshot = await connector(sandbox).snapshot(NOTHING, signal);
		expect(snapshot.groups.get(devs.id as GroupId)?.held).toContain("404");
	});

	test("very many members in no list of people are not looked up: the list is not whole", async () => {
		const sandbox = await standIn();
		for (let i = 0; i < 60; i += 1) sandbox.org.addUser({ profile: { login: `p${i}@example.com` } });
		sandbox.faults.add({ path: /^\/api\/v1\/users\?(?!.*filter)/, effect: { kind: "short-page", drop: 55 } });
		await expect(connector(sandbox).snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringContaining("55 members of groups are not in its list of people"),
		});
		expect(sandbox.exchanges.filter((one) => String(one.query.filter).startsWith("id eq"))).toEqual([]);
	});

	test("a status that nobody knows holds the person", async () => {
		const sandbox = await standIn();
		const odd = sandbox.org.addUser({ status: "HIBERNATING", profile: { login: "odd@example.com" } });
		const snapshot = await connector(sandbox).snapshot(NOTHING, signal);
		expect(snapshot.rejects).toMatchObject([{ id: odd.id, label: "odd@example.com", because: 'its status "HIBERNATING" is not known' }]);
	});
});

describe("statistics", () => {
	test("fewer members than counted: held, after both were asked for again", async () => {
		const sandbox = await standIn({ quirks: { stats: "behind" } });
		const snapshot = await connector(sandbox).snapshot(NOTHING, signal);
		expect(snapshot.rejects.map((reject) => reject.because)).toEqual(
			expect.arrayContaining(["Okta counts 2 members of group devs, but lists 1", "Okta counts 2 members of group Everyone, but lists 1"]),
		);
	});

	test("a count that was behind only at first is asked for again, and nothing is held", async () => {
		const sandbox = await standIn({ quirks: { stats: "behind" } });
		sandbox.onExchange((exchange) => {
			if (exchange.query.filter === undefined || exchange.path !== "/api/v1/groups") return;
			sandbox.quirks.stats = "right";
		});
		sandbox.onExchange((exchange) => {
			if (/groups\/[^/]+\/users/.test(exchange.path)) sandbox.quirks.stats = "right";
		});
		expect((await connector(sandbox).snapshot(NOTHING, signal)).size).toMatchObject({ rejects: 0, memberships: 2 });
	});

	test("memberCount: ignore goes by the list", async () => {
		const sandbox = await standIn({ quirks: { stats: "behind" } });
		expect((await connector(sandbox, { memberCount: "ignore" }).snapshot(NOTHING, signal)).size).toMatchObject({
			rejects: 0,
			memberships: 2,
		});
	});

	test.each(["dead", "absent"] as const)("%s statistics are not believed: every group is read", async (stats) => {
		const sandbox = await standIn({ quirks: { stats } });
		expect((await connector(sandbox).snapshot(NOTHING, signal)).size).toMatchObject({ groups: 2, memberships: 2, rejects: 0 });
	});
});

describe("pages", () => {
	test("many of them are not an endless list", async () => {
		const sandbox = await standIn();
		for (let i = 0; i < 30; i += 1) sandbox.org.addUser({ profile: { login: `p${i}@example.com` } });
		expect((await connector(sandbox, { pageSize: 1 }).snapshot(NOTHING, signal)).size).toMatchObject({ people: 32, rejects: 0 });
	});

	test("ever new cursors to the same people: the group is held", async () => {
		const sandbox = await standIn({ quirks: { members: "repeat" } });
		const okta = connector(sandbox);
		const snapshot = await okta.snapshot(NOTHING, signal);
		expect(snapshot.rejects.map((reject) => reject.because)).toEqual([
			expect.stringContaining("a page repeats what came before"),
			expect.stringContaining("a page repeats what came before"),
		]);
		expect(okta.requests()).toBeLessThan(15);
	});

	test("a list without a Link header, where others had one, is not believed", async () => {
		const sandbox = await standIn({ quirks: { dropsLinksAfter: 2 } });
		await expect(connector(sandbox).snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "source.malformed",
			message: expect.stringContaining("without a Link header"),
		});
	});

	test("a full page without a Link header is not believed either", async () => {
		const sandbox = await standIn({ quirks: { dropsLinksAfter: 0 } });
		await expect(connector(sandbox, { pageSize: 1 }).snapshot(NOTHING, signal)).rejects.toMatchObject({ code: "source.malformed" });
	});
});

describe("attributes", () => {
	test("only what is used is asked for, as texts", async () => {
		const sandbox = await standIn();
		const snapshot = await connector(sandbox).snapshot({ attributes: new Set(["level", "site", "odd name)"]) }, signal);
		const anna = [...snapshot.people.values()].find((person) => person.username === "anna@example.com");
		expect(anna).toMatchObject({ givenName: "Anna", familyName: undefined, attributes: { level: ["3"], site: ["Köln"] } });
		const fields = sandbox.exchanges.filter((one) => one.path === "/api/v1/users").map((one) => one.query.fields);
		expect(new Set(fields)).toEqual(new Set(["id,status,profile:(login,email,firstName,lastName,displayName,level,site)"]));
	});

	test("an organisation that refuses the projection is read whole", async () => {
		const sandbox = await standIn({ quirks: { refusesFields: true } });
		const snapshot = await connector(sandbox).snapshot({ attributes: new Set(["site"]) }, signal);
		expect([...snapshot.people.values()].map((person) => person.attributes)).toEqual(
			expect.arrayContaining([{ site: ["Köln"] }, { site: ["Bonn"] }]),
		);
	});
});

describe("person", () => {
	test("by id and by login, deactivated people too, with the wanted attributes", async () => {
		const sandbox = await standIn();
		const okta = connector(sandbox);
		const ben = sandbox.org.userNamed("ben@example.com")!;
		const found = await okta.person?.(ben.id, { attributes: new Set(["site"]) }, signal);
		expect(found).toMatchObject({ id: ben.id, username: "ben@example.com", active: false, attributes: { site: ["Bonn"] } });
		expect(await okta.person?.("ben@example.com", { attributes: new Set(["site"]) }, signal)).toEqual(found);
	});

	test("nobody: a part of a login, an id of nobody, a text that would end the filter", async () => {
		const okta = connector(await standIn());
		for (const who of ["anna", "00uNobody0000000000", 'x" or status eq "ACTIVE'])
			expect([who, await okta.person?.(who, NOTHING, signal)]).toEqual([who, undefined]);
	});

	test("nobody is not believed of an account that sees a part only", async () => {
		const sandbox = await standIn();
		sandbox.addToken({ token: sandbox.credentials.token, owner: "a@example.com", roles: ["USER_ADMIN"], groups: [] });
		await expect(connector(sandbox).person?.("anna@example.com", NOTHING, signal)).rejects.toMatchObject({ code: "source.denied" });
	});
});
