import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { Merger, type Staff } from "./support/merger.ts";
import { Program } from "./support/program.ts";

/** anna and bruno are known to both, by their e-mail addresses; in Active Directory under other usernames. */
const NORTH: Staff = { anna: { teams: ["north-team"] }, bruno: {}, carla: {} };
const CORP: Staff = { aalt: { email: "Anna@example.com" }, bgross: { email: "bruno@example.com" }, dora: {} };
const without = (staff: Staff, ...names: readonly string[]): Staff =>
	Object.fromEntries(Object.entries(staff).filter(([name]) => !names.includes(name)));

const open: Merger[] = [];
afterEach(async () => {
	for (const merger of open.splice(0)) await merger.close();
});
async function merged(people = "", north = NORTH, corp = CORP): Promise<Merger> {
	const merger = await Merger.open(north, corp, people);
	open.push(merger);
	return merger;
}
async function synced(people = ""): Promise<Merger> {
	const merger = await merged(people);
	const { code, out, err } = await merger.inside(["sync", "--yes"]);
	expect([code, code === 0 ? "" : out + err]).toEqual([0, ""]);
	return merger;
}
interface Report {
	readonly outcome: string;
	readonly operations: readonly { readonly kind: string; readonly username: string }[];
	readonly holds: readonly { readonly username: string; readonly wanted: string; readonly because: string; readonly detail: string }[];
}
/** One run; the kinds and names of what it did. The chief story is told by the real program; the rest in this process, for the time it takes. */
async function sync(
	merger: Merger,
	how: "run" | "inside" = "inside",
): Promise<{ readonly code: number | null; readonly did: readonly string[]; readonly report: Report }> {
	const { code, out, err } = await merger[how](["sync", "--yes", "--format", "json"]);
	if (out === "") throw new Error(err);
	const report = JSON.parse(out) as Report;
	const did = (report.operations ?? []).map(({ kind, username }) => `${kind} ${username}`);
	return { code, did, report };
}

describe("an Okta organisation and an Active Directory into one Jira", () => {
	test("diff, sync, and nothing left to do: whoever is in both is one account, with the groups of both", async () => {
		const merger = await merged();
		const first = await merger.run(["diff", "--format", "json"]);
		expect(first.code).toBe(2);
		const created = (JSON.parse(first.out) as Report).operations.filter(({ kind }) => kind === "account.create");
		expect(created.map(({ username }) => username)).toEqual(["anna", "bruno", "carla", "dora"]);
		expect((await merger.run(["sync", "--yes"])).code).toBe(0);
		expect(merger.accounts()).toMatchObject({
			anna: { name: "Anna north", active: true, email: "anna@example.com", groups: ["north-team", "shared-team"] },
			bruno: { name: "Bruno north", groups: ["shared-team"] },
			carla: { name: "Carla north" },
			dora: { name: "Dora corp" },
		});
		const second = await merger.run(["diff"]);
		expect([second.code, second.out.includes("Nothing to do")]).toEqual([0, true]);
		const explained = await merger.run(["explain", "aalt"]);
		expect(explained.out).toMatch(/key +north:\S+, corp:\S+/);
	}, 60_000);

	test("whoever leaves one of the two keeps the account, whichever it is; whoever leaves both is disabled", async () => {
		const merger = await synced();
		// anna leaves Okta, where her account came from; bruno leaves Active Directory. A name of their own is what remains.
		merger.show(without(NORTH, "anna"), without(CORP, "bgross"));
		const one = await sync(merger, "run");
		expect([one.code, one.did.filter((step) => /disable|create|adopt/.test(step))]).toEqual([0, []]);
		expect(one.did).toEqual(["account.rename anna", "account.update anna", "member.remove anna"]);
		expect(merger.accounts()).toMatchObject({
			aalt: { active: true, name: "Aalt corp", groups: ["shared-team"] },
			bruno: { active: true },
		});
		expect(Object.keys(merger.accounts())).toHaveLength(4);
		expect((await sync(merger, "run")).did).toEqual([]);
		merger.show(without(NORTH, "anna", "bruno"), without(CORP, "aalt", "bgross"));
		expect((await sync(merger, "run")).did).toEqual(["account.disable aalt", "account.disable bruno"]);
		expect((await sync(merger, "run")).did).toEqual([]);
	}, 60_000);

	test("whoever appears in the second one later is linked to the account that is there; then the first may go", async () => {
		const merger = await synced();
		merger.show(NORTH, { ...CORP, cklein: { email: "carla@example.com" } });
		expect((await sync(merger)).did).toEqual(["link.adopt carla"]);
		expect((await sync(merger)).did).toEqual([]);
		merger.show(without(NORTH, "carla"), { ...CORP, cklein: { email: "carla@example.com" } });
		expect((await sync(merger)).did).toEqual(["account.rename carla", "account.update carla"]);
		expect(merger.accounts().cklein).toMatchObject({ active: true });
	}, 60_000);

	test.each([
		["", { north: true, corp: false }],
		["      active: first\n", { north: true, corp: false }],
		["      active: any\n", { north: false, corp: false }],
		["      active: every\n", { north: true, corp: true }],
	])(
		"switched off in one of the two, with %j: disabled if %j",
		async (people, disabled) => {
			const off = { active: false };
			for (const where of ["north", "corp"] as const) {
				const merger = await synced(people);
				if (where === "north") merger.show({ ...NORTH, bruno: off }, CORP);
				else merger.show(NORTH, { ...CORP, bgross: { ...CORP.bgross, ...off } });
				expect([where, (await sync(merger)).did]).toEqual([where, disabled[where] ? ["account.disable bruno"] : []]);
				merger.show({ ...NORTH, bruno: off }, { ...CORP, bgross: { ...CORP.bgross, ...off } });
				expect([where, (await sync(merger)).did]).toEqual([where, disabled[where] ? [] : ["account.disable bruno"]]);
			}
		},
		60_000,
	);
});

describe("collisions", () => {
	test("two records of one directory with one address: everybody concerned is held, explained, and nobody else", async () => {
		const merger = await synced();
		merger.show(NORTH, { ...CORP, impostor: { email: "anna@example.com" }, erik: {} });
		const { did, report } = await sync(merger);
		expect(did).toEqual(["account.create erik", "member.add erik"]);
		const held = report.holds.filter(({ because }) => because === "ambiguous").map(({ username }) => username);
		expect(held.sort()).toEqual(["aalt", "anna", "impostor"]);
		for (const who of ["anna", "aalt", "impostor"]) {
			const { code, out } = await merger.inside(["explain", who]);
			expect([who, code]).toEqual([who, 0]);
			expect(out).toMatch(
				/Held, nothing about this person changes: samePerson gives "anna@example.com" for 3 records, more than one of them in one source/,
			);
			expect(out).toMatch(/anna \(north:\S+\), aalt \(corp:\S+\), impostor \(corp:\S+\)/);
		}
		expect(merger.accounts().anna).toMatchObject({ active: true, groups: ["north-team", "shared-team"] });
		// As soon as the directory is put right, all is as it was.
		merger.show(NORTH, { ...CORP, erik: {} });
		expect((await sync(merger)).did).toEqual([]);
	}, 60_000);

	test("two people of the two directories who want one username: neither gets it, and the report names both", async () => {
		const merger = await merged("", { max: { email: "max.north@example.com" } }, { max: { email: "max.corp@example.com" } });
		const { did, report } = await sync(merger);
		expect(did.filter((step) => step.startsWith("account."))).toEqual([]);
		expect(report.holds.map(({ because, detail }) => [because, detail.replace(/(north|corp):\S+?(?=[,;])/g, "$1")])).toEqual(
			Array(2).fill([
				"ambiguous",
				'2 people claim the username "max": corp, north; give them different usernames in the directory or in the policy',
			]),
		);
		expect((await merger.run(["explain", "max"])).out).toContain('2 people claim the username "max"');
	}, 60_000);

	test("an address that changes in one of the two parts one person into two: both are held, the account stays as it is", async () => {
		const merger = await synced();
		const before = merger.accounts();
		merger.show(NORTH, { ...CORP, bgross: { email: "b.gross@example.com" } });
		const { did, report } = await sync(merger);
		expect(did).toEqual([]);
		expect(report.holds.filter(({ because }) => because === "ambiguous").map(({ detail }) => detail)).toEqual(
			Array(2).fill(
				expect.stringMatching(/^2 people match one account: corp:\S+, north:\S+; whoever does not belong to it: rollcall unlink/),
			),
		);
		expect(merger.accounts()).toEqual(before);
	}, 60_000);
});

describe("one of the two cannot be read", () => {
	test.each([
		["Okta is down", (merger: Merger) => merger.okta.faults.add({ effect: { kind: "reset" } })],
		["Active Directory is down", (merger: Merger) => merger.corp.faults.add({ effect: { kind: "reset" } })],
		["Okta answers with a log-in page half-way", (merger: Merger) => merger.okta.faults.add({ skip: 2, effect: { kind: "html" } })],
		["Active Directory breaks off half-way", (merger: Merger) => merger.corp.faults.add({ skip: 3, effect: { kind: "cut" } })],
		[
			"Okta refuses the credential",
			(merger: Merger) => merger.okta.faults.add({ effect: { kind: "status", status: 401, body: { errorCode: "E0000011" } } }),
		],
	])(
		"%s: the run stops, and nobody loses anything in either",
		async (_what, fault) => {
			const merger = await synced();
			// Somebody has left the other one meanwhile: not even that is done on half a reading.
			merger.show(without(NORTH, "carla"), without(CORP, "dora"));
			const before = JSON.stringify(merger.jira.population.state());
			const broken = fault(merger);
			const { code, err } = await merger.run(["sync", "--yes"]);
			expect([code, broken.hits > 0, err]).toEqual([65, true, expect.stringMatching(/^Directory /m)]);
			expect(JSON.stringify(merger.jira.population.state())).toBe(before);
			merger.okta.faults.clear();
			merger.corp.faults.clear();
			expect((await sync(merger)).did).toEqual(["account.disable carla", "account.disable dora"]);
		},
		60_000,
	);

	test("one record of one directory cannot be read: that person is held in both, everybody else goes on", async () => {
		const merger = await synced();
		const before = merger.accounts();
		merger.show(without(NORTH, "bruno", "carla"), CORP);
		merger.corp.tree.change(`CN=Bgross corp,${merger.corp.peopleBase}`, { sAMAccountName: undefined });
		const { did, report } = await sync(merger);
		expect(did).toEqual(["account.disable carla"]);
		expect(report.holds.filter(({ because }) => because === "rejected-at-source").map(({ wanted }) => wanted)).toEqual(["any change"]);
		expect(merger.accounts().bruno).toEqual(before.bruno);
	}, 60_000);
});

describe("precedence", () => {
	const attributes = "      attributes: { department: 'person.attribute(\"department\")' }\n";
	const fields = (merger: Merger, name: string) => {
		const account = [...merger.jira.population.accounts.values()].find((one) => one.name === name)!;
		const { displayName, emailAddress, properties } = account;
		return { displayName, emailAddress, department: properties?.department };
	};
	const corp: Staff = { ...CORP, aalt: { email: "ANNA@example.com", givenName: "Annie" } };

	test("changes the right field only, for those whom both know only, and explain says where it is from", async () => {
		const merger = await merged(
			`${attributes}      precedence: { givenName: [corp, north], attributes: { department: [corp] } }\n`,
			NORTH,
			corp,
		);
		expect((await sync(merger)).code).toBe(0);
		expect(fields(merger, "anna")).toEqual({ displayName: "Annie north", emailAddress: "anna@example.com", department: "corp department" });
		expect(fields(merger, "carla")).toEqual({
			displayName: "Carla north",
			emailAddress: "carla@example.com",
			department: "north department",
		});
		const { out } = await merger.run(["explain", "anna"]);
		expect(out).toMatch(/givenName +Annie {3}\(corp\)/);
		expect(out).toMatch(/attribute department +corp department {3}\(corp\)/);
		expect(out).toMatch(/username +anna\n/);
		// The other way round: one field of one person changes in Jira, nothing else.
		await merger.edit((text) => text.replace("givenName: [corp, north]", "givenName: [north, corp]"));
		expect((await sync(merger)).did).toEqual(["account.update anna", "account.update bruno"]);
		expect(fields(merger, "anna")).toEqual({ displayName: "Anna north", emailAddress: "anna@example.com", department: "corp department" });
		expect((await sync(merger)).did).toEqual([]);
	}, 60_000);

	test("a value that is empty in the preferred directory is taken from the other", async () => {
		const bare: Staff = { ...corp, aalt: { ...corp.aalt, department: "" } };
		const merger = await merged(`${attributes}      precedence: { attributes: { department: [corp] } }\n`, NORTH, bare);
		expect((await sync(merger)).code).toBe(0);
		expect(fields(merger, "anna").department).toBe("north department");
		expect(fields(merger, "bruno").department).toBe("corp department");
	}, 60_000);
});

test("the demo tells its story from two directories, and refuses the same one twice", async () => {
	const folder = await mkdtemp(join(tmpdir(), "rollcall-demo-merger-"));
	try {
		const demo = (from: string) => new Program(["demo", "--from", from, "--directory", folder], { cwd: folder }).ended;
		const { code, out, err } = await demo("okta,activedirectory");
		expect([code, err.match(/^Bug.*/m)?.[0]]).toEqual([0, undefined]);
		expect(out).toMatch(/A company of 200 people in okta and activedirectory \(3\d of them in each\)/);
		expect(out.match(/^exit \d+$/gm)).toEqual(["exit 2", "exit 0", "exit 0", "exit 2", "exit 0", "exit 65", "exit 3"]);
		const twice = await demo("okta,okta");
		expect([twice.code, twice.err]).toEqual([64, expect.stringContaining("--from okta,okta names a directory twice")]);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}, 60_000);
