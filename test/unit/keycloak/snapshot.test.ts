import { afterEach, describe, expect, test } from "@jest/globals";
import { keycloak } from "../../../connectors/idp/keycloak/connector.ts";
import type { KeycloakSettings } from "../../../connectors/idp/keycloak/settings.ts";
import type { SnapshotRequest } from "../../../core/connector.ts";
import { type KeycloakOptions, type KeycloakSandbox, startKeycloak } from "../../../sandbox/keycloak/server.ts";
import { settingsFor } from "../../contract/keycloak-harness.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close();
});
const signal = new AbortController().signal;
const NOTHING: SnapshotRequest = { attributes: new Set() };

/** Eight people; groups a (everybody), b below a, c (nobody), and twelve called "same" below c, with one member each. */
async function realm(options: KeycloakOptions = {}) {
	const sandbox = await startKeycloak(options);
	open.push(sandbox);
	const people = Array.from({ length: 8 }, (_, i) => sandbox.realm.addUser({ username: `p${i}`, enabled: true }));
	const a = sandbox.realm.addGroup({ name: "a" });
	const b = sandbox.realm.addGroup({ name: "b", parentId: a.id });
	const c = sandbox.realm.addGroup({ name: "c" });
	for (const person of people) sandbox.realm.addMember(a.id, person.id);
	sandbox.realm.addMember(b.id, people[0]!.id);
	for (let i = 0; i < 12; i += 1) {
		const middle = sandbox.realm.addGroup({ name: `m${i}`, parentId: c.id });
		sandbox.realm.addMember(sandbox.realm.addGroup({ name: "same", parentId: middle.id }).id, people[i % 8]!.id);
	}
	return { sandbox, people, a, b, c };
}
function read(sandbox: KeycloakSandbox, more: Partial<KeycloakSettings> = {}) {
	const connector = keycloak({ ...settingsFor(sandbox, { pageSize: 4, concurrency: 1 }), ...more });
	open.push(connector);
	return connector.snapshot(NOTHING, signal);
}
const gets = (sandbox: KeycloakSandbox, path: RegExp) => sandbox.exchanges.filter((e) => path.test(e.path)).length;
/** Runs `change` when the `nth` request whose path matches has been answered. */
function when(sandbox: KeycloakSandbox, path: RegExp, [nth, change]: readonly [number, () => void]) {
	let seen = 0;
	sandbox.onExchange((e) => {
		if (path.test(e.path) && ++seen === nth) change();
	});
}

describe("a directory that changes while it is read", () => {
	test("somebody deleted and somebody created between two pages: the list is read again", async () => {
		const { sandbox, people } = await realm();
		when(sandbox, /\/users$/, [
			1,
			() => {
				sandbox.realm.removeUser(people[0]!.id);
				sandbox.realm.addUser({ username: "zoe", enabled: true });
			},
		]);
		const snapshot = await read(sandbox);
		expect([...snapshot.people.values()].map((p) => p.username).sort()).toEqual(["p1", "p2", "p3", "p4", "p5", "p6", "p7", "zoe"]);
	});

	test("somebody created while members are read is in the second reading of the list", async () => {
		const { sandbox, a } = await realm();
		when(sandbox, /\/groups$/, [
			1,
			() => {
				const late = sandbox.realm.addUser({ username: "late", enabled: true });
				sandbox.realm.addMember(a.id, late.id);
			},
		]);
		const snapshot = await read(sandbox);
		expect([...snapshot.people.values()].map((p) => p.username)).toContain("late");
		expect(snapshot.groups.get(a.id as never)?.people).toHaveLength(9);
	});

	test("a group created meanwhile is read; those already read are not read again", async () => {
		const { sandbox, people } = await realm();
		when(sandbox, /\/members$/, [
			10,
			() => {
				const late = sandbox.realm.addGroup({ name: "late" });
				sandbox.realm.addMember(late.id, people[3]!.id);
			},
		]);
		const snapshot = await read(sandbox);
		const late = [...snapshot.groups.values()].find((g) => g.name === "late");
		expect(late?.people).toEqual([people[3]!.id]);
		// 27 groups of which one has three pages, then one more.
		expect(gets(sandbox, /\/members$/)).toBe(27 + 1 + 1);
	});

	test("one that never holds still is refused in bounded time", async () => {
		const { sandbox } = await realm();
		let n = 0;
		// Asked for before and after every reading.
		sandbox.onExchange((e) => {
			if (e.path.endsWith("/users/count")) sandbox.realm.addGroup({ name: `more-${n++}` });
		});
		await expect(read(sandbox)).rejects.toMatchObject({
			message: expect.stringContaining("did not hold still"),
			code: "source.incomplete",
			retry: "spent",
		});
		expect(sandbox.exchanges.length).toBeLessThan(200);
	});

	test("a list that grows whenever it has been counted is refused in bounded time", async () => {
		const { sandbox } = await realm();
		let n = 0;
		sandbox.onExchange((e) => {
			if (e.path.endsWith("/users/count")) sandbox.realm.addUser({ username: `more-${n++}`, enabled: true });
		});
		await expect(read(sandbox)).rejects.toMatchObject({
			message: expect.stringContaining("counts 10 people, but lists 11"),
			retry: "spent",
		});
		expect(sandbox.exchanges.length).toBeLessThan(60);
	});

	test("a group deleted meanwhile is held, never empty", async () => {
		const { sandbox, b } = await realm();
		sandbox.faults.add({
			path: new RegExp(`${b.id}/members`),
			effect: { kind: "status", status: 404, body: { error: "Could not find group by id" } },
		});
		const snapshot = await read(sandbox);
		expect(snapshot.groups.get(b.id as never)?.held).toContain("answered 404: Could not find group by id");
		expect(snapshot.rejects).toMatchObject([{ kind: "group", id: b.id, label: "b" }]);
	});
});

describe("lists that are not what they seem", () => {
	test.each(["query-users", "query-groups"] as const)("an account with %s only is refused before anything is read", async (role) => {
		const { sandbox } = await realm();
		sandbox.setRoles("rollcall", [role]);
		await expect(read(sandbox)).rejects.toMatchObject({
			code: "source.denied",
			message: expect.stringContaining("view-users"),
			todo: expect.stringContaining("Service account roles"),
		});
		expect(gets(sandbox, /\/admin\//)).toBe(0);
	});

	test("200 [] is not believed when the token does not say what the account may see", async () => {
		const { sandbox } = await realm();
		sandbox.setRoles("rollcall", []);
		for (const [path, body] of [
			[/\/users\/count/, 0],
			[/\/groups\/count/, { count: 0 }],
			[/\/(users|groups)\/?(\?|$)/, []],
		] as const)
			sandbox.faults.add({ path, effect: { kind: "wrong-json", body } });
		await expect(read(sandbox)).rejects.toMatchObject({ code: "source.denied", message: expect.stringContaining("lists nobody") });
	});

	test("an empty realm is an empty snapshot of an account that may see everybody", async () => {
		const sandbox = await startKeycloak();
		open.push(sandbox);
		expect((await read(sandbox)).size).toEqual({ people: 0, active: 0, groups: 0, memberships: 0, rejects: 0 });
	});

	test("people taken out of pages are missed by the count", async () => {
		const { sandbox } = await realm({ quirks: { hiddenUsers: ["p3"] } });
		await expect(read(sandbox)).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringContaining("counts 8 people, but lists 7"),
		});
	});

	test("members whom a list with an agreeing count does not name are looked up, and refused when they exist", async () => {
		const { sandbox, people } = await realm();
		const shown = people.slice(1).map((p) => ({ id: p.id, username: p.username, enabled: true }));
		sandbox.faults.add({ path: /\/users\/count/, effect: { kind: "wrong-json", body: 7 } });
		sandbox.faults.add({ path: /\/users\/?\?/, effect: { kind: "wrong-json", body: shown } });
		await expect(read(sandbox, { pageSize: 50 })).rejects.toMatchObject({
			code: "source.incomplete",
			message: "1 members of groups are not in Keycloak's list of people",
		});
	});

	test("a member who is in no list and nowhere else is gone, and no member", async () => {
		const { sandbox, people, b } = await realm();
		const gone = { id: "00000000-0000-4000-8000-00000000dead", username: "gone", enabled: true };
		const rows = [{ id: people[0]!.id, username: "p0", enabled: true }, gone];
		sandbox.faults.add({ path: new RegExp(`/groups/${b.id}/members`), effect: { kind: "wrong-json", body: rows } });
		const snapshot = await read(sandbox, { pageSize: 50 });
		expect(snapshot.groups.get(b.id as never)).toMatchObject({ people: [people[0]!.id] });
		expect(gets(sandbox, /\/users\/00000000-0000-4000-8000-00000000dead$/)).toBe(1);
	});

	test("people of a federation that Keycloak lists and does not count are people", async () => {
		const { sandbox, b } = await realm();
		const far = sandbox.realm.addUser({ id: "f:ldap-1:zoe", username: "zoe", enabled: true, federationLink: "ldap-1" });
		sandbox.realm.addMember(b.id, far.id);
		const snapshot = await read(sandbox);
		expect(snapshot.size).toMatchObject({ people: 9, rejects: 0 });
		expect(snapshot.groups.get(b.id as never)?.people).toContain("f:ldap-1:zoe");
	});

	test("a short page of members ends the list only where the token proves that nothing is taken out of pages", async () => {
		const { sandbox, a } = await realm({ tokens: { lightweight: true } });
		await read(sandbox, { pageSize: 50 });
		// 14 groups with members are asked for the page after; the 13 that nobody is in need no proof.
		expect(gets(sandbox, /\/members$/)).toBe(27 + 14);
		sandbox.faults.add({ path: new RegExp(`/groups/${a.id}/members`), times: 1, effect: { kind: "short-page", drop: 1 } });
		expect((await read(sandbox, { pageSize: 50 })).groups.get(a.id as never)?.people).toHaveLength(8);
	});

	test("people who come twice are one (LDAP, members of a read-only group mapper)", async () => {
		const { sandbox, a } = await realm({ quirks: { members: "overlap" } });
		const snapshot = await read(sandbox);
		expect(snapshot.groups.get(a.id as never)?.people).toHaveLength(8);
		expect(snapshot.rejects).toEqual([]);
	});

	test("an order that is another one in each request: read again, then refused; never fewer people", async () => {
		const { sandbox } = await realm({ quirks: { unstableUserOrder: true } });
		const outcome = await read(sandbox).then(
			(s) => s.size.people,
			(error: { code: string }) => error.code,
		);
		expect([8, "source.incomplete"]).toContain(outcome);
	});

	test("a record that cannot be understood is held, and the rest is read", async () => {
		const { sandbox, people } = await realm();
		const odd = people.map((p, i) => ({ id: p.id, username: p.username, enabled: i === 2 ? "perhaps" : true }));
		sandbox.faults.add({ path: /\/users\/?\?/, effect: { kind: "wrong-json", body: odd } });
		const snapshot = await read(sandbox, { pageSize: 50 });
		expect(snapshot.size.people).toBe(7);
		expect(snapshot.rejects).toMatchObject([{ kind: "person", id: people[2]!.id, label: "p2" }]);
		expect(snapshot.groups.get([...snapshot.groups.values()].find((g) => g.name === "a")!.id)?.people).toHaveLength(8);
	});

	test("a parent that no list names is refused", async () => {
		const { sandbox } = await realm();
		sandbox.faults.add({ path: /\/groups\/count/, effect: { kind: "wrong-json", body: { count: 1 } } });
		sandbox.faults.add({
			path: /\/groups\/?\?/,
			effect: { kind: "wrong-json", body: [{ id: "g", name: "g", path: "/x/g", parentId: "x" }] },
		});
		await expect(read(sandbox)).rejects.toMatchObject({ code: "source.incomplete", message: expect.stringContaining("lies in group x") });
	});
});

describe("ways to the groups", () => {
	test.each(["flat", "tree", "top"] as const)("a server that answers the flat list with %s", async (flatGroups) => {
		const { sandbox, a, b } = await realm({ quirks: { flatGroups } });
		const snapshot = await read(sandbox);
		expect(snapshot.size.groups).toBe(27);
		expect(snapshot.groups.get(a.id as never)?.groups).toEqual([b.id]);
		expect([...snapshot.groups.values()].filter((g) => g.name === "same")).toHaveLength(12);
		expect(gets(sandbox, /\/children$/) > 0).toBe(flatGroups === "top");
	});

	test("more than ten children, Keycloak's default page, are read whole on the long way too", async () => {
		const { sandbox, c } = await realm({ quirks: { flatGroups: "top" } });
		const snapshot = await read(sandbox, { pageSize: 1_000 });
		expect(snapshot.groups.get(c.id as never)?.groups).toHaveLength(12);
		for (const e of sandbox.exchanges.filter((x) => x.path.endsWith("/children"))) expect(e.query.max).toBe("1001");
	});
});

describe("answers that are no JSON, with status 200", () => {
	test("one that broke off in the middle is asked for again", async () => {
		const { sandbox } = await realm();
		const broken = sandbox.faults.add({ path: /\/users\/?\?/, times: 1, effect: { kind: "glued" } });
		expect((await read(sandbox)).size.people).toBe(8);
		expect(broken.hits).toBe(1);
	});

	test("one that always breaks off is refused with the server's own word for it", async () => {
		const { sandbox } = await realm();
		sandbox.faults.add({ path: /\/users\/?\?/, effect: { kind: "glued" } });
		await expect(read(sandbox)).rejects.toMatchObject({
			code: "source.malformed",
			retry: "spent",
			message: expect.stringMatching(/characters that are not JSON, ending in the error ".*consult the server log/),
		});
	});

	test("a page of HTML is refused at once, with its title", async () => {
		const { sandbox } = await realm();
		const page = sandbox.faults.add({ path: /\/users\/count/, effect: { kind: "html" } });
		await expect(read(sandbox)).rejects.toMatchObject({
			code: "source.malformed",
			retry: "never",
			message: expect.stringContaining('titled "Log in"'),
		});
		expect(page.hits).toBe(1);
	});
});

describe("many failing groups", () => {
	test("more than a few: it is not the groups", async () => {
		const { sandbox } = await realm();
		sandbox.faults.add({ path: /\/members/, effect: { kind: "status", status: 500 } });
		await expect(read(sandbox)).rejects.toMatchObject({
			code: "source.unreachable",
			retry: "spent",
			message: expect.stringContaining("11 groups"),
		});
	});

	test("a lost connection ends the reading at once", async () => {
		const { sandbox } = await realm();
		sandbox.faults.add({ path: /\/members/, skip: 3, effect: { kind: "reset" } });
		await expect(read(sandbox)).rejects.toMatchObject({ code: "source.unreachable" });
		expect(gets(sandbox, /\/members$/)).toBe(3 + 2);
	});
});

test("requests are bounded, counted and as few as they can be", async () => {
	const { sandbox } = await realm();
	sandbox.faults.add({ path: /\/members/, effect: { kind: "slow", ms: 5 } });
	const connector = keycloak({ ...settingsFor(sandbox, { concurrency: 5 }) });
	open.push(connector);
	const steps = new Map<string, readonly (number | undefined)[]>();
	await connector.snapshot({ attributes: new Set(), progress: ({ stage, done, total }) => steps.set(stage, [done, total]) }, signal);
	// One log-in, two counts before and two after, one page of people, one of groups, one of members for each group.
	expect(connector.requests()).toBe(1 + 4 + 1 + 1 + 27);
	expect(sandbox.exchanges).toHaveLength(connector.requests());
	expect(sandbox.busiest).toBe(5);
	expect(Object.fromEntries(steps)).toEqual({ people: [8, 8], groups: [27, 27], members: [27, 27] });
	for (const e of sandbox.exchanges.filter((x) => /\/(users|members)$/.test(x.path)))
		expect(e.query).toMatchObject({ briefRepresentation: "true", max: "1001" });
});
