import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type OpenAmSettings, openam } from "../../../connectors/idp/openam/connector.ts";
import { ATTRIBUTES } from "../../../connectors/idp/openam/settings.ts";
import type { SnapshotRequest } from "../../../core/connector.ts";
import type { GroupId, PersonId, Snapshot } from "../../../core/model.ts";
import { type OpenAmOptions, type OpenAmSandbox, startOpenam } from "../../../sandbox/openam/server.ts";
import { company } from "../../../sandbox/world/company.ts";
import { fill, nameOf, settingsFor } from "../../contract/openam-harness.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close();
});
const signal = new AbortController().signal;
const NOTHING: SnapshotRequest = { attributes: new Set() };

/** Thirteen people and six groups in /; /twin repeats them. */
async function directory(options: OpenAmOptions = {}) {
	const sandbox = await startOpenam(options);
	open.push(sandbox);
	return { sandbox, truth: fill(sandbox, { reversed: false }), store: sandbox.store("/") };
}
function connect(sandbox: OpenAmSandbox, more: Partial<OpenAmSettings> = {}) {
	const connector = openam({ ...settingsFor(sandbox), realms: ["/"], ...more });
	open.push(connector);
	return connector;
}
const read = (sandbox: OpenAmSandbox, more: Partial<OpenAmSettings> = {}, request = NOTHING): Promise<Snapshot> =>
	connect(sandbox, more).snapshot(request, signal);
const groupNamed = (snapshot: Snapshot, name: string) => [...snapshot.groups.values()].filter((group) => group.name === name);

describe("realms", () => {
	test("one that shares its parent's data store repeats people and groups, who count once", async () => {
		const { sandbox } = await directory();
		const alone = await read(sandbox);
		expect((await read(sandbox, { realms: ["/twin", "/"] })).digest).toBe(alone.digest);
		expect((await read(sandbox, { realms: ["/twin"] })).size).toEqual(alone.size);
	});

	test("of realms that share a data store the outermost gives groups their place", async () => {
		const { sandbox } = await directory();
		sandbox.addRealm("/own", "own");
		sandbox.addRealm("/own/sub", "inherited");
		const own = sandbox.store("/own");
		own.addPerson({ entryUUID: "own-1", uid: "zoe", attributes: {} });
		own.addGroup({ entryUUID: "own-g", cn: "crew", members: [own.personDn("zoe")] });
		const snapshot = await read(sandbox, { realms: ["/own/sub", "/own"] });
		expect([...snapshot.groups.values()].map(({ path }) => path)).toEqual(["/own/crew"]);
	});

	test("one with a data store of its own: the same name is another person, and so is the same group", async () => {
		const { sandbox, truth } = await directory();
		sandbox.addRealm("/sub", "own");
		const sub = sandbox.store("/sub");
		sub.addPerson({ entryUUID: "own-1", uid: nameOf(0), attributes: {} });
		sub.addGroup({ entryUUID: "own-g", cn: "everybody", members: [sub.personDn(nameOf(0)), sandbox.store("/").personDn(nameOf(1))] });
		const snapshot = await read(sandbox, { realms: ["/sub", "/"] });
		expect(snapshot.size).toMatchObject({ people: 14, groups: 7 });
		expect(
			groupNamed(snapshot, "everybody")
				.map(({ path }) => path)
				.sort(),
		).toEqual(["/everybody", "/sub/everybody"]);
		// A member may live in another realm's store.
		expect(snapshot.groups.get("own-g" as GroupId)?.people).toEqual([truth.people[1]!.id, "own-1"].sort());
	});

	test("a realm that is not there is an error, never empty; so is one without anybody", async () => {
		const { sandbox } = await directory();
		await expect(read(sandbox, { realms: ["/", "/nope"] })).rejects.toMatchObject({ code: "config.invalid", context: { realm: "/nope" } });
		sandbox.addRealm("/empty", "own");
		await expect(read(sandbox, { realms: ["/", "/empty"] })).rejects.toMatchObject({ code: "source.incomplete" });
		expect(() => connect(sandbox, { realms: ["staff"] })).toThrow(/not the path of a realm/);
		expect(() => connect(sandbox, { realms: ["/a/../b"] })).toThrow(/not the path of a realm/);
	});

	test("two people with one id are an error, in two stores too", async () => {
		const { sandbox, store } = await directory();
		sandbox.addRealm("/sub", "own");
		sandbox.store("/sub").addPerson({ entryUUID: store.people[0]!.entryUUID, uid: nameOf(0), attributes: {} });
		await expect(read(sandbox, { realms: ["/", "/sub"] })).rejects.toMatchObject({
			code: "source.malformed",
			message: expect.stringMatching(/two people have the id .* in realm \/ and .* in realm \/sub/),
		});
		store.addPerson({ entryUUID: store.people[0]!.entryUUID, uid: "twin", attributes: {} });
		await expect(read(sandbox)).rejects.toMatchObject({
			code: "source.malformed",
			message: expect.stringMatching(/two people have the id/),
		});
	});

	test("no groups at all", async () => {
		const { sandbox, store } = await directory();
		store.replace({ people: store.people, groups: [] });
		expect((await read(sandbox)).size).toMatchObject({ people: 13, groups: 0 });
	});
});

describe("identities that OpenAM lists and cannot read", () => {
	test.each([1000, 5, 1])("are named and held by their right id; everybody else is read (limit %d)", async (maxResult) => {
		const { sandbox, truth } = await directory({ quirks: { maxResult } });
		for (const index of [3, 6, 11]) sandbox.quirks.missing.add(nameOf(index));
		const snapshot = await read(sandbox);
		expect(snapshot.rejects.map(({ kind, id, label }) => [kind, id, label])).toEqual(
			[3, 6, 11].map((index) => ["person", truth.people[index]!.id, nameOf(index)]),
		);
		expect(snapshot.size).toMatchObject({ people: 10, groups: 6 });
		// They are still members, so that nothing is taken from them.
		expect(groupNamed(snapshot, "R&D/Labs, 50% of 工程部")[0]?.people).toEqual([truth.people[6]!.id, truth.people[11]!.id]);
	});

	test("one that can be read again meanwhile is read like everybody", async () => {
		const { sandbox, truth } = await directory();
		const alone = await read(sandbox);
		sandbox.quirks.missing.add(nameOf(3));
		let failed = false;
		sandbox.onExchange((exchange) => {
			// The first list without this name has come: whoever asks for the name itself now, finds it.
			if (failed && exchange.status === 200) sandbox.quirks.missing.clear();
			failed ||= exchange.status === 500;
		});
		const snapshot = await read(sandbox);
		expect([snapshot.rejects, snapshot.people.get(truth.people[3]!.id as PersonId)?.username]).toEqual([[], nameOf(3)]);
		expect(snapshot.digest).toBe(alone.digest);
	});

	test("a group too, inside of another one", async () => {
		const { sandbox, truth } = await directory();
		sandbox.quirks.missing.add("Developers");
		const snapshot = await read(sandbox);
		const { id } = truth.groups.find(({ name }) => name === "Developers")!;
		expect(snapshot.rejects).toMatchObject([{ kind: "group", id, label: "Developers" }]);
		expect(groupNamed(snapshot, "Berlin")[0]?.groups).toEqual([id]);
	});

	test("known by DN or by name", async () => {
		const { sandbox, store } = await directory();
		sandbox.quirks.missing.add(nameOf(6));
		const byDn = await read(sandbox, { attributes: { ...ATTRIBUTES, id: "dn" } });
		expect(byDn.rejects[0]?.id).toBe(store.personDn(nameOf(6)).toLowerCase().replace('\\"', '"'));
		expect((await read(sandbox, { attributes: { ...ATTRIBUTES, id: "uid" } })).rejects[0]?.id).toBe(nameOf(6));
	});

	test("whose id cannot be found out: the reading is refused", async () => {
		const { sandbox, store } = await directory();
		store.addPerson({ entryUUID: "no-uuid", uid: "x", attributes: {} });
		sandbox.quirks.missing.add(nameOf(3));
		await expect(read(sandbox)).rejects.toMatchObject({ code: "source.incomplete", message: expect.stringMatching(/cannot be found out/) });
	});

	test("more than twenty: the reading is refused", async () => {
		const { sandbox, store } = await directory();
		for (let i = 0; i < 21; i += 1) {
			store.addPerson({ entryUUID: `00000000-0000-4000-8900-0000000000${10 + i}`, uid: `late${i}`, attributes: {} });
			sandbox.quirks.missing.add(`late${i}`);
		}
		await expect(read(sandbox)).rejects.toMatchObject({ code: "source.incomplete", message: expect.stringMatching(/more than 20 people/) });
		sandbox.quirks.missing.delete("late0");
		expect((await read(sandbox)).rejects).toHaveLength(20);
	});

	test("nobody is made unreadable by reading, be it of one person", async () => {
		const { sandbox } = await directory();
		const connector = connect(sandbox);
		await connector.snapshot(NOTHING, signal);
		expect(await connector.person?.("newcomer", NOTHING, signal)).toBeUndefined();
		await connector.check(signal);
		expect([...sandbox.quirks.missing]).toEqual([]);
	});
});

describe("what the data store hides", () => {
	const without = (sandbox: OpenAmSandbox, name: string) => {
		sandbox.quirks.shown = sandbox.quirks.shown.filter((each) => each !== name);
	};

	test.each([
		["entryUUID", /has no entryUUID/],
		["inetUserStatus", /hides inetUserStatus.*would look active/],
		["uniqueMember", /hides uniqueMember.*would look empty/],
	])("%s", async (name, message) => {
		const { sandbox } = await directory();
		without(sandbox, name);
		await expect(read(sandbox)).rejects.toMatchObject({ code: "config.invalid", message: expect.stringMatching(message) });
	});

	test("an attribute that the policy uses; one that nobody has is no error", async () => {
		const { sandbox } = await directory();
		without(sandbox, "employeeNumber");
		expect((await read(sandbox, {}, { attributes: new Set(["title"]) })).size.people).toBe(13);
		await expect(read(sandbox, {}, { attributes: new Set(["title", "employeeNumber"]) })).rejects.toMatchObject({
			code: "config.invalid",
			message: expect.stringMatching(/hides employeeNumber, which 5 people/),
		});
	});

	test("nothing, where nobody has a status and no group a member", async () => {
		const { sandbox, store } = await directory();
		store.replace({
			people: store.people.map(({ inetUserStatus: _, ...person }) => person),
			groups: store.groups.map((group) => ({ ...group, members: [] })),
		});
		expect((await read(sandbox)).size).toMatchObject({ people: 13, active: 13, memberships: 0 });
	});
});

describe("members", () => {
	test("in any spelling of the DN; nobody of that name is nobody", async () => {
		const { sandbox, store, truth } = await directory();
		store.setMembers("nobody", () => [
			`UID = ${nameOf(0).toUpperCase()} , OU=People,${store.personDn("x").slice(16)}`,
			store.personDn("ghost"),
			"o=nowhere",
		]);
		expect(groupNamed(await read(sandbox), "nobody")[0]).toMatchObject({ people: [truth.people[0]!.id] });
	});

	test("a spelling that the directory may or may not take for the same: the group is held", async () => {
		const { sandbox, store } = await directory();
		store.setMembers("nobody", () => [store.personDn("asa")]);
		const snapshot = await read(sandbox);
		expect(groupNamed(snapshot, "nobody")[0]).toMatchObject({ people: [], held: expect.stringMatching(/spelt otherwise/) });
		expect(snapshot.rejects).toMatchObject([{ kind: "group", label: "nobody" }]);
	});
});

describe("completeness", () => {
	test("a company of 700 behind a limit of 200 rows, kept from run to run; the same the day after", async () => {
		const folder = mkdtempSync(join(tmpdir(), "rollcall-openam-"));
		open.push({ close: async () => rmSync(folder, { recursive: true }) });
		const options = { stateFile: join(folder, "openam.json"), quirks: { maxResult: 200 } };
		const world = company({ people: 700, groups: 60, seed: 11 });
		const first = await startOpenam(options);
		first.load(world);
		await first.close();
		const sandbox = await startOpenam(options);
		open.push(sandbox);
		expect(sandbox.restored).toBe(true);
		const snapshot = await read(sandbox);
		expect(snapshot.size).toEqual({
			people: 700,
			active: world.people.filter(({ active }) => active).length,
			groups: 60,
			memberships: world.people.reduce((sum, { groups }) => sum + groups.length, 0),
			rejects: 0,
		});
		for (const { id, parentId } of world.groups)
			if (parentId !== undefined) expect(snapshot.groups.get(parentId as GroupId)?.groups).toContain(id);
		sandbox.load({ ...world, people: world.people.slice(3) });
		expect((await read(sandbox)).size.people).toBe(697);
	});

	test("a data store without an order cannot be proven, and is refused", async () => {
		const { sandbox, store } = await directory({ quirks: { noOrdering: true } });
		for (let i = 0; i < 20; i += 1)
			store.addPerson({ entryUUID: `00000000-0000-4000-8900-0000000000${10 + i}`, uid: `more${i}`, attributes: {} });
		await expect(read(sandbox)).rejects.toMatchObject({ code: "source.incomplete", message: expect.stringMatching(/could not be proven/) });
	});

	test("status and digest do not hang on how OpenAM spells attributes this time", async () => {
		const { sandbox, truth } = await directory();
		const calm = await read(sandbox, {}, { attributes: "all" });
		sandbox.quirks.unsteady = true;
		for (let turn = 0; turn < 3; turn += 1) {
			const snapshot = await read(sandbox, {}, { attributes: new Set(["employeeNumber"]) });
			for (const { id, active } of truth.people) expect([id, snapshot.people.get(id as PersonId)?.active]).toEqual([id, active]);
		}
		expect((await read(sandbox, {}, { attributes: "all" })).digest).toBe(calm.digest);
	});
});

describe("one person", () => {
	test("by id, by name in any case, with attributes", async () => {
		const { sandbox, truth } = await directory();
		const connector = connect(sandbox, { realms: ["/", "/twin"] });
		for (const { id, username } of truth.people) {
			const found = await connector.person?.(username.toUpperCase(), { attributes: "all" }, signal);
			expect(found).toMatchObject({ id, username });
			expect(await connector.person?.(id.toUpperCase(), { attributes: "all" }, signal)).toEqual(found);
		}
		expect(await connector.person?.("", NOTHING, signal)).toBeUndefined();
	});

	test("two of one name, in two realms; one who cannot be read", async () => {
		const { sandbox } = await directory();
		sandbox.addRealm("/sub", "own");
		sandbox.store("/sub").addPerson({ entryUUID: "own-1", uid: nameOf(0), attributes: {} });
		const connector = connect(sandbox, { realms: ["/", "/sub"] });
		await expect(connector.person?.(nameOf(0), NOTHING, signal)).rejects.toMatchObject({
			code: "config.invalid",
			todo: expect.stringMatching(/own-1/),
		});
		sandbox.quirks.missing.add(nameOf(1));
		await expect(connector.person?.(nameOf(1), NOTHING, signal)).rejects.toMatchObject({ code: "source.malformed" });
	});

	test("by DN where that is the id", async () => {
		const { sandbox, store } = await directory();
		const connector = connect(sandbox, { attributes: { ...ATTRIBUTES, id: "dn" } });
		expect(await connector.person?.(store.personDn(nameOf(0)), NOTHING, signal)).toMatchObject({ username: nameOf(0) });
		expect(await connector.person?.(nameOf(0), NOTHING, signal)).toMatchObject({ username: nameOf(0) });
	});
});
