import { describe, expect, test } from "@jest/globals";
import type { Effect } from "../../sandbox/kit/faults.ts";
import { connectorSuite } from "./connector.ts";
import { failEachRequest } from "./connector-faults.ts";
import { oneloginStandIn } from "./onelogin-harness.ts";

connectorSuite(oneloginStandIn());
connectorSuite(oneloginStandIn("OneLogin stand-in that lists people by name", { quirks: { order: "name", ignoresSort: true } }));

/** A wait that is over when it is read: the header counts, and nobody sits it out a hundred times. */
const NOW = { "retry-after": new Date(Date.now() - 5_000).toUTCString() };

describe("every single request refused once, as OneLogin or what stands before it does, and nobody notices", () => {
	test.each<readonly [string, Effect & { readonly kind: "status" }]>([
		["429 without headers", { kind: "status", status: 429, body: "slow down" }],
		["429 that states a wait", { kind: "status", status: 429, headers: NOW, body: { message: "too many requests", statusCode: 429 } }],
		["429 with OneLogin's own headers", { kind: "status", status: 429, headers: { "x-ratelimit-reset": "0" } }],
		["503 that states a wait", { kind: "status", status: 503, headers: NOW }],
		["502, as lists of roles answer under load", { kind: "status", status: 502, body: "bad gateway" }],
		["a token that is not valid any more", { kind: "status", status: 401, body: { message: "Unauthorized", statusCode: 401 } }],
	])("%s", async (_, effect) => {
		const directory = await oneloginStandIn().open();
		const found = await failEachRequest({ directory, pageSize: 3, deviations: [] }, effect, { once: true });
		await directory.close();
		// At log-in, where there is no token yet, 401 means a wrong secret: final.
		const logIns = effect.status === 401 ? [expect.stringContaining("oauth2")] : [];
		expect({ shrunk: found.shrunk, failed: found.failed }).toEqual({ shrunk: [], failed: logIns });
		expect(found.tried).toBeGreaterThan(10);
	});
});
