import { inspect } from "node:util";
import { describe, expect, test } from "@jest/globals";
import type { AccountId } from "../../../core/model.ts";
import { change, create, dropGroup, join, leave, makeGroup, turn } from "../../contract/confluence-harness.ts";
import { calm, fieldsOf, populate } from "../../contract/product-world.ts";
import { json, serve } from "../http/servers.ts";
import { caught, closing, stageOf } from "./stage.ts";

describe("creation", () => {
	test("a password that nobody learns, in the body, and no mail", async () => {
		const { server, product } = await stageOf();
		await create(product, "newcomer");
		expect(server.population.named("newcomer")?.password).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d).{36}$/);
		const sent = server.exchanges.find(({ method }) => method === "POST");
		expect(sent?.requestBody).toEqual({
			userName: "newcomer",
			fullName: "newcomer Example",
			email: "newcomer@example.org",
			password: "***",
			notifyViaEmail: false,
		});
		expect(server.mails).toEqual([]);
	});
	test("by invitation no password is sent at all, and Confluence sends the mail", async () => {
		const { server, product } = await stageOf({ behaviour: { mailServer: true } }, { invite: true });
		expect((await create(product, "newcomer")).outcome).toBe("done");
		const sent = server.exchanges.find(({ method }) => method === "POST")?.requestBody;
		expect(sent).toMatchObject({ notifyViaEmail: true });
		expect(sent).not.toHaveProperty("password");
		expect(server.mails).toEqual([{ to: "newcomer@example.org", about: "account created, choose a password" }]);
	});
	test("capitals are taken off before anything is planned", async () => {
		const { product } = await stageOf();
		expect(product.canonical({ username: " Ada.L ", email: " Ada@example.org ", displayName: " Ada L " })).toEqual({
			username: "ada.l",
			email: "Ada@example.org",
			displayName: "Ada L",
		});
	});
	test("a password that Confluence echoes is taken out of the message", async () => {
		const passwords: string[] = [];
		const server = closing(
			await serve((request, response) => {
				const { pathname } = new URL(request.url ?? "/", "http://x");
				if (request.method === "GET")
					return json(
						response,
						pathname.endsWith("information") ? { version: "10.0.3" } : { message: "none" },
						pathname.endsWith("information") ? 200 : 404,
					);
				let text = "";
				request.on("data", (part) => {
					text += String(part);
				});
				return request.on("end", () => {
					passwords.push(JSON.parse(text).password);
					json(response, { statusCode: 400, message: `too simple: ${passwords[0]}` }, 400);
				});
			}),
		);
		const { connect } = await stageOf();
		const failed = await caught(create(connect({ url: server.url }), "newcomer"));
		expect(failed.message).toContain("too simple: [secret]");
		expect(passwords).toHaveLength(1);
		expect(inspect(failed, { depth: 10, showHidden: true })).not.toContain(passwords[0]);
	});
	test("an answer without a key is an unknown outcome, so that the next run claims the account", async () => {
		const { server, product } = await stageOf();
		server.faults.add({ method: "POST", times: 1, effect: { kind: "wrong-json", body: {} } });
		expect(await caught(create(product, "newcomer"))).toMatchObject({ outcomeUnknown: true, retry: "never" });
	});
	test("created, deleted by somebody, created again", async () => {
		const { server, product } = await stageOf();
		const first = await create(product, "newcomer");
		server.population.removeAccount(first.account as string);
		const second = await create(product, "newcomer");
		expect(second.outcome).toBe("done");
		expect(second.account).not.toBe(first.account);
	});
});

describe("who is meant", () => {
	test("somebody renamed the account by hand and gave its old name to another: the key counts", async () => {
		const { stage, server, product } = await stageOf();
		const [one, two] = [stage.addAccount(fieldsOf("one")), stage.addAccount(fieldsOf("two"))];
		stage.addGroup("staff");
		await product.read({}, calm);
		server.population.updateAccount(one, { name: "former" });
		server.population.updateAccount(two, { name: "one" });
		await join(product, one, "staff");
		await turn(product, one, "disable");
		await change(product, one, { displayName: "New", email: "n@example.org" });
		expect(server.population.account(one)).toMatchObject({
			name: "former",
			active: false,
			displayName: "New",
			emailAddress: "n@example.org",
		});
		expect(server.population.account(two)).toMatchObject({ active: true, displayName: "two Example" });
		expect(server.population.groupsOf(two)).toEqual([]);
	});
	test("an answer about somebody else is no answer about the account", async () => {
		const { stage, server, product } = await stageOf();
		const [one, two] = [stage.addAccount(fieldsOf("one")), stage.addAccount(fieldsOf("two"))];
		const body = { type: "known", username: "two", userKey: two, displayName: "Two", status: "current" };
		server.faults.add({ path: /api\/user\?/, effect: { kind: "wrong-json", body } });
		expect((await caught(turn(product, one, "disable"))).code).toBe("target.missing");
		expect(server.population.account(two).active).toBe(true);
	});
	test("what is left of an account that its directory lost is not changed", async () => {
		const { server, product } = await stageOf();
		const { id } = server.population.addAccount({ name: "trace", gone: true });
		expect((await caught(turn(product, id as AccountId, "enable"))).code).toBe("target.missing");
	});
	test("an existing account whose name cannot stand in a path is refused before anything is sent", async () => {
		const { server, product } = await stageOf();
		const { id } = server.population.addAccount({ name: "ad/min" });
		server.population.addGroup("staff");
		for (const attempt of [
			() => turn(product, id as AccountId, "disable"),
			() => join(product, id as AccountId, "staff"),
			() => change(product, id as AccountId),
		])
			expect(await caught(attempt())).toMatchObject({
				code: "target.rejected",
				message: expect.stringContaining("cannot be named in a path"),
			});
		expect(server.exchanges.every(({ method }) => method === "GET")).toBe(true);
	});
});

describe("an address that nobody can read", () => {
	test("is written whenever it is wanted, and the full name goes along unchanged", async () => {
		const { stage, server, product } = await stageOf();
		const id = stage.addAccount(fieldsOf("one"));
		for (const tried of [1, 2]) {
			expect((await change(product, id, { email: "new@example.org" })).outcome).toBe("done");
			const writes = server.exchanges.filter(({ method }) => method === "PUT");
			expect(writes).toHaveLength(tried);
			expect(writes.at(-1)?.requestBody).toEqual({ fullName: "one Example", email: "new@example.org" });
		}
		expect(server.population.account(id)).toMatchObject({ emailAddress: "new@example.org", displayName: "one Example" });
	});
	test("stays as it is when only the full name changes", async () => {
		const { stage, server, product } = await stageOf();
		const id = stage.addAccount(fieldsOf("one"));
		expect((await change(product, id)).outcome).toBe("done");
		expect(server.population.account(id)).toMatchObject({ emailAddress: "one@example.org", displayName: "New" });
		expect((await change(product, id)).outcome).toBe("already");
	});
	test("a server that wants the address every time says so, and nothing was changed", async () => {
		const { stage, server, product } = await stageOf({ behaviour: { partialUpdate: false } });
		const id = stage.addAccount(fieldsOf("one"));
		expect(await caught(change(product, id))).toMatchObject({ code: "target.rejected", message: expect.stringContaining("Email") });
		expect(server.population.account(id)).toMatchObject({ emailAddress: "one@example.org", displayName: "one Example" });
	});
	test("is never among the fields that the product tells", async () => {
		for (const version of ["7.19", "8.5", "10.0"] as const) {
			const { product } = await stageOf({ version });
			expect((await product.capabilities(calm)).readableFields.has("email")).toBe(false);
		}
	});
});

describe("what the version does not settle is asked of the server", () => {
	const kinds = ["account.disable", "account.enable", "account.update"] as const;
	const able = async (options: Parameters<typeof stageOf>[0], more: Parameters<typeof stageOf>[1] = {}) => {
		const { server, product } = await stageOf(options, more);
		const { operations } = await product.capabilities(calm);
		const asked = server.exchanges.filter(({ path }) => path.includes("rollcall-probe"));
		return {
			able: kinds.filter((kind) => operations[kind].supported),
			asked: asked.map(({ method, status }) => `${method} ${status}`),
			product,
		};
	};
	test.each([
		["8.5 as documented: it switches, it does not update", { version: "8.5" }, ["account.disable", "account.enable"]],
		["8.5 as disputed: neither", { version: "8.5", behaviour: { switching: false } }, []],
		["9.2 that has the update already", { version: "9.2", behaviour: { updating: true } }, kinds],
		["9.4 that has lost it", { version: "9.4", behaviour: { updating: false } }, ["account.disable", "account.enable"]],
		["10.0", { version: "10.0" }, kinds],
	] as const)("%s", async (_title, options, expected) => {
		const found = await able(options);
		expect(found.able).toEqual(expected);
		expect(found.asked).toHaveLength(2);
		expect(found.asked.every((one) => one === "GET 405" || one === "GET 404")).toBe(true);
	});
	test.each([
		["8.5", ["account.disable", "account.enable"]],
		["9.2", ["account.disable", "account.enable"]],
		["9.4", kinds],
	] as const)("%s that does not say what is allowed: as documented", async (version, expected) => {
		expect((await able({ version, behaviour: { allowHeader: false } })).able).toEqual(expected);
	});
	test("7.19 is not asked: it has nothing of the kind", async () => {
		expect(await able({ version: "7.19" })).toMatchObject({ able: [], asked: [] });
	});
	test("the configuration decides without asking", async () => {
		expect(await able({ version: "8.5" }, { switching: "no", updating: "yes" })).toMatchObject({ able: ["account.update"], asked: [] });
	});
	test("a server that minds being asked: as documented", async () => {
		const { server, product } = await stageOf({ version: "10.0" });
		server.faults.add({ path: /rollcall-probe/, effect: { kind: "status", status: 403 } });
		expect((await product.capabilities(calm)).operations["account.update"].supported).toBe(true);
	});
	test("a server that cannot be asked just now stops, and is asked again", async () => {
		const { server, product } = await stageOf();
		server.faults.add({ path: /rollcall-probe/, times: 1, effect: { kind: "status", status: 500 } });
		expect((await caught(product.capabilities(calm))).code).toBe("target.unreachable");
		expect((await product.capabilities(calm)).operations["account.update"].supported).toBe(true);
	});
	test("asked once by one object", async () => {
		const { product } = await able({});
		const before = product.requests();
		await product.capabilities(calm);
		expect(product.requests()).toBe(before);
	});
	test("believed, and found wrong: one failure that says what to do, and from then on not tried", async () => {
		const { stage, server, product } = await stageOf(
			{ version: "8.5", behaviour: { switching: false } },
			{ switching: "yes", updating: "yes" },
		);
		const ids = [stage.addAccount(fieldsOf("one")), stage.addAccount(fieldsOf("two"))] as const;
		for (const attempt of [() => turn(product, ids[0], "disable"), () => change(product, ids[0])]) {
			const before = server.exchanges.length;
			expect((await caught(attempt())).code).toBe("target.unsupported");
			expect(server.exchanges.length).toBeGreaterThan(before);
			const after = server.exchanges.length;
			expect(await caught(attempt())).toMatchObject({ code: "target.unsupported", todo: expect.stringContaining("User management") });
			expect(server.exchanges).toHaveLength(after);
		}
	});
	test("what cannot be done says what the administrator does instead", async () => {
		const { product } = await stageOf({ version: "7.19" });
		const can = await product.capabilities(calm);
		for (const capability of Object.values(can.operations))
			expect(capability).toMatchObject({ supported: false, because: expect.stringMatching(/Administration|leave people\.attributes out/) });
		expect([...can.updatableFields]).toEqual([]);
		expect(can.fixedFields).toMatchObject({
			email: expect.stringContaining("Edit details"),
			username: expect.stringContaining("renames nobody"),
		});
	});
});

describe("refusals", () => {
	test("the right is lost in the middle: the run ends, and not one operation after the other is refused", async () => {
		const { stage, server, product } = await stageOf();
		const [id] = populate(stage);
		await product.read({}, calm);
		server.population.grant("rollcall-admins", "application use");
		expect((await caught(turn(product, id as AccountId, "disable"))).code).toBe("target.denied");
	});
	test("where permissions cannot be asked for, words about a read-only directory or the licence are still about one account", async () => {
		const directories = [
			{ name: "Internal", kind: "internal" },
			{ name: "Corporate", kind: "external" },
		] as const;
		const { server, product } = await stageOf({ version: "8.5", directories });
		const { id } = server.population.addAccount({ name: "outsider", directory: "Corporate" });
		expect((await caught(turn(product, id as AccountId, "disable"))).code).toBe("target.rejected");
	});
	test("where permissions cannot be asked for, a 403 is believed to be about our own right", async () => {
		const { server, product } = await stageOf({ version: "8.5" });
		expect((await caught(turn(product, server.population.named("admin")?.id as AccountId, "disable"))).code).toBe("target.denied");
	});
	test("a switch that is accepted and changes nothing", async () => {
		const { stage, server, product } = await stageOf();
		const id = stage.addAccount(fieldsOf("one"));
		server.faults.add({ method: "PUT", effect: { kind: "status", status: 204 } });
		expect(await caught(turn(product, id, "disable"))).toMatchObject({
			code: "target.rejected",
			message: expect.stringContaining("changed nothing"),
		});
		expect(await caught(change(product, id))).toMatchObject({
			code: "target.rejected",
			message: expect.stringContaining("changed nothing"),
		});
	});
	test("a group that is there in another case is there; one that is gone is gone", async () => {
		const { product } = await stageOf();
		expect((await makeGroup(product, "CONFLUENCE-users")).outcome).toBe("already");
		expect((await dropGroup(product, "never-was")).outcome).toBe("already");
	});
	test("a group that Confluence shows in lower case is found again", async () => {
		const { stage, product } = await stageOf({ behaviour: { groupCase: "lowered" } });
		const id = stage.addAccount(fieldsOf("one"));
		await makeGroup(product, "Ops Team");
		expect([await join(product, id, "Ops Team"), await join(product, id, "Ops Team")].map(({ outcome }) => outcome)).toEqual([
			"done",
			"already",
		]);
		expect([await leave(product, id, "Ops Team"), await leave(product, id, "Ops Team")].map(({ outcome }) => outcome)).toEqual([
			"done",
			"already",
		]);
	});
	test("nothing is sent once the lease is gone", async () => {
		const { stage, server, connect } = await stageOf();
		const id = stage.addAccount(fieldsOf("one"));
		const product = connect({ beforeWrite: () => Promise.reject(new Error("lease lost")) });
		await expect(turn(product, id, "disable")).rejects.toThrow("lease lost");
		await expect(create(product, "newcomer")).rejects.toThrow("lease lost");
		expect(server.exchanges.every(({ method }) => method === "GET")).toBe(true);
	});
	test("nobody is ever deleted", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		for (const id of ids) {
			await turn(product, id, "disable");
			await leave(product, id, "staff");
		}
		expect(server.exchanges.filter(({ method, path }) => method === "DELETE" && path.includes("/admin/user"))).toEqual([]);
		expect(server.population.accounts.size).toBe(9);
	});
});
