import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type BambooSandbox, startBamboo } from "../../sandbox/bamboo/server.ts";
import type { Exchange } from "../../sandbox/kit/exchange.ts";
import { type BambooStage, bambooHarness, bambooStage, rename } from "../contract/bamboo-harness.ts";
import { calm, populate, stepsFor } from "../contract/product-world.ts";
import { describeWithSpecs, type Specs, specs } from "../support/specs.ts";
import { BAMBOO_SPECS } from "./bamboo-defects.ts";
import { disagreements, undriven, unused } from "./driven.ts";

for (const version of ["9.3", "12.1"] as const) {
	describeWithSpecs(`the Bamboo stand-in and our requests against the vendor's description of ${version}`, () => {
		let server: BambooSandbox;
		let oracle: Specs;
		const exchanges: Exchange[] = [];
		const watch = (stage: { onExchange(listener: (exchange: Exchange) => void): void }) =>
			stage.onExchange((exchange) => exchanges.push(exchange));

		beforeAll(async () => {
			oracle = specs(BAMBOO_SPECS[version]);
			server = await startBamboo({ version });
			watch(server);
			await everyEndpoint();
			await ourselves();
		});
		afterAll(() => server.close());

		async function send(method: string, path: string, body?: unknown, token = server.credentials.token): Promise<void> {
			const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", "x-atlassian-token": "no-check" };
			const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
			await (await fetch(`${server.url}/rest/api/latest${path}`, init)).text();
		}

		async function everyEndpoint(): Promise<void> {
			for (const path of ["/info", "/currentUser", "/permissions/global/groups", "/permissions/global/roles"]) await send("GET", path);
			const person = { fullName: "Ada", email: "ada@example.com", password: "p", passwordConfirm: "p" };
			for (const name of ["ada", "bob"]) await send("POST", "/admin/users", { name, ...person });
			await send("PUT", "/admin/users/rename", { oldName: "ada", name: "ada.l" });
			await send("PUT", "/admin/users/credentials", { name: "ada.l", password: "q", passwordConfirm: "q" });
			for (const path of ["/admin/users?limit=2", "/admin/users?filter=ada&start=0&limit=10"]) await send("GET", path);
			await send("POST", "/admin/groups", { name: "tools" });
			await send("PUT", "/permissions/global/groups/tools", ["READ"]);
			await send("PUT", "/permissions/global/groups/tools", ["READ"]);
			server.population.grantAccount(server.population.named("bob")?.id ?? 0, ["READ"]);
			await send("GET", "/permissions/global/users?name=b");
			await send("POST", "/admin/groups/tools/add-users", ["ada.l", "bob"]);
			await send("POST", "/admin/users/bob/groups", ["bamboo-users"]);
			for (const path of ["/admin/groups?filter=t", "/admin/groups/tools/more-members", "/admin/groups/tools/more-non-members"])
				await send("GET", path);
			for (const path of ["/admin/users/bob/assigned-groups?limit=1", "/admin/users/bob/unassigned-groups"]) await send("GET", path);
			await send("DELETE", "/admin/users/bob/groups", ["bamboo-users"]);
			await send("DELETE", "/admin/groups/tools/remove-users", ["bob"]);
			await send("DELETE", "/permissions/global/groups/tools", ["READ"]);
			await send("DELETE", "/admin/groups/tools");
			await send("DELETE", "/admin/users/bob");
			for (const path of ["/admin/users", "/admin/groups"]) await send("POST", path, { name: "ada.l" });
			await send("PUT", "/admin/users/rename", { oldName: "nobody", name: "n" });
			await send("POST", "/admin/groups/none/add-users", ["ada.l"]);
			await send("DELETE", "/admin/groups/bamboo-admin");
			await send("DELETE", "/admin/groups/none");
			for (const path of ["/admin/groups/none/more-members", "/admin/users/none/assigned-groups"]) await send("GET", path);
			server.addToken("ada.l", "clerk");
			for (const path of ["/admin/users", "/permissions/global/groups"]) await send("GET", path, undefined, "clerk");
			await send("GET", "/currentUser", undefined, "no-such-token");
			server.limitRate({ capacity: 0, fillRate: 1, intervalSeconds: 60 });
			await send("GET", "/info");
			server.limitRate(undefined);
		}
		/** Reading, checking, every operation, several memberships, odd groups, every refusal: what we send. */
		async function ourselves(): Promise<void> {
			const stage = await bambooStage({ version });
			watch(stage.server);
			const ids = populate(stage);
			const product = stage.connect();
			for (const group of ["R&D / Süd", "Süd"]) {
				stage.addGroup(group);
				stage.addMember(group, ids[0]!);
			}
			await product.read({}, calm);
			await product.check(calm);
			await product.blockers?.(ids, calm);
			const steps = stepsFor(ids);
			const kinds = ["group.create", "account.create", "member.add", "member.remove", "group.delete"] as const;
			for (const kind of kinds) await product.perform(steps[kind].operation, steps[kind].account, calm);
			await rename(product, ids[1]!, "renamed");
			await product.close();
			await stage.close();
			for (const refusal of bambooHarness(version).refusals) {
				const other = (await refusal.arrange()) as BambooStage;
				watch(other.server);
				const refused = other.connect();
				await expect(refusal.provoke(other, refused)).rejects.toThrow();
				await refused.close();
				await other.close();
			}
		}

		test("every endpoint that is described has been driven", () => {
			const below = server.endpoints.map((endpoint) => endpoint.replace(" /", " /rest/api/latest/"));
			expect(undriven(below, exchanges)).toEqual([]);
		});
		test("every request and every answer agrees with the description", () => {
			expect(exchanges.length).toBeGreaterThan(120);
			// What Tomcat refuses is no answer of Bamboo's.
			const answered = exchanges.filter(({ status, path }) => !(status === 400 && path.includes("%")));
			expect([...new Set(disagreements(oracle, answered))]).toEqual([]);
			expect(unused(oracle, BAMBOO_SPECS[version])).toEqual([]);
		});
		test("the oracle is awake: a misspelt member, a wrong type, an unknown parameter and an unknown status are seen", () => {
			const path = "/rest/api/latest/admin/users";
			expect(oracle.request({ method: "POST", path, body: { name: "x", displayName: "x" } })).toEqual([
				expect.stringMatching(/displayName/),
			]);
			expect(oracle.request({ method: "GET", path, query: { maxResults: "x" } })).toEqual([
				expect.stringMatching(/maxResults is not described/),
			]);
			expect(oracle.request({ method: "POST", path: "/rest/api/latest/admin/groups/g/add-users", body: { users: [] } })).toEqual([
				expect.stringMatching(/must be array/),
			]);
			expect(oracle.response("GET", path, 200, { results: [{ username: "x" }] })).toEqual([expect.stringMatching(/username/)]);
			expect(oracle.response("GET", path, 418, undefined)).toEqual([expect.stringMatching(/status 418/)]);
		});
	});
}
