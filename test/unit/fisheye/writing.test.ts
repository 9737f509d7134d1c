import { describe, expect, test } from "@jest/globals";
import { UNVERIFIED as SWITCHES } from "../../../config/products/fisheye.ts";
import { capabilitiesOf, PROFILES, versionOf } from "../../../connectors/atlassian/fisheye/capabilities.ts";
import { UNVERIFIED } from "../../../connectors/atlassian/fisheye/settings.ts";
import { create, dropGroup, join, leave, makeGroup, update } from "../../contract/fisheye-harness.ts";
import { calm, operation, populate, stepsFor } from "../../contract/product-world.ts";
import { caught, stageOf } from "./stage.ts";

const limits = { pageSize: 1, concurrency: 1 };
const ada = "ada" as never;

describe("operations that nothing proves", () => {
	test("are the ones that the configuration can switch on", () => {
		expect([...SWITCHES]).toEqual([...UNVERIFIED]);
	});
	test("each is held by default, with its switch and what to do by hand, and sends nothing", async () => {
		const { stage, server, connect } = await stageOf();
		const ids = populate(stage);
		const product = connect({ unverified: [] });
		await product.capabilities(calm);
		const sent = server.exchanges.length;
		const steps = stepsFor(ids);
		for (const kind of UNVERIFIED) {
			const error = await caught(product.perform(steps[kind].operation, steps[kind].account, calm));
			expect(error.code).toBe("target.unsupported");
			expect(error.todo).toContain(`\`unverified: [${kind}]\``);
			expect(error.todo).toMatch(/Administration >/);
		}
		expect(server.exchanges).toHaveLength(sent);
	});
	test("each is switched on alone", () => {
		for (const kind of UNVERIFIED) {
			const { operations, updatableFields, fixedFields } = capabilitiesOf(versionOf("4.8.15"), [kind], limits);
			expect(UNVERIFIED.filter((one) => operations[one].supported)).toEqual([kind]);
			expect([...updatableFields]).toEqual(kind === "account.update" ? ["email", "displayName"] : []);
			expect(Object.keys(fixedFields ?? {})).toEqual(kind === "account.update" ? ["username"] : ["username", "email", "displayName"]);
		}
	});
	test("what needs none of them works by default: into a group, and a group away", async () => {
		const { stage, server, connect } = await stageOf();
		const ids = populate(stage);
		const product = connect({ unverified: [] });
		expect((await join(product, ids[1]!, "empty")).outcome).toBe("done");
		expect((await dropGroup(product, "Ops Team")).outcome).toBe("done");
		expect(server.population.group("empty").members.size).toBe(1);
		expect(server.population.groups.has("ops team")).toBe(false);
	});
	test("after a removal that took too much, no other is sent", async () => {
		const { stage, server, product } = await stageOf({ behaviour: { remove: "all" } });
		const ids = populate(stage);
		expect((await caught(leave(product, ids[0]!, "staff"))).message).toMatch(/took "person0" out of ops team as well/);
		expect(await caught(leave(product, ids[2]!, "staff"))).toMatchObject({
			code: "target.rejected",
			message: expect.stringContaining("no other member.remove is sent"),
			todo: expect.stringContaining("out of `unverified`"),
		});
		expect(server.exchanges.filter(({ method }) => method === "DELETE")).toHaveLength(1);
	});
	test("after a change of something else, and after a group of administrators, likewise", async () => {
		const { stage, server, product } = await stageOf({ behaviour: { update: "muddled", newGroups: "administrators" } });
		const ids = populate(stage);
		for (const id of [ids[0]!, ids[1]!]) await caught(update(product, id, { email: "new@example.org" }));
		for (const group of ["one", "two"]) await caught(makeGroup(product, group));
		expect(server.exchanges.filter(({ method }) => method === "PUT" || method === "POST")).toHaveLength(2);
	});
	test("several removals of one account at once are no harm that one of them did", async () => {
		const { stage, product } = await stageOf();
		const ids = populate(stage);
		const left = await Promise.all(["staff", "Ops Team"].map((group) => leave(product, ids[0]!, group)));
		expect(left.map(({ outcome }) => outcome)).toEqual(["done", "done"]);
	});
	test("one without effect is that one's failure only", async () => {
		const { stage, server, product } = await stageOf({ behaviour: { remove: "ignored" } });
		const ids = populate(stage);
		for (const id of [ids[0]!, ids[2]!]) expect((await caught(leave(product, id, "staff"))).message).toContain("nothing changed");
		expect(server.exchanges.filter(({ method }) => method === "DELETE")).toHaveLength(2);
	});
});

describe("bodies", () => {
	test("an update sends both fields, in case it is a replacement, and never a password", async () => {
		const { stage, server, product } = await stageOf({ behaviour: { update: "replaced" } });
		const ids = populate(stage);
		await update(product, ids[0]!, { email: "new@example.org" });
		expect(server.exchanges.find(({ method }) => method === "PUT")?.requestBody).toEqual({
			displayName: "person0 Example",
			email: "new@example.org",
		});
	});
	test("a creation sends what others' clients know, and the address where there is one", async () => {
		const { server, product } = await stageOf();
		await create(product, "ada");
		const after = { username: "bob", displayName: "Bob", email: "" };
		const draft = { kind: "account.create", subject: { username: "bob", person: "t:bob" as never }, after } as const;
		await product.perform(operation(draft), undefined, calm);
		expect(server.exchanges.filter(({ method }) => method === "POST").map(({ requestBody }) => requestBody)).toEqual([
			{ name: "ada", displayName: "ada Example", email: "ada@example.org", password: "***" },
			{ name: "bob", displayName: "Bob", password: "***" },
		]);
	});
	test("an address that a creation ignores is the next plan's to see: the account is ours", async () => {
		const { server, product } = await stageOf({ behaviour: { emailOnCreate: "ignored" } });
		expect(await create(product, "ada")).toEqual({ outcome: "done", account: "ada" });
		expect((await product.read({}, calm)).accounts.get(ada)?.email).toBe("");
		expect(server.population.named("ada")?.password?.length).toBeGreaterThan(30);
	});
	test("names that Fisheye lowers are the same names", async () => {
		const { product } = await stageOf({ behaviour: { names: "lowered" } });
		expect(await create(product, "ADA")).toEqual({ outcome: "done", account: "ada" });
		expect((await makeGroup(product, "Tools")).outcome).toBe("done");
		expect((await makeGroup(product, "Tools")).outcome).toBe("already");
		expect((await join(product, ada, "Tools")).outcome).toBe("done");
	});
	test("accounts are named as Fisheye spells them", async () => {
		const { stage, server, product } = await stageOf();
		const id = stage.addAccount({ username: "Ada", email: "", displayName: "Ada" });
		await product.read({}, calm);
		await join(product, id, "fisheye-users");
		expect(server.exchanges.at(-1)?.path).toBe("/rest-service-fecru/admin/users/Ada/groups");
	});
	test("a name that is taken is found out before anything is sent", async () => {
		const { stage, server, product } = await stageOf();
		populate(stage);
		expect((await caught(create(product, "person0"))).code).toBe("target.conflict");
		expect(server.exchanges.every(({ method }) => method === "GET")).toBe(true);
	});
	test("a right that was lost ends the run", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		await product.capabilities(calm);
		server.population.changeGroup("rollcall-admins", { admin: false });
		expect((await caught(join(product, ids[0]!, "empty"))).code).toBe("target.denied");
	});
});

describe("versions", () => {
	test("before 4.0 groups keep nobody out, and the way out is another", () => {
		const [old, now] = PROFILES.map((text) => capabilitiesOf(versionOf(text), [], limits).operations["account.disable"]);
		expect(old).toMatchObject({ supported: false, because: expect.stringMatching(/before 4\.0 lets every account log in/) });
		expect(now).toMatchObject({ supported: false, because: expect.stringMatching(/leavers\.licenceGroups/) });
	});
	test.each(["", "four", "v4.8"])("%j is none", (text) => {
		expect(() => versionOf(text)).toThrow(/which is not one/);
	});
});
