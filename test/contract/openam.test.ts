import { describe, expect, test } from "@jest/globals";
import type { Effect } from "../../sandbox/kit/faults.ts";
import { connectorSuite } from "./connector.ts";
import { failEachRequest } from "./connector-faults.ts";
import { openamStandIn } from "./openam-harness.ts";

connectorSuite(openamStandIn());

/** A wait that is over when it is read: the header counts, and nobody sits it out a hundred times. */
const NOW = { "retry-after": new Date(Date.now() - 5_000).toUTCString() };

describe("every single request refused once, as OpenAM or what stands before it does, and nobody notices", () => {
	test.each<readonly [string, Effect & { readonly kind: "status" }]>([
		["429 without headers", { kind: "status", status: 429, body: "slow down" }],
		["429 that states a wait", { kind: "status", status: 429, headers: NOW, body: "slow down" }],
		["503 that states a wait", { kind: "status", status: 503, headers: NOW }],
		["a session that is over", { kind: "status", status: 401, body: { code: 401, reason: "Unauthorized", message: "Access Denied" } }],
	])("%s", async (_, effect) => {
		const directory = await openamStandIn().open();
		const found = await failEachRequest({ directory, pageSize: 9, deviations: [] }, effect, { once: true });
		await directory.close();
		// Before there is a session, 401 means a wrong password, or a door in front of OpenAM: final.
		const logIns = effect.status === 401 ? [expect.stringContaining("serverinfo"), expect.stringContaining("authenticate")] : [];
		expect({ shrunk: found.shrunk, failed: found.failed }).toEqual({ shrunk: [], failed: logIns });
		expect(found.tried).toBeGreaterThan(10);
	});
});
