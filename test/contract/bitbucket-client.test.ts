import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { Client } from "bitbucket-server-nodejs";
import type { AccountId } from "../../core/model.ts";
import { type BitbucketStage, bitbucketStage } from "./bitbucket-harness.ts";
import { calm, populate } from "./product-world.ts";

/**
 * A client that others wrote drives the stand-in, and what it changed is read by our connector. It knows users, log-in by
 * password and paging; the administrator's calls go through its transport (URL, JSON, errors), since it has no methods for them.
 */
let stage: BitbucketStage;
let client: Client;
beforeEach(async () => {
	stage = await bitbucketStage({ version: "8.10" });
	const { username, password } = stage.server.credentials;
	client = new Client(`${stage.server.url}/rest/api/1.0`, { type: "basic", username, password });
});
afterEach(() => stage.server.close());

async function everybody(path: string): Promise<string[]> {
	const names: string[] = [];
	for (let start = 0; ; ) {
		const page = await client.getCollection(path, { args: { start, limit: 3 } });
		names.push(...page.values.map(({ name }) => name));
		if (page.isLastPage) return names;
		start = page.nextPageStart as number;
	}
}

test("it reads users page by page, and finds one by slug", async () => {
	populate(stage);
	expect(await everybody("admin/users")).toEqual(["admin", ...[0, 1, 2, 3, 4, 5, 6].map((n) => `person${n}`), "rollcall"]);
	// What people see of each other leaves out those who are switched off.
	const page = await client.users.get({ args: { filter: "person", limit: 100 } });
	expect(page).toMatchObject({ size: 6, isLastPage: true });
	expect(page.values.map(({ name }) => name)).not.toContain("person3");
	expect(await client.users.getUser("person4")).toMatchObject({ name: "person4", emailAddress: "person4@example.org", active: true });
});

test("its refusals are those of Bitbucket", async () => {
	await expect(client.users.getUser("nobody")).rejects.toMatchObject({
		statusCode: 404,
		error: { errors: [{ exceptionName: "com.atlassian.bitbucket.user.NoSuchUserException" }] },
	});
	const stranger = new Client(`${stage.server.url}/rest/api/1.0`, { type: "basic", username: "rollcall", password: "wrong" });
	await expect(stranger.users.get({ args: {} })).rejects.toMatchObject({
		statusCode: 401,
		error: { errors: [{ exceptionName: "com.atlassian.bitbucket.auth.IncorrectPasswordAuthenticationException" }] },
	});
});

test("what it writes is what we read", async () => {
	const ids = populate(stage);
	const product = stage.connect();
	await client.put("admin/groups/add-users", { group: "empty", users: ["person0", "person1"] });
	await client.put("admin/users/remove-group", { context: "person0", itemName: "empty" });
	await client.put("admin/users/rename", { name: "person2", newName: "two" });
	const { accounts } = await product.read({ groups: new Set(["empty"]) }, calm);
	expect([0, 1, 2].map((n) => accounts.get(ids[n] as AccountId))).toMatchObject([
		{ username: "person0", groups: [] },
		{ username: "person1", groups: ["empty"] },
		{ username: "two", groups: [] },
	]);
	await product.close();
});
