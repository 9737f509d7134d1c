import { inspect } from "node:util";
import { describe, expect, test } from "@jest/globals";
import type { SyncError } from "../../../core/errors.ts";
import type { AccountId, GroupName } from "../../../core/model.ts";
import type { MemberAdd, MemberRemove } from "../../../core/operation.ts";
import type { MembershipWork } from "../../../core/product.ts";
import { create, join, leave, rename } from "../../contract/bamboo-harness.ts";
import { calm, fieldsOf, operation, populate } from "../../contract/product-world.ts";
import { json, serve } from "../http/servers.ts";
import { caught, closing, stageOf } from "./stage.ts";

describe("creation", () => {
	test("with a password that nobody learns, in the body", async () => {
		const { server, product } = await stageOf();
		await create(product, "newcomer");
		const { requestBody, query } = server.exchanges.find(({ method }) => method === "POST")!;
		expect(requestBody).toEqual({
			name: "newcomer",
			fullName: "newcomer Example",
			email: "newcomer@example.org",
			password: "***",
			passwordConfirm: "***",
		});
		expect(query).toEqual({});
		const password = server.population.named("newcomer")?.password;
		expect(password).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d).{36}$/);
		await create(product, "second");
		expect(server.population.named("second")?.password).not.toBe(password);
	});
	test.each(["Ünï çödé", 'Q "quoted" \\ back', "R+D <b>", "名前 😀"])("a full name %j arrives as it is", async (displayName) => {
		const { server, product } = await stageOf();
		const after = { ...fieldsOf("odd"), displayName };
		await product.perform(
			operation({ kind: "account.create", subject: { username: "odd", person: "t:odd" as never }, after }),
			undefined,
			calm,
		);
		expect(server.population.named("odd")?.displayName).toBe(displayName);
	});
	test("a password that Bamboo echoes is taken out of the message", async () => {
		let password = "";
		const server = closing(
			await serve((request, response) => {
				if (request.method === "GET") return json(response, request.url?.endsWith("/info") ? { version: "12.1.1" } : { results: [] });
				return request.on("data", (chunk) => {
					password = String(JSON.parse(String(chunk)).password);
					json(response, { errors: [], fieldErrors: { password: [`"${password}" is too simple`] } }, 400);
				});
			}),
		);
		const { connect } = await stageOf();
		const error = await caught(create(connect({ url: server.url }), "newcomer"));
		expect(error.message).toContain('password: "[secret]" is too simple');
		expect(password).toHaveLength(36);
		expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(password);
	});
	test("created, deleted by somebody, created again", async () => {
		const { server, product } = await stageOf();
		await create(product, "newcomer");
		server.population.removeAccount(server.population.named("newcomer")?.id ?? 0);
		expect((await create(product, "newcomer")).outcome).toBe("done");
	});
});

describe("the name is the identity", () => {
	test("a rename answers the new id; until the next reading the old one goes on standing for the account", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		await product.read({}, calm);
		expect(await rename(product, ids[1] as AccountId, "Renamed")).toEqual({ outcome: "done", account: "renamed" });
		expect((await join(product, ids[1] as AccountId, "Ops Team")).outcome).toBe("done");
		expect((await leave(product, ids[1] as AccountId, "staff")).outcome).toBe("done");
		const account = server.population.named("renamed")!;
		expect(account.name).toBe("Renamed");
		expect(server.population.groupsOf(account.id).map(({ name }) => name)).toEqual(["Ops Team"]);
		const { accounts } = await product.read({}, calm);
		expect(accounts.has(ids[1] as AccountId)).toBe(false);
		expect(accounts.get("renamed" as AccountId)).toMatchObject({ username: "Renamed", groups: ["Ops Team"] });
	});
	test("two renames in a chain: each id still stands for its own account", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		await product.read({}, calm);
		await rename(product, ids[2] as AccountId, "third");
		// person2 is free now in Bamboo, and yet nobody gets it before the next reading: its id still means somebody.
		expect(await caught(rename(product, ids[1] as AccountId, "person2"))).toMatchObject({
			code: "target.conflict",
			todo: expect.stringContaining("Run again"),
		});
		expect(await caught(create(product, "PERSON2"))).toMatchObject({
			code: "target.conflict",
			message: expect.stringContaining("somebody else's"),
		});
		await leave(product, ids[2] as AccountId, "staff");
		expect([...server.population.group("staff").members].map((id) => server.population.account(id).name)).not.toContain("third");
		await product.read({}, calm);
		expect((await rename(product, ids[1] as AccountId, "person2")).outcome).toBe("done");
	});
	test("and back again within one run", async () => {
		const { stage, product } = await stageOf();
		const ids = populate(stage);
		await product.read({}, calm);
		await rename(product, ids[1] as AccountId, "other");
		expect(await rename(product, ids[1] as AccountId, "person1")).toEqual({ outcome: "done", account: "person1" });
	});
	test.each(["kept", "lowered"] as const)("only the case of a name, where names are %s", async (usernames) => {
		const { stage, server, product } = await stageOf({ behaviour: { usernames } });
		const ids = populate(stage);
		const first = await rename(product, ids[0] as AccountId, "Person0");
		expect(first).toEqual({ outcome: usernames === "kept" ? "done" : "already", account: "person0" });
		expect(server.population.named("person0")?.name).toBe(usernames === "kept" ? "Person0" : "person0");
		expect((await rename(product, ids[0] as AccountId, "Person0")).outcome).toBe("already");
	});
	test("a rename of which nothing is known is not taken for done because somebody has the new name", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		server.population.removeAccount(server.population.named("person1")?.id ?? 0);
		stage.addAccount(fieldsOf("renamed"));
		expect((await caught(rename(product, ids[1] as AccountId, "renamed"))).code).toBe("target.missing");
	});
});

describe("groups whose names cannot stand in an address", () => {
	test("all others go by their own address, whoever is to join", async () => {
		const { stage, server, product } = await stageOf();
		populate(stage);
		const odd = stage.addAccount({ ...fieldsOf("x"), username: "a/b" });
		for (const id of [odd, "person0" as AccountId]) await join(product, id, "empty");
		expect(server.exchanges.filter(({ method }) => method !== "GET").map(({ path, requestBody }) => [path, requestBody])).toEqual([
			["/rest/api/latest/admin/groups/empty/add-users", ["a/b"]],
			["/rest/api/latest/admin/groups/empty/add-users", ["person0"]],
		]);
	});
	test.each(["R&D / Süd", "back\\slash", "100%", "Süd"])("%j: the account does, and the group is in the body", async (group) => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		stage.addGroup(group);
		expect((await join(product, ids[0] as AccountId, group)).outcome).toBe("done");
		expect((await join(product, ids[0] as AccountId, group)).outcome).toBe("already");
		expect(server.population.group(group).members.size).toBe(1);
		expect((await leave(product, ids[0] as AccountId, group)).outcome).toBe("done");
		expect((await leave(product, ids[0] as AccountId, group)).outcome).toBe("already");
		const writes = server.exchanges
			.filter(({ method }) => method !== "GET")
			.map(({ method, path, requestBody }) => [method, path, requestBody]);
		expect(writes).toEqual([
			["POST", "/rest/api/latest/admin/users/person0/groups", [group]],
			["DELETE", "/rest/api/latest/admin/users/person0/groups", [group]],
		]);
	});
});

const work =
	(kind: "member.add" | "member.remove", group: string) =>
	(account: AccountId): MembershipWork => ({
		operation: operation({ kind, subject: { username: "x", account }, group: group as GroupName }) as MemberAdd | MemberRemove,
		account,
	});
const outcomes = (results: readonly (SyncError | { readonly outcome: string })[]) =>
	results.map((one) => ("outcome" in one ? one.outcome : one.code));

describe("P13 several memberships in one request", () => {
	async function world(options: Parameters<typeof stageOf>[0] = {}) {
		const staged = await stageOf(options);
		const ids = populate(staged.stage);
		const several = (kind: "member.add" | "member.remove", group: string, whom: readonly AccountId[]) =>
			staged.product.performMembers?.(whom.map(work(kind, group)), calm) as Promise<readonly (SyncError | { readonly outcome: string })[]>;
		const members = (group: string) =>
			[...staged.server.population.group(group).members].map((id) => staged.server.population.account(id).name).sort();
		const writes = () =>
			staged.server.exchanges.filter(({ method }) => method !== "GET").map(({ method, path, requestBody }) => [method, path, requestBody]);
		return { ...staged, ids, several, members, writes };
	}
	test("in and out are one request each, for those whom it concerns", async () => {
		const { ids, several, members, writes } = await world();
		expect(outcomes(await several("member.add", "Ops Team", ids))).toEqual([
			"already",
			"done",
			"already",
			"done",
			"already",
			"done",
			"already",
		]);
		expect(outcomes(await several("member.remove", "Ops Team", ids.slice(0, 5)))).toEqual(Array(5).fill("done"));
		expect(members("Ops Team")).toEqual(["person5", "person6"]);
		expect(writes()).toEqual([
			["POST", "/rest/api/latest/admin/groups/Ops%20Team/add-users", ["person1", "person3", "person5"]],
			["DELETE", "/rest/api/latest/admin/groups/Ops%20Team/remove-users", ["person0", "person1", "person2", "person3", "person4"]],
		]);
	});
	test("a proxy drops the body of DELETE: nobody was removed, and each of them says so", async () => {
		const { ids, several, members } = await world({ behaviour: { dropsDeleteBody: true } });
		const results = await several("member.remove", "Ops Team", [ids[0], ids[1], ids[2]] as AccountId[]);
		expect(outcomes(results)).toEqual(["target.rejected", "already", "target.rejected"]);
		expect(results[0]).toMatchObject({ todo: expect.stringContaining("body of DELETE") });
		expect(members("Ops Team")).toHaveLength(4);
	});
	test("one whom Bamboo does not know keeps all out, and nothing has changed: one by one is the caller's turn", async () => {
		const { ids, several, members } = await world();
		expect(await caught(several("member.add", "empty", [...ids, "nobody" as AccountId]))).toMatchObject({
			code: "target.missing",
			outcomeUnknown: false,
		});
		expect(members("empty")).toEqual([]);
	});
	test("a group that cannot stand in an address: one by one, each with its own result", async () => {
		const { stage, ids, several, members, server } = await world();
		stage.addGroup("a/b");
		server.faults.add({ method: "POST", path: /person1\/groups/, effect: { kind: "drop-after-write" } });
		const results = await several("member.add", "a/b", [ids[0], ids[1], "nobody", ids[2]] as AccountId[]);
		expect(outcomes(results)).toEqual(["done", "target.unreachable", "target.missing", "done"]);
		expect(results[1]).toMatchObject({ outcomeUnknown: true });
		expect(members("a/b")).toEqual(["person0", "person1", "person2"]);
	});
	test("after a rename in this run the new name is sent", async () => {
		const { ids, several, product, members } = await world();
		await product.read({}, calm);
		await rename(product, ids[1] as AccountId, "renamed");
		expect(outcomes(await several("member.add", "empty", ids.slice(0, 2)))).toEqual(["done", "done"]);
		expect(members("empty")).toEqual(["person0", "renamed"]);
	});
	test("nobody is nothing", async () => {
		const { several, server } = await world();
		expect(await several("member.add", "staff", [])).toEqual([]);
		expect(server.exchanges).toEqual([]);
	});
});

test("the right that we lost is no failure of one account: it ends the run", async () => {
	const { stage, server, product } = await stageOf();
	const ids = populate(stage);
	await product.read({}, calm);
	server.population.grantGroup("rollcall-admins", ["READ"]);
	expect(await caught(rename(product, ids[0] as AccountId, "x"))).toMatchObject({ code: "target.denied" });
	server.population.grantGroup("rollcall-admins", ["READ", "RESTRICTEDADMINISTRATION"]);
	server.faults.add({ method: "PUT", effect: { kind: "status", status: 403 } });
	expect(await caught(rename(product, ids[0] as AccountId, "x"))).toMatchObject({ code: "target.rejected" });
});
