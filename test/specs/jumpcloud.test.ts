import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { jumpcloud } from "../../connectors/idp/jumpcloud/connector.ts";
import { type JumpCloudSandbox, startJumpcloud } from "../../sandbox/jumpcloud/server.ts";
import type { Exchange } from "../../sandbox/kit/exchange.ts";
import { company } from "../../sandbox/world/company.ts";
import { settingsFor } from "../contract/jumpcloud-harness.ts";
import { describeWithSpecs, specs } from "../support/specs.ts";
import { disagreements, undriven } from "./driven.ts";

/**
 * JumpCloud's V1 and V2 descriptions (Swagger 2.0, TheJumpCloud/jcapi-powershell `SwaggerSpecs`, MIT), rewritten as one OpenAPI 3.0 document: V2 paths
 * under `/v2`, and of both only users, user groups, members and memberships.
 */
const SLICE = "idp/jumpcloud-slice.openapi.json";
const folder = process.env.ROLLCALL_SPECS ?? "";
const title = "our requests and the JumpCloud stand-in against JumpCloud's own descriptions of March 2026";

/** Seen in the wild, and not in the description. */
const KNOWN = [
	{ because: "`id` beside `_id` on people", problem: /\/systemusers.* must NOT have additional properties \(id\)$/ },
	{ because: "null for what a group does not have", problem: /\/usergroups .*\/(?:attributes|memberQuery) must be object$/ },
	{
		because: "null for what a connection does not have",
		problem: /\/(?:membership|members) .*\/(?:compiledAttributes|attributes|from) must be object$/,
	},
] as const;

/** Without operations in the description: the token endpoint is on another host, the other path is there and says nothing. */
const UNDESCRIBED = ["/oauth2/token", "/api/users/getSelf"];

if (folder !== "" && !existsSync(join(folder, SLICE)))
	test.skip(`${title}: skipped, ${SLICE} is not in the folder that ROLLCALL_SPECS names`, () => undefined);
else
	describeWithSpecs(title, () => {
		let sandbox: JumpCloudSandbox;
		const exchanges: Exchange[] = [];
		/** Those of the connector, with both log-ins. */
		let ours = 0;
		const signal = new AbortController().signal;

		beforeAll(async () => {
			sandbox = await startJumpcloud();
			sandbox.load(company({ people: 60, groups: 20, seed: 3 }));
			sandbox.organization.addGroup({ name: "rule", membershipMethod: "DYNAMIC_AUTOMATED" });
			sandbox.onExchange((exchange) => exchanges.push(exchange));
			for (const logIn of ["apiKey", "serviceAccount"] as const) {
				const connector = jumpcloud({ ...settingsFor(sandbox, { logIn, pageSize: 25 }), organization: sandbox.organizationId });
				await connector.check(signal);
				for (const attributes of [new Set(["site", "department"]), "all" as const]) await connector.snapshot({ attributes }, signal);
				for (const who of [[...sandbox.organization.people.keys()][7]!, "nobody"])
					await connector.person?.(who, { attributes: "all" }, signal);
				await connector.close();
			}
			ours = exchanges.length;
			const headers = { "x-api-key": sandbox.credentials.apiKey };
			await fetch(`${sandbox.url}/api/v2/usergroups/${[...sandbox.organization.groups.keys()][0]}/members`, { headers });
		});
		afterAll(() => sandbox.close());

		test("every endpoint has been driven", () => {
			expect(undriven(sandbox.endpoints, exchanges)).toEqual([]);
		});

		test("every request and every answer agrees with the description", () => {
			expect(ours).toBeGreaterThan(80);
			const described = exchanges.filter(({ path, status }) => !UNDESCRIBED.includes(path) && status < 400);
			const found = disagreements(specs(SLICE), described);
			expect(found.filter((problem) => !KNOWN.some((known) => known.problem.test(problem)))).toEqual([]);
			expect(KNOWN.filter(({ problem }) => !found.some((one) => problem.test(one)))).toEqual([]);
		});

		test("nothing was asked for but reading", () => {
			expect(new Set(exchanges.map(({ method, path }) => (path === "/oauth2/token" ? "token" : method)))).toEqual(
				new Set(["GET", "token"]),
			);
		});
	});
