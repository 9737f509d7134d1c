import { inspect } from "node:util";
import { afterEach, describe, expect, test } from "@jest/globals";
import { SyncError } from "../../core/errors.ts";
import type { AccountId, GroupName, PersonKey } from "../../core/model.ts";
import type { AccountFields, MemberAdd, MemberRemove, ProductOperation } from "../../core/operation.ts";
import type { Actual, AtlassianProduct } from "../../core/product.ts";
import type { Disturbance, ProductHarness, ProductStage, Refusal } from "./product-harness.ts";
import { calm, comparable, expected, fieldsOf, operation, populate, READ, type Step, stepsFor } from "./product-world.ts";

/** The clauses of `ReadableProduct` and `AtlassianProduct` (core/product.ts), by number. */
export function productSuite(harness: ProductHarness): void {
	describe(`${harness.name} keeps the contract of a product`, () => {
		const open: { close(): Promise<void> }[] = [];
		afterEach(async () => {
			for (const one of open.splice(0).reverse()) await one.close();
		});
		const stageOf = async (arrange: () => Promise<ProductStage> = harness.open) => {
			const stage = await arrange();
			open.push(stage);
			return stage;
		};
		const connect = (stage: ProductStage, options: Parameters<ProductStage["connect"]>[0] = {}): AtlassianProduct => {
			const product = stage.connect(options);
			open.push(product);
			return product;
		};
		const suite: Suite = { harness, stageOf, connect };
		readingClauses(suite);
		seatClauses(suite);
		bulkClauses(suite);
		writingClauses(suite);
		failureClauses(suite);
	});
}

interface Suite {
	readonly harness: ProductHarness;
	readonly stageOf: (arrange?: () => Promise<ProductStage>) => Promise<ProductStage>;
	readonly connect: (stage: ProductStage, options?: Parameters<ProductStage["connect"]>[0]) => AtlassianProduct;
}
const KINDS = Object.keys(stepsFor([])) as ProductOperation["kind"][];
const caught = (work: Promise<unknown>): Promise<SyncError> =>
	work.then(
		() => Promise.reject(new Error("it did not throw")),
		(error: unknown) => {
			if (error instanceof SyncError) return error;
			throw error;
		},
	);

function readingClauses({ harness, stageOf, connect }: Suite): void {
	const count = 7;
	test.each([1, 2, count + 1, count + 2, count + 3, 1000])("P1 every account and group once, with pages of %i", async (pageSize) => {
		const stage = await stageOf();
		const ids = populate(stage, count);
		const actual = await connect(stage, { pageSize }).read({}, calm);
		for (const [n, id] of ids.entries()) {
			const groups = n % 2 === 0 ? ["Ops Team", "staff"] : ["staff"];
			expect(actual.accounts.get(id)).toMatchObject({
				id,
				...told(harness, fieldsOf(`person${n}`)),
				active: n !== 3 || harness.allActive !== undefined,
				groups,
			});
		}
		expect(actual.groups).toEqual(expect.objectContaining(new Set(["staff", "Ops Team", "empty"])));
		expect([...actual.groups]).toEqual(expect.arrayContaining(["staff", "Ops Team", "empty"]));
		if (harness.noSelf === undefined) expect(actual.accounts.has(actual.self as AccountId)).toBe(true);
		else expect(actual.self).toBeUndefined();
		expect(actual.digest).toBe((await connect(stage).read({}, calm)).digest);
	});
	test("P1 only the members of the groups that were asked for, in whatever case", async () => {
		const stage = await stageOf();
		const [first] = populate(stage);
		const asked = harness.names.groups === "fold" ? "OPS TEAM" : "Ops Team";
		const actual = await connect(stage).read({ groups: new Set([asked, "no such group"]) }, calm);
		expect(actual.accounts.get(first as AccountId)?.groups).toEqual(["Ops Team"]);
		expect(actual.groups.has("no such group" as GroupName)).toBe(false);
	});

	const faults: readonly Disturbance["effect"][] = [
		{ kind: "status", status: 500 },
		{ kind: "status", status: 403 },
		{ kind: "status", status: 401 },
		{ kind: "cut" },
		{ kind: "reset" },
		{ kind: "html" },
		{ kind: "wrong-json", body: {} },
		{ kind: "wrong-json", body: null },
	];
	/** What may be no failure at all, if the reading is whole nonetheless. */
	const survivable: readonly Disturbance["effect"][] = [
		{ kind: "status", status: 404 },
		{ kind: "wrong-json", body: [] },
		{ kind: "short-page", drop: 1 },
	];
	const effects = harness.brief === undefined ? [...faults, ...survivable] : [faults[0]!, faults[5]!, survivable[2]!];
	test.each(effects.map((effect) => [JSON.stringify(effect), effect] as const))(
		"P2 each request in turn answered by %s: the reading throws, or is whole",
		async (_title, effect) => {
			const stage = await stageOf();
			const ids = populate(stage);
			const clean = await connect(stage).read(READ(ids), calm);
			const product = connect(stage);
			await product.capabilities(calm);
			const known = product.requests();
			await product.read(READ(ids), calm);
			const requests = product.requests() - known;
			expect(requests).toBeGreaterThan(5);
			// A refused credential is not used again: only then each reading needs an object of its own.
			const reader = (
				effect.kind === "status" && effect.status === 401 ? () => connect(stage) : () => product
			) satisfies () => AtlassianProduct;
			for (let at = 1; at <= requests; at += 1) {
				stage.disturb({ at, effect });
				const outcome = await reader()
					.read(READ(ids), calm)
					.then(
						(actual): Actual | SyncError => actual,
						(error: SyncError) => error,
					);
				if (outcome instanceof SyncError)
					expect(outcome).toMatchObject({ code: expect.stringMatching(/^target\./), todo: expect.any(String) });
				else if (survivable.includes(effect)) expect(comparable(outcome)).toEqual(comparable(clean));
				else throw new Error(`request ${at} of ${requests} failed and the reading did not notice`);
			}
		},
	);

	const capped = harness.capped;
	if ("never" in capped) test.skip(`P12 does not apply: ${capped.never}`, () => undefined);
	else refusals("P12", capped, { harness, stageOf, connect });
}

/** As the product reads it back. */
const told = ({ untold = [] }: ProductHarness, fields: AccountFields): AccountFields =>
	Object.assign({}, fields, ...untold.map((field) => ({ [field]: "" })));

function seatClauses({ harness, stageOf, connect }: Suite): void {
	const { seats, blocked } = harness;
	if ("never" in seats) test.skip(`P14 does not apply: ${seats.never}`, () => undefined);
	else
		test("P14 seats: used and total as the server counts them, and the groups that take one", async () => {
			const { stage, pools } = await seats.arrange();
			await stageOf(async () => stage);
			expect((await connect(stage).read({}, calm)).seats).toEqual(pools);
			// Asked for, the members of the groups that give a seat are read beside those that the policy manages.
			const whole = await connect(stage).read({}, calm);
			const seated = await connect(stage).read({ groups: new Set(), seatGroups: true }, calm);
			const giving = new Set(pools.flatMap((pool) => [...(pool.groups ?? [])]));
			for (const [id, { groups }] of whole.accounts)
				expect(seated.accounts.get(id)!.groups.filter((group) => giving.has(group))).toEqual(groups.filter((group) => giving.has(group)));
		});
	if ("never" in blocked) test.skip(`P15 does not apply: ${blocked.never}`, () => undefined);
	else
		test("P15 blockers: who the product would refuse to switch off, and nobody else", async () => {
			const { stage, free, blocked: held, says } = await blocked.arrange();
			await stageOf(async () => stage);
			const product = connect(stage);
			const blockers = await product.blockers!([free, held], calm);
			expect([...blockers.keys()]).toEqual([held]);
			expect(blockers.get(held)).toMatch(says);
			expect(await product.blockers!([free], calm)).toEqual(new Map());
			const disable = (account: AccountId) =>
				product.perform(operation({ kind: "account.disable", subject: { username: "x", account } }), account, calm);
			expect((await caught(disable(held))).code).toBe("target.rejected");
			expect((await disable(free)).outcome).toBe("done");
		});
}

/** P13, for products that can do several memberships at once. */
function bulkClauses({ harness, stageOf, connect }: Suite): void {
	const staged = async () => {
		const stage = await stageOf();
		const ids = populate(stage);
		const product = connect(stage);
		const size = (await product.capabilities(calm)).limits.membershipBatch ?? 1;
		expect(size > 1).toBe(product.performMembers !== undefined);
		const before = comparable(await connect(stage).read({}, calm));
		return { stage, ids, product, size, before };
	};
	const batchOf = (ids: readonly AccountId[], kind: "member.add" | "member.remove", group: string) =>
		ids.map((account, n) => {
			const subject = { username: `person${n}`, account };
			return { operation: operation({ kind, subject, group: group as GroupName }) as MemberAdd | MemberRemove, account };
		});

	test.each(["member.add", "member.remove"] as const)(
		"P13 several %s at once end like one by one, and are then `already`",
		async (kind) => {
			const { stage, ids, product, size } = await staged();
			if (product.performMembers === undefined) return;
			// Half of them are in (or out) already.
			const batch = batchOf(ids.slice(0, Math.min(size, ids.length)), kind, "Ops Team");
			const sent = stage.arrived().length;
			const results = await product.performMembers(batch, calm);
			expect(results.map((result) => "outcome" in result)).toEqual(batch.map(() => true));
			expect(stage.arrived().length - sent).toBeLessThan(batch.length * 2);
			const after = await connect(stage).read({}, calm);
			for (const { account } of batch)
				expect(after.accounts.get(account)!.groups.includes("Ops Team" as GroupName)).toBe(kind === "member.add");
			expect((await product.performMembers(batch, calm)).map((result) => ("outcome" in result ? result.outcome : result))).toEqual(
				batch.map(() => "already"),
			);
		},
	);
	test("P13 an unknown group changes nothing and is no unknown outcome", async () => {
		const { stage, ids, product, size, before } = await staged();
		if (product.performMembers === undefined) return;
		const batch = batchOf(ids.slice(0, size), "member.add", "nowhere");
		const ended = await product.performMembers(batch, calm).catch((error: unknown) => [error]);
		for (const result of ended)
			expect(result).toMatchObject({ code: expect.stringMatching(/^target\.(missing|rejected)$/), outcomeUnknown: false });
		expect(comparable(await connect(stage).read({}, calm))).toEqual(before);
	});
	test.each(["member.add", "member.remove"] as const)(
		"P13 %s: the answer of several is lost after the write; the repeat ends right",
		async (kind) => {
			const { stage, ids, product, size } = await staged();
			if (product.performMembers === undefined) return;
			const some = ids.filter((_, n) => (kind === "member.add") === (n % 2 === 1)).slice(0, size);
			const batch = batchOf(some, kind, "Ops Team");
			stage.disturb({ at: 1, writesOnly: true, effect: { kind: "drop-after-write" } });
			const first = await product.performMembers(batch, calm).catch((error: SyncError) => batch.map(() => error));
			// Whatever is not known to be done says so.
			for (const result of first) if (!("outcome" in result)) expect(result).toMatchObject({ outcomeUnknown: true, retry: "never" });
			const again = await product.performMembers(batch, calm);
			expect(again.map((result) => "outcome" in result)).toEqual(batch.map(() => true));
			const after = await connect(stage).read({}, calm);
			for (const account of some) expect(after.accounts.get(account)!.groups.includes("Ops Team" as GroupName)).toBe(kind === "member.add");
		},
	);
	test(`P13 ${harness.name} refuses bulk writes with a refused credential like any other`, async () => {
		const { stage, ids, product, size } = await staged();
		if (product.performMembers === undefined) return;
		stage.disturb({ at: 1, writesOnly: true, effect: { kind: "status", status: 401 } });
		expect((await caught(product.performMembers(batchOf(ids.slice(0, size), "member.add", "empty"), calm))).code).toBe("target.denied");
	});
}

function writingClauses({ harness, stageOf, connect }: Suite): void {
	const supported = KINDS.filter((kind) => !harness.unsupported.includes(kind));
	test("its table says what the suite expects", async () => {
		const can = await connect(await stageOf()).capabilities(calm);
		expect(KINDS.filter((kind) => !can.operations[kind].supported)).toEqual(harness.unsupported);
		expect(can.names).toEqual(harness.names);
		for (const capability of Object.values(can.operations))
			if (!capability.supported) expect(capability.because.length).toBeGreaterThan(20);
	});

	test.each(supported)("P3, P4, P7 %s does what it says and nothing else, and is then `already`", async (kind) => {
		const stage = await stageOf();
		const ids = populate(stage);
		const product = connect(stage);
		const step = stepsFor(ids)[kind];
		const before = await product.read(READ(ids), calm);
		const done = await product.perform(step.operation, step.account, calm);
		expect(done.outcome).toBe("done");
		const can = await product.capabilities(calm);
		const want = expected(before, step, { can, defaultGroups: harness.defaultGroups, ...(done.account ? { created: done.account } : {}) });
		expect(comparable(await connect(stage).read(READ(ids), calm))).toEqual(want);

		const again = await product.perform(step.operation, step.account, calm);
		expect(again).toEqual({ ...done, outcome: "already" });
		expect(comparable(await connect(stage).read(READ(ids), calm))).toEqual(want);
	});

	test.each(supported)("P4 %s by another process, when it is so already", async (kind) => {
		const stage = await stageOf();
		const step = stepsFor(populate(stage))[kind];
		await connect(stage).perform(step.operation, step.account, calm);
		const second = connect(stage).perform(step.operation, step.account, calm);
		// Nobody can know whose account it is: the journal has to say.
		if (kind === "account.create") expect((await caught(second)).code).toBe("target.conflict");
		// Nor who has the old name's account now: the next reading has to say.
		else if (kind === "account.rename" && harness.namesAreIds !== undefined) expect((await caught(second)).code).toBe("target.missing");
		else expect((await second).outcome).toBe("already");
	});

	for (const kind of harness.unsupported) {
		test(`P5 ${kind} is refused before anything is sent`, async () => {
			const stage = await stageOf();
			const step = stepsFor(populate(stage))[kind];
			const product = connect(stage);
			await product.capabilities(calm);
			const sent = stage.arrived().length;
			expect(await caught(product.perform(step.operation, step.account, calm))).toMatchObject({
				code: "target.unsupported",
				outcomeUnknown: false,
			});
			expect(stage.arrived()).toHaveLength(sent);
		});
	}
	if (harness.unsupported.length === 0) test.skip("P5 does not apply: everything is supported", () => undefined);

	test.each(supported)("P6 %s: the answer is lost after the write; the repeat ends right", async (kind) => {
		const stage = await stageOf();
		const ids = populate(stage);
		const product = connect(stage);
		const step = stepsFor(ids)[kind];
		const before = await product.read(READ(ids), calm);
		stage.disturb({ at: 1, writesOnly: true, effect: { kind: "drop-after-write" } });
		expect(await caught(product.perform(step.operation, step.account, calm))).toMatchObject({ outcomeUnknown: true, retry: "never" });
		await repeat(product, step);
		const after = await connect(stage).read(READ(ids), calm);
		const created = [...after.accounts.keys()].find((id) => !before.accounts.has(id));
		const can = await product.capabilities(calm);
		expect(comparable(after)).toEqual(
			expected(before, step, { can, defaultGroups: harness.defaultGroups, ...(created ? { created } : {}) }),
		);
	});
	async function repeat(product: AtlassianProduct, step: Step): Promise<void> {
		const repeated = product.perform(step.operation, step.account, calm);
		if (step.operation.kind === "account.create") expect((await caught(repeated)).code).toBe("target.conflict");
		else expect((await repeated).outcome).toBe("already");
	}

	oddities({ harness, stageOf, connect });
}

function oddities({ harness, stageOf, connect }: Suite): void {
	const few = <T>(all: readonly T[]) => (harness.brief === undefined ? all : all.slice(0, 2));
	const odd = {
		usernames: few(harness.odd.usernames),
		displayNames: few(harness.odd.displayNames),
		groups: few(harness.odd.groups),
		attributes: few(harness.odd.attributes),
	};
	test.each(odd.usernames)("P8 an account named %j", async (username) => {
		const stage = await stageOf();
		stage.addGroup("staff");
		const product = connect(stage);
		const after = { ...fieldsOf("odd"), username };
		const person = "test:odd" as PersonKey;
		const create = operation({ kind: "account.create", subject: { username, person }, after });
		const { account } = await product.perform(create, undefined, calm);
		const subject = { username, person, account: account as AccountId };
		const join = operation({ kind: "member.add", subject, group: "staff" as GroupName });
		await product.perform(join, account, calm);
		const row = (await connect(stage).read({}, calm)).accounts.get(account as AccountId);
		expect(row).toMatchObject({ ...told(harness, after), groups: [...harness.defaultGroups, "staff"].sort() });
		await product.perform(operation({ kind: "member.remove", subject, group: "staff" as GroupName }), account, calm);
		expect((await connect(stage).read({}, calm)).accounts.get(account as AccountId)?.groups).toEqual([...harness.defaultGroups]);
	});
	const displayNames = odd.displayNames.length === 0 ? test.skip.each(["none: it cannot be changed"]) : test.each(odd.displayNames);
	displayNames("P8 a display name %j", async (displayName) => {
		const stage = await stageOf();
		const [id] = populate(stage);
		const change = operation({
			kind: "account.update",
			subject: { username: "person0", account: id as AccountId },
			before: {},
			after: { displayName },
		});
		await connect(stage).perform(change, id, calm);
		expect((await connect(stage).read({}, calm)).accounts.get(id as AccountId)?.displayName).toBe(displayName);
	});
	test.each(odd.groups)("P8 a group named %j", async (name) => {
		const stage = await stageOf();
		const [id] = populate(stage);
		const group = name as GroupName;
		const product = connect(stage);
		const subject = { username: "person0", account: id as AccountId };
		await product.perform(operation({ kind: "group.create", group }), undefined, calm);
		await product.perform(operation({ kind: "member.add", subject, group }), id, calm);
		const actual = await connect(stage).read({}, calm);
		expect(actual.groups.has(group)).toBe(true);
		expect(actual.accounts.get(id as AccountId)?.groups).toContain(group);
		await product.perform(operation({ kind: "member.remove", subject, group }), id, calm);
		await product.perform(operation({ kind: "group.delete", group }), undefined, calm);
		expect((await connect(stage).read({}, calm)).groups.has(group)).toBe(false);
	});
	const attributes = odd.attributes.length === 0 ? test.skip.each(["none: there are no such properties"]) : test.each(odd.attributes);
	attributes("P8 a user property with the key %j", async (attribute) => {
		const stage = await stageOf();
		const [id] = populate(stage);
		const subject = { username: "person0", account: id as AccountId };
		const set = operation({ kind: "attribute.set", subject, attribute, before: undefined, after: 'é " \\ \n 😀' });
		await connect(stage).perform(set, id, calm);
		const actual = await connect(stage).read({ attributes: [attribute], attributesOf: new Set([id as AccountId]) }, calm);
		expect(actual.accounts.get(id as AccountId)?.attributes).toEqual({ [attribute]: 'é " \\ \n 😀' });
	});
}

function failureClauses({ harness, stageOf, connect }: Suite): void {
	test.each(harness.brief === undefined ? [1, 4] : [2])("P9 429 with Retry-After at request %i is waited for", async (at) => {
		const stage = await stageOf();
		populate(stage);
		const clean = await connect(stage).read({}, calm);
		stage.disturb({ at, effect: { kind: "status", status: 429, headers: { "Retry-After": "1" } } });
		const product = connect(stage, { patient: true });
		expect(comparable(await product.read({}, calm))).toEqual(comparable(clean));
		expect(stage.arrived().filter((one) => one.status === 429)).toHaveLength(1);
	});
	test("P9 a 429 on a write is waited for and then done once", async () => {
		const stage = await stageOf();
		const step = stepsFor(populate(stage))["group.create"];
		stage.disturb({ at: 1, writesOnly: true, effect: { kind: "status", status: 429, headers: { "Retry-After": "1" } } });
		expect((await connect(stage, { patient: true }).perform(step.operation, undefined, calm)).outcome).toBe("done");
	});
	test("P9 after a 401 nothing more is sent", async () => {
		const stage = await stageOf();
		const ids = populate(stage);
		const product = connect(stage, { patient: true });
		await product.read(READ(ids), calm);
		stage.disturb({ at: 3, effect: { kind: "status", status: 401 } });
		const before = stage.arrived().length;
		expect((await caught(product.read(READ(ids), calm))).code).toBe("target.denied");
		const sent = stage.arrived().length;
		expect(sent - before).toBeLessThanOrEqual(3);
		expect((await caught(product.read({}, calm))).code).toBe("target.denied");
		const step = stepsFor(ids)["member.add"];
		expect((await caught(product.perform(step.operation, step.account, calm))).code).toBe("target.denied");
		expect(stage.arrived()).toHaveLength(sent);
	});

	refusals("P10", harness.refusals, { harness, stageOf, connect });

	test("P11 a redirect to another origin is not followed", async () => {
		const stage = await stageOf();
		const other = await stageOf();
		populate(stage);
		const [somewhere] = await otherOrigin(other, connect);
		stage.disturb({ at: 1, effect: { kind: "status", status: 302, headers: { Location: `${somewhere}/anything` } } });
		const before = other.arrived().length;
		const error = await caught(connect(stage).read({}, calm));
		expect(error.code).toBe("target.malformed");
		expect(error.message).toContain(somewhere);
		expect(other.arrived()).toHaveLength(before);
	});
	test("P11 nothing secret in any log line or error", async () => {
		const stage = await stageOf();
		const ids = populate(stage);
		const lines: unknown[] = [];
		const steps = Object.values(stepsFor(ids)).filter((step) => !harness.unsupported.includes(step.operation.kind));
		for (const effect of [{ kind: "reset" }, { kind: "html" }, { kind: "status", status: 400 }] as const) {
			for (const step of steps) {
				stage.disturb({ at: 1, writesOnly: true, effect });
				const product = connect(stage, { log: (line) => lines.push(line) });
				lines.push(await caught(product.perform(step.operation, step.account, calm)));
			}
			stage.disturb({ at: 2, effect });
			lines.push(await caught(connect(stage, { log: (line) => lines.push(line) }).read({}, calm)));
		}
		const shown = inspect(lines, { depth: 30, showHidden: true, maxArrayLength: null, maxStringLength: null });
		expect(lines.length).toBeGreaterThan(40);
		for (const secret of harness.secrets) expect(shown).not.toContain(secret);
		expect(shown).not.toMatch(/password['"]?:/i);
	});
	test("an abort ends a reading at once", async () => {
		const stage = await stageOf();
		populate(stage);
		const stop = new AbortController();
		const product = connect(stage, { log: () => stop.abort() });
		expect((await caught(product.read({}, stop.signal))).code).toBe("run.cancelled");
		expect(stage.arrived()).toHaveLength(1);
	});
}

/** The origin that the other stage listens on, by way of the log. */
async function otherOrigin(stage: ProductStage, connect: Suite["connect"]): Promise<string[]> {
	const hosts = new Set<string>();
	await connect(stage, { log: (line) => hosts.add(`http://${line.host}`) }).capabilities(calm);
	return [...hosts];
}

function refusals(clause: string, list: readonly Refusal[], { stageOf, connect }: Suite): void {
	for (const refusal of list) {
		test(`${clause} ${refusal.title}`, async () => {
			const stage = await stageOf(refusal.arrange);
			const error = await caught(refusal.provoke(stage, connect(stage)));
			expect(error).toMatchObject({ code: refusal.code, retry: "never", outcomeUnknown: false });
			expect(error.message).toMatch(refusal.says);
			expect(error.todo?.length).toBeGreaterThan(15);
		});
	}
}
