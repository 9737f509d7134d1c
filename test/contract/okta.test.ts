import { describe, expect, test } from "@jest/globals";
import type { Effect } from "../../sandbox/kit/faults.ts";
import { connectorSuite } from "./connector.ts";
import { failEachRequest } from "./connector-faults.ts";
import { oktaStandIn } from "./okta-harness.ts";

connectorSuite(oktaStandIn("Okta stand-in with an API token", { logIn: "token" }));
connectorSuite(oktaStandIn("Okta stand-in with a service app and proof of possession", { logIn: "serviceApp", dpop: true }));

const limited = (headers?: Readonly<Record<string, string>>): Effect & { readonly kind: "status" } => ({
	kind: "status",
	status: 429,
	body: { errorCode: "E0000047", errorSummary: "API call exceeded rate limit due to too many requests." },
	...(headers === undefined ? {} : { headers }),
});
/** The window has just ended, so that nobody waits for this test. */
const reset = { "x-rate-limit-reset": String(Math.floor(Date.now() / 1000) - 2) };

describe("every single request refused once in Okta's own ways, and nobody notices", () => {
	const ways: readonly (readonly [string, Effect & { readonly kind: "status" }])[] = [
		["429 without headers", limited()],
		["429 with a window's end", limited({ "x-rate-limit-limit": "600", "x-rate-limit-remaining": "0", ...reset })],
		["a token that is not valid any more", { kind: "status", status: 401, body: { errorCode: "E0000011" } }],
		["a session that is invalid, though nothing is wrong", { kind: "status", status: 403, body: { errorCode: "E0000005" } }],
	];
	test.each(ways)("%s", async (_name, effect) => {
		const directory = await oktaStandIn("", { logIn: "serviceApp" }).open();
		const found = await failEachRequest({ directory, pageSize: 5, deviations: [] }, effect, { once: true });
		await directory.close();
		// The log-in itself is refused for good: its answer says that the app is wrong.
		const logIns = effect.status === 429 ? [] : [expect.stringContaining("oauth2")];
		expect({ shrunk: found.shrunk, failed: found.failed }).toEqual({ shrunk: [], failed: logIns });
		expect(found.tried).toBeGreaterThan(10);
	});
});
