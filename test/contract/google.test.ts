import { describe, expect, test } from "@jest/globals";
import type { Effect } from "../../sandbox/kit/faults.ts";
import { connectorSuite } from "./connector.ts";
import { failEachRequest } from "./connector-faults.ts";
import { googleStandIn } from "./google-harness.ts";

connectorSuite(googleStandIn("Google stand-in with a key file", { keyless: false, units: false }));
connectorSuite(googleStandIn("Google stand-in without a key, organisational units as groups", { keyless: true, units: true }));

const refused = (status: number, reason: string, headers?: Readonly<Record<string, string>>): Effect => ({
	kind: "status",
	status,
	body: {
		error: { code: status, message: "Request rate higher than configured.", errors: [{ domain: "usageLimits", reason, message: "x" }] },
	},
	...(headers === undefined ? {} : { headers }),
});

describe("every single request refused once in Google's own ways, and nobody notices", () => {
	test.each([
		["403 rateLimitExceeded", refused(403, "rateLimitExceeded")],
		["403 userRateLimitExceeded", refused(403, "userRateLimitExceeded")],
		["403 quotaExceeded", refused(403, "quotaExceeded")],
		["429 without headers", refused(429, "rateLimitExceeded")],
		["429 of something in between", { kind: "status", status: 429, body: "slow down" }],
		["a token that is not valid any more", refused(401, "authError")],
	] as const)("%s", async (_name, effect: Effect) => {
		const directory = await googleStandIn("", { keyless: false, units: true }).open();
		const found = await failEachRequest({ directory, pageSize: 5, deviations: [] }, effect, { once: true });
		await directory.close();
		// The log-in itself is refused for good: its answer says that the delegation or the key is wrong.
		const logIns = effect.kind === "status" && effect.status === 401 ? [expect.stringContaining("/token")] : [];
		expect({ shrunk: found.shrunk, failed: found.failed }).toEqual({ shrunk: [], failed: logIns });
		expect(found.tried).toBeGreaterThan(10);
	});
});
