import { afterEach, describe, expect, test } from "@jest/globals";
import type { AccountId, GroupName } from "../../../core/model.ts";
import type { Actual } from "../../../core/product.ts";
import { Secret } from "../../../core/secret.ts";
import type { Exchange } from "../../../sandbox/kit/exchange.ts";
import { calm, comparable, fieldsOf, operation, populate, READ, stepsFor } from "../../contract/product-world.ts";
import { caught, closeAll, stageOf } from "./doors.ts";

afterEach(closeAll);
const named = ({ accounts }: Actual, name: string) => [...accounts.values()].find(({ username }) => username === name);
const isUserServer = ({ path }: Exchange) => path.includes("/rest/usermanagement/");

describe("accounts by both doors", () => {
	test.each(["8.2", "9.12", "10.3"] as const)("are the ones that REST v2 has in Jira %s: one may go over to the other", async (version) => {
		const { stage, rest, both } = await stageOf({ version });
		const ids = populate(stage);
		const [one, two] = [await rest().read(READ(ids), calm), await both().read(READ(ids), calm)];
		expect(comparable(two)).toEqual(comparable(one));
		expect([two.site, two.self, two.seats]).toEqual([one.site, one.self, one.seats]);
	});
	test.each([
		["8.2", { searchReach: 100 }],
		["10.0", {}],
	] as const)("are whole where Jira %s cuts REST v2's lists off, and groups too", async (version, behaviour) => {
		const { stage, server, rest, both } = await stageOf({ version, behaviour: { ...behaviour, picker: "cut", pickerLimit: 2 } });
		const ids = populate(stage, 120);
		expect((await caught(rest().read({}, calm))).code).toBe("target.incomplete");
		const actual = await both().read({}, calm);
		expect([...actual.accounts.keys()]).toEqual(expect.arrayContaining([...ids]));
		expect(actual.groups.size).toBe(server.population.groups.size);
		// Only those whom the list leaves out were looked up.
		expect(server.exchanges.filter(({ path }) => path.endsWith("/api/2/user"))).toHaveLength(ids.length + 2 - 100);
	});
	test("an address that Jira hides over REST v2 is known", async () => {
		const { stage, server, both } = await stageOf();
		stage.addAccount(fieldsOf("ann"));
		server.faults.add({ path: /user\/list/, effect: { kind: "status", status: 200, body: masked(server.population) } });
		expect(named(await both().read({}, calm), "ann")).toMatchObject({ email: "ann@example.org", displayName: "ann Example" });
	});
	const masked = (population: { readonly accounts: ReadonlyMap<number, { readonly key: string; readonly name: string }> }) => ({
		values: [...population.accounts.values()].map(({ key, name }) => ({ key, name, active: true })),
		isLast: true,
	});
});

describe("who has which key", () => {
	/** Calls `then` once, when the first request that fits was answered. */
	const once = (server: { onExchange(listen: (exchange: Exchange) => void): void }, path: RegExp, then: () => void) => {
		let done = false;
		server.onExchange((exchange) => {
			if (done || !path.test(exchange.path)) return;
			done = true;
			then();
		});
	};
	test("two who swap their names between the doors do not get each other's key", async () => {
		const { stage, population, server, both } = await stageOf();
		const [ann, ben] = [stage.addAccount(fieldsOf("ann")), stage.addAccount(fieldsOf("ben"))];
		// Nothing but the user server's own key tells the two apart.
		for (const id of [ann, ben])
			population.updateAccount(population.keyed(id)!.id, { displayName: "Twin", emailAddress: "twin@example.org" });
		once(server, /group\/membership$/, () => {
			population.updateAccount(population.keyed(ann)!.id, { name: "temporary" });
			population.updateAccount(population.keyed(ben)!.id, { name: "ann" });
			population.updateAccount(population.keyed(ann)!.id, { name: "ben" });
		});
		const { accounts } = await both().read({}, calm);
		expect([accounts.get(ann)?.username, accounts.get(ben)?.username]).toEqual(["ben", "ann"]);
		expect(server.exchanges.filter(({ path }) => path.endsWith("/group/membership"))).toHaveLength(2);
	});
	test("the same on a user server that sends no keys, by what else tells them apart", async () => {
		const { stage, population, server, both } = await stageOf({ userServer: { quirks: { keys: false } } });
		const [ann, ben] = [stage.addAccount(fieldsOf("ann")), stage.addAccount(fieldsOf("ben"))];
		once(server, /group\/membership$/, () => {
			population.updateAccount(population.keyed(ann)!.id, { name: "temporary" });
			population.updateAccount(population.keyed(ben)!.id, { name: "ann" });
			population.updateAccount(population.keyed(ann)!.id, { name: "ben" });
		});
		const { accounts } = await both().read({}, calm);
		expect([accounts.get(ann)?.username, accounts.get(ben)?.username]).toEqual(["ben", "ann"]);
		expect([accounts.get(ann)?.email, accounts.get(ben)?.email]).toEqual(["ann@example.org", "ben@example.org"]);
	});
	test("somebody who is created meanwhile makes Rollcall read anew", async () => {
		const { stage, population, server, both } = await stageOf();
		populate(stage);
		once(server, /group\/membership$/, () => void population.addAccount({ name: "newcomer" }));
		expect(named(await both().read({}, calm), "newcomer")).toBeDefined();
	});
	test("somebody who is removed meanwhile, too", async () => {
		const { stage, population, server, both } = await stageOf();
		const ids = populate(stage);
		once(server, /group\/membership$/, () => population.removeAccount(population.keyed(ids[2]!)!.id));
		expect((await both().read({}, calm)).accounts.has(ids[2]!)).toBe(false);
	});
	const stopped = (message: string) => ({
		code: "target.incomplete",
		retry: "never",
		message: expect.stringContaining(`${message}, 3 times in a row`),
		todo: expect.stringContaining("Nothing was changed"),
	});
	test("the user server lists somebody whom REST v2 does not know: nothing is planned", async () => {
		const { stage, server, both } = await stageOf();
		const ids = populate(stage, 3);
		server.faults.add({ path: /user\/list/, effect: { kind: "short-page", drop: 1 } });
		expect((await both().read({}, calm)).accounts.has(ids[2]!)).toBe(true);
		server.faults.add({ path: /api\/2\/user$/, effect: { kind: "status", status: 404, body: { errorMessages: ["no"], errors: {} } } });
		expect(await caught(both().read({}, calm))).toMatchObject(stopped('the user server lists "person2", whom REST v2 does not know'));
	});
	test.each([
		["another name", { name: "person1" }],
		["one of the deleted", { deleted: true }],
	])("REST v2 answers with %s: nothing is planned", async (_title, change) => {
		const { stage, server, both } = await stageOf();
		populate(stage, 3);
		server.faults.add({ path: /user\/list/, effect: { kind: "short-page", drop: 1 } });
		const body = { key: "JIRAUSER10004", name: "person2", active: true, ...change };
		server.faults.add({ path: /api\/2\/user$/, effect: { kind: "status", status: 200, body } });
		expect(await caught(both().read({}, calm))).toMatchObject(stopped('the user server lists "person2", whom REST v2 does not know'));
	});
	test("REST v2 gives two accounts one key: nothing is planned", async () => {
		const { stage, server, both } = await stageOf();
		populate(stage, 3);
		server.faults.add({ path: /user\/list/, effect: { kind: "short-page", drop: 1 } });
		const body = { key: "JIRAUSER10002", name: "person2", active: true };
		server.faults.add({ path: /api\/2\/user$/, effect: { kind: "status", status: 200, body } });
		expect(await caught(both().read({}, calm))).toMatchObject(stopped("REST v2 gives two accounts the same key"));
	});
	test("REST v2 lists two accounts of one name: nothing is planned; deleted ones do not count", async () => {
		const { stage, population, server, both } = await stageOf();
		const ids = populate(stage, 3);
		const values = [...population.accounts.values()].map(({ key, name }) => ({ key, name, active: true, deleted: false }));
		const list = (...more: object[]) => ({ kind: "status", status: 200, body: { values: [...values, ...more], isLast: true } }) as const;
		server.faults.add({ path: /user\/list/, effect: list({ key: "JIRAUSER77", name: "left", active: false, deleted: true }) });
		expect([...(await both().read({}, calm)).accounts.keys()]).toEqual(expect.arrayContaining([...ids]));
		server.faults.clear();
		server.faults.add({ path: /user\/list/, effect: list({ key: "JIRAUSER77", name: "PERSON1", active: true }) });
		expect(await caught(both().read({}, calm))).toMatchObject(stopped('REST v2 lists two accounts named "PERSON1"'));
	});
	test("REST v2 lists somebody whom the user server does not: nothing is planned", async () => {
		const { stage, server, population, both } = await stageOf();
		populate(stage, 3);
		population.addGroup("seen");
		for (const { id, name } of population.accounts.values()) if (name !== "person1") population.addMember("seen", id);
		server.userServer.quirks.onlyMembersOf = ["seen"];
		expect(await caught(both().read({}, calm))).toMatchObject(stopped('REST v2 lists the account "person1", and the user server does not'));
	});
	test("a user server that does not show the account that Rollcall is logged in with", async () => {
		const { server, both } = await stageOf();
		const body = { key: "JIRAUSER99999", name: "somebody", active: true };
		server.faults.add({ path: /myself/, effect: { kind: "status", status: 200, body } });
		expect(await caught(both().read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining("not among them"),
		});
	});
	test("a token that belongs to somebody else at the end", async () => {
		const { server, both } = await stageOf();
		once(server, /group\/membership$/, () => server.addToken("admin", server.credentials.token));
		expect(await caught(both().read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining('"rollcall" became "admin"'),
		});
	});
});

describe("groups inside groups", () => {
	async function nested() {
		const { stage, population, ...connect } = await stageOf();
		for (const name of ["outer", "inner", "core"]) stage.addGroup(name);
		population.nest("outer", "inner");
		population.nest("inner", "core");
		const account = stage.addAccount(fieldsOf("ann"));
		stage.addMember("inner", account);
		return { stage, population, account, ...connect };
	}
	test("are seen as such: memberships are direct ones", async () => {
		const { account, rest, both, userServer } = await nested();
		expect((await rest().read({}, calm)).accounts.get(account)?.groups).toEqual(["inner", "outer"]);
		expect((await both().read({}, calm)).accounts.get(account)?.groups).toEqual(["inner"]);
		expect(named(await userServer().read({}, calm), "ann")?.groups).toEqual(["inner"]);
	});
	test("who is in directly and through one inside leaves the outer one, and stays in the inner one", async () => {
		const { stage, population, account, both } = await nested();
		stage.addMember("outer", account);
		const leave = operation({ kind: "member.remove", subject: { username: "ann", account }, group: "outer" as GroupName });
		expect((await both().perform(leave, account, calm)).outcome).toBe("done");
		expect([...population.directGroupsOf(population.keyed(account)!.id)]).toEqual(["inner"]);
		expect((await both().perform(leave, account, calm)).outcome).toBe("already");
	});
	test("who is in through one inside joins directly", async () => {
		const { population, account, both } = await nested();
		const join = operation({ kind: "member.add", subject: { username: "ann", account }, group: "outer" as GroupName });
		expect((await both().perform(join, account, calm)).outcome).toBe("done");
		expect((await both().perform(join, account, calm)).outcome).toBe("already");
		expect([...population.directGroupsOf(population.keyed(account)!.id)].sort()).toEqual(["inner", "outer"]);
	});
	test("a seat is taken in the inner ones as well, and those are read where leavers lose their seats", async () => {
		const { stage, population, account, both } = await nested();
		const access = { groups: ["outer"], defaultGroups: ["outer"], seats: 5, selectedByDefault: true };
		population.applications = [{ key: "jira-software", name: "Jira Software", ...access }];
		stage.addMember("core", stage.addAccount(fieldsOf("ben")));
		const { seats, accounts } = await both().read({ groups: new Set(), seatGroups: true }, calm);
		expect(seats).toEqual([
			{ name: "Jira Software", total: 5, used: 2, groups: new Set(["outer", "inner", "core"]), givenToNewAccounts: true },
		]);
		expect(accounts.get(account)?.groups).toEqual(["inner"]);
		expect((await both().read({ groups: new Set() }, calm)).accounts.get(account)?.groups).toEqual([]);
	});
});

describe("which door does what", () => {
	test("changes go through REST v2, with Jira's rules; only before 8.3 the user server switches accounts", async () => {
		for (const version of ["8.2", "10.3"] as const) {
			const { stage, server, both } = await stageOf({ version });
			const ids = populate(stage);
			const product = both();
			const { "group.delete": last, ...first } = stepsFor(ids);
			for (const step of [...Object.values(first), last]) await product.perform(step.operation, step.account, calm);
			const written = server.exchanges.filter(({ method }) => method !== "GET");
			const switched = written.filter(isUserServer).map(({ method, query }) => [method, query.username]);
			expect(switched).toEqual(
				version === "8.2"
					? [
							["PUT", "person3"],
							["PUT", "person4"],
						]
					: [],
			);
			expect(written.length).toBeGreaterThan(8);
		}
	});
	test("before 8.3 an account is switched by the name that it has now", async () => {
		const { stage, population, both } = await stageOf({ version: "8.2" });
		const [account] = populate(stage);
		const product = both();
		await product.read({}, calm);
		population.updateAccount(population.keyed(account!)!.id, { name: "renamed" });
		population.addAccount({ name: "person0" });
		const disable = operation({ kind: "account.disable", subject: { username: "person0", account: account! } });
		expect((await product.perform(disable, account, calm)).outcome).toBe("done");
		expect([population.keyed(account!)?.active, population.named("person0")?.active]).toEqual([false, true]);
		const gone = operation({ kind: "account.disable", subject: { username: "x", account: "nobody" as AccountId } });
		expect((await caught(product.perform(gone, "nobody" as AccountId, calm))).code).toBe("target.missing");
	});
	test("a membership ends by the name that the account has now", async () => {
		const { stage, population, both } = await stageOf();
		const [account] = populate(stage);
		const product = both();
		await product.read({}, calm);
		population.updateAccount(population.keyed(account!)!.id, { name: "renamed" });
		population.addMember("staff", population.addAccount({ name: "person0" }).id);
		const leave = operation({
			kind: "member.remove",
			subject: { username: "person0", account: account! },
			group: "staff" as GroupName,
		});
		expect((await product.perform(leave, account, calm)).outcome).toBe("done");
		const members = population.group("staff").members;
		expect([members.has(population.keyed(account!)!.id), members.has(population.named("person0")!.id)]).toEqual([false, true]);
		expect((await product.perform(leave, account, calm)).outcome).toBe("already");
	});
	test("a membership that REST v2 says it ended, and that is still there", async () => {
		const { stage, server, both } = await stageOf();
		const [account] = populate(stage);
		server.faults.add({ method: "DELETE", effect: { kind: "status", status: 200, body: {} } });
		const leave = operation({ kind: "member.remove", subject: { username: "x", account: account! }, group: "staff" as GroupName });
		expect(await caught(both().perform(leave, account, calm))).toMatchObject({
			code: "target.rejected",
			message: expect.stringContaining('changed nothing: leaving the group "staff"'),
		});
	});
	test("before 8.3 nobody who leads a project is switched off, though the user server would do it", async () => {
		const { population, server, both } = await stageOf({ version: "8.2" });
		const account = population.addAccount({ name: "lead", emailAddress: "l@example.org", leads: ["KEY"] }).key as AccountId;
		const disable = operation({ kind: "account.disable", subject: { username: "lead", account } });
		expect(await caught(both().perform(disable, account, calm))).toMatchObject({
			code: "target.rejected",
			message: expect.stringContaining("project KEY"),
		});
		expect(server.exchanges.every(({ method }) => method === "GET")).toBe(true);
	});
	test("switching somebody on before 8.3 asks nothing about projects", async () => {
		const { stage, server, both } = await stageOf({ version: "8.2" });
		const ids = populate(stage);
		const { operation: enable } = stepsFor(ids)["account.enable"];
		await both().perform(enable, ids[3], calm);
		expect(server.exchanges.some(({ path }) => path.includes("/project"))).toBe(false);
		expect(server.population.named("person3")?.active).toBe(true);
	});
	test.each(["rest", "user server"] as const)("a log-in that is refused at one door (%s) is used at neither again", async (door) => {
		const { server, both } = await stageOf();
		const wrong = new Secret("wrong", "test");
		const product = both(
			door === "rest"
				? { auth: { kind: "basic", username: "rollcall", password: wrong } }
				: { userServer: { application: "rollcall", password: wrong } },
		);
		expect(await caught(product.read({}, calm))).toMatchObject({ code: "target.denied", context: { status: 401 } });
		const sent = server.exchanges.length;
		expect(server.exchanges.filter(({ status }) => status === 401)).toHaveLength(1);
		expect((await caught(product.read({}, calm))).code).toBe("target.denied");
		const step = stepsFor([])["group.create"];
		expect((await caught(product.perform(step.operation, undefined, calm))).code).toBe("target.denied");
		expect(server.exchanges).toHaveLength(sent);
	});
});
