import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type CloudSandbox, startCloud } from "../../sandbox/cloud/server.ts";
import type { Exchange } from "../../sandbox/kit/exchange.ts";
import { type CloudStage, cloudHarness, cloudStage, switchTo, withOrganizationKey } from "../contract/cloud-harness.ts";
import { calm, fieldsOf, populate, stepsFor } from "../contract/product-world.ts";
import { describeWithSpecs, type Specs, specs } from "../support/specs.ts";
import { CLOUD_SPECS } from "./cloud-defects.ts";
import { disagreements, undriven, unused } from "./driven.ts";

const isManagement = ({ path }: Pick<Exchange, "path">) => path.startsWith("/users/");

describeWithSpecs("the stand-in of Atlassian Cloud and our requests against the vendor's descriptions", () => {
	let server: CloudSandbox;
	let provisioning: Specs;
	let management: Specs;
	const exchanges: Exchange[] = [];

	beforeAll(async () => {
		provisioning = specs(CLOUD_SPECS.provisioning);
		management = specs(CLOUD_SPECS.management);
		server = await startCloud({ directoryId: "dir" });
		server.onExchange((exchange) => exchanges.push(exchange));
		await everyEndpoint();
		await refused();
		await managed();
		await ourselves();
	});
	afterAll(() => server.close());

	async function send(method: string, path: string, body?: unknown, key = server.credentials.key): Promise<Record<string, unknown>> {
		const headers = { authorization: `Bearer ${key}`, "content-type": "application/scim+json" };
		const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
		const text = await (await fetch(`${server.url}${path}`, init)).text();
		return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
	}
	const scim = (method: string, path: string, body?: unknown) => send(method, `/scim/directory/dir${path}`, body);
	const user = (userName: string, more: object = {}) => ({
		schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
		userName,
		emails: [{ value: `${userName}@example.org`, type: "work", primary: true }],
		...more,
	});
	const group = (displayName: string) => ({ schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], displayName });
	const patch = (...Operations: unknown[]) => ({ schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations });

	async function everyEndpoint(): Promise<void> {
		for (const document of ["/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/ResourceTypes/Group", "/Schemas"])
			await scim("GET", document);
		for (const urn of ["core:2.0:User", "core:2.0:Group", "extension:enterprise:2.0:User"])
			await scim("GET", `/Schemas/urn:ietf:params:scim:schemas:${urn}`);
		const { id: ada } = await scim("POST", "/Users", user("ada", { externalId: "1", title: "Countess", name: { formatted: "Ada" } }));
		const { id: bob } = await scim("POST", "/Users?attributes=userName,emails.value", user("bob"));
		await scim("PUT", `/Users/${ada}`, user("ada.l", { displayName: "Ada L.", active: true }));
		await scim("PATCH", `/Users/${ada}`, patch({ op: "Replace", path: "active", value: false }, { op: "add", path: "title", value: "T" }));
		for (const query of [
			"",
			"?startIndex=1&count=1",
			"?filter=userName eq %22bob%22",
			"?filter=externalId eq %221%22",
			"?excludedAttributes=emails",
		])
			await scim("GET", `/Users${query}`);
		await scim("GET", `/Users/${bob}?attributes=groups`);
		const { id: tools } = await scim("POST", "/Groups", group("tools"));
		await scim("PATCH", `/Groups/${tools}`, patch({ op: "add", path: "members", value: [{ value: ada, display: "x" }, { value: bob }] }));
		await scim("PATCH", `/Groups/${tools}`, patch({ op: "remove", path: `members[value eq "${bob}"]` }));
		await scim("PUT", `/Groups/${tools}`, { ...group("tools"), members: [{ value: bob }] });
		for (const query of ["", "?startIndex=1&count=5", "?filter=displayName eq %22tools%22"]) await scim("GET", `/Groups${query}`);
		await scim("GET", `/Groups/${tools}`);
		await scim("DELETE", `/Groups/${tools}`);
		await scim("DELETE", `/Users/${bob}`);
	}
	async function refused(): Promise<void> {
		await scim("POST", "/Users", user("ada.l"));
		await scim("POST", "/Users", { userName: "x" });
		await scim("GET", "/Users?filter=title eq %22x%22");
		for (const [method, body] of [
			["GET"],
			["PUT", user("x")],
			["PATCH", patch({ op: "add", path: "title", value: "x" })],
			["DELETE"],
		] as const)
			await scim(method, "/Users/none", body);
		await scim("POST", "/Groups", group("Org-Admins"));
		const { id } = await scim("POST", "/Groups", group("few"));
		await scim("PUT", `/Groups/${id}`, group("renamed"));
		await scim("PUT", `/Groups/${id}`, { ...group("few"), members: [{ value: "none" }] });
		await scim("PATCH", `/Groups/${id}`, patch({ op: "add", path: "members", value: [{ value: "none" }] }));
		await scim("PATCH", `/Groups/${id}`, patch({ op: "replace", path: "displayName", value: "renamed" }));
		for (const method of ["GET", "DELETE"]) await scim(method, "/Groups/none");
		await send("GET", "/scim/directory/dir/Users", undefined, "wrong");
		await send("GET", "/scim/directory/other/Users");
		server.limitRate({ capacity: 0, fillRate: 1, intervalSeconds: 60 });
		await scim("GET", "/Groups");
		server.limitRate(undefined);
	}
	async function managed(): Promise<void> {
		const { accountId } = server.population.addOrganizationAccount({ email: "grace@example.org" });
		const { accountId: google } = server.population.addOrganizationAccount({ email: "g@example.org", governedBy: "google" });
		const { accountId: gone } = server.population.addOrganizationAccount({ email: "c@example.org", status: "closed" });
		const { accountId: guest } = server.population.addOrganizationAccount({ email: "g@else.org", managed: false });
		const account = (method: string, id: string, path: string, body?: unknown) =>
			send(method, `/users/${id}/manage${path}`, body, server.credentials.organizationKey);
		for (const id of [accountId, google, gone, guest, "none"]) {
			await account("GET", id, "?privileges=lifecycle.enablement");
			await account("GET", id, "/profile");
			await account("POST", id, "/lifecycle/disable", { message: "away" });
			await account("POST", id, "/lifecycle/enable");
		}
		await send("GET", `/users/${accountId}/manage`);
	}
	/** Reading, checking, every operation, several memberships, every refusal: what we send. */
	async function ourselves(): Promise<void> {
		const heard = (stage: CloudStage) => stage.server.onExchange((exchange) => exchanges.push(exchange));
		const stage = await cloudStage({}, withOrganizationKey());
		heard(stage);
		const ids = populate(stage);
		const product = stage.connect();
		await product.read({}, calm);
		await product.check(calm);
		const { "group.delete": last, "attribute.set": _none, ...first } = stepsFor(ids);
		for (const step of [...Object.values(first), last]) await product.perform(step.operation, step.account, calm);
		const free = stage.addAccount(fieldsOf("free"));
		stage.server.population.updateAccount(stage.server.population.user(free).accountId ?? "", { governedBy: "organization" });
		for (const active of [false, true]) await switchTo(product, free, active);
		await product.close();
		await stage.close();
		for (const refusal of cloudHarness().refusals) {
			const refusing = (await refusal.arrange()) as CloudStage;
			heard(refusing);
			const other = refusing.connect();
			await expect(refusal.provoke(refusing, other)).rejects.toThrow();
			await other.close();
			await refusing.close();
		}
	}

	test("every endpoint of the stand-in has been driven", () => {
		const below = server.endpoints.map((endpoint) =>
			/ \/[A-Z]/.test(endpoint) ? endpoint.replace(" /", " /scim/directory/dir/") : endpoint,
		);
		expect(undriven(below, exchanges)).toEqual([]);
	});
	test("every request and every answer agrees with the descriptions", () => {
		expect(exchanges.filter((one) => !isManagement(one)).length).toBeGreaterThan(100);
		expect(exchanges.filter(isManagement).length).toBeGreaterThan(25);
		expect([
			...new Set(
				disagreements(
					provisioning,
					exchanges.filter((one) => !isManagement(one)),
				),
			),
		]).toEqual([]);
		expect([...new Set(disagreements(management, exchanges.filter(isManagement)))]).toEqual([]);
		expect(unused(provisioning, CLOUD_SPECS.provisioning)).toEqual([]);
		expect(unused(management, CLOUD_SPECS.management)).toEqual([]);
	});
	test("the oracle is awake: a misspelt member, a wrong type, an unknown parameter and an unknown status are seen", () => {
		const path = "/scim/directory/dir/Users";
		expect(provisioning.request({ method: "POST", path, body: user("x", { username: "x" }) })).toEqual([expect.stringMatching(/username/)]);
		expect(provisioning.request({ method: "GET", path, query: { sortBy: "x" } })).toEqual([
			expect.stringMatching(/sortBy is not described/),
		]);
		expect(provisioning.request({ method: "PATCH", path: `${path}/1`, body: { schemas: [], operations: [] } })).toEqual([
			expect.stringMatching(/operations/),
		]);
		expect(provisioning.request({ method: "POST", path: "/scim/directory/dir/Groups", body: { displayname: "x" } })).toEqual([
			expect.stringMatching(/displayname/),
		]);
		expect(provisioning.response("GET", path, 200, { Resources: [{ id: 1 }] })).toEqual([expect.stringMatching(/id must be string/)]);
		expect(provisioning.response("GET", path, 418, undefined)).toEqual([expect.stringMatching(/status 418/)]);
		const profile = { account: { account_id: "a b", account_type: "atlassian", account_status: "gone" } };
		expect(management.response("GET", "/users/1/manage/profile", 200, profile).join()).toMatch(/pattern.*|allowed values/);
		expect(management.response("POST", "/users/1/manage/lifecycle/disable", 409, { key: "conflict.lifecycleErrors" })).not.toEqual([]);
	});
});
