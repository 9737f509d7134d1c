import { afterAll, afterEach, describe, expect, test } from "@jest/globals";
import { type ScimSettings, scim } from "../../connectors/idp/scim/connector.ts";
import { DEFAULTS } from "../../connectors/idp/scim/settings.ts";
import { Talk } from "../../connectors/idp/scim/talk.ts";
import type { Connector } from "../../core/connector.ts";
import type { ConnectorId, PersonId } from "../../core/model.ts";
import { Secret } from "../../core/secret.ts";
import { stateOf } from "../../sandbox/scim/world.ts";
import { company } from "../../sandbox/world/company.ts";
import { connectorSuite } from "../contract/connector.ts";
import { lostIn } from "../contract/connector-faults.ts";
import type { ConnectorHarness, Tuning } from "../contract/connector-harness.ts";
import { population } from "../contract/scim-harness.ts";
import { type Scimmy, startScimmy } from "./scim/server.ts";

const NO_FAULTS = "a real server does not fail on demand; the stand-in does";
const small = population({ reversed: false });
const LARGE = company({ people: 1_000, groups: 60, seed: 5 });
const [real, large] = await Promise.all([startScimmy(small.state, 5), startScimmy(stateOf(LARGE), 200)]);
afterAll(async () => {
	await Promise.all([real.stop(), large.stop()]);
});

function settings(server: Scimmy, tuning: Tuning = {}): ScimSettings {
	return {
		...DEFAULTS,
		id: "staff" as ConnectorId,
		url: server.url,
		auth: { kind: "bearer", token: new Secret(server.token, "test") },
		network: { timeoutMs: 60_000, concurrency: tuning.concurrency ?? 4, ca: server.ca },
		...(tuning.pageSize === undefined ? {} : { pageSize: tuning.pageSize }),
		...(tuning.log === undefined ? {} : { log: tuning.log }),
	};
}

const harness: ConnectorHarness = {
	name: "scimmy 1.3.5",
	traits: { statesTotal: true, nestedGroups: true, listsInactive: true, incremental: false },
	open: () =>
		Promise.resolve({
			truth: small.truth,
			connector: (tuning?: Tuning) => scim(settings(real, tuning)),
			shortTokens: () => ({ logIns: () => Promise.resolve(0) }),
			close: () => Promise.resolve(),
		}),
	untried: {
		C3: NO_FAULTS,
		C4: NO_FAULTS,
		C5: NO_FAULTS,
		C8: "its tokens do not end",
		C9: NO_FAULTS,
		C10: NO_FAULTS,
		C11: NO_FAULTS,
		C13: NO_FAULTS,
	},
};
connectorSuite(harness);

describe("a SCIM server that others wrote", () => {
	const open: Connector[] = [];
	afterEach(async () => {
		for (const one of open.splice(0)) await one.close();
	});
	const signal = new AbortController().signal;
	const connect = (more: Partial<ScimSettings> = {}, server = real) => {
		const connector = scim({ ...settings(server), ...more });
		open.push(connector);
		return connector;
	};

	test("1,000 people and 60 groups whole, in the number of requests that the guide states", async () => {
		const paths: string[] = [];
		const connector = connect({ log: ({ path }) => paths.push(path.replace(/^\/scim\/v2/, "")) }, large);
		const snapshot = await connector.snapshot({ attributes: new Set(["title"]) }, signal);
		const truth = {
			people: LARGE.people.map((p) => ({ id: p.id, username: p.username, active: p.active, attributes: {} })),
			groups: LARGE.groups.map((g) => ({
				id: g.id,
				name: g.name,
				people: LARGE.people.filter((p) => p.groups.includes(g.id)).map((p) => p.id),
				groups: LARGE.groups.filter((inner) => inner.parentId === g.id).map((inner) => inner.id),
			})),
		};
		expect(lostIn(snapshot, truth)).toEqual([]);
		expect(snapshot.size).toMatchObject({ people: 1_000, groups: 60, rejects: 0, active: LARGE.people.filter((p) => p.active).length });
		const empty = truth.groups.filter((g) => g.people.length + g.groups.length === 0).length;
		const users = paths.filter((path) => path === "/Users").length;
		// Pages of 200 overlap by one row; and the sample beside the list.
		expect([users, paths.length]).toEqual([1 + Math.ceil(999 / 199), 2 + users + 2 + empty]);
	}, 60_000);

	test("it refuses to pick attributes of extensions, and people are read whole then", async () => {
		const refused: unknown[] = [];
		const connector = connect({ log: ({ status }) => status === 400 && refused.push(status) });
		const snapshot = await connector.snapshot({ attributes: new Set(["department", "badge"]) }, signal);
		expect(refused).toEqual([400]);
		for (const { id, attributes } of small.truth.people) {
			const { department, badge } = attributes;
			const wanted = Object.entries({ department, badge }).filter(([, values]) => values !== undefined);
			expect(snapshot.people.get(id as PersonId)?.attributes).toEqual(Object.fromEntries(wanted));
		}
	});

	test("behind the last row it begins again from the first: no page is asked for there", async () => {
		const talk = new Talk(settings(real));
		open.push({ close: () => talk.close() } as Connector);
		const { rows } = await talk.page("/Users", { startIndex: 14, count: 5 }, signal);
		expect(rows).toHaveLength(5);
		expect((await connect().snapshot({ attributes: new Set() }, signal)).size.people).toBe(13);
	});

	test("one person by id and by name, odd characters included; nobody", async () => {
		const connector = connect();
		for (const person of small.truth.people) {
			const found = await connector.person?.(person.username, { attributes: "all" }, signal);
			expect(found).toMatchObject({ id: person.id, username: person.username, active: person.active, attributes: person.attributes });
			expect(await connector.person?.(person.id, { attributes: "all" }, signal)).toEqual(found);
		}
		for (const nobody of ["*", '" or userName pr or userName eq "', "\\", "", "a/b"])
			expect(await connector.person?.(nobody, { attributes: "all" }, signal)).toBeUndefined();
	});

	test("check: enough, and a wrong token", async () => {
		expect((await connect().check(signal)).filter(({ level }) => level !== "ok")).toEqual([]);
		const wrong = await connect({ auth: { kind: "bearer", token: new Secret("another-token", "test") } }).check(signal);
		expect(wrong).toEqual([expect.objectContaining({ level: "error", name: "server.credentials" })]);
	});

	test("a certificate of a CA that is not trusted", async () => {
		const reading = connect({ network: { timeoutMs: 10_000, concurrency: 1 } }).snapshot({ attributes: new Set() }, signal);
		await expect(reading).rejects.toMatchObject({ code: "source.unreachable", context: { errno: "DEPTH_ZERO_SELF_SIGNED_CERT" } });
	});

	test("each way of reading memberships gives the same, and people's own records are no such way here", async () => {
		const digests = new Set<string>();
		for (const memberships of ["auto", "list", "single"] as const)
			digests.add((await connect({ memberships }).snapshot({ attributes: new Set() }, signal)).digest);
		expect(digests.size).toBe(1);
		const held = await connect({ memberships: "people" }).snapshot({ attributes: new Set() }, signal);
		expect(held.rejects.map(({ kind }) => kind)).toEqual(small.truth.groups.map(() => "group"));
	});
});
