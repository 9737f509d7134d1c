import { inspect } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { Secret } from "../../../core/secret.ts";
import { change, create, dropGroup, join, turn } from "../../contract/confluence-harness.ts";
import { calm, fieldsOf, populate } from "../../contract/product-world.ts";
import { caught, stageOf } from "./stage.ts";

const OLD = { version: "7.19", behaviour: { jsonRpc: "on" } } as const;
const RPC = { jsonRpc: true } as const;
const methods = (exchanges: readonly { method: string; path: string }[]) =>
	exchanges.filter(({ path }) => path.includes("/rpc/")).map(({ path }) => path.split("/").at(-1));

describe("the old remote API", () => {
	test("is left alone unless it is asked for", async () => {
		const { stage, server, product } = await stageOf(OLD);
		populate(stage);
		await product.read({}, calm);
		expect((await caught(create(product, "newcomer"))).code).toBe("target.unsupported");
		expect(methods(server.exchanges)).toEqual([]);
	});
	test("is left alone where REST can do it", async () => {
		const { stage, server, product } = await stageOf({ version: "10.0", behaviour: { jsonRpc: "on" } }, RPC);
		const [id] = populate(stage);
		await product.read({}, calm);
		await create(product, "newcomer");
		await turn(product, id!, "disable");
		await change(product, id!);
		await join(product, id!, "empty");
		expect(methods(server.exchanges)).toEqual([]);
	});
	test("does what REST lacks, and only that", async () => {
		const { stage, server, product } = await stageOf({ version: "8.5", behaviour: { jsonRpc: "on" } }, RPC);
		const [id] = populate(stage);
		await change(product, id!);
		await turn(product, id!, "disable");
		expect(methods(server.exchanges)).toEqual(["getUser", "editUser"]);
	});
	test("tells of those who are in no group", async () => {
		const { stage, product } = await stageOf(OLD, RPC);
		const ids = populate(stage);
		const [lonely, off] = [stage.addAccount(fieldsOf("lonely")), stage.addAccount({ ...fieldsOf("off"), active: false })];
		const { accounts } = await product.read({ groups: new Set() }, calm);
		for (const id of [...ids, lonely]) expect(accounts.has(id)).toBe(true);
		expect(accounts.has(off)).toBe(false);
	});
	test.each([{ names: ["x"] }, [1, 2], null])("a list of names that is none: %j", async (body) => {
		const { stage, server, product } = await stageOf(OLD, RPC);
		populate(stage);
		server.faults.add({ path: /getActiveUsers/, effect: { kind: "wrong-json", body } });
		expect((await caught(product.read({}, calm))).code).toBe("target.malformed");
	});
	test("keeps the address when only the name changes, and writes it when it does", async () => {
		const { stage, server, product } = await stageOf(OLD, RPC);
		const id = stage.addAccount(fieldsOf("one"));
		await change(product, id);
		expect(server.population.account(id)).toMatchObject({ displayName: "New", emailAddress: "one@example.org" });
		await change(product, id, { email: "new@example.org" });
		expect(server.population.account(id)).toMatchObject({ displayName: "New", emailAddress: "new@example.org" });
		server.faults.add({ path: /getUser/, effect: { kind: "wrong-json", body: null } });
		expect((await caught(change(product, id, { displayName: "Other" }))).code).toBe("target.malformed");
		expect(server.population.account(id).emailAddress).toBe("new@example.org");
	});
	test("sends no mail: an invitation becomes a password that nobody learns", async () => {
		const { server, product } = await stageOf(OLD, { ...RPC, invite: true });
		expect((await create(product, "newcomer")).outcome).toBe("done");
		expect(server.population.named("newcomer")?.password).toMatch(/^.{36}$/);
	});
	test("does not move the members of a deleted group elsewhere", async () => {
		const { server, product } = await stageOf(OLD, RPC);
		server.population.addGroup("tools");
		await dropGroup(product, "tools");
		expect(server.exchanges.find(({ path }) => path.endsWith("removeGroup"))?.requestBody).toEqual(["tools", ""]);
	});
	test("created, and nobody can be asked for the key: an unknown outcome, so that the next run claims the account", async () => {
		const { server, product } = await stageOf(OLD, RPC);
		server.faults.add({ path: /\/user\?.*username=newcomer/, effect: { kind: "status", status: 500 } });
		expect(await caught(create(product, "newcomer"))).toMatchObject({ outcomeUnknown: true, retry: "never" });
		expect(server.population.named("newcomer")).toBeDefined();
	});
	test.each(["off", "guarded"] as const)("%s: the reading stops and says what to do", async (jsonRpc) => {
		const { stage, product } = await stageOf({ version: "7.19", behaviour: { jsonRpc } }, RPC);
		populate(stage);
		const error = await caught(product.read({}, calm));
		expect(error.code).toBe(jsonRpc === "off" ? "target.unsupported" : "target.denied");
		expect(error.todo).toMatch(jsonRpc === "off" ? /Remote API/ : /secure administrator sessions must be off/);
	});
	test("`false` is no success", async () => {
		const { stage, server, product } = await stageOf(OLD, RPC);
		const id = stage.addAccount(fieldsOf("one"));
		server.faults.add({ path: /deactivateUser/, effect: { kind: "wrong-json", body: false } });
		expect((await caught(turn(product, id, "disable"))).code).toBe("target.rejected");
		// Nothing but the answer tells whether an address was written.
		server.faults.add({ path: /editUser/, effect: { kind: "wrong-json", body: false } });
		expect((await caught(change(product, id, { email: "new@example.org" }))).code).toBe("target.rejected");
	});
	test("neither credentials nor a new account's password in what it echoes", async () => {
		const { server, connect } = await stageOf(OLD, RPC);
		const auth = { kind: "basic", username: "rollcall", password: new Secret("sandbox-rollcall-password", "t") } as const;
		const echo = { error: { code: 500, message: "no: sandbox-rollcall-password, cm9sbGNhbGw6c2FuZGJveC1yb2xsY2FsbC1wYXNzd29yZA==" } };
		server.faults.add({ path: /addUser/, effect: { kind: "wrong-json", body: echo } });
		const error = await caught(create(connect({ auth }), "newcomer"));
		expect(error.message).toContain("no: [secret]");
		expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/sandbox-rollcall-password|cm9sbGNh/);
		const sent = server.exchanges.find(({ path }) => path.endsWith("addUser"));
		expect(sent).toMatchObject({ query: { os_authType: "basic" }, requestBody: [{ name: "newcomer" }, "***"] });
	});
	test("nothing is sent once the lease is gone; asking is no writing", async () => {
		const { stage, server, connect } = await stageOf(OLD, RPC);
		const [id] = populate(stage);
		const product = connect({ beforeWrite: () => Promise.reject(new Error("lease lost")) });
		await product.read({}, calm);
		await expect(turn(product, id!, "disable")).rejects.toThrow("lease lost");
		expect(methods(server.exchanges)).toEqual(["getActiveUsers"]);
	});
});
