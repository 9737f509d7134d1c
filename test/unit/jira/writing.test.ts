import { inspect } from "node:util";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { SyncError } from "../../../core/errors.ts";
import type { AccountId, GroupName, PersonKey } from "../../../core/model.ts";
import type { AtlassianProduct } from "../../../core/product.ts";
import type { JiraOptions } from "../../../sandbox/jira/server.ts";
import { connectJira, jiraStage } from "../../contract/jira-harness.ts";
import { calm, fieldsOf, operation, populate, stepsFor } from "../../contract/product-world.ts";
import { json, serve } from "../http/servers.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close();
});
async function stageOf(options: JiraOptions = {}, more: Parameters<typeof connectJira>[1] = {}) {
	const stage = await jiraStage(options);
	const product = connectJira(stage.server, { retry: { attempts: 1, baseMs: 1, capMs: 1, budgetMs: 0 }, ...more });
	open.push(stage, product);
	return { stage, server: stage.server, product };
}
const caught = (work: Promise<unknown>): Promise<SyncError> =>
	work.then(
		() => Promise.reject(new Error("it did not throw")),
		(error: SyncError) => error,
	);
const after = fieldsOf("newcomer");
const create = operation({ kind: "account.create", subject: { username: "newcomer", person: "s:1" as PersonKey }, after });
const join = (account: AccountId, group: string) =>
	operation({ kind: "member.add", subject: { username: "x", account }, group: group as GroupName });
const leave = (account: AccountId, group: string) =>
	operation({ kind: "member.remove", subject: { username: "x", account }, group: group as GroupName });

describe("creation", () => {
	test("sends no mail, and a password that nobody learns", async () => {
		const { server, product } = await stageOf();
		await product.perform(create, undefined, calm);
		expect(server.mails).toEqual([]);
		expect(server.exchanges.find(({ method }) => method === "POST")?.requestBody).toEqual({
			name: "newcomer",
			emailAddress: after.email,
			displayName: after.displayName,
			password: "***",
			notification: false,
		});
		const first = server.population.named("newcomer")!;
		expect(first.password).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d).{36}$/);
		const other = operation({ kind: "account.create", subject: { username: "b", person: "s:2" as PersonKey }, after: fieldsOf("b") });
		await product.perform(other, undefined, calm);
		expect(server.population.named("b")!.password).not.toBe(first.password);
	});
	test("a password that the server echoes is taken out of the message", async () => {
		let password = "";
		const server = await serve((request, response) => {
			if (request.url?.includes("serverInfo")) return json(response, { version: "10.3.1" });
			if (request.method === "GET") return json(response, { errorMessages: ["no such user"], errors: {} }, 404);
			return request.on("data", (chunk) => {
				password = String(JSON.parse(String(chunk)).password);
				json(response, { errorMessages: [], errors: { password: `"${password}" is too simple` } }, 400);
			});
		});
		const { product } = await stageOf({}, { url: server.url });
		open.push(server);
		const error = await caught(product.perform(create, undefined, calm));
		expect(error.message).toContain('password: "[secret]" is too simple');
		expect(password.length).toBeGreaterThan(30);
		expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(password);
	});
	test("an answer without a key: Jira is asked for it", async () => {
		const { server, product } = await stageOf();
		const { key } = server.population.addAccount({ name: "newcomer", emailAddress: after.email });
		server.faults.add({ method: "POST", effect: { kind: "status", status: 201, body: { name: "newcomer" } } });
		expect(await product.perform(create, undefined, calm)).toEqual({ outcome: "done", account: key });
	});
	test("a 500 may have created the account: unknown, then a conflict for the journal to explain", async () => {
		const { server, product } = await stageOf();
		server.faults.add({ method: "POST", times: 1, effect: { kind: "status", status: 500 } });
		expect(await caught(product.perform(create, undefined, calm))).toMatchObject({ code: "target.unreachable", outcomeUnknown: true });
	});
	test("created, deleted by somebody, and wanted again: it is created again", async () => {
		const { server, product } = await stageOf();
		const first = await product.perform(create, undefined, calm);
		server.population.removeAccount(server.population.named("newcomer")!.id);
		const second = await product.perform(create, undefined, calm);
		expect(second.outcome).toBe("done");
		expect(second.account).not.toBe(first.account);
	});
	test("a Jira that keeps names in lower case", async () => {
		const { product } = await stageOf({ behaviour: { usernames: "lowered" } });
		const upper = operation({
			kind: "account.create",
			subject: { username: "NewComer", person: "s:1" as PersonKey },
			after: { ...after, username: "NewComer" },
		});
		const { account } = await product.perform(upper, undefined, calm);
		expect((await product.read({}, calm)).accounts.get(account!)?.username).toBe("newcomer");
		expect(await product.perform(upper, undefined, calm)).toEqual({ outcome: "already", account });
		const rename = operation({
			kind: "account.rename",
			subject: { username: "newcomer", account: account! },
			after: { username: "NEWCOMER" },
		});
		expect((await product.perform(rename, account, calm)).outcome).toBe("already");
	});
});

describe("names", () => {
	test("a group call after a rename uses the new name", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		await product.read({}, calm);
		const rename = operation({
			kind: "account.rename",
			subject: { username: "person1", account: ids[1]! },
			after: { username: "other name" },
		});
		await product.perform(rename, ids[1], calm);
		await product.perform(join(ids[1]!, "Ops Team"), ids[1], calm);
		expect(server.exchanges.at(-1)?.requestBody).toEqual({ name: "other name" });
	});
	test("a name that went over to somebody else since the reading takes nothing away from them", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		await product.read({}, calm);
		const numberOf = (id: AccountId) => server.population.keyed(id)!.id;
		server.population.updateAccount(numberOf(ids[0]!), { name: "moved" });
		server.population.updateAccount(numberOf(ids[2]!), { name: "person0" });
		expect((await product.perform(leave(ids[0]!, "staff"), ids[0], calm)).outcome).toBe("done");
		const { accounts } = await product.read({}, calm);
		expect(accounts.get(ids[0]!)?.groups).not.toContain("staff");
		expect(accounts.get(ids[2]!)?.groups).toContain("staff");
	});
	test("an unknown account is asked for by its key", async () => {
		const { stage, product } = await stageOf();
		const ids = populate(stage);
		expect((await product.perform(join(ids[1]!, "Ops Team"), ids[1], calm)).outcome).toBe("done");
	});
});

describe("settling", () => {
	test("a member directly and through a subgroup loses the direct membership and is told about the other", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		stage.addGroup("inner");
		server.population.nest("staff", "inner");
		stage.addMember("inner", ids[0]!);
		expect((await caught(product.perform(leave(ids[0]!, "staff"), ids[0], calm))).code).toBe("target.inherited");
		expect(server.population.group("staff").members.has(server.population.keyed(ids[0]!)!.id)).toBe(false);
	});
	test("an account whose groups are not all shown is looked for in the group", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		const user = { key: ids[0], name: "person0", active: true, groups: { size: 2, items: [] } };
		server.faults.add({ method: "GET", path: /api\/2\/user\?/, times: 1, effect: { kind: "wrong-json", body: user } });
		expect((await product.perform(leave(ids[0]!, "staff"), ids[0], calm)).outcome).toBe("done");
	});
	test("a write whose answer tells nothing is read back", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		server.faults.add({ method: "PUT", times: 1, effect: { kind: "wrong-json", body: {} } });
		const { operation: disable, account } = stepsFor(ids)["account.disable"];
		expect(await caught(product.perform(disable, account, calm))).toMatchObject({
			code: "target.rejected",
			message: expect.stringContaining("changed nothing"),
		});
	});
	test("403 from a directory is a refusal; 403 from a lost right is a denial", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		server.faults.add({ method: "POST", effect: { kind: "status", status: 403, body: { errorMessages: ["no"], errors: {} } } });
		expect((await caught(product.perform(join(ids[1]!, "Ops Team"), ids[1], calm))).code).toBe("target.rejected");
		server.population.removeMember("jira-administrators", server.population.named("rollcall")!.id);
		expect((await caught(product.perform(join(ids[1]!, "Ops Team"), ids[1], calm))).code).toBe("target.denied");
	});
	test("too long a property value is refused before it is sent", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		const set = operation({
			kind: "attribute.set",
			subject: { username: "x", account: ids[0]! },
			attribute: "team",
			before: undefined,
			after: "ü".repeat(16_384),
		});
		expect((await caught(product.perform(set, ids[0], calm))).code).toBe("target.rejected");
		expect(server.exchanges.filter(({ method }) => method === "PUT")).toHaveLength(0);
	});
	test("an operation on an account without an account is a bug, and nothing is sent", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		await product.capabilities(calm);
		const sent = server.exchanges.length;
		expect((await caught(product.perform(join(ids[0]!, "staff"), undefined, calm))).code).toBe("bug");
		expect(server.exchanges).toHaveLength(sent);
	});
});

describe("the right to write", () => {
	test("is asked for before each writing request and before no other; a refusal sends nothing", async () => {
		let asked = 0;
		const beforeWrite = async () => {
			asked += 1;
			if (asked > 1) throw new Error("the lease is gone");
		};
		const { stage, server, product } = await stageOf({}, { beforeWrite });
		const ids = populate(stage);
		await product.read({}, calm);
		await product.check(calm);
		expect(asked).toBe(0);
		await product.perform(join(ids[1]!, "Ops Team"), ids[1], calm);
		const writes = () => server.exchanges.filter(({ method }) => method !== "GET").length;
		expect([asked, writes()]).toEqual([1, 1]);
		const lost = product.perform(join(ids[3]!, "Ops Team"), ids[3], calm) as Promise<unknown>;
		await expect(lost).rejects.toThrow("the lease is gone");
		expect(writes()).toBe(1);
	});
	test("is asked for again before a repeat", async () => {
		let asked = 0;
		const count = async () => {
			asked += 1;
		};
		const retry = { attempts: 3, baseMs: 1, capMs: 1, budgetMs: 5_000 };
		const { stage, product } = await stageOf({}, { retry, beforeWrite: count });
		const ids = populate(stage);
		stage.disturb({ at: 1, writesOnly: true, effect: { kind: "status", status: 429 } });
		const performed: Awaited<ReturnType<AtlassianProduct["perform"]>> = await product.perform(join(ids[1]!, "Ops Team"), ids[1], calm);
		expect([performed.outcome, asked]).toEqual(["done", 2]);
	});
});
