import { afterEach, describe, expect, test } from "@jest/globals";
import { keycloak } from "../../connectors/idp/keycloak/connector.ts";
import { Secret } from "../../core/secret.ts";
import { connectorSuite } from "../contract/connector.ts";
import type { Tuning } from "../contract/connector-harness.ts";
import { liveKeycloak, liveSettings } from "./keycloak/harness.ts";
import { keycloakForTests, type LiveKeycloak } from "./keycloak/live.ts";
import { type AccountName, LARGE, makeRealm, SMALL, WIDE } from "./keycloak/realm.ts";
import { asAdmin } from "./keycloak/seed.ts";
import { sumsOf } from "./keycloak/sums.ts";

const live = await keycloakForTests();
if ("skipped" in live) {
	process.stderr.write(`SKIPPED: real Keycloak: ${live.skipped}\n`);
	test.skip(`real Keycloak (skipped: ${live.skipped})`, () => undefined);
} else {
	connectorSuite(
		liveKeycloak(live.keycloak, SMALL, { untried: { C8: "so few people are read before any token ends; see the realm of 10,000 below" } }),
	);
	connectorSuite(
		liveKeycloak(live.keycloak, WIDE, {
			pageSizes: [100, undefined],
			untried: { C8: "a quick machine reads so few people before any token ends; see the realm of 10,000 below" },
		}),
	);
	furtherTests(live.keycloak);
}

function furtherTests(server: LiveKeycloak): void {
	const open: { close(): Promise<void> }[] = [];
	afterEach(async () => {
		for (const one of open.splice(0)) await one.close();
	});
	const signal = new AbortController().signal;
	const connect = (realm: string, tuning: Tuning = {}) => {
		const connector = keycloak(liveSettings(server, realm, tuning));
		open.push(connector);
		return connector;
	};
	const troubles = async (account: AccountName) =>
		(await connect("small", { clientId: account }).check(signal))
			.filter((f) => f.level !== "ok")
			.map((f) => `${f.level} ${f.name}: ${f.message}`);

	describe("10,000 people, 1,000 groups", () => {
		const { truth } = makeRealm(LARGE);

		test("read whole, by its sums, in as few requests as can be", async () => {
			const connector = connect("large");
			const snapshot = await connector.snapshot({ attributes: new Set() }, signal);
			expect(sumsOf(snapshot)).toEqual(truth.sha256);
			expect(snapshot.size).toEqual({
				people: truth.people,
				active: truth.people - truth.disabled,
				groups: truth.groups,
				memberships: truth.memberships,
				rejects: 0,
			});
			// The cheapest plain reading makes about 1,020.
			expect(connector.requests()).toBeLessThan(1_045);
		});

		test("tokens that live two seconds are not noticed", async () => {
			let logIns = 0;
			const log: Tuning["log"] = ({ path }) => {
				if (path.endsWith("/token")) logIns += 1;
			};
			const snapshot = await connect("large", { clientId: "rollcall-short", concurrency: 2, log }).snapshot(
				{ attributes: new Set() },
				signal,
			);
			expect(sumsOf(snapshot)).toEqual(truth.sha256);
			expect(logIns).toBeGreaterThan(1);
		});

		test("with attributes", async () => {
			const snapshot = await connect("large").snapshot({ attributes: new Set(["employeeId"]) }, signal);
			expect(sumsOf(snapshot)).toEqual(truth.sha256);
			expect([...snapshot.people.values()].every((p) => Object.keys(p.attributes).join() === "employeeId")).toBe(true);
		});
	});

	describe("rights, as a real server grants them", () => {
		test("view-users is enough", async () => {
			expect(await troubles("rollcall")).toEqual([]);
		});

		test.each(["query-users-only", "query-groups-only", "no-roles"] as const)(
			"%s is found, and never read as an empty realm",
			async (account) => {
				const found = await troubles(account);
				expect(found).toContainEqual(expect.stringMatching(/^error rights\.missing: .*(lacks the role view-users|shows none of them|403)/));
				await expect(connect("small", { clientId: account }).snapshot({ attributes: new Set() }, signal)).rejects.toMatchObject({
					code: "source.denied",
				});
			},
		);

		test("too many rights are named", async () => {
			expect(await troubles("manager")).toEqual(["warning rights.excessive: client manager may do more than read: manage-users"]);
			expect((await troubles("realm-admin")).join()).toMatch(/rights\.excessive.*impersonation, manage-authorization.*realm-admin/);
		});

		test("fine-grained permissions switched on change nothing for view-users", async () => {
			const calm = await connect("small").snapshot({ attributes: new Set() }, signal);
			await asAdmin(server.server, "/small", { method: "PUT", body: JSON.stringify({ realm: "small", adminPermissionsEnabled: true }) });
			try {
				expect((await connect("small").snapshot({ attributes: new Set() }, signal)).digest).toBe(calm.digest);
				expect(await troubles("rollcall")).toEqual([]);
				expect((await troubles("query-users-only")).join()).toMatch(/rights\.missing/);
			} finally {
				await asAdmin(server.server, "/small", { method: "PUT", body: JSON.stringify({ realm: "small", adminPermissionsEnabled: false }) });
			}
		});
	});

	describe("wrong settings", () => {
		test("secret", async () => {
			const connector = keycloak({ ...liveSettings(server, "small"), clientSecret: new Secret("wrong", "credential:kc") });
			open.push(connector);
			expect(await connector.check(signal)).toMatchObject([{ level: "error", name: "server.credentials" }]);
		});

		test("realm", async () => {
			expect(await connect("nope").check(signal)).toMatchObject([{ level: "error", name: "server.realm" }]);
		});
	});

	test("one person by id and by name, odd characters included; a service account is nobody", async () => {
		const connector = connect("small");
		for (const person of makeRealm(SMALL).people) {
			const found = await connector.person?.(person.username, { attributes: "all" }, signal);
			expect(found).toMatchObject({ id: person.id, username: person.username, active: person.enabled, attributes: person.attributes });
			expect(await connector.person?.(person.id, { attributes: "all" }, signal)).toEqual(found);
		}
		expect(await connector.person?.("service-account-rollcall", { attributes: "all" }, signal)).toBeUndefined();
		expect(await connector.person?.("nobody-of-this-name", { attributes: "all" }, signal)).toBeUndefined();
	});
}
