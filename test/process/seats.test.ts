import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { person } from "./support/people.ts";
import { World } from "./support/world.ts";

let world: World;
beforeEach(async () => {
	world = await World.open();
});
afterEach(() => world.close());

interface Shown {
	readonly outcome: string;
	readonly headline: string;
	readonly seats: readonly object[];
	readonly operations: readonly { kind: string; username: string; state?: string }[];
	readonly holds: readonly { because: string; username: string; wanted: string; detail: string }[];
}
const seats = (total: number): void => {
	const [software] = world.jira.population.applications;
	world.jira.population.applications = [{ ...software!, seats: total }];
};
const run = async (...args: string[]) => {
	const { code, out } = await world.run([...args, "--format", "json"]);
	return { code, report: JSON.parse(out) as Shown };
};
const names = (report: Shown, kind: string) => report.operations.filter((one) => one.kind === kind).map(({ username }) => username);

describe("licence seats", () => {
	test("too few: whoever finds one is created, the others are held with exit 3, in the dry run and in the run", async () => {
		seats(4);
		for (const [args, state] of [
			[["diff"], undefined],
			[["sync", "--yes"], "done"],
		] as const) {
			const { code, report } = await run(...args);
			expect(code).toBe(3);
			expect(report.seats).toEqual([{ name: "Jira Software", total: 4, used: 0, after: 4, lacking: 6 }]);
			// Heidi has an account, and comes first.
			expect(names(report, "account.create")).toEqual(["alice", "bob", "carla"]);
			expect(report.holds.filter(({ because }) => because === "no-seat").map(({ username }) => username)).toEqual([
				"dan",
				"eve",
				"frank",
				"grace",
				"ivan",
				"judy",
			]);
			expect(report.headline).toContain("6 people wait for a licence seat");
			// Jira puts a new account into its default group by itself.
			for (const operation of report.operations) expect([state, state && "already"]).toContain(operation.state);
		}
		const accounts = [...world.jira.population.accounts.values()];
		expect(accounts.filter(({ emailAddress }) => emailAddress.endsWith("@example.com")).map(({ name }) => name)).toEqual(
			expect.arrayContaining(["alice", "bob", "carla"]),
		);
		expect(accounts.some(({ name }) => name === "dan")).toBe(false);
		expect((await run("diff")).code).toBe(3);
	});

	test("that a leaver frees are given to a joiner in the same run", async () => {
		seats(4);
		await world.inside(["sync", "--yes"]);
		const { realm } = world.keycloak;
		realm.updateUser(person(realm, "bob"), { enabled: false });
		const { code, report } = await run("sync", "--yes");
		expect(code).toBe(3);
		expect(names(report, "account.disable")).toEqual(["bob"]);
		expect(names(report, "account.create")).toEqual(["dan"]);
		for (const { state } of report.operations) expect(["done", "already"]).toContain(state);
		seats(40);
		expect(await run("sync", "--yes")).toMatchObject({ code: 0, report: { outcome: "done" } });
	});
});

test("who leads a project is held with the way out before anything is asked of Jira, and goes once somebody else leads it", async () => {
	await world.inside(["sync", "--yes"]);
	const { realm } = world.keycloak;
	const { population } = world.jira;
	const bob = [...population.accounts.values()].find(({ name }) => name === "bob")!;
	population.updateAccount(bob.id, { leads: ["APOLLO"], componentLeads: ["ZEUS/Search"] });
	realm.updateUser(person(realm, "bob"), { enabled: false });
	realm.updateUser(person(realm, "carla"), { enabled: false });
	const { code, report } = await run("sync", "--yes");
	expect([code, names(report, "account.disable")]).toEqual([0, ["carla"]]);
	expect(report.holds).toEqual([
		expect.objectContaining({
			username: "bob",
			because: "blocked",
			detail: expect.stringContaining('project APOLLO, component "Search" of ZEUS'),
		}),
	]);
	population.updateAccount(bob.id, { leads: [], componentLeads: [] });
	expect(names((await run("sync", "--yes")).report, "account.disable")).toEqual(["bob"]);
});
