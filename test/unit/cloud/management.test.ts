import { describe, expect, test } from "@jest/globals";
import type { AccountId } from "../../../core/model.ts";
import { Secret } from "../../../core/secret.ts";
import type { CloudOptions } from "../../../sandbox/cloud/server.ts";
import { create, switchTo, withOrganizationKey } from "../../contract/cloud-harness.ts";
import { fieldsOf } from "../../contract/product-world.ts";
import { caught, sent, stageOf } from "./stage.ts";

/** One user of the directory; `unlinked`: the directory does not govern the account any more. */
async function oneUser(options: CloudOptions = {}, unlinked = true) {
	const staged = await stageOf(options, withOrganizationKey());
	const id = staged.stage.addAccount(fieldsOf("ada"));
	const { accountId = "" } = staged.server.population.user(id);
	if (unlinked) staged.server.population.updateAccount(accountId, { governedBy: "organization" });
	const account = () => staged.server.population.accounts.get(accountId);
	return { ...staged, id, accountId, account };
}

describe("with a key of the organisation", () => {
	test("an account that was unlinked from the directory is switched off and on too, once", async () => {
		const { server, product, id, account } = await oneUser();
		expect((await switchTo(product, id, false)).outcome).toBe("done");
		expect(account()).toMatchObject({ status: "inactive", message: expect.stringMatching(/Rollcall/) });
		expect(server.population.user(id).active).toBe(false);
		expect((await switchTo(product, id, false)).outcome).toBe("already");
		expect((await switchTo(product, id, true)).outcome).toBe("done");
		expect(account()?.status).toBe("active");
		expect((await switchTo(product, id, true)).outcome).toBe("already");
	});
	test("whose user was switched off before, and whose account was not", async () => {
		const { server, product, id, account, accountId } = await oneUser();
		server.population.updateUser(id, { active: false });
		server.population.updateAccount(accountId, { status: "active" });
		expect((await switchTo(product, id, false)).outcome).toBe("done");
		expect(account()?.status).toBe("inactive");
	});
	test("an account that the directory governs is left to it: user management would refuse", async () => {
		const { server, product, id, account } = await oneUser({}, false);
		expect((await switchTo(product, id, false)).outcome).toBe("done");
		expect(account()?.status).toBe("inactive");
		expect(sent(server).filter((one) => one.includes("manage"))).toEqual(["GET manage"]);
	});
	test("without the key nothing is asked, and the account stays as it is", async () => {
		const { server, connect, id, account } = await oneUser();
		const { organizationKey: _none, ...rest } = withOrganizationKey();
		const { cloud } = await import("../../../connectors/atlassian/cloud/product.ts");
		const product = cloud({
			id: "cloud" as never,
			url: server.url,
			directory: server.directoryId,
			key: new Secret(server.credentials.key, "t"),
			network: { timeoutMs: 5_000, concurrency: 1 },
			...rest,
		});
		await switchTo(product, id, false);
		await product.close();
		expect(account()?.status).toBe("active");
		expect(sent(server).join()).not.toContain("manage");
		expect(connect).toBeDefined();
	});
	test.each([
		["of a guest, whom the organisation does not manage", { managed: false }],
		["of nobody", undefined],
	])("an account %s is left alone", async (_title, changes) => {
		const { server, product, id, accountId } = await oneUser();
		if (changes === undefined) server.population.accounts.delete(accountId);
		else server.population.updateAccount(accountId, changes);
		expect((await switchTo(product, id, false)).outcome).toBe("done");
		expect(sent(server).filter((one) => one.includes("manage"))).toEqual(["GET manage"]);
	});
	test("a user without an account yet", async () => {
		const { server, product } = await stageOf({ behaviour: { accountIds: "later" } }, withOrganizationKey());
		const { account } = await create(product, "ada");
		expect((await switchTo(product, account as AccountId, false)).outcome).toBe("done");
		expect(sent(server).join()).not.toContain("manage");
	});
	test("a Google directory governs it: said, after the user was switched off", async () => {
		const { server, product, id, accountId } = await oneUser();
		server.population.updateAccount(accountId, { governedBy: "google" });
		expect(await caught(switchTo(product, id, false))).toMatchObject({
			code: "target.rejected",
			retry: "never",
			outcomeUnknown: false,
			message: expect.stringMatching(/externalDirectory.google/),
		});
		expect(server.population.user(id).active).toBe(false);
	});
	test("a deleted account cannot be switched on: Atlassian's own words", async () => {
		const { server, product, id, accountId } = await oneUser();
		server.population.updateUser(id, { active: false });
		server.population.updateAccount(accountId, { status: "closed", governedBy: "organization" });
		expect(await caught(switchTo(product, id, true))).toMatchObject({
			code: "target.rejected",
			message: expect.stringMatching(/409: conflict.lifecycleErrors: The account has been deleted/),
			todo: expect.stringMatching(/deletion must be cancelled/),
		});
	});
	test("a lost answer is unknown, and asked again it ends right", async () => {
		const { server, product, id, account } = await oneUser();
		server.faults.add({ method: "POST", path: /disable$/, times: 1, effect: { kind: "drop-after-write" } });
		expect(await caught(switchTo(product, id, false))).toMatchObject({ outcomeUnknown: true, retry: "never" });
		expect((await switchTo(product, id, false)).outcome).toBe("already");
		expect(account()?.status).toBe("inactive");
	});
	test("a wrong key is sent once; the directory's key goes on", async () => {
		const { server, connect, id } = await oneUser();
		const product = connect({ organizationKey: new Secret("nonsense-organization", "t") });
		const first = await caught(switchTo(product, id, false));
		expect(first).toMatchObject({ code: "target.denied", todo: expect.stringMatching(/without scopes/) });
		const from = server.exchanges.length;
		expect((await caught(switchTo(product, id, true))).code).toBe("target.denied");
		expect(sent(server, from).filter((one) => one.includes("manage"))).toEqual([]);
		expect(`${first.message} ${first.todo} ${JSON.stringify(first.context)}`).not.toContain("nonsense-organization");
	});
	test("an account's id that cannot stand in an address is not sent", async () => {
		const { server, product, id } = await oneUser();
		server.population.updateUser(id, { accountId: "../../x" });
		expect((await caught(switchTo(product, id, false))).code).toBe("target.malformed");
	});
	test("each key goes to its own side only", async () => {
		const { stage, product, id, server } = await oneUser();
		const lines: { path: string; status?: number }[] = [];
		server.onExchange((exchange) => lines.push(exchange));
		await switchTo(product, id, false);
		// The stand-in answers 401 to the wrong one of the two keys.
		expect(lines.filter(({ status }) => status === 401)).toEqual([]);
		expect(stage.arrived().length).toBeGreaterThan(3);
	});
});
