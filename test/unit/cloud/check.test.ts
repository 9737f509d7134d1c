import { describe, expect, test } from "@jest/globals";
import { Secret } from "../../../core/secret.ts";
import type { CloudOptions } from "../../../sandbox/cloud/server.ts";
import { withOrganizationKey } from "../../contract/cloud-harness.ts";
import { calm, fieldsOf } from "../../contract/product-world.ts";
import { deadPort } from "../http/servers.ts";
import { caught, stageOf } from "./stage.ts";

type Staged = Awaited<ReturnType<typeof stageOf>>;
async function findings(
	more: Parameters<Staged["connect"]>[0] = {},
	options: CloudOptions = {},
	arrange: (staged: Staged) => void = () => undefined,
) {
	const staged = await stageOf(options);
	arrange(staged);
	const found = await staged.connect(more).check(calm);
	for (const { level, todo, message } of found) {
		expect(message.length).toBeGreaterThan(10);
		expect(level === "ok" ? todo : (todo?.length ?? 0) > 15).toBe(level === "ok" ? undefined : true);
	}
	expect(staged.server.exchanges.every(({ method }) => method === "GET")).toBe(true);
	expect(staged.server.exchanges.length).toBeLessThan(10);
	return found;
}
const bad = (found: Awaited<ReturnType<typeof findings>>) =>
	found.filter(({ level }) => level !== "ok").map(({ level, name }) => `${level} ${name}`);
const linked = ({ stage }: Staged) => void stage.addAccount(fieldsOf("ada"));

describe("check", () => {
	test("a healthy directory", async () => {
		const found = await findings({}, {}, linked);
		expect(bad(found)).toEqual([]);
		expect(found.map(({ name }) => name)).toEqual(["server.reachable", "clock.skew", "accounts.listing"]);
		expect(found.at(-1)?.message).toContain("1 users and 0 groups");
	});
	test("nobody there", async () => {
		expect(bad(await findings({ url: `http://127.0.0.1:${await deadPort()}` }))).toEqual(["error server.reachable"]);
	});
	test.each([
		["a wrong key", { key: new Secret("nonsense-key", "t") }, /Regenerate API key/],
		["the key of another directory", { directory: "another" }, /right/],
	])("%s", async (_title, more, todo) => {
		const found = await findings(more);
		expect(bad(found)).toEqual(["error server.reachable"]);
		expect(found[0]?.todo).toMatch(todo);
		expect(JSON.stringify(found)).not.toContain("nonsense");
	});
	test("a directory nearly full", async () => {
		expect(bad(await findings({ bounds: { users: 1, groups: 0 } }, {}, linked))).toEqual(["warning bounds.users", "warning bounds.groups"]);
		expect(bad(await findings({ bounds: { users: 2, groups: 1 } }, {}, linked))).toEqual([]);
		const nine = ({ stage }: Staged) => {
			for (let n = 0; n < 9; n += 1) stage.addGroup(`group${n}`);
		};
		expect(bad(await findings({ bounds: { groups: 10 } }, {}, nine))).toEqual(["warning bounds.groups"]);
	});
	test("the organisation's key: right, with scopes, wrong, and where it cannot be tried", async () => {
		const right = await findings(withOrganizationKey(), {}, linked);
		expect(bad(right)).toEqual([]);
		expect(right.at(-1)).toMatchObject({ name: "organization.key" });
		expect(bad(await findings(withOrganizationKey(), { behaviour: { scopedKey: true } }, linked))).toEqual(["warning organization.key"]);
		expect(bad(await findings({ organizationKey: new Secret("nonsense", "t") }, {}, linked))).toEqual(["error organization.key"]);
		const untried = await findings(withOrganizationKey());
		expect(bad(untried)).toEqual(["warning organization.key"]);
		expect(untried.at(-1)?.message).toMatch(/could not be tried/);
	});
	test("some other SCIM server is not taken for Atlassian's", async () => {
		const { server, product } = await stageOf();
		server.faults.add({ path: /ServiceProviderConfig$/, effect: { kind: "wrong-json", body: { patch: { supported: false } } } });
		expect(await caught(product.capabilities(calm))).toMatchObject({ code: "target.malformed", message: expect.stringMatching(/PATCH/) });
	});
	test("which keys there are stands in the name of the server", async () => {
		const { connect } = await stageOf();
		expect((await connect().capabilities(calm)).server).toBe("Atlassian Cloud (SCIM directory)");
		expect((await connect(withOrganizationKey()).capabilities(calm)).server).toBe("Atlassian Cloud (SCIM directory and organisation key)");
	});
});
