import { afterEach, describe, expect, test } from "@jest/globals";
import { type OpenAmSettings, openam } from "../../connectors/idp/openam/connector.ts";
import { ATTRIBUTES } from "../../connectors/idp/openam/settings.ts";
import type { GroupId, PersonId, Snapshot } from "../../core/model.ts";
import { Secret } from "../../core/secret.ts";
import { connectorSuite } from "../contract/connector.ts";
import { lostIn } from "../contract/connector-faults.ts";
import { liveOpenAm, liveSettings, truthOf } from "./openam/harness.ts";
import { type LiveOpenAm, openamForTests } from "./openam/live.ts";
import { forgetMissing, limitRows } from "./openam/seed.ts";
import { ldif, logIn } from "./openam/setup.ts";
import { type AccountName, personDn, personLdif } from "./openam/world.ts";

const live = await openamForTests();
if ("skipped" in live) {
	process.stderr.write(`SKIPPED: real OpenAM: ${live.skipped}\n`);
	test.skip(`real OpenAM (skipped: ${live.skipped})`, () => undefined);
} else {
	connectorSuite(liveOpenAm(live.openam));
	furtherTests(live.openam);
}

function furtherTests(server: LiveOpenAm): void {
	const open: { close(): Promise<void> }[] = [];
	afterEach(async () => {
		for (const one of open.splice(0)) await one.close();
	});
	const signal = new AbortController().signal;
	const connect = (realms: readonly string[], more: Partial<OpenAmSettings> = {}) => {
		const connector = openam({ ...liveSettings(server, realms), ...more });
		open.push(connector);
		return connector;
	};
	const nothing = { attributes: new Set<string>() };
	const expectTruth = (snapshot: Snapshot, realm: "/" | "/sub") => {
		const truth = truthOf(server, realm);
		expect(lostIn(snapshot, truth)).toEqual([]);
		expect(snapshot.size).toEqual({
			people: truth.people.length,
			active: truth.people.filter((p) => p.active).length,
			groups: truth.groups.length,
			memberships: truth.groups.reduce((sum, group) => sum + group.people.length, 0),
			rejects: 0,
		});
		for (const { id, username, active } of truth.people) expect(snapshot.people.get(id as PersonId)).toMatchObject({ username, active });
		for (const { id, name, groups } of truth.groups)
			expect(snapshot.groups.get(id as GroupId)).toMatchObject({ name, groups: [...groups].sort() });
	};

	describe("1,500 people behind a limit of 1,000 rows that nobody states", () => {
		test("read whole, odd names included, in seven requests for people", async () => {
			const lists: string[] = [];
			const connector = connect(["/"], { log: ({ path }) => lists.push(path.replace(/.*\//, "")) });
			expectTruth(await connector.snapshot(nothing, signal), "/");
			expect(lists.filter((list) => list === "users")).toHaveLength(7);
			expect(lists.filter((list) => list === "groups")).toHaveLength(3);
		});

		test("three are enough without a limit", async () => {
			await limitRows(server.server, "/", 0);
			try {
				const connector = connect(["/"]);
				expectTruth(await connector.snapshot(nothing, signal), "/");
				// Site, log-in, three lists of people and of groups.
				expect(connector.requests()).toBe(8);
			} finally {
				await limitRows(server.server, "/", 1_000);
			}
		});
	});

	test.each([7, 2, 1])("a limit of %d rows changes nothing but the number of requests", async (rows) => {
		await limitRows(server.server, "/sub", rows);
		try {
			expectTruth(await connect(["/sub"]).snapshot(nothing, signal), "/sub");
		} finally {
			await limitRows(server.server, "/sub", 1_000);
		}
	});

	describe("somebody whom OpenAM lists and cannot read", () => {
		const late = { realm: "/sub", uid: "late,comer", mail: "late@example.com", status: "Active", active: true, further: {} } as const;
		const group = "cn=sub-team,ou=groups,o=sub,dc=openam,dc=example,dc=com";
		const member = (change: "add" | "delete") =>
			`dn: ${group}\nchangetype: modify\n${change}: uniqueMember\nuniqueMember: ${personDn(late)}\n`;

		test("is named, held by the right id, and stays in the groups; nobody else is touched", async () => {
			// Somebody tries to log in before the account is there: OpenAM remembers the name as missing, for good.
			await expect(logIn(server.server, { username: late.uid, password: "x" }, "/sub")).rejects.toThrow(/401/);
			await ldif(server.server, `${personLdif(late)}\n${member("add")}`);
			try {
				const held = await connect(["/sub"]).snapshot(nothing, signal);
				expect(held.rejects).toMatchObject([{ kind: "person", label: late.uid, because: expect.stringMatching(/cannot read/) }]);
				expect(lostIn(held, truthOf(server, "/sub"))).toEqual([]);
				await expect(connect(["/sub"]).person?.(late.uid, nothing, signal)).rejects.toMatchObject({ code: "source.malformed" });
				await forgetMissing(server.server, "/sub");
				const well = await connect(["/sub"]).snapshot(nothing, signal);
				expect(well.rejects).toEqual([]);
				const [id] = held.rejects.map((reject) => reject.id as PersonId);
				expect(well.people.get(id!)?.username).toBe(late.uid);
				const teamOf = (snapshot: Snapshot) => [...snapshot.groups.values()].find((one) => one.name === "sub-team")?.people;
				expect(teamOf(well)).toContain(id);
				expect(teamOf(held)).toEqual(teamOf(well));
			} finally {
				await ldif(server.server, `${member("delete")}\ndn: ${personDn(late)}\nchangetype: delete\n`);
				await forgetMissing(server.server, "/sub");
			}
		});

		test("does not come from looking people up by name", async () => {
			const early = { ...late, uid: "early.bird" };
			expect(await connect(["/sub"]).person?.(early.uid, nothing, signal)).toBeUndefined();
			await ldif(server.server, personLdif(early));
			try {
				const snapshot = await connect(["/sub"]).snapshot(nothing, signal);
				expect(snapshot.rejects).toEqual([]);
				expect([...snapshot.people.values()].map((p) => p.username)).toContain(early.uid);
			} finally {
				await ldif(server.server, `dn: ${personDn(early)}\nchangetype: delete\n`);
			}
		});
	});

	describe("rights, as a real server grants them", () => {
		const troubles = async (account: AccountName) =>
			(await connect(["/", "/sub"], { username: account }).check(signal))
				.filter((f) => f.level !== "ok")
				.map((f) => `${f.level} ${f.name}: ${f.message}`);

		test("DatastoresReadOnly is enough", async () => {
			expect(await troubles("rollcall")).toEqual([]);
		});

		test("none at all is found, and never read as an empty realm", async () => {
			expect(await troubles("nobody")).toEqual([
				expect.stringMatching(/^error rights\.missing: .*id=nobody/),
				expect.stringMatching(/^error rights\.missing: .*id=nobody/),
			]);
			const reading = connect(["/sub"], { username: "nobody" }).snapshot(nothing, signal);
			await expect(reading).rejects.toMatchObject({ code: "source.denied", context: { missing: "DatastoresReadOnly" } });
		});

		test("too many are named, and who has them sees the further realms", async () => {
			expect(await troubles("boss")).toEqual([expect.stringMatching(/^warning rights\.excessive: .*RealmAdmin.*PolicyAdmin/)]);
			const found = await connect(["/", "/sub"], { username: "boss" }).check(signal);
			expect(found).toContainEqual({ level: "ok", name: "realms.unread", message: "these realms are not read: /sub/deep, /twin" });
		});
	});

	describe("wrong settings", () => {
		test.each([
			["password", { password: new Secret("wrong", "credential:openam") }, "server.credentials"],
			["realm of the account", { authRealm: "/nope" }, "server.realm"],
			["chain", { chain: "nope" }, "server.incomplete"],
		])("%s", async (_what, more, name) => {
			expect(await connect(["/sub"], more).check(signal)).toMatchObject([{ level: "error", name }]);
		});

		test("realm to read", async () => {
			const found = await connect(["/sub", "/nope"]).check(signal);
			expect(found.filter((f) => f.level === "error")).toMatchObject([
				{ name: "server.realm", message: expect.stringMatching(/no realm \/nope/) },
			]);
			await expect(connect(["/sub", "/nope"]).snapshot(nothing, signal)).rejects.toMatchObject({ code: "config.invalid" });
		});

		test("an id that the data store does not show, and an attribute that it hides", async () => {
			const attributes = { ...ATTRIBUTES, id: "departmentNumber" };
			await expect(connect(["/sub"], { attributes }).snapshot(nothing, signal)).rejects.toMatchObject({
				code: "config.invalid",
				message: expect.stringMatching(/has no departmentNumber/),
			});
			await limitRows(server.server, "/", 0);
			try {
				const reading = connect(["/"]).snapshot({ attributes: new Set(["departmentNumber"]) }, signal);
				await expect(reading).rejects.toMatchObject({
					code: "config.invalid",
					message: expect.stringMatching(/hides departmentNumber, which 1 people/),
				});
			} finally {
				await limitRows(server.server, "/", 1_000);
			}
		});
	});

	test("one person by id and by name, odd characters included", async () => {
		const connector = connect(["/", "/sub"]);
		for (const person of truthOf(server, "/").people.slice(0, 28)) {
			const found = await connector.person?.(person.username, nothing, signal);
			expect(found).toMatchObject({ id: person.id, username: person.username, active: person.active });
			expect(await connector.person?.(person.id, nothing, signal)).toEqual(found);
		}
		await expect(connector.person?.("user00031", nothing, signal)).rejects.toMatchObject({ code: "config.invalid" });
	});

	test("people known by their DN, where the data store shows nothing better", async () => {
		const attributes = { ...ATTRIBUTES, id: "dn", groupId: "dn" };
		const snapshot = await connect(["/sub", "/sub/deep"], { attributes }).snapshot(nothing, signal);
		expect(snapshot.size).toMatchObject({ people: 31, groups: 4, rejects: 0 });
		expect(snapshot.people.has("uid=sub001,ou=people,o=sub,dc=openam,dc=example,dc=com" as PersonId)).toBe(true);
	});
}
