import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { entra } from "../../connectors/idp/entra/connector.ts";
import { type EntraSandbox, startEntra } from "../../sandbox/entra/server.ts";
import type { Exchange } from "../../sandbox/kit/exchange.ts";
import { company } from "../../sandbox/world/company.ts";
import { settingsFor } from "../contract/entra-harness.ts";
import { type GraphSpecs, graphSpecs } from "../support/graph-specs.ts";
import { describeWithSpecs } from "../support/specs.ts";
import { undriven } from "./driven.ts";

interface Part {
	readonly id: string;
	readonly method: string;
	readonly url: string;
}

/** A batch is as good as its parts, each a request of its own (https://learn.microsoft.com/graph/json-batching; in neither slice). */
function unfolded(exchange: Exchange): readonly Exchange[] {
	if (exchange.path !== "/v1.0/$batch") return [exchange];
	const { requests } = exchange.requestBody as { requests: readonly Part[] };
	const { responses } = exchange.responseBody as { responses: readonly { id: string; status: number; body: unknown }[] };
	return requests.map((part) => {
		const url = new URL(part.url, "https://graph.example.org");
		const answer = responses.find((one) => one.id === part.id)!;
		const query = Object.fromEntries(url.searchParams);
		return {
			number: exchange.number,
			method: part.method,
			path: `/v1.0${url.pathname}`,
			query,
			status: answer.status,
			responseBody: answer.body,
		};
	});
}

describeWithSpecs("our requests to Graph, and the stand-in's answers, against the vendor's descriptions", () => {
	let sandbox: EntraSandbox;
	let oracle: GraphSpecs;
	const exchanges: Exchange[] = [];
	const signal = new AbortController().signal;

	beforeAll(async () => {
		oracle = graphSpecs();
		sandbox = await startEntra();
		sandbox.load(company({ people: 45, groups: 30, seed: 3 }));
		sandbox.onExchange((exchange) => exchanges.push(exchange));
		await everything();
	});
	afterAll(() => sandbox.close());

	async function everything(): Promise<void> {
		const { tenant } = sandbox;
		const [somebody] = [...tenant.users.values()];
		const [group] = [...tenant.groups.keys()];
		const extension = "extension_22222222222242228222222222222222_level";
		tenant.extensions.add(extension);
		tenant.updateUser(somebody!.id, {
			[extension]: 3,
			employeeOrgData: { costCenter: "1", division: null },
			businessPhones: ["+1"],
			proxyAddresses: ["SMTP:a@example.com"],
		});
		tenant.addMember(group!, "44444444-4444-4444-8444-444444444444", "servicePrincipal");
		tenant.addMember(group!, "55555555-5555-4555-8555-555555555555", "device");
		tenant.addMember(group!, "66666666-6666-4666-8666-666666666666", "user");
		sandbox.quirks.countsServicePrincipals = true;
		const settings = settingsFor(sandbox);
		const connector = entra({ ...settings, pageSize: 10 });
		await connector.check(signal);
		await connector.snapshot({ attributes: "all" }, signal);
		await connector.snapshot({ attributes: new Set([extension, "extensionAttribute7", "employeeOrgData.costCenter"]) }, signal);
		await connector.person?.(somebody!.id, { attributes: "all" }, signal);
		await connector.person?.(somebody!.userPrincipalName, { attributes: new Set() }, signal);
		await connector.person?.("00000000-0000-4000-8000-000000000000", { attributes: new Set() }, signal);
		await connector.close();
		for (const people of ["members", "guests"] as const) {
			const narrowed = entra({ ...settings, people, username: "onPremisesSamAccountName" });
			await narrowed.snapshot({ attributes: new Set() }, signal);
			await narrowed.person?.(String(somebody!.onPremisesSamAccountName), { attributes: new Set() }, signal);
			await narrowed.close();
		}
		await expect(entra(settings).snapshot({ attributes: new Set(["noSuchThing"]) }, signal)).rejects.toThrow();
	}

	const graph = () => exchanges.filter((one) => one.path.startsWith("/v1.0/")).flatMap(unfolded);

	test("every endpoint that the connector knows has been driven", () => {
		const flat = [...exchanges, ...graph()];
		const left = undriven(
			sandbox.endpoints.map((one) => one.replaceAll("$", "\\$")),
			flat,
		);
		// For people who look at the stand-in by hand; the machine's identity is tried in test/unit/entra/login.test.ts.
		expect(left).toEqual(["GET /msi/token", "GET /v1.0/groups/{id}"]);
	});

	test("every request agrees with the descriptions", () => {
		expect(graph().length).toBeGreaterThan(100);
		const sent = graph().filter((one) => one.query.$select?.includes("noSuchThing") !== true);
		expect([...new Set(sent.flatMap((one) => oracle.request(one)))]).toEqual([]);
	});

	test("every answer agrees with the descriptions", () => {
		expect([...new Set(graph().flatMap((one) => oracle.response(one, one.status, one.responseBody)))]).toEqual([]);
		expect(new Set(graph().map((one) => one.status))).toEqual(new Set([200, 400, 404]));
	});

	test("the oracle is awake", () => {
		const users = { method: "GET", path: "/v1.0/users", query: {} };
		const groups = { method: "GET", path: "/v1.0/groups/a/members/microsoft.graph.user", query: {} };
		expect(oracle.request({ ...users, query: { $select: "id,upn" } })).toEqual(["user has no property upn"]);
		expect(oracle.request({ ...users, query: { $top: "many" } })).toEqual([expect.stringContaining("$top cannot be many")]);
		expect(oracle.request({ ...users, query: { limit: "1" } })).toEqual([expect.stringContaining("limit is not described")]);
		expect(oracle.request({ ...users, path: "/v1.0/people" })).toEqual(["/v1.0/people is not described"]);
		expect(oracle.request({ ...groups, path: "/v1.0/groups/a/members/microsoft.graph.extension" })).toEqual([
			expect.stringContaining("is no directoryObject"),
		]);
		expect(oracle.response(users, 200, { value: [{ id: "a", accountEnabled: "yes" }] })).toEqual(['user.accountEnabled cannot be "yes"']);
		expect(oracle.response(users, 200, { value: [{ id: null }] })).toEqual(["user.id cannot be null"]);
		expect(oracle.response(users, 200, { value: [], next: "x" })).toEqual([expect.stringContaining("next is not described")]);
		expect(oracle.response(users, 400, { error: { code: "x" } })).toEqual([expect.stringContaining("message")]);
	});
});
