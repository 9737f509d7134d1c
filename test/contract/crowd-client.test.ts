import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import CrowdClient, { type CrowdClient as Client } from "atlassian-crowd-client";
import Attributes from "atlassian-crowd-client/lib/models/attributes.js";
import Group from "atlassian-crowd-client/lib/models/group.js";
import User from "atlassian-crowd-client/lib/models/user.js";
import type { AccountId, GroupName, PersonKey } from "../../core/model.ts";
import { type CrowdStage, crowdStage, profile } from "./crowd-product-harness.ts";
import { calm, fieldsOf, operation } from "./product-world.ts";

/** Somebody else's client drives the stand-in, and reads what Rollcall wrote: https://www.npmjs.com/package/atlassian-crowd-client */
describe("atlassian-crowd-client 2.0.0", () => {
	let stage: CrowdStage;
	let client: Client;
	beforeEach(async () => {
		stage = await crowdStage(profile("6.3.1"));
		const { application: name, password } = stage.server.credentials;
		client = new CrowdClient({ baseUrl: `${stage.server.url}/`, application: { name, password } });
	});
	afterEach(() => stage.close());
	const ann = () => new User("Ann", "O'Neill", "Ann O'Neill", "ann@example.org", "ann", "pw", true);

	test("users: created, read, changed, renamed, removed", async () => {
		expect(await client.user.create(ann())).toMatchObject({ username: "ann", displayname: "Ann O'Neill", active: true });
		expect(await client.user.get("ANN")).toMatchObject({
			username: "ann",
			firstname: "Ann",
			lastname: "O'Neill",
			email: "ann@example.org",
		});
		const changed = await client.user.update("ann", new User("Ann", "Łee", "Ann Łee", "new@example.org", "ann", undefined, false));
		expect(changed).toMatchObject({ displayname: "Ann Łee", email: "new@example.org", active: false });
		await client.user.rename("ann", "ann lee+1");
		expect((await client.user.get("ann lee+1")).displayname).toBe("Ann Łee");
		await expect(client.user.get("ann")).rejects.toMatchObject({ type: "USER_NOT_FOUND" });
		await client.user.remove("ann lee+1");
		expect(await client.search.user("name = ann*")).toEqual([]);
	});
	test("attributes", async () => {
		await client.user.create(ann());
		expect(await client.user.attributes.set("ann", new Attributes({ team: "R&D", floor: 3 }))).toMatchObject({
			attributes: { team: "R&D", floor: 3 },
		});
		await client.user.attributes.set("ann", new Attributes({ team: "Süd" }));
		expect(await client.user.attributes.list("ann")).toMatchObject({ attributes: { team: "Süd", floor: 3 } });
		await client.user.attributes.remove("ann", "floor");
		expect((await client.user.get("ann", true)).attributes).toEqual({ team: "Süd" });
	});
	test("groups, members, groups inside groups", async () => {
		await client.user.create(ann());
		for (const name of ["staff", "R&D / Süd"]) await client.group.create(new Group(name, "about", true));
		expect(await client.group.update("staff", new Group("staff", "changed", false))).toMatchObject({
			description: "changed",
			active: false,
		});
		await client.group.users.add("R&D / Süd", "ann");
		await client.group.children.add("staff", "R&D / Süd");
		expect(await client.group.users.list("staff")).toEqual([]);
		expect(await client.group.users.list("staff", true)).toEqual(["ann"]);
		expect(await client.user.groups.list("ann", true)).toEqual(["R&D / Süd", "staff"]);
		expect(await client.group.parents.list("R&D / Süd")).toEqual(["staff"]);
		expect(await client.group.membership()).toMatch(/<membership group="R&#38;D \/ Süd">\s*<users>\s*<user name="ann"\/>/);
		await expect(client.group.users.add("R&D / Süd", "ann")).rejects.toMatchObject({ type: "MEMBERSHIP_ALREADY_EXISTS" });
		await client.group.users.remove("R&D / Süd", "ann");
		await expect(client.group.users.get("R&D / Süd", "ann")).rejects.toMatchObject({ type: "MEMBERSHIP_NOT_FOUND" });
		await client.group.children.remove("staff", "R&D / Süd");
		await client.group.remove("staff");
		expect(await client.search.group("")).toEqual(["R&D / Süd"]);
	});
	test("log-in of people, and of an application that is not one", async () => {
		await client.user.create(ann());
		expect(await client.authentication.authenticate("ann", "pw")).toMatchObject({ username: "ann" });
		await expect(client.authentication.authenticate("ann", "no")).rejects.toMatchObject({ type: "INVALID_USER_AUTHENTICATION" });
		const stranger = new CrowdClient({ baseUrl: stage.server.url, application: { name: "x", password: "y" } });
		await expect(stranger.user.get("ann")).rejects.toMatchObject({ type: "APPLICATION_ACCESS_DENIED" });
	});

	test("what Rollcall writes, it reads; and the other way round", async () => {
		const product = stage.connect();
		const subject = { username: "newcomer", person: "test:newcomer" as PersonKey };
		const { account } = await product.perform(operation({ kind: "account.create", subject, after: fieldsOf("newcomer") }), undefined, calm);
		const own = { username: "newcomer", account: account as AccountId };
		await product.perform(operation({ kind: "group.create", group: "staff" as GroupName }), undefined, calm);
		await product.perform(operation({ kind: "member.add", subject: own, group: "staff" as GroupName }), account, calm);
		await product.perform(
			operation({ kind: "attribute.set", subject: own, attribute: "team", before: undefined, after: '"R&D"' }),
			account,
			calm,
		);
		await product.perform(operation({ kind: "account.rename", subject: own, after: { username: "renamed" } }), account, calm);
		await product.perform(operation({ kind: "account.disable", subject: own }), account, calm);
		expect(await client.user.get("renamed", true)).toMatchObject({
			...{
				username: "renamed",
				firstname: "newcomer",
				lastname: "Example",
				displayname: "newcomer Example",
				email: "newcomer@example.org",
			},
			...{ active: false, attributes: { team: "R&D" } },
		});
		expect(await client.user.groups.list("renamed")).toEqual(["staff"]);
		expect((await client.group.get("staff")).active).toBe(true);

		await client.user.create(ann());
		await client.group.users.add("staff", "ann");
		await client.user.attributes.set("ann", new Attributes({ team: "Süd" }));
		const actual = await product.read({ attributes: ["team"], attributesOf: "all" }, calm);
		expect([...actual.accounts.values()].find(({ username }) => username === "ann")).toMatchObject({
			...{ email: "ann@example.org", displayName: "Ann O'Neill", active: true, groups: ["staff"], attributes: { team: '"Süd"' } },
		});
		await product.close();
	});
});
