import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type BitbucketSandbox, startBitbucket } from "../../sandbox/bitbucket/server.ts";
import type { Exchange } from "../../sandbox/kit/exchange.ts";
import { bitbucketHarness, bitbucketStage } from "../contract/bitbucket-harness.ts";
import { calm, populate, READ, stepsFor } from "../contract/product-world.ts";
import { describeWithSpecs, type Specs, specs } from "../support/specs.ts";
import { BITBUCKET_SPECS } from "./bitbucket-defects.ts";
import { disagreements, undriven, unused } from "./driven.ts";

for (const version of ["8.10", "9.5"] as const) {
	describeWithSpecs(`the Bitbucket stand-in and our requests against the vendor's description of ${version}`, () => {
		let server: BitbucketSandbox;
		let oracle: Specs;
		const exchanges: Exchange[] = [];

		beforeAll(async () => {
			oracle = specs(BITBUCKET_SPECS[version]);
			server = await startBitbucket({ version });
			server.onExchange((exchange) => exchanges.push(exchange));
			await everyEndpoint();
			await ourselves();
		});
		afterAll(() => server.close());

		async function send(method: string, path: string, body?: unknown, token?: string): Promise<void> {
			const { username, password } = server.admin;
			const basic = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
			const headers = {
				authorization: token === undefined ? basic : `Bearer ${token}`,
				"content-type": "application/json",
				"x-atlassian-token": "no-check",
			};
			const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
			await (await fetch(`${server.url}/rest/api/latest${path}`, init)).text();
		}

		async function everyEndpoint(): Promise<void> {
			await send("GET", "/application-properties");
			await send("GET", "/admin/license");
			if (version === "9.5") await send("GET", "/admin/user-directories");
			for (const name of ["ada", "bob"])
				await send(
					"POST",
					`/admin/users?name=${name}&displayName=${name}&emailAddress=${name}@example.com&password=p&addToDefaultGroup=true`,
				);
			await send("PUT", "/admin/users", { name: "ada", displayName: "Ada L.", email: "ada.l@example.com" });
			await send("POST", "/admin/users/rename", { name: "ada", newName: "ada.l" });
			await send("PUT", "/admin/users/credentials", { name: "ada.l", password: "q", passwordConfirm: "q" });
			await send("DELETE", "/admin/users/captcha?name=ada.l");
			await send("POST", "/users/ada.l/settings", { team: "red", number: 1, flag: true });
			await send("GET", "/users/ada.l/settings");
			for (const path of ["/users?limit=1", "/users/ada.l", "/groups", "/admin/users?limit=2", "/admin/users?filter=ada&start=0&limit=10"])
				await send("GET", path);
			await send("POST", "/admin/groups?name=tools");
			await send("PUT", "/admin/permissions/groups?name=tools&permission=PROJECT_CREATE");
			await send("PUT", "/admin/permissions/users?name=bob&permission=LICENSED_USER");
			await send("POST", "/admin/groups/add-users", { group: "tools", users: ["ada.l", "bob"] });
			await send("POST", "/admin/users/add-groups", { user: "bob", groups: ["tools"] });
			for (const path of ["/admin/groups?filter=t", "/admin/groups/more-members?context=tools", "/admin/users/more-members?context=bob"])
				await send("GET", path);
			for (const path of ["/admin/permissions/groups", "/admin/permissions/users?filter=b"]) await send("GET", path);
			await send("POST", "/admin/users/remove-group", { context: "bob", itemName: "tools" });
			await send("POST", "/admin/groups/remove-user", { context: "tools", itemName: "ada.l" });
			await send("DELETE", "/admin/permissions/groups?name=tools");
			await send("DELETE", "/admin/permissions/users?name=bob");
			await send("DELETE", "/admin/groups?name=tools");
			await send("DELETE", "/admin/users?name=bob");
			await refused();
		}
		async function refused(): Promise<void> {
			const twin = "/admin/users?name=ada.l&displayName=A&emailAddress=a@example.com&password=p";
			for (const path of [twin, "/admin/users?name=x", "/admin/groups?name=stash-users"]) await send("POST", path);
			await send("POST", "/admin/users/rename", { name: "nobody", newName: "n" });
			await send("POST", "/admin/users/remove-group", { context: "nobody", itemName: "n" });
			for (const path of ["/admin/users?name=admin", "/admin/groups?name=none", "/admin/users?name=nobody"]) await send("DELETE", path);
			for (const path of ["/users/nobody", "/admin/groups/more-members?context=none", "/admin/users/more-members?context=none"])
				await send("GET", path);
			for (const path of ["/admin/license", "/admin/users", "/users"]) await send("GET", path, undefined, "no-such-token");
			server.limitRate({ capacity: 0, fillRate: 1, intervalSeconds: 60 });
			await send("GET", "/users");
			server.limitRate(undefined);
			server.population.licence = { seats: 0, serverId: "A-B" };
			await send("POST", "/admin/groups/add-users", { group: "stash-users", users: ["rollcall"] });
			await send("GET", "/admin/license");
			server.population.licence = undefined;
			await send("GET", "/admin/license");
		}
		/** Reading, checking, every operation, several memberships, every refusal: what we send. */
		async function ourselves(): Promise<void> {
			for (const invite of [false, true]) {
				const stage = await bitbucketStage({ version, behaviour: { mailServer: true } });
				stage.server.onExchange((exchange) => exchanges.push(exchange));
				const ids = populate(stage);
				const product = invite
					? (await import("../contract/bitbucket-harness.ts")).connectBitbucket(stage.server, { invite })
					: stage.connect();
				await product.read(READ(ids), calm);
				await product.check(calm);
				await product.blockers?.(ids, calm);
				const { "group.delete": last, "account.enable": _on, "account.disable": _off, ...first } = stepsFor(ids);
				for (const step of [...Object.values(first), last]) await product.perform(step.operation, step.account, calm);
				await product.close();
				await stage.close();
			}
			for (const refusal of bitbucketHarness(version).refusals) {
				const stage = await refusal.arrange();
				(stage as Awaited<ReturnType<typeof bitbucketStage>>).server.onExchange((exchange) => exchanges.push(exchange));
				const product = stage.connect();
				await expect(refusal.provoke(stage, product)).rejects.toThrow();
				await product.close();
				await stage.close();
			}
		}

		test("every endpoint that is described has been driven", () => {
			const below = server.endpoints.map((endpoint) => endpoint.replace(" /", " /rest/api/latest/"));
			expect(undriven(below, exchanges)).toEqual(version === "9.5" ? [] : ["GET /rest/api/latest/admin/user-directories"]);
		});
		test("every request and every answer agrees with the description", () => {
			expect(exchanges.length).toBeGreaterThan(150);
			expect([...new Set(disagreements(oracle, exchanges))]).toEqual([]);
			expect(unused(oracle, BITBUCKET_SPECS[version])).toEqual([]);
		});
		test("the oracle is awake: a misspelt member, a wrong type, an unknown parameter and an unknown status are seen", () => {
			const path = "/rest/api/latest/admin/users";
			expect(oracle.request({ method: "PUT", path, body: { name: "x", emailAddress: "x" } })).toEqual([
				expect.stringMatching(/emailAddress/),
			]);
			expect(oracle.request({ method: "GET", path, query: { maxResults: "x" } })).toEqual([
				expect.stringMatching(/maxResults is not described/),
			]);
			expect(oracle.request({ method: "POST", path, query: { name: "x", displayName: "X" } })).toEqual([
				expect.stringMatching(/emailAddress is missing/),
			]);
			expect(oracle.request({ method: "POST", path: "/rest/api/latest/admin/groups/add-users", body: { group: "g", users: "u" } })).toEqual(
				[expect.stringMatching(/users must be array/)],
			);
			expect(oracle.response("GET", path, 200, { values: [{ id: 1, username: "x" }] })).toEqual([expect.stringMatching(/username/)]);
			expect(oracle.response("GET", path, 418, undefined)).toEqual([expect.stringMatching(/status 418/)]);
		});
	});
}
