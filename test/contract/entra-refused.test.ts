import { afterEach, describe, expect, test } from "@jest/globals";
import type { Effect } from "../../sandbox/kit/faults.ts";
import { failEachRequest } from "./connector-faults.ts";
import type { OpenDirectory } from "./connector-harness.ts";
import { entraStandIn } from "./entra-harness.ts";

const status = (code: number, graph: string, headers: Readonly<Record<string, string>> = {}): Effect => ({
	kind: "status",
	status: code,
	headers,
	body: { error: { code: graph, message: "x", innerError: { "request-id": "r" } } },
});
/** A wait that is over when it is read: the headers count, and nobody sits it out a hundred times. */
const NOW = { "retry-after": new Date(Date.now() - 5_000).toUTCString() };
const THROTTLED = { "x-ms-throttle-scope": "Tenant_Application/ReadWrite/t/a", "x-ms-throttle-information": "ResourceUnitLimitExceeded" };

describe("every single request refused once in Graph's own ways", () => {
	let directory: OpenDirectory | undefined;
	afterEach(() => directory?.close());

	test.each<readonly [string, Effect, RegExp | undefined]>([
		["429 without headers", status(429, "TooManyRequests"), undefined],
		["429 with Graph's headers", status(429, "TooManyRequests", { ...NOW, ...THROTTLED }), undefined],
		["503 that states a wait", status(503, "serviceNotAvailable", NOW), undefined],
		["504", status(504, "UnknownError"), undefined],
		// At log-in, where there is no token yet, it means a wrong secret: final.
		["a token that is not valid any more", status(401, "InvalidAuthenticationToken"), /openid-configuration|oauth2/],
	])("%s: nobody notices", async (_, effect, final) => {
		directory = await entraStandIn("Entra ID stand-in", { guests: false }).open();
		const found = await failEachRequest({ directory, pageSize: 3, deviations: [] }, effect, { once: true });
		expect(found.tried).toBeGreaterThan(10);
		expect([found.shrunk, found.failed.filter((name) => final?.test(name) !== true)]).toEqual([[], []]);
		if (final !== undefined) expect(found.failed).toHaveLength(2);
	});

	test("a page token that ran out: only pages have one, and the listing is begun anew", async () => {
		directory = await entraStandIn("Entra ID stand-in", { guests: false }).open();
		const effect = status(400, "Directory_ExpiredPageToken");
		const found = await failEachRequest({ directory, pageSize: 3, deviations: [] }, effect, { once: true });
		expect([found.shrunk, found.failed.filter((name) => name.includes("skiptoken"))]).toEqual([[], []]);
	});
});
