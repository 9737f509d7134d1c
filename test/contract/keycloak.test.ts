import { describe, expect, test } from "@jest/globals";
import type { Effect } from "../../sandbox/kit/faults.ts";
import { connectorSuite } from "./connector.ts";
import { failEachRequest } from "./connector-faults.ts";
import { keycloakStandIn } from "./keycloak-harness.ts";

connectorSuite(keycloakStandIn("Keycloak stand-in", { federated: false }));
connectorSuite(keycloakStandIn("Keycloak stand-in with people from LDAP", { federated: true }));

/** A wait that is over when it is read: the header counts, and nobody sits it out a hundred times. */
const NOW = { "retry-after": new Date(Date.now() - 5_000).toUTCString() };

describe("every single request refused once, as Keycloak or what stands before it does, and nobody notices", () => {
	test.each<readonly [string, Effect & { readonly kind: "status" }]>([
		["429 without headers", { kind: "status", status: 429, body: "slow down" }],
		["429 that states a wait", { kind: "status", status: 429, headers: NOW, body: { error: "too many requests" } }],
		["503 that states a wait", { kind: "status", status: 503, headers: NOW }],
		["a token that is not valid any more", { kind: "status", status: 401, body: { error: "HTTP 401 Unauthorized" } }],
	])("%s", async (_, effect) => {
		const directory = await keycloakStandIn("", { federated: false }).open();
		const found = await failEachRequest({ directory, pageSize: 5, deviations: [] }, effect, { once: true });
		await directory.close();
		// At log-in, where there is no token yet, 401 means a wrong secret: final.
		const logIns = effect.status === 401 ? [expect.stringContaining("openid-connect")] : [];
		expect({ shrunk: found.shrunk, failed: found.failed }).toEqual({ shrunk: [], failed: logIns });
		expect(found.tried).toBeGreaterThan(10);
	});
});
