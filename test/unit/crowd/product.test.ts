import { afterEach, describe, expect, test } from "@jest/globals";
import { versionOf } from "../../../connectors/atlassian/crowd/capabilities.ts";
import type { CrowdSettings } from "../../../connectors/atlassian/crowd/product.ts";
import type { SyncError } from "../../../core/errors.ts";
import type { AccountId, GroupName, PersonKey } from "../../../core/model.ts";
import type { AccountUpdate } from "../../../core/operation.ts";
import type { AtlassianProduct } from "../../../core/product.ts";
import { type CrowdProfile, type CrowdStage, crowdStage, profile } from "../../contract/crowd-product-harness.ts";
import { calm, fieldsOf, operation, populate } from "../../contract/product-world.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close();
});
async function stageOf(options: CrowdProfile = profile("6.3.1")): Promise<{ stage: CrowdStage; product: AtlassianProduct }> {
	const stage = await crowdStage(options);
	const product = stage.connect();
	open.push(stage, product);
	return { stage, product };
}
const caught = (work: Promise<unknown>): Promise<SyncError> =>
	work.then(
		() => Promise.reject(new Error("it did not throw")),
		(error: SyncError) => error,
	);
const subject = (account: AccountId) => ({ username: "x", account, person: "test:x" as PersonKey });
const update = (product: AtlassianProduct, account: AccountId, after: AccountUpdate["after"]) =>
	product.perform(operation({ kind: "account.update", subject: subject(account), before: {}, after }), account, calm);
const join = (product: AtlassianProduct, account: AccountId, group: string) =>
	product.perform(operation({ kind: "member.add", subject: subject(account), group: group as GroupName }), account, calm);
const leave = (product: AtlassianProduct, account: AccountId, group: string) =>
	product.perform(operation({ kind: "member.remove", subject: subject(account), group: group as GroupName }), account, calm);
const rename = (product: AtlassianProduct, account: AccountId, username: string) =>
	product.perform(operation({ kind: "account.rename", subject: subject(account), after: { username } }), account, calm);
const create = (product: AtlassianProduct, username: string) =>
	product.perform(
		operation({ kind: "account.create", subject: { username, person: "test:x" as PersonKey }, after: fieldsOf(username) }),
		undefined,
		calm,
	);
const TWO = [
	{ id: 32_769, name: "Staff" },
	{ id: 98_305, name: "Partners" },
];
const writesOf = ({ server }: CrowdStage) => server.exchanges.filter(({ method }) => method !== "GET");

describe("a replacement replaces everything, so everything is sent", () => {
	test("somebody switched off is not switched on by another change", async () => {
		const { stage, product } = await stageOf();
		const account = stage.addAccount({ ...fieldsOf("off"), active: false });
		await update(product, account, { displayName: "New Name" });
		expect(stage.server.directory().user("off")).toMatchObject({ active: false, displayName: "New Name", email: "off@example.org" });
		expect(writesOf(stage)).toHaveLength(1);
		expect(writesOf(stage)[0]?.requestBody).toEqual({
			name: "off",
			"first-name": "New",
			"last-name": "Name",
			"display-name": "New Name",
			email: "off@example.org",
			active: false,
		});
	});
	test("what stands there now is sent, not what a reading had", async () => {
		const { stage, product } = await stageOf();
		const account = stage.addAccount(fieldsOf("moving"));
		await product.read({}, calm);
		Object.assign(stage.server.directory().user("moving")!, { email: "since@example.org", lastName: "Since", displayName: "moving Since" });
		await product.perform(operation({ kind: "account.disable", subject: subject(account) }), account, calm);
		expect(stage.server.directory().user("moving")).toMatchObject({
			...{ email: "since@example.org", firstName: "moving", lastName: "Since", displayName: "moving Since", active: false },
		});
	});
	test("given and family name that are not the display name are left alone", async () => {
		const { stage, product } = await stageOf();
		const account = stage.addAccount(fieldsOf("own"));
		Object.assign(stage.server.directory().user("own")!, { firstName: "Maria", lastName: "da Silva", displayName: "Mia" });
		await update(product, account, { displayName: "Mia S." });
		expect(stage.server.directory().user("own")).toMatchObject({ firstName: "Maria", lastName: "da Silva", displayName: "Mia S." });
	});
	test("a display name of one word", async () => {
		const { stage, product } = await stageOf();
		const account = stage.addAccount(fieldsOf("one"));
		await update(product, account, { displayName: "Pelé" });
		expect(stage.server.directory().user("one")).toMatchObject({ firstName: "", lastName: "Pelé", displayName: "Pelé" });
	});
	test("an account that somebody renamed meanwhile is meant by its key", async () => {
		const { stage, product } = await stageOf();
		const account = stage.addAccount(fieldsOf("before"));
		await product.read({}, calm);
		stage.server.directory().rename(stage.server.directory().user("before")!, "after");
		const other = stage.addAccount(fieldsOf("before"));
		await update(product, account, { displayName: "Renamed One" });
		await product.perform(operation({ kind: "account.disable", subject: subject(account) }), account, calm);
		expect(stage.server.directory().user("after")).toMatchObject({ displayName: "Renamed One", active: false });
		expect(stage.server.directory().user("before")).toMatchObject({ displayName: "before Example", active: true });
		expect(other).not.toBe(account);
	});
});

describe("e-mail addresses", () => {
	test.each([
		["3.7.2", true],
		["4.3.9", true],
		["4.4.0", false],
		["5.0.1", false],
		["6.3.1", false],
		["7.0.0", false],
	])("Crowd %s lets applications change them: %s", async (version, allowed) => {
		const { product } = await stageOf({ version: `Crowd/${version}` });
		const can = await product.capabilities(calm);
		expect(can.server).toBe(`Crowd ${version}`);
		expect(can.updatableFields.has("email")).toBe(allowed);
		if (allowed) expect(can).not.toHaveProperty("fixedFields");
		else expect(can.fixedFields?.email).toMatch(/-Dcrowd\.email\.change\.by\.external\.apps=true.*emailChanges: allowed/);
	});
	test("a server that was told to let them, and one that was not", async () => {
		const told = async (version: string, emailChanges: "allowed" | "refused") =>
			(await (await stageOf({ version: `Crowd/${version}`, settings: { emailChanges } })).product.capabilities(calm)).updatableFields.has(
				"email",
			);
		expect(await told("6.0", "allowed")).toBe(true);
		expect(await told("3.0", "refused")).toBe(false);
	});
	test("other changes leave the address exactly as it is, so that they are not refused with it", async () => {
		const { stage, product } = await stageOf({ version: "Crowd/6.3.1" });
		const account = stage.addAccount({ ...fieldsOf("upper"), email: "Upper.Case@Example.ORG" });
		await update(product, account, { displayName: "New Name" });
		expect(stage.server.directory().user("upper")).toMatchObject({ displayName: "New Name", email: "Upper.Case@Example.ORG" });
	});
	test("one that is refused says what to do", async () => {
		const { stage, product } = await stageOf({ version: "Crowd/6.3.1", settings: { emailChanges: "allowed" } });
		const account = stage.addAccount(fieldsOf("held"));
		const error = await caught(update(product, account, { email: "new@example.org" }));
		expect(error).toMatchObject({ code: "target.rejected", outcomeUnknown: false });
		expect(error.todo).toMatch(/-Dcrowd\.email\.change/);
		expect(stage.server.directory().user("held")?.email).toBe("held@example.org");
	});
});

describe("versions", () => {
	test.each([
		["Crowd", "6.3.1", { major: 6, minor: 3 }],
		["Atlassian Crowd", "7", { major: 7, minor: 0 }],
		["Crowd", "5.2.0-m01", { major: 5, minor: 2 }],
	])("%s/%s", (name, version, expected) => {
		expect(versionOf({ name, version })).toMatchObject(expected);
	});
	test("a Jira is sent to its own kind; nonsense is no version", async () => {
		expect(() => versionOf({ name: "JIRA", version: "9.12.0" })).toThrow(/user server of a JIRA/);
		expect(() => versionOf({ name: "Crowd", version: "next" })).toThrow(/"next", which is not one/);
		const { product } = await stageOf({ version: "JIRA/9.12.0", contextPath: "" });
		expect((await caught(product.read({}, calm))).code).toBe("target.unsupported");
	});
	test("before 2.9 nobody is renamed: a hold, with the way out, and no request", async () => {
		const { stage, product } = await stageOf({ version: "Crowd/2.8.0" });
		const account = stage.addAccount(fieldsOf("old"));
		const can = await product.capabilities(calm);
		expect(can.operations["account.rename"]).toMatchObject({ supported: false, because: expect.stringMatching(/console/) });
		const sent = stage.arrived().length;
		expect((await caught(rename(product, account, "new"))).code).toBe("target.unsupported");
		expect(stage.arrived()).toHaveLength(sent);
	});
});

describe("several directories", () => {
	test("a new account goes where Crowd puts it: the first directory that may be written", async () => {
		const { stage, product } = await stageOf({ directories: TWO });
		stage.server.directory().permissions = new Set();
		expect((await create(product, "newcomer")).account).toMatch(/^98305:/);
	});
	test("accounts of a directory that is not named are seen and not managed", async () => {
		const { stage, product } = await stageOf({ directories: TWO, settings: { directories: [32_769] } });
		stage.addAccount(fieldsOf("ours"));
		stage.server.directory(98_305).addUser({ name: "theirs" });
		const editable = Object.fromEntries([...(await product.read({}, calm)).accounts.values()].map((one) => [one.username, one.editable]));
		expect(editable).toEqual({ ours: true, theirs: false });
	});
	test("a group that only another directory has: Crowd makes one in the user's own", async () => {
		const { stage, product } = await stageOf({ directories: TWO });
		const account = stage.addAccount(fieldsOf("ours"));
		stage.server.directory(98_305).addGroup("Shared");
		expect((await join(product, account, "shared")).outcome).toBe("done");
		expect(stage.server.directory().group("shared")?.users).toEqual(["ours"]);
		expect((await product.read({}, calm)).accounts.get(account)?.groups).toEqual(["Shared"]);
	});
	test("a group is made in every directory that permits it, and is one", async () => {
		const { stage, product } = await stageOf({ directories: TWO });
		await product.perform(operation({ kind: "group.create", group: "Fresh" as GroupName }), undefined, calm);
		expect(TWO.map(({ id }) => stage.server.directory(id).group("fresh")?.active)).toEqual([true, true]);
		expect([...(await product.read({}, calm)).groups]).toEqual(["Fresh"]);
	});
	test("a membership that stays in another directory is no success", async () => {
		const { stage, product } = await stageOf();
		const account = stage.addAccount(fieldsOf("stays"));
		stage.addGroup("staff");
		stage.addMember("staff", account);
		stage.server.faults.add({ method: "DELETE", effect: { kind: "status", status: 204 } });
		expect(await caught(leave(product, account, "staff"))).toMatchObject({
			code: "target.rejected",
			message: expect.stringMatching(/still a direct member/),
		});
	});
});

describe("memberships", () => {
	test("are direct ones; those through groups inside are neither counted nor touched", async () => {
		const { stage, product } = await stageOf();
		const account = stage.addAccount(fieldsOf("nested"));
		stage.addGroup("inner");
		stage.addMember("inner", account);
		stage.server.directory().addGroup("outer", { groups: ["inner"] });
		expect((await product.read({}, calm)).accounts.get(account)?.groups).toEqual(["inner"]);
		expect((await leave(product, account, "outer")).outcome).toBe("already");
		expect(stage.server.directory().group("outer")?.groups).toEqual(["inner"]);
	});
	test("taken from whoever has the key, although the name went over to somebody else", async () => {
		const { stage, product } = await stageOf();
		stage.addGroup("staff");
		const account = stage.addAccount(fieldsOf("name"));
		stage.addMember("staff", account);
		await product.read({}, calm);
		stage.server.directory().rename(stage.server.directory().user("name")!, "moved");
		stage.addMember("staff", stage.addAccount(fieldsOf("name")));
		await leave(product, account, "staff");
		expect(stage.server.directory().group("staff")?.users).toEqual(["name"]);
	});
	test.each([409, 400] as const)("who is a member already, said with %i", async (alreadyMember) => {
		const { stage, product } = await stageOf({ quirks: { alreadyMember } });
		const account = stage.addAccount(fieldsOf("twice"));
		stage.addGroup("staff");
		stage.addMember("staff", account);
		expect((await join(product, account, "staff")).outcome).toBe("already");
	});
	test("an invalid membership that is none is an error", async () => {
		const { stage, product } = await stageOf();
		const account = stage.addAccount(fieldsOf("never"));
		stage.addGroup("staff");
		const body = { reason: "INVALID_MEMBERSHIP", message: "no" };
		stage.server.faults.add({ method: "POST", effect: { kind: "status", status: 400, body } });
		expect((await caught(join(product, account, "staff"))).code).toBe("target.rejected");
	});
	test("a group of whose members nothing was said stops a reading that needs them, and no other", async () => {
		const { stage, product } = await stageOf({ quirks: { silent: new Set(["staff"]) } });
		populate(stage);
		expect(await caught(product.read({}, calm))).toMatchObject({ code: "target.incomplete", message: expect.stringMatching(/"staff"/) });
		expect((await product.read({ groups: new Set(["OPS TEAM"]) }, calm)).groups.has("staff" as GroupName)).toBe(true);
	});
	test("a document that is cut is no reading", async () => {
		const { stage, product } = await stageOf({ quirks: { breaksAt: "staff" } });
		populate(stage);
		expect((await caught(product.read({}, calm))).code).toBe("target.malformed");
	});
});

describe("names", () => {
	test("a change of case is a change, unless the application is shown lower case only", async () => {
		const { stage, product } = await stageOf();
		const account = stage.addAccount(fieldsOf("fred"));
		expect((await rename(product, account, "Fred")).outcome).toBe("done");
		expect(stage.server.directory().user("fred")?.name).toBe("Fred");
		stage.server.quirks.lowerCase = true;
		expect((await rename(product, account, "FRED")).outcome).toBe("already");
	});
	test("a taken name is not even tried", async () => {
		const { stage, product } = await stageOf();
		stage.addAccount(fieldsOf("second"));
		const account = stage.addAccount(fieldsOf("first"));
		expect((await caught(rename(product, account, "SECOND"))).code).toBe("target.conflict");
		expect(writesOf(stage)).toEqual([]);
	});
	test("memberships after a rename use the new name", async () => {
		const { stage, product } = await stageOf();
		const account = stage.addAccount(fieldsOf("old"));
		stage.addGroup("staff");
		await product.read({}, calm);
		await rename(product, account, "new");
		await join(product, account, "staff");
		expect(stage.server.directory().group("staff")?.users).toEqual(["new"]);
	});
	test("blanks around a value never reach Crowd", async () => {
		const { product } = await stageOf();
		expect(product.canonical({ username: " a ", email: " b ", displayName: " c " })).toEqual({
			username: "a",
			email: "b",
			displayName: "c",
		});
	});
});

describe("reading", () => {
	test("attributes, where lists have them, and where each account must be asked", async () => {
		for (const expands of [true, false]) {
			const { stage, product } = await stageOf({ quirks: { expands } });
			const [first, second] = populate(stage) as [AccountId, AccountId];
			Object.assign(stage.server.directory().user("person0")!, { attributes: { team: ["R&D"], other: ["x"], several: ["a", "b"] } });
			const of = (attributesOf: ReadonlySet<AccountId> | "all") => product.read({ attributes: ["team", "several"], attributesOf }, calm);
			const read = await of(new Set([first]));
			expect(read.accounts.get(first)?.attributes).toEqual({ team: "R&D", several: "a, b" });
			expect(read.accounts.get(second)).not.toHaveProperty("attributes");
			expect((await of("all")).accounts.get(second)?.attributes).toEqual({});
			expect((await product.read({ attributes: ["team"] }, calm)).accounts.get(first)).not.toHaveProperty("attributes");
		}
	});
	test("an attribute with several values is replaced by the one that is wanted", async () => {
		const { stage, product } = await stageOf();
		const account = stage.addAccount(fieldsOf("several"));
		Object.assign(stage.server.directory().user("several")!, { attributes: { team: ["a", "b"], other: ["x"] } });
		const set = (after: string) =>
			product.perform(
				operation({ kind: "attribute.set", subject: subject(account), attribute: "team", before: "a, b", after }),
				account,
				calm,
			);
		expect((await set("c")).outcome).toBe("done");
		expect(stage.server.directory().user("several")?.attributes).toEqual({ team: ["c"], other: ["x"] });
	});
	test("a record that is not understood, one without a key, two with the same", async () => {
		for (const [change, says] of [
			[
				(stage: CrowdStage) => Object.assign(stage.server.directory().user("person1")!, { active: "perhaps" }),
				/"person1" could not be understood/,
			],
			[(stage: CrowdStage) => Object.assign(stage.server.quirks, { keys: false }), /has no key/],
			[
				(stage: CrowdStage) =>
					Object.assign(stage.server.directory().user("person1")!, { externalId: stage.server.directory().user("person2")!.externalId }),
				/have the same key/,
			],
		] as const) {
			const { stage, product } = await stageOf();
			populate(stage);
			change(stage);
			const error = await caught(product.read({}, calm));
			expect(error.code).toBe("target.malformed");
			expect(error.message).toMatch(says);
		}
	});
	test("ten thousand accounts and a thousand groups, whole, in 15 requests", async () => {
		const { stage } = await stageOf();
		const directory = stage.server.directory();
		const users = Array.from({ length: 10_000 }, (_, i) => directory.addUser({ name: `person-${i}` }).name);
		for (let g = 0; g < 1_000; g += 1)
			directory.addGroup(`group-${g}`, { users: users.filter((_, i) => i % 1_000 === g || i % 997 === g) });
		const product = stage.connect({ pageSize: 999 });
		open.push(product);
		await product.capabilities(calm);
		const before = product.requests();
		const actual = await product.read({}, calm);
		expect(product.requests() - before).toBe(15);
		expect([actual.accounts.size, actual.groups.size]).toEqual([10_000, 1_000]);
		expect([...actual.accounts.values()].reduce((sum, { groups }) => sum + groups.length, 0)).toBe(
			directory.groups().reduce((sum, group) => sum + group.users.length, 0),
		);
	});
});

describe("check", () => {
	const check = async (options: CrowdProfile = {}) => {
		const { stage, product } = await stageOf(options);
		stage.addAccount(fieldsOf("somebody"));
		const findings = await product.check(calm);
		expect(writesOf(stage)).toEqual([]);
		return findings;
	};
	test("all is well; it says that addresses will be held", async () => {
		const findings = await check();
		expect(findings.map((f) => `${f.level} ${f.name}`)).toEqual([
			"ok server.reachable",
			"ok clock.skew",
			"ok emails",
			"ok users.visible",
			"ok rights.writing",
		]);
		expect(findings[0]?.message).toMatch(/Crowd 6\.3\.1 answers .* as the application "rollcall"/);
		expect(findings[2]?.message).toMatch(/held, not changed/);
		expect((await check({ version: "Crowd/3.1" }))[2]?.message).toMatch(/addresses are changed/);
	});
	test.each([
		[{ version: "Crowd/2.12" }, /warning server\.version: .*written for Crowd 3 to 7/],
		[{ version: "Crowd/8.0" }, /warning server\.version: /],
		[{ version: "JIRA/9.4" }, /error server\.unsupported: /],
		[{ quirks: { saysVersion: false } }, /error server\.malformed: /],
		[{ quirks: { foreignAddress: "192.0.2.1" } }, /error server\.address: .*192\.0\.2\.1/],
		[{ quirks: { keys: false } }, /error server\.malformed: .*without a key/],
		[
			{ applications: [{ name: "x", password: "sandbox-application-password" }], settings: { application: "rollcall" } },
			/error server\.credentials: /,
		],
		[{ settings: { directories: [7] } }, /warning directories\.unseen: .*directories 7/],
	] satisfies readonly (readonly [CrowdProfile, RegExp])[])("%j", async (options, says) => {
		expect((await check(options)).map((f) => `${f.level} ${f.name}: ${f.message}`).join("\n")).toMatch(says);
	});
});

test("the permit is asked before each write, and before none of the readings", async () => {
	let asked = 0;
	const settings: Partial<CrowdSettings> = {
		beforeWrite: async () => {
			asked += 1;
		},
	};
	const { stage, product } = await stageOf({ ...profile("6.3.1"), settings });
	const [first] = populate(stage) as [AccountId];
	await product.read({}, calm);
	await product.check(calm);
	expect(asked).toBe(0);
	await update(product, first, { displayName: "Somebody Else" });
	await create(product, "newcomer");
	await leave(product, first, "staff");
	expect(asked).toBe(3);
	expect(writesOf(stage)).toHaveLength(3);
});

test("a password that the directory refuses", async () => {
	const { stage, product } = await stageOf();
	const body = { reason: "INVALID_CREDENTIAL", message: "The new password does not meet the directory complexity requirements" };
	stage.server.faults.add({ method: "POST", effect: { kind: "status", status: 400, body } });
	expect(await caught(create(product, "newcomer"))).toMatchObject({ code: "target.rejected", todo: expect.stringMatching(/password/) });
});
