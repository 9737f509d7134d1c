import { describe, expect, test } from "@jest/globals";
import type { Effect } from "../../sandbox/kit/faults.ts";
import { connectorSuite } from "./connector.ts";
import { failEachRequest } from "./connector-faults.ts";
import { ldapStandIn } from "./ldap-harness.ts";

connectorSuite(ldapStandIn("openldap"));

/** LDAP has no 429 and no tokens: result codes busy and unavailable (RFC 4511, appendix A) are what comes nearest. */
describe("every single request refused once in LDAP's own ways, and nobody notices", () => {
	test.each<readonly [string, Effect]>([
		["busy (51)", { kind: "status", status: 51 }],
		["unavailable (52)", { kind: "status", status: 52 }],
	])("%s", async (_, effect) => {
		const directory = await ldapStandIn("openldap").open();
		const found = await failEachRequest({ directory, pageSize: 5, deviations: [] }, effect, { once: true });
		await directory.close();
		expect({ shrunk: found.shrunk, failed: found.failed }).toEqual({ shrunk: [], failed: [] });
		expect(found.tried).toBeGreaterThan(10);
	});
});
