import { afterAll, afterEach, describe, expect, test } from "@jest/globals";
import { Client } from "ldapts";
import type { LdapSettings } from "../../connectors/idp/ldap/connector.ts";
import { ldap } from "../../connectors/idp/ldap/connector.ts";
import type { Connector } from "../../core/connector.ts";
import type { ConnectorId, PersonId } from "../../core/model.ts";
import { Secret } from "../../core/secret.ts";
import { connectorSuite } from "../contract/connector.ts";
import { lostIn } from "../contract/connector-faults.ts";
import type { ConnectorHarness, Tuning } from "../contract/connector-harness.ts";
import { type Population, population, SUFFIX } from "./ldap/population.ts";
import { type Slapd, startSlapd } from "./ldap/server.ts";

const SMALL = population("small", { people: 13, groups: 0 });
const LARGE = population("large", { people: 10_000, groups: 200 });
const NO_FAULTS = "a real server does not fail on demand; the stand-in does";

const server = await startSlapd([SMALL, LARGE]);
if (typeof server === "string") {
	process.stderr.write(`SKIPPED: real OpenLDAP: ${server}\n`);
	test.skip(`real OpenLDAP (skipped: ${server})`, () => undefined);
} else {
	afterAll(() => server.stop());
	connectorSuite(harness(server, SMALL, "small"));
	connectorSuite(harness(server, LARGE, "large", [333, 1_000, undefined]));
	furtherTests(server);
}

function settings(slapd: Slapd, place: Population, more: Partial<LdapSettings> = {}, tuning: Tuning = {}): LdapSettings {
	return {
		id: "staff" as ConnectorId,
		url: slapd.ldaps,
		account: `uid=rollcall,ou=system,${SUFFIX}`,
		password: new Secret("rollcall-pw", "test"),
		peopleBases: [`ou=people,${place.base}`],
		groupBases: [`ou=groups,${place.base}`],
		network: { timeoutMs: 60_000, concurrency: tuning.concurrency ?? 4, ca: slapd.ca },
		...(tuning.pageSize === undefined ? {} : { pageSize: tuning.pageSize }),
		...(tuning.log === undefined ? {} : { log: tuning.log }),
		...more,
	};
}

/** It is read only, so every test gets the same one. */
function harness(slapd: Slapd, place: Population, name: string, pageSizes?: readonly (number | undefined)[]): ConnectorHarness {
	return {
		name: `real OpenLDAP, ${name} (${place.truth.people.length} people, ${place.truth.groups.length} groups)`,
		traits: { statesTotal: false, nestedGroups: true, listsInactive: true, incremental: false },
		...(pageSizes === undefined ? {} : { pageSizes }),
		open: () =>
			Promise.resolve({
				truth: place.truth,
				connector: (tuning?: Tuning) => ldap(settings(slapd, place, {}, tuning)),
				shortTokens: () => ({ logIns: () => Promise.resolve(0) }),
				close: () => Promise.resolve(),
			}),
		untried: {
			C3: NO_FAULTS,
			C4: NO_FAULTS,
			C5: NO_FAULTS,
			C8: "no tokens in LDAP",
			C9: NO_FAULTS,
			C10: NO_FAULTS,
			C11: NO_FAULTS,
			C13: NO_FAULTS,
		},
	};
}

function furtherTests(slapd: Slapd): void {
	const open: Connector[] = [];
	afterEach(async () => {
		for (const one of open.splice(0)) await one.close();
	});
	const signal = new AbortController().signal;
	const connect = (more: Partial<LdapSettings> = {}, place = SMALL) => {
		const connector = ldap(settings(slapd, place, more));
		open.push(connector);
		return connector;
	};
	const as = (name: string): Partial<LdapSettings> => ({
		account: `uid=${name},ou=system,${SUFFIX}`,
		password: new Secret(`${name}-pw`, "test"),
	});
	const read = (more: Partial<LdapSettings> = {}, place = SMALL) => connect(more, place).snapshot({ attributes: new Set() }, signal);

	test("10,000 people whole, in as few requests as can be proven", async () => {
		const connector = connect({ pageSize: 1_000 }, LARGE);
		const snapshot = await connector.snapshot({ attributes: new Set() }, signal);
		expect(lostIn(snapshot, LARGE.truth)).toEqual([]);
		expect(snapshot.size).toMatchObject({ people: 10_001, active: 9_801, groups: 200, rejects: 0 });
		// Two log-ins at least, the root DSE, and the roll twice: 11 pages of people, one of groups; whom one member stands for.
		expect(connector.requests()).toBeLessThanOrEqual(4 + 1 + 2 * (11 + 1) + 2);
	});

	test("locked for good is inactive, locked for a while is not", async () => {
		const snapshot = await read();
		expect(snapshot.people.get(SMALL.truth.people[2]!.id as PersonId)?.active).toBe(false);
		expect(snapshot.people.get(SMALL.truth.people[3]!.id as PersonId)?.active).toBe(true);
	});

	test("StartTLS and LDAPS give the same; a foreign certificate is refused", async () => {
		const whole = await read();
		expect((await read({ url: slapd.ldap })).digest).toBe(whole.digest);
		const network = { timeoutMs: 60_000, concurrency: 2 };
		for (const url of [slapd.ldaps, slapd.ldap])
			await expect(read({ url, network })).rejects.toMatchObject({
				code: "source.unreachable",
				context: { errno: "DEPTH_ZERO_SELF_SIGNED_CERT" },
			});
		await expect(
			read({ url: slapd.ldap.replace("ldap:", "ldaps:"), retry: { attempts: 1, baseMs: 1, capMs: 1, budgetMs: 1 } }),
		).rejects.toMatchObject({
			code: "source.unreachable",
			todo: expect.stringContaining("ldaps:// means TLS from the first byte"),
		});
	});

	test("limits are recognised, and nothing is read in part", async () => {
		await expect(read(as("short"), LARGE)).rejects.toMatchObject({
			code: "source.incomplete",
			context: { result: 4 },
			todo: expect.stringContaining("size.prtotal=unlimited"),
		});
		await expect(read(as("tight"), LARGE)).rejects.toMatchObject({ code: "source.incomplete", context: { result: 11 } });
		expect((await read({ ...as("tight"), pageSize: 100 })).size.people).toBe(14);
	});

	test("hidden members are held, hidden bases and bases that do not exist are errors", async () => {
		const blind = await read(as("blind"));
		expect(blind.size.memberships).toBe(0);
		const groups = SMALL.truth.groups.filter(({ name }) => name !== "posix").map(({ name }) => name);
		expect(blind.rejects.map((reject) => reject.label).sort()).toEqual(groups.sort());
		await expect(read(as("stranger"))).rejects.toMatchObject({ code: "source.incomplete", context: { result: 32 } });
		await expect(read({ peopleBases: [`ou=nope,${SMALL.base}`] })).rejects.toMatchObject({
			code: "source.incomplete",
			context: { result: 32 },
		});
		await expect(read({ peopleFilter: "(uid=no-such-person)" })).rejects.toMatchObject({ code: "source.denied" });
	});

	test("a part of the base on another server is an error; a group outside of the bases is held", async () => {
		await expect(read({ groupBases: [SMALL.base] })).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringContaining("ldap://127.0.0.1:9/"),
		});
		const doubtful = await read({ groupBases: [`ou=doubtful,${SMALL.base}`] });
		expect(doubtful.rejects.map(({ label, because }) => `${label}: ${because}`).sort()).toEqual([
			expect.stringMatching(/^remote: .* lies on another server/),
			expect.stringMatching(/^with-far: it contains the group cn=far/),
		]);
		const strict = await read({ unknownMembers: "hold" });
		expect(strict.rejects.map(({ label }) => label).sort()).toEqual(["dangling", "nobody"]);
	});

	test("one person by id and by name, odd characters included", async () => {
		const connector = connect();
		for (const person of SMALL.truth.people) {
			const found = await connector.person?.(person.username, { attributes: "all" }, signal);
			expect(found).toMatchObject({ id: person.id, username: person.username, active: person.active, attributes: person.attributes });
			expect(await connector.person?.(person.id, { attributes: "all" }, signal)).toEqual(found);
		}
		for (const nobody of ["*", "no)such(name", "\\", ""])
			expect(await connector.person?.(nobody, { attributes: "all" }, signal)).toBeUndefined();
	});

	test("check: enough, too little, too much", async () => {
		const troubles = async (more: Partial<LdapSettings>) =>
			(await connect(more).check(signal)).filter((f) => f.level !== "ok").map((f) => `${f.level} ${f.name}`);
		expect(await troubles({})).toEqual([]);
		expect(await troubles(as("stranger"))).toEqual(["error base.missing", "error base.missing"]);
		expect(await troubles(as("blind"))).toEqual(["warning members.visible"]);
		expect(await troubles({ password: new Secret("wrong", "test") })).toEqual(["error server.credentials"]);
		expect(await troubles({ idAttribute: "employeeNumber" })).toEqual(["error rights.missing", "error rights.missing"]);
		expect(await troubles({ account: `cn=admin,${SUFFIX}`, password: new Secret("adminpw", "test") })).toEqual([
			"warning rights.excessive",
			"warning rights.excessive",
		]);
	});

	describe("what the SDK's own client does, and this connector does not", () => {
		test("two lists at once on one connection: the second spoils the first", async () => {
			const client = new Client({ url: slapd.ldaps, tlsOptions: { ca: slapd.ca } });
			await client.bind(`uid=rollcall,ou=system,${SUFFIX}`, "rollcall-pw");
			const list = (attributes: string[]) => client.search(`ou=people,${LARGE.base}`, { paged: { pageSize: 100 }, attributes });
			await expect(Promise.all([list(["uid"]), list(["cn"])])).rejects.toMatchObject({ code: 53 });
			await client.unbind();
		});
	});
}
