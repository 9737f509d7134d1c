import { afterEach, describe, expect, test } from "@jest/globals";
import CrowdClient from "atlassian-crowd-client";
import Group from "atlassian-crowd-client/lib/models/group.js";
import User from "atlassian-crowd-client/lib/models/user.js";
import JiraClient from "jira-client";
import type { AccountId, GroupName, PersonKey } from "../../core/model.ts";
import type { AtlassianProduct } from "../../core/product.ts";
import type { JiraVersion } from "../../sandbox/jira/versions.ts";
import { connectBoth, connectUserServer } from "./jira-doors-harness.ts";
import { type JiraStage, jiraStage } from "./jira-harness.ts";
import { calm, fieldsOf, operation } from "./product-world.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close();
});
async function staged(version: JiraVersion = "10.3"): Promise<JiraStage> {
	const stage = await jiraStage({ version });
	open.push(stage);
	return stage;
}
const connected = (product: AtlassianProduct): AtlassianProduct => {
	open.push(product);
	return product;
};

/** Does what Rollcall does to somebody who arrives and leaves. */
async function arriveAndLeave(product: AtlassianProduct, group = "R&D" as GroupName): Promise<AccountId> {
	const subject = { username: "newcomer", person: "test:newcomer" as PersonKey };
	const created = await product.perform(operation({ kind: "account.create", subject, after: fieldsOf("newcomer") }), undefined, calm);
	const account = created.account as AccountId;
	const own = { username: "newcomer", account };
	await product.perform(operation({ kind: "group.create", group }), undefined, calm);
	await product.perform(operation({ kind: "member.add", subject: own, group }), account, calm);
	await product.perform(operation({ kind: "account.rename", subject: own, after: { username: "renamed" } }), account, calm);
	await product.perform(operation({ kind: "account.disable", subject: own }), account, calm);
	return account;
}

/** Somebody else's client drives the stand-in's REST v2, and reads what Rollcall wrote: https://www.npmjs.com/package/jira-client */
describe("jira-client 8.2.2", () => {
	const clientOf = ({ server }: JiraStage) => {
		const { hostname: host, port, protocol } = new URL(server.url);
		return new JiraClient({ protocol: protocol.slice(0, -1), host, port, apiVersion: "2", bearer: server.credentials.token });
	};
	const everybody = { username: ".", query: "", maxResults: 100, includeInactive: true };

	test("who it is, which Jira this is, nobody's projects", async () => {
		const client = clientOf(await staged());
		expect(await client.getCurrentUser()).toMatchObject({ name: "rollcall", key: "JIRAUSER10001", active: true });
		expect((await client.getServerInfo()).version).toBe("10.3.4");
		expect(await client.listProjects()).toEqual([]);
	});
	test("creates and finds", async () => {
		const client = clientOf(await staged());
		const ann = { name: "ann", password: "pw", emailAddress: "ann@example.org", displayName: "Ann O'Neill" };
		expect(await client.createUser(ann)).toMatchObject({ key: "JIRAUSER10002", name: "ann", active: true });
		expect(await client.searchUsers({ username: "o'n" })).toMatchObject([{ key: "JIRAUSER10002", emailAddress: "ann@example.org" }]);
		expect((await client.searchUsers(everybody)).map(({ name }) => name)).toEqual(["admin", "ann", "rollcall"]);
		await expect(client.createUser(ann)).rejects.toThrow(/A user with that username already exists/);
	});
	test.each(["9.12", "10.3"] as const)("reads of Jira %s what Rollcall wrote", async (version) => {
		const stage = await staged(version);
		const account = await arriveAndLeave(connected(stage.connect()), "Team Süd" as GroupName);
		const client = clientOf(stage);
		const [found] = await client.searchUsers({ username: "renamed", includeInactive: true });
		expect(found).toMatchObject({ key: account, displayName: "newcomer Example", active: false });
		expect(await client.searchUsers({ username: "renamed" })).toEqual([]);
		const members = await client.getMembersOfGroup("Team Süd", 0, 50, true);
		expect(members).toMatchObject({ total: 1, isLast: true, values: [{ key: account, name: "renamed" }] });
		expect((await client.getMembersOfGroup("Team Süd")).total).toBe(0);
	});
	test("members by the call that is gone from 10.0", async () => {
		const [nine, ten] = [await staged("9.12"), await staged()];
		const account = nine.addAccount(fieldsOf("ann"));
		nine.addGroup("staff");
		nine.addMember("staff", account);
		expect((await clientOf(nine).getUsersInGroup("staff")).users.items).toMatchObject([{ key: account }]);
		await expect(clientOf(ten).getUsersInGroup("staff")).rejects.toThrow(/405/);
	});
	test("asks for some things as Jira Cloud has them, and mistakes others (docs/decisions/0010)", async () => {
		const client = clientOf(await staged());
		await expect(client.getUser("JIRAUSER10001")).rejects.toThrow(/'username' or the 'key' query parameters/);
		await expect(client.getUsers()).rejects.toThrow(/404/);
		// It takes the encoding of ampersands and plus signs away again: it asks for the group "R".
		await expect(client.getMembersOfGroup("R&D")).rejects.toThrow(/named 'R' does not exist/);
	});
});

/** https://www.npmjs.com/package/atlassian-crowd-client, for Jira's user server. */
describe("atlassian-crowd-client 2.0.0 at a Jira", () => {
	const clientOf = ({ server }: JiraStage) => {
		const { application: name, password } = server.userServer;
		return new CrowdClient({ baseUrl: `${server.url}/`, application: { name, password } });
	};

	test("users and groups; REST v2 shows the same ones", async () => {
		const stage = await staged();
		const client = clientOf(stage);
		await client.user.create(new User("Ann", "O'Neill", "Ann O'Neill", "ann@example.org", "ann", "pw", true));
		await client.user.update("ann", new User("Ann", "Łee", "Ann Łee", "new@example.org", "ann", undefined, false));
		await client.user.rename("ann", "ann lee+1");
		for (const name of ["staff", "R&D / Süd"]) await client.group.create(new Group(name, "", true));
		await client.group.users.add("R&D / Süd", "ann lee+1");
		await client.group.children.add("staff", "R&D / Süd");
		expect(await client.group.users.list("staff")).toEqual([]);
		expect(await client.group.users.list("staff", true)).toEqual(["ann lee+1"]);
		expect(await client.search.user("active = true")).toEqual(["admin", "rollcall"]);
		const { accounts, groups } = await connected(stage.connect()).read({}, calm);
		expect(accounts.get("JIRAUSER10002" as AccountId)).toMatchObject({
			...{ username: "ann lee+1", email: "new@example.org", displayName: "Ann Łee", active: false, groups: ["R&D / Süd", "staff"] },
		});
		expect(groups.has("staff" as GroupName)).toBe(true);
	});
	test.each([
		["both doors", connectBoth],
		["the user server alone", connectUserServer],
	] as const)("reads what Rollcall wrote by %s", async (_title, connect) => {
		const stage = await staged("8.2");
		await arriveAndLeave(connected(connect(stage.server)));
		const client = clientOf(stage);
		expect(await client.user.get("renamed")).toMatchObject({
			...{ username: "renamed", displayname: "newcomer Example", email: "newcomer@example.org", active: false },
		});
		expect(await client.group.users.list("R&D")).toEqual(["renamed"]);
	});
	test("a person's log-in is none here", async () => {
		const { server } = await staged();
		const { username: name, password } = server.credentials;
		const client = new CrowdClient({ baseUrl: server.url, application: { name, password } });
		await expect(client.user.get("admin")).rejects.toMatchObject({ type: "APPLICATION_ACCESS_DENIED" });
	});
});
