import { access, readdir, readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";

import { makePlan, type Plan } from "../../core/plan.ts";
import { decodePlan, encodePlan } from "../../core/plan-file.ts";
import { hire, person, secondDay } from "./support/people.ts";
import { World } from "./support/world.ts";

let world: World;
beforeEach(async () => {
	world = await World.open();
});
afterEach(() => world.close());

interface Told {
	readonly outcome: string;
	readonly operations: readonly { readonly kind: string; readonly username: string; readonly state?: string; readonly error?: string }[];
	readonly planDigest: string;
}
const told = (out: string): Told => JSON.parse(out) as Told;
const state = () => JSON.stringify(world.jira.population.state());
const planIn = async (name: string) => decodePlan(await readFile(world.path(name), "utf8"), { path: name });

describe("diff writes nothing", () => {
	test("neither in Jira, nor in Keycloak, nor in the store, nor beside the configuration", async () => {
		const before = state();
		const files = await readdir(world.directory);
		const { code } = await world.run(["diff"]);
		expect(code).toBe(2);
		expect(world.writes()).toEqual([]);
		expect(world.jira.exchanges.length).toBeGreaterThan(3);
		expect(world.keycloak.exchanges.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`)).toEqual([
			"POST /realms/acme/protocol/openid-connect/token",
		]);
		expect(state()).toBe(before);
		expect(await readdir(world.directory)).toEqual(files);
		await expect(access(world.store)).rejects.toMatchObject({ code: "ENOENT" });
	});

	test("nor where there is a store already: not a byte of it changes", async () => {
		await world.inside(["sync", "--yes"]);
		secondDay(world.keycloak.realm, world.jira.population);
		const before = await readFile(world.store);
		const written = world.writes().length;
		for (const args of [["diff"], ["explain", "alice"], ["runs"], ["runs", "1"], ["check"], ["snapshot", "staff"], ["sync", "--dry-run"]])
			await world.run(args);
		expect(world.writes()).toHaveLength(written);
		expect((await readFile(world.store)).equals(before)).toBe(true);
	});
});

describe("diff --out, then apply", () => {
	test("applies exactly that plan, and is done", async () => {
		await world.inside(["sync", "--yes"]);
		secondDay(world.keycloak.realm, world.jira.population);
		const shown = await world.run(["diff", "--out", "plan.json", "--format", "json"]);
		const applied = await world.run(["apply", "plan.json", "--format", "json"]);
		expect([shown.code, applied.code]).toEqual([2, 0]);
		const [plan, report] = [await planIn("plan.json"), told(applied.out)];
		expect(report.planDigest).toBe(plan.digest);
		expect(report.operations.map((operation) => operation.kind)).toEqual(plan.operations.map((operation) => operation.kind));
		expect(new Set(report.operations.map((operation) => operation.state))).toEqual(new Set(["done", "already"]));
		expect((await world.run(["diff"])).code).toBe(0);
	});

	test("skips, with a reason, what has drifted, and does nothing that is not in the plan", async () => {
		await world.inside(["sync", "--yes"]);
		const { realm } = world.keycloak;
		const { population } = world.jira;
		secondDay(realm, population);
		await world.inside(["diff", "--out", world.path("plan.json")]);
		// In the directory: dan is back, alice has yet another name, and a joiner whom nobody has approved.
		realm.updateUser(person(realm, "dan"), { enabled: true });
		realm.updateUser(person(realm, "alice"), { lastName: "Divorced" });
		hire(realm, "quentin", { department: "Sales", groups: ["all-staff"] });
		// In Jira: somebody switched frank on by hand, and made the group.
		population.updateAccount(population.named("frank")!.id, { active: true });
		population.addGroup("project-zeus");
		const { code, out } = await world.run(["apply", "plan.json", "--format", "json"]);
		const skipped = told(out).operations.filter((operation) => operation.state === "not-run");
		expect(skipped.map(({ kind, username }) => `${kind} ${username}`).sort()).toEqual([
			"account.disable dan",
			"account.enable frank",
			"account.update alice",
			"group.create ",
		]);
		for (const { error } of skipped) expect(error).toBe("already so, or no longer wanted");
		expect(code).toBe(0);
		expect(population.named("quentin")).toBeUndefined();
		expect(population.named("dan")).toMatchObject({ active: true });
		expect(population.named("alice")).toMatchObject({ displayName: "Alice Example" });
		expect(population.named("mia")).toMatchObject({ active: true });
		const again = await world.run(["apply", "plan.json", "--format", "json"]);
		expect([again.code, new Set(told(again.out).operations.map((operation) => operation.state))]).toEqual([0, new Set(["not-run"])]);
	});

	test("a plan edited by hand is refused, and nothing is asked of anybody", async () => {
		await world.inside(["diff", "--out", world.path("plan.json")]);
		const text = await readFile(world.path("plan.json"), "utf8");
		await writeFile(world.path("plan.json"), text.replace('"alice"', '"mallory"'));
		const asked = world.jira.exchanges.length + world.keycloak.exchanges.length;
		const { code, err } = await world.run(["apply", "plan.json"]);
		expect({ code, err }).toEqual({
			code: 64,
			err: [
				"Configuration (config.invalid): plan file plan.json was changed after it was written: its digest does not fit its content",
				"What to do: A plan is applied exactly as it was made. Change the policy or the directory instead, and make a new plan with `rollcall diff --out FILE`.",
				"exit 64\n",
			].join("\n"),
		});
		expect(world.jira.exchanges.length + world.keycloak.exchanges.length).toBe(asked);
	});

	test.each<[string, (text: string) => string, string]>([
		["cut off", (text) => text.slice(0, 700), "is not JSON: "],
		["empty", () => "", "is not JSON: "],
		["something else", () => '{"hello":"world"}', "is not a Rollcall plan (rollcall: "],
		["of another version", (text) => text.replace('"format":1', '"format":9'), "is not a Rollcall plan (format: "],
	])("a plan file that is %s", async (_, change, message) => {
		await world.inside(["diff", "--out", world.path("plan.json")]);
		await writeFile(world.path("plan.json"), change(await readFile(world.path("plan.json"), "utf8")));
		const { code, err } = await world.inside(["apply", world.path("plan.json")]);
		expect({ code, err }).toEqual({ code: 64, err: expect.stringContaining(message) });
		expect(err).toContain("`rollcall diff --out FILE`");
	});

	test("a plan file that is not there", async () => {
		const { code, err } = await world.inside(["apply", world.path("nowhere.json")]);
		expect({ code, err }).toEqual({ code: 64, err: expect.stringContaining("nowhere.json: ENOENT") });
	});

	test("a plan for another product", async () => {
		await world.inside(["diff", "--out", world.path("plan.json")]);
		const other = await world.inside(["apply", world.path("plan.json"), "--product", "confluence"]);
		expect(other.err).toContain('is a plan for the product "jira", not for "confluence"');
		expect(other.err).toContain("Run it with --product jira, if that is what you want.");
		await world.edit((text) => text.replace("  jira:\n", "  jira-berlin:\n"));
		const gone = await world.inside(["apply", world.path("plan.json")]);
		expect(gone.err).toContain(`is for the product "jira", which ${world.config} does not have`);
		expect(gone.err).toContain("Products there: jira-berlin.");
		expect([other.code, gone.code, world.writes().length]).toEqual([64, 64, 0]);
	});

	test("posture: observe applies nothing; a plan made under another posture is refused", async () => {
		await world.inside(["diff", "--out", world.path("plan.json")]);
		await world.edit((text) => text.replace("posture: mirror ", "posture: additive "));
		const other = await world.inside(["apply", world.path("plan.json")]);
		expect(other.err).toContain("was made with posture mirror; the configuration now says additive");
		await world.edit((text) => text.replace("posture: additive ", "posture: observe "));
		const observed = await world.inside(["apply", world.path("plan.json")]);
		expect(observed.err).toContain('the posture of "jira" is observe, so nothing may be applied');
		const sync = await world.run(["sync"]);
		expect([other.code, observed.code, sync.code, world.writes().length]).toEqual([64, 64, 2, 0]);
	});

	test("a plan that nobody's diff has made does nothing that today's plan would not do, whatever its digest", async () => {
		await world.inside(["diff", "--out", world.path("plan.json")]);
		const plan = await planIn("plan.json");
		const admin = world.jira.population.named("admin")!;
		const forged = { kind: "account.disable", id: "f".repeat(32), because: "", subject: { username: "olga", account: "JIRAUSER10003" } };
		const { digest: _digest, ...rest } = plan;
		const made: Plan = makePlan({ ...rest, firstRun: false, operations: [forged as never] });
		await writeFile(world.path("forged.json"), [...encodePlan(made)].join(""));
		const { code, out } = await world.run(["apply", "forged.json", "--format", "json"]);
		expect([code, told(out).operations]).toEqual([0, [expect.objectContaining({ state: "not-run" })]]);
		expect(world.writes()).toEqual([]);
		expect(admin.active).toBe(true);
	});
});

describe("--override", () => {
	test("lets exactly the refused plan pass, and no other", async () => {
		await world.edit((text) =>
			text.replace("account.create: { floor: 10000, fraction: 100% }", "account.create: { floor: 2, fraction: 5% }"),
		);
		const refused = told((await world.run(["sync", "--yes", "--format", "json"])).out);
		expect(refused.outcome).toBe("refused");
		const wrong = await world.run(["sync", "--yes", "--override", "0123456789abcdef0123456789abcdef"]);
		const short = await world.run(["sync", "--yes", "--override", refused.planDigest.slice(0, 8)]);
		expect([wrong.code, short.code, world.writes().length]).toEqual([3, 3, 0]);
		hire(world.keycloak.realm, "quentin", { department: "Sales", groups: ["all-staff"] });
		const moved = await world.run(["sync", "--yes", "--override", refused.planDigest]);
		expect([moved.code, world.writes().length]).toEqual([3, 0]);
		world.keycloak.realm.removeUser(person(world.keycloak.realm, "quentin"));
		const right = await world.run(["sync", "--yes", "--override", refused.planDigest]);
		expect(right.code).toBe(0);
		expect(world.jira.population.named("alice")).toMatchObject({ active: true });
	});

	test("apply needs it too where the plan is beyond the limits", async () => {
		await world.edit((text) =>
			text.replace("account.create: { floor: 10000, fraction: 100% }", "account.create: { floor: 2, fraction: 5% }"),
		);
		await world.inside(["diff", "--out", world.path("plan.json")]);
		const { digest } = await planIn("plan.json");
		expect((await world.inside(["apply", world.path("plan.json")])).code).toBe(3);
		expect((await world.inside(["apply", world.path("plan.json"), "--override", digest])).code).toBe(0);
	});

	test("never passes an empty directory", async () => {
		await world.inside(["sync", "--yes"]);
		const { realm } = world.keycloak;
		for (const user of [...realm.users.values()]) if (user.serviceAccountOf === undefined) realm.removeUser(user.id);
		const refused = told((await world.inside(["sync", "--yes", "--format", "json"])).out);
		const { code, err, out } = await world.run(["sync", "--yes", "--override", refused.planDigest]);
		expect({ code, said: out + err }).toEqual({ code: 3, said: expect.stringMatching(/an\s+empty directory is never\s+followed/) });
		expect([...world.jira.population.accounts.values()].filter((account) => !account.active)).toEqual([]);
	});
});
