import { afterAll, afterEach, expect, test } from "@jest/globals";
import { type ActiveDirectorySettings, activedirectory } from "../../connectors/idp/activedirectory/connector.ts";
import { wholeMembers } from "../../connectors/idp/activedirectory/ranges.ts";
import { Lines } from "../../connectors/ldap/lines.ts";
import type { Connector } from "../../core/connector.ts";
import type { ConnectorId } from "../../core/model.ts";
import { Secret } from "../../core/secret.ts";
import { connectorSuite } from "../contract/connector.ts";
import { lostIn } from "../contract/connector-faults.ts";
import type { ConnectorHarness, DirectoryTruth, Tuning } from "../contract/connector-harness.ts";
import { type DomainController, type Dumped, startDomainController } from "./samba/server.ts";

const BASE = "DC=ad,DC=example,DC=test";
const NO_FAULTS = "a real server does not fail on demand; the stand-in does";
/** More than 1,500, where Active Directory cuts `member`. */
const PEOPLE = 2_000;

const server = await startDomainController(PEOPLE);
if (typeof server === "string") {
	process.stderr.write(`SKIPPED: real Samba domain controller: ${server}\n`);
	test.skip(`real Samba domain controller (skipped: ${server})`, () => undefined);
} else {
	afterAll(() => server.stop());
	const truth = await truthOf(server);
	connectorSuite(harness(server, truth));
	furtherTests(server, truth);
}

function settings(dc: DomainController, more: Partial<ActiveDirectorySettings> = {}, tuning: Tuning = {}): ActiveDirectorySettings {
	return {
		id: "staff" as ConnectorId,
		url: `ldaps://${dc.address}`,
		account: "svc-rollcall@ad.example.test",
		password: new Secret("Passw0rd!Reader", "test"),
		network: { timeoutMs: 60_000, concurrency: tuning.concurrency ?? 4, ca: dc.ca },
		...(tuning.pageSize === undefined ? {} : { pageSize: tuning.pageSize }),
		...(tuning.log === undefined ? {} : { log: tuning.log }),
		...more,
	};
}

/** From the database itself. Samba leaves the primary group out of `member`, as Active Directory does. */
async function truthOf(dc: DomainController): Promise<DirectoryTruth> {
	const wanted = [
		"sAMAccountName",
		"cn",
		"objectGUID",
		"objectSid",
		"userAccountControl",
		"accountExpires",
		"primaryGroupID",
		"member",
		"employeeID",
		"department",
	];
	const people = await dc.dump("(&(objectCategory=person)(objectClass=user))", wanted);
	const groups = await dc.dump("(objectCategory=group)", wanted);
	const one = (row: Dumped, name: string) => row.values.get(name)?.[0] ?? "";
	const idOf = (rows: readonly Dumped[]) => new Map(rows.map((row) => [row.dn.toLowerCase(), one(row, "objectguid")]));
	const [personId, groupId] = [idOf(people), idOf(groups)];
	const ids = (names: readonly string[], known: ReadonlyMap<string, string>) =>
		names.flatMap((name) => known.get(name.toLowerCase()) ?? []);
	const endOf = (sid: string) => sid.slice(sid.lastIndexOf("-") + 1);
	const primary = (group: Dumped) =>
		one(group, "objectsid").startsWith("S-1-5-21-")
			? people.filter((row) => one(row, "primarygroupid") === endOf(one(group, "objectsid"))).map((row) => one(row, "objectguid"))
			: [];
	const now = BigInt(Date.now() + 11_644_473_600_000) * 10_000n;
	const expired = (row: Dumped) => one(row, "accountexpires") !== "0" && BigInt(one(row, "accountexpires")) < now;
	return {
		people: people.map((row) => ({
			id: one(row, "objectguid"),
			username: one(row, "samaccountname"),
			active: (Number(one(row, "useraccountcontrol")) & 2) === 0 && !expired(row),
			attributes: Object.fromEntries(
				["employeeID", "department"].flatMap((name) =>
					one(row, name.toLowerCase()) === "" ? [] : [[name, [one(row, name.toLowerCase())]]],
				),
			),
		})),
		groups: groups.map((row) => ({
			id: one(row, "objectguid"),
			name: one(row, "cn"),
			people: [...new Set([...ids(row.values.get("member") ?? [], personId), ...primary(row)])],
			groups: ids(row.values.get("member") ?? [], groupId),
		})),
	};
}

/** It is read only, so every test gets the same one. */
function harness(dc: DomainController, truth: DirectoryTruth): ConnectorHarness {
	return {
		name: `real Samba domain controller (${truth.people.length} people, ${truth.groups.length} groups)`,
		traits: { statesTotal: false, nestedGroups: true, listsInactive: true, incremental: false },
		pageSizes: [100, 999, 1_000, 5_000, undefined],
		open: () =>
			Promise.resolve({
				truth,
				connector: (tuning?: Tuning) => activedirectory(settings(dc, {}, tuning)),
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
			C14: 'with "all" the server adds attributes that the database\'s tool does not show; named ones are asked for below',
		},
	};
}

function furtherTests(dc: DomainController, truth: DirectoryTruth): void {
	const open: Connector[] = [];
	afterEach(async () => {
		for (const one of open.splice(0)) await one.close();
	});
	const signal = new AbortController().signal;
	const connect = (more: Partial<ActiveDirectorySettings> = {}) => {
		const connector = activedirectory(settings(dc, more));
		open.push(connector);
		return connector;
	};
	const read = (more: Partial<ActiveDirectorySettings> = {}) => connect(more).snapshot({ attributes: new Set() }, signal);

	test("the database as the truth: nobody lost, nobody invented, in a dozen requests", async () => {
		const connector = connect({ pageSize: 1_000 });
		const snapshot = await connector.snapshot({ attributes: new Set(["employeeID"]) }, signal);
		expect(lostIn(snapshot, truth)).toEqual([]);
		expect(snapshot.size).toMatchObject({
			people: truth.people.length,
			active: truth.people.filter((person) => person.active).length,
			memberships: truth.groups.reduce((sum, group) => sum + group.people.length, 0),
			rejects: 0,
		});
		for (const person of truth.people)
			expect(snapshot.people.get(person.id as never)?.attributes.employeeID).toEqual(person.attributes.employeeID);
		expect(connector.requests()).toBeLessThanOrEqual(20);
	});

	test("disabled, expired, and not yet expired", async () => {
		const byName = new Map([...(await read()).people.values()].map((person) => [person.username, person.active]));
		expect(["user00050", "user00001", "user00002", "user00003"].map((name) => byName.get(name))).toEqual([false, false, true, true]);
		const lenient = new Map(
			[...(await read({ expiredIsInactive: false })).people.values()].map((person) => [person.username, person.active]),
		);
		expect(["user00050", "user00001"].map((name) => lenient.get(name))).toEqual([false, true]);
	});

	test("StartTLS gives the same; without TLS the server refuses; a foreign certificate is refused by us", async () => {
		const whole = await read();
		expect((await read({ url: `ldap://${dc.address}` })).digest).toBe(whole.digest);
		await expect(read({ url: `ldap://${dc.address}`, startTls: false })).rejects.toMatchObject({
			code: "source.denied",
			context: { result: 8 },
		});
		await expect(read({ network: { timeoutMs: 60_000, concurrency: 2 } })).rejects.toMatchObject({ code: "source.unreachable" });
		await expect(read({ password: new Secret("wrong", "test") })).rejects.toMatchObject({
			code: "source.denied",
			message: expect.stringContaining("wrong password"),
		});
	});

	test("the three ways to write an account", async () => {
		const whole = await read();
		for (const account of ["ADEX\\svc-rollcall", `CN=svc-rollcall,CN=Users,${BASE}`])
			expect((await read({ account })).digest).toBe(whole.digest);
	});

	test("bases: a group outside is held, computers and contacts are left out, a base that does not exist is an error", async () => {
		const snapshot = await read({ peopleBases: [`OU=People,${BASE}`], groupBases: [`OU=Teams,${BASE}`] });
		expect(snapshot.rejects.map(({ label, because }) => `${label}: ${because}`)).toEqual([
			expect.stringMatching(/^with-far: it contains the group CN=far,OU=Outside/),
		]);
		expect([...snapshot.groups.values()].find((group) => group.name === "mixed")?.people).toHaveLength(2);
		await expect(read({ peopleBases: [`OU=Nope,${BASE}`] })).rejects.toMatchObject({ code: "source.incomplete", context: { result: 32 } });
	});

	test("a long member list in parts, as Active Directory cuts it", async () => {
		const { url, ...rest } = settings(dc);
		const lines = new Lines({ ...rest, url });
		// Samba cuts nothing by itself; asked for a part it answers with one, and the rest follows.
		const first = await lines.entry(
			{ base: `CN=everybody,OU=Teams,${BASE}`, filter: "(objectClass=*)", attributes: ["objectGUID", "uSNChanged", "member;range=0-1499"] },
			signal,
		);
		const whole = await wholeMembers(lines, first!, signal);
		lines.close();
		expect("names" in whole && new Set(whole.names).size).toBe(PEOPLE);
	});

	test("one person by id and by name", async () => {
		const connector = connect();
		for (const username of ["user00007", "odd"]) {
			const person = truth.people.find((one) => one.username === username)!;
			const found = await connector.person?.(username, { attributes: new Set() }, signal);
			expect(found).toMatchObject({ id: person.id, username, active: person.active });
			expect(await connector.person?.(person.id, { attributes: new Set() }, signal)).toEqual(found);
		}
		for (const nobody of ["no-such-person", "BOX$", "*", "00000000-0000-4000-8000-000000000000"])
			expect(await connector.person?.(nobody, { attributes: new Set() }, signal)).toBeUndefined();
	});

	test("check: an account without any right is enough, an administrator is too much", async () => {
		const troubles = async (more: Partial<ActiveDirectorySettings>) =>
			(await connect(more).check(signal)).filter((f) => f.level !== "ok").map((f) => `${f.level} ${f.name}: ${f.message}`);
		expect(await troubles({})).toEqual([]);
		expect(await troubles({ account: "Administrator@ad.example.test", password: new Secret("Passw0rd!Adm1n", "test") })).toEqual([
			expect.stringMatching(/^warning rights\.excessive: .*change \d+ attributes of people.*Domain Admins/),
		]);
		expect((await troubles({ password: new Secret("wrong", "test") })).join()).toMatch(/^error server\.credentials/);
	});
}
