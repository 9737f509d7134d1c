import { describe, expect, test } from "@jest/globals";
import type { AccountId } from "../../../core/model.ts";
import { Secret } from "../../../core/secret.ts";
import { calm, fieldsOf, populate } from "../../contract/product-world.ts";
import { caught, stageOf } from "./stage.ts";

const pat = (token: string) => ({ auth: { kind: "pat", token: new Secret(token, "test") } }) as const;
const basic = (password: string) => ({ auth: { kind: "basic", username: "rollcall", password: new Secret(password, "test") } }) as const;

describe("who we are", () => {
	test.each([
		["a wrong token", pat("nonsense-token"), /token/],
		["a wrong password", basic("nonsense-password"), /"rollcall" and its password/],
	])("%s: one request, and not sent again", async (_title, how, says) => {
		const { server, connect } = await stageOf();
		const product = connect({ ...how, retry: { attempts: 5, baseMs: 1, capMs: 1, budgetMs: 0 } });
		for (let tried = 0; tried < 3; tried += 1)
			expect(await caught(product.read({}, calm))).toMatchObject({ code: "target.denied", message: expect.stringMatching(says) });
		expect((await caught(product.capabilities(calm))).message).not.toContain("nonsense");
		expect(server.exchanges).toHaveLength(1);
	});
	test("a Fisheye that takes its token for other services only: the way out is named", async () => {
		const { server, connect } = await stageOf({ behaviour: { takesApiKey: false } });
		const error = await caught(connect(pat(server.credentials.token)).read({}, calm));
		expect(error).toMatchObject({ code: "target.denied", todo: expect.stringContaining("username and password") });
	});
	test.each([
		["token", pat("sandbox-fisheye-token")],
		["password", basic("sandbox-rollcall-password")],
	])("a server that repeats the %s in its refusal: it goes into no message", async (_title, how) => {
		const { server, connect } = await stageOf();
		const message = "you sent sandbox-fisheye-token, sandbox-rollcall-password";
		server.faults.add({ effect: { kind: "status", status: 500, body: { code: "Unknown", message } } });
		const error = await caught(connect(how).read({}, calm));
		expect(error.message).toContain("you sent");
		expect(`${error.message} ${JSON.stringify(error.context)}`).not.toContain(
			how.auth.kind === "pat" ? "fisheye-token" : "rollcall-password",
		);
	});
	test("no administrator", async () => {
		const { server, product } = await stageOf();
		server.population.changeGroup("rollcall-admins", { admin: false });
		expect(await caught(product.read({}, calm))).toMatchObject({ code: "target.denied", context: { status: 403 } });
	});
	test("a list without our own account is not believed", async () => {
		const { server, product } = await stageOf();
		const body = { start: 0, size: 0, limit: 500, lastPage: true, values: [] };
		server.faults.add({ path: /admin\/users\/\?/, effect: { kind: "wrong-json", body } });
		const error = await caught(product.read({}, calm));
		expect(error).toMatchObject({ code: "target.incomplete", message: expect.stringContaining("not among them") });
	});
	test("which Fisheye it is does not hang on the scheme or a slash of the url, and does on the path", async () => {
		const { server, connect } = await stageOf({ contextPath: "/fecru" });
		for (const url of [server.url, `${server.url}/`])
			expect((await connect({ url }).read({}, calm)).site).toBe(`${new URL(server.url).host}/fecru`);
	});
});

describe("pages", () => {
	const row = (name: string) => ({ name, displayName: name, email: "" });
	const pageOf = (values: readonly object[], more: object = {}) => ({
		start: 0,
		size: values.length,
		limit: 500,
		lastPage: true,
		values,
		...more,
	});
	test.each([
		["another start than was asked for", pageOf([row("rollcall")], { start: 5 }), /from 5 on came/],
		["fewer rows than it states", pageOf([row("rollcall")], { size: 2 }), /states 2 rows and holds 1/],
		["nothing, and is not the last", pageOf([], { lastPage: false }), /nothing new/],
		["two names that differ in case only", pageOf([row("rollcall"), row("Ada"), row("ada")]), /differ in case/],
	])("a page that holds %s", async (_title, body, says) => {
		const { server, product } = await stageOf();
		server.faults.add({ path: /admin\/users\/\?/, effect: { kind: "wrong-json", body } });
		expect(await caught(product.read({}, calm))).toMatchObject({ code: "target.incomplete", message: expect.stringMatching(says) });
	});
	test("an account that comes in while the list is read: it is begun anew, and nobody is missed", async () => {
		const { stage, server, connect } = await stageOf();
		populate(stage);
		let come = false;
		server.onExchange(({ path }) => {
			if (come || !path.endsWith("/admin/users")) return;
			come = true;
			stage.addAccount(fieldsOf("aaron"));
		});
		const { accounts } = await connect({ pageSize: 3 }).read({}, calm);
		expect([...accounts.keys()]).toEqual(expect.arrayContaining(["aaron", "person0", "person6", "rollcall"]));
		expect(accounts.size).toBe(10);
	});
	test("one that goes meanwhile makes nobody else vanish", async () => {
		const { stage, server, connect } = await stageOf();
		populate(stage);
		let gone = false;
		server.onExchange(({ path }) => {
			if (gone || !path.endsWith("/admin/users")) return;
			gone = true;
			server.population.removeAccount(server.population.named("admin")?.id ?? 0);
		});
		const { accounts } = await connect({ pageSize: 3 }).read({}, calm);
		expect([...accounts.keys()].sort()).toEqual([...[0, 1, 2, 3, 4, 5, 6].map((n) => `person${n}`), "rollcall"]);
	});
	test("a list that never stands still is given up", async () => {
		const { stage, server, connect } = await stageOf();
		populate(stage);
		let come = 0;
		server.onExchange(({ path, query }) => {
			if (path.endsWith("/admin/users") && query.start === "0") stage.addAccount(fieldsOf(`aaron${++come}`));
		});
		expect((await caught(connect({ pageSize: 3 }).read({}, calm))).code).toBe("target.incomplete");
		expect(come).toBe(3);
	});
});

describe("memberships", () => {
	test("of groups that no address can name are read from the accounts' side", async () => {
		const odd = ["R&D / Süd", "back\\slash", "100%", "semi;colon", "."];
		const { stage, product } = await stageOf();
		const ids = populate(stage);
		for (const [n, group] of odd.entries()) {
			stage.addGroup(group);
			stage.addMember(group, ids[n] as AccountId);
		}
		const { accounts } = await product.read({}, calm);
		expect(odd.map((_, n) => accounts.get(ids[n] as AccountId)?.groups.filter((name) => odd.includes(name)))).toEqual(
			odd.map((group) => [group]),
		);
	});
	test("where neither the group nor an account can be named, nothing is planned", async () => {
		const { stage, product } = await stageOf();
		stage.addGroup("a/b");
		stage.addAccount(fieldsOf("c\\d"));
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining('"c\\d"'),
		});
		expect((await product.read({ groups: new Set(["rollcall-admins"]) }, calm)).accounts.has("c\\d" as AccountId)).toBe(true);
	});
	test("a member that the list of accounts lacks shows that the list was not whole", async () => {
		const { server, product } = await stageOf();
		const body = { start: 0, size: 1, limit: 500, lastPage: true, values: [{ name: "ghost" }] };
		server.faults.add({ path: /fisheye-users\/users/, effect: { kind: "wrong-json", body } });
		const error = await caught(product.read({}, calm));
		expect(error).toMatchObject({ code: "target.incomplete", message: expect.stringMatching(/"ghost".*"fisheye-users"/) });
	});
	test("a group that vanishes while it is read", async () => {
		const { server, product } = await stageOf();
		server.faults.add({ path: /fisheye-users\/users/, effect: { kind: "status", status: 404 } });
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining("not found"),
		});
	});
});

test("values are stored without blanks around them, in their own case", async () => {
	const { product } = await stageOf();
	const fields = { username: " Ada ", email: " A@B ", displayName: " Ada L " };
	expect(product.canonical(fields)).toEqual({ username: "Ada", email: "A@B", displayName: "Ada L" });
});
