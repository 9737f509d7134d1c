import { afterAll, expect, test } from "@jest/globals";
import { scim } from "../../connectors/idp/scim/connector.ts";
import { startScim } from "../../sandbox/scim/server.ts";
import { failEachRequest, PERSISTENT } from "./connector-faults.ts";
import { CLIENT, fill, settingsFor } from "./scim-harness.ts";

const sandbox = await startScim({ accounts: [CLIENT], quirks: { members: "never", mostRows: 5 } });
afterAll(() => sandbox.close());

/** The whole suite wants groups inside groups, which cannot be seen this way. */
test.each(PERSISTENT.map((effect, at) => [at, effect.kind, effect] as const))(
	"C3 where memberships come from people's own records: %i %s",
	async (_at, _kind, effect) => {
		const truth = fill(sandbox, { reversed: false });
		const directory = {
			truth: { ...truth, groups: truth.groups.map((group) => ({ ...group, groups: [] })) },
			connector: () => scim(settingsFor(sandbox)),
			shortTokens: () => ({ logIns: () => Promise.resolve(0) }),
			server: { faults: sandbox.faults, exchanges: sandbox.exchanges, wrongTotals: [], secrets: [], endless: () => undefined },
			close: () => Promise.resolve(),
		};
		const found = await failEachRequest({ directory, pageSize: 5, deviations: [] }, effect);
		expect(found.shrunk).toEqual([]);
		expect(found.tried).toBeGreaterThan(10);
	},
	180_000,
);
