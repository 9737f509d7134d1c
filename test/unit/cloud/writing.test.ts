import { describe, expect, test } from "@jest/globals";
import { MEMBERSHIP_BATCH } from "../../../connectors/atlassian/cloud/capabilities.ts";
import type { AccountId, GroupName } from "../../../core/model.ts";
import type { MemberAdd, MemberRemove } from "../../../core/operation.ts";
import { addGroup, change, create, join, leave, rename, switchTo } from "../../contract/cloud-harness.ts";
import { calm, fieldsOf, operation, populate } from "../../contract/product-world.ts";
import { caught, sent, stageOf } from "./stage.ts";

const batchOf = (kind: "member.add" | "member.remove", group: string, ids: readonly AccountId[]) =>
	ids.map((account) => ({
		operation: operation({ kind, subject: { username: "x", account }, group: group as GroupName }) as MemberAdd | MemberRemove,
		account,
	}));

describe("users", () => {
	test("a new one carries the person's id, one primary address, and no more", async () => {
		const { server, product } = await stageOf();
		await create(product, "ada");
		expect(server.exchanges.at(-1)?.requestBody).toEqual({
			schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
			userName: "ada",
			externalId: "test:ada",
			emails: [{ value: "ada@example.org", type: "work", primary: true }],
			displayName: "ada Example",
			active: true,
		});
	});
	test("an account that the organisation has already is linked by its address", async () => {
		const { server, product } = await stageOf();
		const { accountId } = server.population.addOrganizationAccount({ email: "Ada@example.org", status: "inactive" });
		const { account } = await create(product, "ada");
		expect(server.population.user(account as string).accountId).toBe(accountId);
		expect(server.population.accounts.get(accountId)).toMatchObject({ status: "active", governedBy: "scim" });
		expect(server.population.accounts.size).toBe(1);
	});
	test("what Rollcall does not know of is sent back as it was: nothing is cleared", async () => {
		const { server, product } = await stageOf();
		const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
		const profile = {
			externalId: "idp-1",
			title: "Countess",
			timezone: "Europe/London",
			name: { givenName: "Ada", familyName: "Lovelace" },
			phoneNumbers: [{ value: "1", type: "work", primary: true }],
			[enterprise]: { department: "R&D" },
		};
		const emails = [
			{ value: "home@example.org", type: "home", primary: false },
			{ value: "old@example.org", type: "office", primary: true },
		];
		const { id } = server.population.addUser({ userName: "ada", emails, active: false, profile, displayName: "A" });
		server.population.addGroup("g");
		server.population.addMember("g", id);
		await change(product, id as AccountId, { displayName: "Ada", email: "new@example.org" });
		await rename(product, id as AccountId, "ada.l");
		const after = server.population.user(id);
		expect(after).toMatchObject({
			userName: "ada.l",
			displayName: "Ada",
			active: false,
			emails: [
				{ value: "new@example.org", type: "office", primary: true },
				{ value: "home@example.org", type: "home", primary: false },
			],
		});
		expect(after.profile).toEqual(profile);
		expect(server.population.groupsOf(id).map(({ displayName }) => displayName)).toEqual(["g"]);
		for (const { requestBody } of server.exchanges.filter(({ method }) => method === "PUT")) {
			expect(Object.keys(requestBody as object)).not.toEqual(expect.arrayContaining(["id"]));
			expect(JSON.stringify(requestBody)).not.toMatch(/atlassian-external|"meta"|"groups"/);
		}
	});
	test("one that Rollcall created and somebody removed is made anew", async () => {
		const { server, product } = await stageOf();
		const { account: first } = await create(product, "ada");
		expect(await create(product, "ada")).toEqual({ outcome: "already", account: first });
		server.population.removeUser(first as string);
		const again = await create(product, "ada");
		expect(again.outcome).toBe("done");
		expect(again.account).not.toBe(first);
	});
	test("an address that was there as a second one becomes the first, once", async () => {
		const { server, product } = await stageOf();
		const emails = [
			{ value: "a@example.org", primary: true },
			{ value: "B@example.org", primary: false },
		];
		const { id } = server.population.addUser({ userName: "ada", emails, active: true, profile: {} });
		await change(product, id as AccountId, { email: "b@example.org" });
		expect(server.population.user(id).emails).toEqual([{ value: "b@example.org", type: "work", primary: true }]);
	});
	test("who has the name is looked up; what to do about it is said", async () => {
		const { stage, product } = await stageOf();
		const id = stage.addAccount(fieldsOf("ada"));
		const byName = await caught(create(product, "Ada", { email: "other@example.org" }));
		expect(byName).toMatchObject({ context: { holder: id }, todo: expect.stringMatching(/adopt: username/) });
		const byAddress = await caught(create(product, "other", { email: "ADA@example.org" }));
		expect(byAddress).toMatchObject({ code: "target.conflict", todo: expect.stringMatching(/adopt: email/) });
		expect(byAddress.context).not.toHaveProperty("holder");
	});
	test("nobody is ever deleted: switching off is a change of `active`", async () => {
		const { stage, server, product } = await stageOf();
		const [id] = populate(stage);
		expect((await switchTo(product, id as AccountId, false)).outcome).toBe("done");
		expect(server.exchanges.at(-1)).toMatchObject({
			method: "PATCH",
			requestBody: {
				schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
				Operations: [{ op: "replace", path: "active", value: false }],
			},
		});
		expect(server.exchanges.filter(({ method }) => method === "DELETE")).toEqual([]);
	});
	test.each([
		["active", (product: Parameters<typeof switchTo>[0], id: AccountId) => switchTo(product, id, false)],
		["username", (product: Parameters<typeof switchTo>[0], id: AccountId) => rename(product, id, "other")],
		["displayName", (product: Parameters<typeof switchTo>[0], id: AccountId) => change(product, id, { displayName: "Other" })],
	])("an answer that shows the old value of %s is no success", async (_what, act) => {
		const { stage, server, product } = await stageOf();
		const id = stage.addAccount(fieldsOf("ada"));
		const same = { id, userName: "ada", displayName: "ada Example", active: true, emails: [{ value: "ada@example.org", primary: true }] };
		for (const method of ["PUT", "PATCH"]) server.faults.add({ method, effect: { kind: "wrong-json", body: same } });
		expect(await caught(act(product, id))).toMatchObject({ code: "target.rejected", message: expect.stringMatching(/changed nothing/) });
	});
	test("one whom somebody removed from the directory", async () => {
		const { stage, server, product } = await stageOf();
		const id = stage.addAccount(fieldsOf("ada"));
		server.population.removeUser(id);
		expect((await caught(switchTo(product, id, false))).code).toBe("target.missing");
		// A user made anew has another id.
		const { account } = await create(product, "ada");
		expect(account).not.toBe(id);
		expect(server.population.accounts.size).toBe(1);
	});
});

describe("groups", () => {
	test("several members in one request; each removal names its own", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		await product.read({}, calm);
		const from = server.exchanges.length;
		await product.performMembers!(batchOf("member.add", "EMPTY", ids), calm);
		await product.performMembers!(batchOf("member.remove", "staff", ids.slice(0, 2)), calm);
		expect(sent(server, from)).toEqual(["PATCH Groups/…", "PATCH Groups/…"]);
		expect(server.exchanges.slice(from).map(({ requestBody }) => (requestBody as { Operations: unknown }).Operations)).toEqual([
			[{ op: "add", path: "members", value: ids.map((value) => ({ value })) }],
			ids.slice(0, 2).map((id) => ({ op: "remove", path: `members[value eq "${id}"]` })),
		]);
		expect(server.population.groupNamed("staff")?.members.size).toBe(ids.length - 2);
	});
	test("the bound of a batch is in the table", async () => {
		const { product } = await stageOf();
		expect((await product.capabilities(calm)).limits.membershipBatch).toBe(MEMBERSHIP_BATCH);
	});
	test("somebody twice in a batch is done once", async () => {
		const { stage, product } = await stageOf();
		const [id] = populate(stage);
		const twice = batchOf("member.add", "empty", [id as AccountId, id as AccountId]);
		expect(await product.performMembers!(twice, calm)).toEqual([{ outcome: "done" }, { outcome: "already" }]);
	});
	test("a reading that says `already` is not believed: somebody may have changed it since", async () => {
		const { stage, server, product } = await stageOf();
		const [id] = populate(stage);
		await product.read({}, calm);
		server.population.leave(server.population.groupNamed("staff")!, id as string);
		expect((await join(product, id as AccountId, "staff")).outcome).toBe("done");
		expect(server.population.groupNamed("staff")?.members.has(id as string)).toBe(true);
	});
	test.each(["accepted", "refused"] as const)("somebody whom another took out meanwhile (%s)", async (removeAgain) => {
		const { stage, server, product } = await stageOf({ behaviour: { removeAgain } });
		const [id] = populate(stage);
		await product.read({}, calm);
		server.population.leave(server.population.groupNamed("staff")!, id as string);
		expect((await leave(product, id as AccountId, "staff")).outcome).toBe("done");
		expect((await leave(product, id as AccountId, "staff")).outcome).toBe("already");
	});
	test("a removal that is refused although somebody is a member is a failure", async () => {
		const { stage, server, product } = await stageOf();
		const [id] = populate(stage);
		const body = { schemas: [], status: "400", scimType: "invalidPath", detail: "no such path" };
		server.faults.add({ method: "PATCH", effect: { kind: "status", status: 400, body } });
		expect(await caught(leave(product, id as AccountId, "staff"))).toMatchObject({
			code: "target.rejected",
			message: expect.stringMatching(/invalidPath: no such path/),
		});
	});
	test("a group that was deleted and made anew has another id: it is found by its name", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		await product.read({}, calm);
		server.population.removeGroup(server.population.groupNamed("empty")!.id);
		server.population.addGroup("empty");
		expect((await join(product, ids[0] as AccountId, "empty")).outcome).toBe("done");
		expect([...(server.population.groupNamed("empty")?.members ?? [])]).toEqual([ids[0]]);
	});
	test("one who is gone spoils the batch, and changes nothing", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		await product.read({}, calm);
		server.population.removeUser(ids[1] as string);
		const error = await caught(product.performMembers!(batchOf("member.add", "empty", ids), calm));
		expect(error).toMatchObject({ code: "target.missing", outcomeUnknown: false });
		expect(server.population.groupNamed("empty")?.members.size).toBe(0);
	});
	test.each([
		["added", join, { members: [] }, /is not a member/],
		["removed", leave, { members: [{ value: "ID" }] }, /is still a member/],
	] as const)("an answer without the change is no success (%s)", async (_title, act, { members }, says) => {
		const { stage, server, product } = await stageOf();
		const [, id] = populate(stage);
		const name = act === join ? "empty" : "staff";
		const group = server.population.groupNamed(name)!;
		const body = { id: group.id, displayName: name, members: members.map(() => ({ value: id })) };
		server.faults.add({ method: "PATCH", effect: { kind: "wrong-json", body } });
		expect(await caught(act(product, id as AccountId, name))).toMatchObject({
			code: "target.rejected",
			message: expect.stringMatching(says),
		});
	});
	test("an answer that does not show members is believed", async () => {
		const { stage, server, product } = await stageOf();
		const [, id] = populate(stage);
		const group = server.population.groupNamed("empty")!;
		server.faults.add({ method: "PATCH", effect: { kind: "wrong-json", body: { id: group.id, displayName: "empty" } } });
		expect((await join(product, id as AccountId, "empty")).outcome).toBe("done");
	});
	test("an id that cannot stand in an address is not sent", async () => {
		const { stage, server, product } = await stageOf();
		populate(stage);
		const sentBefore = server.exchanges.length;
		expect((await caught(switchTo(product, "../Groups" as AccountId, false))).code).toBe("target.malformed");
		expect(sent(server, sentBefore)).toEqual(["GET ServiceProviderConfig"]);
	});
});

describe("bounds are looked at before anything is sent", () => {
	const full = { users: 7, groups: 3, membersPerGroup: 7, memberships: 11 };
	test.each([
		["users", (product: Parameters<typeof create>[0]) => create(product, "new"), /bound of 7 users is reached/],
		["groups", (product: Parameters<typeof create>[0]) => addGroup(product, "new"), /bound of 3 groups is reached/],
	])("%s", async (_what, act, says) => {
		const { stage, server, connect } = await stageOf();
		populate(stage);
		const product = connect({ bounds: full });
		await product.read({}, calm);
		await product.capabilities(calm);
		const from = server.exchanges.length;
		expect(await caught(act(product))).toMatchObject({
			code: "target.rejected",
			message: expect.stringMatching(says),
			outcomeUnknown: false,
		});
		expect(server.exchanges).toHaveLength(from);
	});
	test("members of a group, and memberships of all groups", async () => {
		const { stage, server, connect } = await stageOf();
		const ids = populate(stage);
		const product = connect({ bounds: { ...full, membersPerGroup: 6 } });
		await product.read({}, calm);
		const adding = (group: string, of: readonly AccountId[]) => product.performMembers!(batchOf("member.add", group, of), calm);
		expect((await caught(adding("empty", ids))).message).toMatch(
			/nobody was added to "empty", which has 0 members: .* 6 members of a group/,
		);
		expect((await caught(adding("empty", ids.slice(0, 1)))).message).toMatch(/11 memberships of all groups together/);
		expect(server.exchanges.filter(({ method }) => method === "PATCH")).toEqual([]);
		// Up to the bound, and what goes makes room for what comes.
		expect((await caught(join(connect({ bounds: { membersPerGroup: 7 } }), stage.addAccount(fieldsOf("x")), "staff"))).message).toMatch(
			/7 members of/,
		);
		const exactly = connect({ bounds: { membersPerGroup: 1 } });
		expect((await join(exactly, ids[5] as AccountId, "empty")).outcome).toBe("done");
		await leave(exactly, ids[5] as AccountId, "empty");
		await product.performMembers!(batchOf("member.remove", "staff", ids.slice(0, 1)), calm);
		await adding("empty", ids.slice(0, 1));
		expect(server.population.groupNamed("empty")?.members.size).toBe(1);
	});
	test("what this run makes counts", async () => {
		const { stage, connect } = await stageOf();
		populate(stage);
		const product = connect({ bounds: { users: 8, groups: 4 } });
		await product.read({}, calm);
		await create(product, "new");
		await addGroup(product, "new");
		expect((await caught(create(product, "newer"))).message).toMatch(/8 users/);
		expect((await caught(addGroup(product, "newer"))).message).toMatch(/4 groups/);
		// One that goes makes room.
		await product.perform(operation({ kind: "group.delete", group: "empty" as GroupName }), undefined, calm);
		expect((await addGroup(product, "newer")).outcome).toBe("done");
		// Asked again, a group that is there is no new one.
		expect((await addGroup(product, "new")).outcome).toBe("already");
	});
	test("before a reading nothing is known, and Atlassian decides", async () => {
		const { stage, connect } = await stageOf();
		populate(stage);
		expect((await create(connect({ bounds: full }), "new")).outcome).toBe("done");
	});
});
