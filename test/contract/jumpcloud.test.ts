import { describe, expect, test } from "@jest/globals";
import type { Effect } from "../../sandbox/kit/faults.ts";
import { connectorSuite } from "./connector.ts";
import { failEachRequest } from "./connector-faults.ts";
import { jumpcloudStandIn } from "./jumpcloud-harness.ts";

connectorSuite(jumpcloudStandIn("JumpCloud stand-in with an API key, no totals of groups and members", { logIn: "apiKey", counts: false }));
connectorSuite(jumpcloudStandIn("JumpCloud stand-in with a service account, totals everywhere", { logIn: "serviceAccount", counts: true }));
describe("every single request refused once in JumpCloud's own ways, and nobody notices", () => {
	test.each([
		["429 without headers", { kind: "status", status: 429, body: { message: "Too Many Requests" } }],
		["429 of something in between", { kind: "status", status: 429, body: "slow down" }],
		["a token that is not valid any more", { kind: "status", status: 401, body: { message: "Unauthorized" } }],
	] as const)("%s", async (_name, effect: Effect & { readonly kind: "status" }) => {
		const directory = await jumpcloudStandIn("", { logIn: "serviceAccount", counts: true }).open();
		const found = await failEachRequest({ directory, pageSize: 5, deviations: [] }, effect, { once: true });
		await directory.close();
		// The log-in itself is refused for good: its answer says that the service account is wrong.
		const logIns = effect.status === 429 ? [] : [expect.stringContaining("oauth2")];
		expect({ shrunk: found.shrunk, failed: found.failed }).toEqual({ shrunk: [], failed: logIns });
		expect(found.tried).toBeGreaterThan(10);
	});
});
