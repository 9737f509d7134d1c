import { describe, expect, test } from "@jest/globals";
import type { AccountId, Digest } from "../../../core/model.ts";
import type { Operation } from "../../../core/operation.ts";
import { makePlan } from "../../../core/plan.ts";
import { buildReport, type ReportInput } from "../../../core/report/build.ts";
import { BREACHES, SOME_REJECTS, world } from "../../fixtures/report-world.ts";

const dry = (): ReportInput => world({ people: 24, holds: 2 });
const without = (input: ReportInput): ReportInput => ({ ...input, plan: makePlan({ ...input.plan, operations: [] }) });

describe("the outcome", () => {
	const finished = { mode: "sync", settlements: new Map() } as const;
	const cases: readonly (readonly [string, ReportInput])[] = [
		["nothing-to-do", without(dry())],
		["nothing-to-do", { ...without(dry()), ...finished }],
		["differences", dry()],
		["differences", { ...dry(), verdict: { state: "overridden", breaches: BREACHES } }],
		["refused", { ...dry(), verdict: { state: "refused", breaches: BREACHES } }],
		["refused", { ...dry(), mode: "sync", verdict: { state: "refused", breaches: BREACHES } }],
		["done", world({ people: 24, ended: "well" })],
		["failures", world({ people: 24, ended: "failures" })],
		["stopped", world({ people: 24, ended: "stopped" })],
		["stopped", { ...dry(), ...finished }],
	];
	test.each(cases)("%s", (outcome, input) => {
		expect(buildReport(input).outcome).toBe(outcome);
	});
});

describe("the headline is one sentence with the numbers", () => {
	test.each([
		[
			"24 people would change: 4 created, 2 disabled, 2 enabled, 2 renamed, 2 updated, 2 adopted, 2 attributes set; 28 group changes; 2 held.",
			dry(),
		],
		["Nothing to do now: what jira lacks is held back (2).", without(dry())],
		["No person would change; 2 group changes.", world({ people: 0 })],
		[
			"The guard would refuse this: 1 person would change: 1 created; 4 group changes, which breaks 2 limits.",
			world({ people: 1, state: "refused", breaches: BREACHES }),
		],
		[
			"Refused, nothing was written: 1 person would change: 1 created; 4 group changes, which breaks 1 limit.",
			{ ...world({ people: 1, state: "refused", breaches: BREACHES.slice(1) }), mode: "sync" as const },
		],
		["1 person changed: 1 created; 4 group changes.", world({ people: 1, ended: "well" })],
		["Stopped before the end: 23 of 44 changes done, 21 not run.", world({ people: 24, ended: "stopped" })],
		["39 of 44 changes done, 2 failed, 1 with unknown outcome, 2 not run.", world({ people: 24, ended: "failures" })],
	])("%s", (headline, input) => {
		expect(buildReport(input).headline).toBe(headline);
	});

	test("a drifted plan is done, and says what was skipped", () => {
		const input = world({ people: 1, ended: "well" });
		const last = input.plan.operations.at(-1)!;
		const settlements = new Map(input.settlements).set(last.id, { state: "not-run", because: "is a member already", drifted: true });
		expect(buildReport({ ...input, settlements })).toMatchObject({
			outcome: "done",
			headline: "1 person changed: 1 created; 3 group changes; 1 skipped.",
		});
	});

	test("what was not run for another reason is no success", () => {
		const input = world({ people: 1, ended: "well" });
		const settlements = new Map(input.settlements).set(input.plan.operations.at(-1)!.id, {
			state: "not-run",
			because: "too many failures",
		});
		expect(buildReport({ ...input, settlements })).toMatchObject({ outcome: "failures", headline: "4 of 5 changes done, 1 not run." });
	});

	test("one human being counts once, whether an operation names the person, the account or both, under whatever name", () => {
		const input = world({ people: 1 });
		const [group, other, create, ...adds] = input.plan.operations as Extract<Operation, { subject: object }>[];
		const person = create!.subject.person!;
		const account = "JIRAUSER1" as AccountId;
		const subjects = [
			{ username: "old", person },
			{ username: "new", person, account },
			{ username: "newer", account },
		];
		const named = [create!, ...adds].map((o, index) => ({ ...o, subject: subjects[index]! }) as Operation);
		const plan = { ...input.plan, operations: [group!, other!, ...named] };
		expect(buildReport({ ...input, plan }).headline).toBe("1 person would change: 1 created; 4 group changes.");
	});
});

test.each(["well", "failures", "stopped"] as const)("counts add up when it ended %s", (ended) => {
	const report = buildReport(world({ people: 60, ended }));
	for (const c of report.counts) expect(c.done + c.already + c.failed + c.unknown + c.notRun).toBe(c.planned);
	expect(report.counts.reduce((sum, c) => sum + c.planned, 0)).toBe(report.operations.length);
	for (const c of report.counts) expect(c.failed).toBe(report.operations.filter((o) => o.kind === c.kind && o.state === "failed").length);
});

test("counts come in order of execution, and a dry run has settled nothing", () => {
	const report = buildReport(dry());
	expect(report.counts.map((c) => c.verb)).toEqual([
		"adopt",
		"create group",
		"disable",
		"rename",
		"enable",
		"create",
		"update",
		"set attribute",
		"add to group",
		"remove from group",
	]);
	expect(report.counts.every((c) => c.done + c.already + c.failed + c.unknown + c.notRun === 0)).toBe(true);
	expect(report.operations.every((o) => o.state === undefined && o.error === undefined)).toBe(true);
});

test("each operation says what changes, in words", () => {
	const details = new Map(buildReport(dry()).operations.map((o) => [o.kind, o]));
	expect(details.get("account.create")!.detail).toMatch(/^\S.* <.+@example\.org>$/);
	expect(details.get("account.rename")!.detail).toBe(
		`username: ${details.get("account.rename")!.username} → ${details.get("account.rename")!.username}-new`,
	);
	expect(details.get("account.update")!.detail).toMatch(/^name: (.+) → \1 \(ext\.\); email: (.+) → new\.\2$/);
	expect(details.get("attribute.set")!.detail).toBe("costCentre: 4711 → 4712");
	expect(details.get("member.add")!.detail).toBe(`joins ${details.get("member.add")!.group}`);
	expect(details.get("link.adopt")!.detail).toBe("same username");
});

test("settlements: the error with whose move it is, the new account, and what was never reached", () => {
	const input = world({ people: 1, ended: "well" });
	const [group, other, create] = input.plan.operations;
	const settlements = new Map<Digest, NonNullable<ReturnType<NonNullable<ReportInput["settlements"]>["get"]>>>([
		[group!.id, { state: "failed", error: { code: "target.denied", message: "Jira said no", todo: "Ask an administrator." } }],
		[create!.id, { state: "done", account: "JIRAUSER1" as never }],
	]);
	const { operations, outcome } = buildReport({ ...input, settlements });
	const of = (id: string) => operations.find((o) => o.id === id);
	expect(of(group!.id)).toMatchObject({ state: "failed", error: "Jira said no. Ask an administrator." });
	expect(of(create!.id)).toMatchObject({ state: "done", account: "JIRAUSER1" });
	expect(of(other!.id)).toMatchObject({ state: "not-run", error: "the run ended before it came to this" });
	expect(outcome).toBe("failures");
});

describe("next steps", () => {
	const next = (input: ReportInput): string => buildReport(input).next.join("\n");

	test("differences: how to apply exactly this plan", () => {
		expect(next(dry())).toContain("rollcall diff --product jira --out plan.json");
		expect(next({ ...dry(), planFile: "out/plan.json" })).toContain("rollcall apply out/plan.json ");
		expect(next({ ...dry(), planFile: "my plan's.json" })).toContain("rollcall apply 'my plan'\\''s.json' ");
	});
	test("observe: no command that would be refused", () => {
		const input = dry();
		expect(next({ ...input, plan: makePlan({ ...input.plan, posture: "observe" }) })).not.toMatch(/rollcall (?:apply|sync|diff)/);
	});
	test("refused: the override names this very plan, unless nothing can override it", () => {
		const refused: ReportInput = { ...dry(), verdict: { state: "refused", breaches: BREACHES } };
		expect(next(refused)).toContain(`rollcall sync --product jira --override ${refused.plan.digest}`);
		expect(next({ ...refused, planFile: "p.json" })).toContain(`rollcall apply p.json --override ${refused.plan.digest}`);
		const empty = { rule: "empty", what: "staff: people", planned: 0, allowed: 1, message: "nobody" } as const;
		expect(next({ ...refused, verdict: { state: "refused", breaches: [...BREACHES, empty] } })).not.toContain("--override");
	});
	test("a name in a command is one word of the shell, whatever it is", () => {
		const input = world({ people: 0 });
		const hold = (username: string): ReportInput => ({
			...input,
			plan: {
				...input.plan,
				operations: [],
				holds: [{ subject: { username }, wanted: "account.create", because: "ambiguous", detail: "x" }],
			},
		});
		expect(next(hold("anna"))).toContain("rollcall explain anna ");
		expect(next(hold("$(reboot); 'x'"))).toContain(`rollcall explain '$(reboot); '\\''x'\\''' `);
		expect(next(hold("-rf"))).toContain("rollcall explain -- '-rf' ");
		expect(next(hold("two\nlines"))).not.toContain("explain");
	});
	test("rejects are named, the caller's lines come last, and nothing to do asks for nothing", () => {
		const input = { ...world({ people: 1, rejects: SOME_REJECTS }), next: ["See the manual."] };
		expect(buildReport(input).next.slice(-2)).toEqual([
			"Mend the records that could not be read (2 in staff); until then nothing about them changes.",
			"See the manual.",
		]);
		expect(buildReport({ ...world({ people: 0 }), plan: without(world({ people: 0 })).plan }).next).toEqual([]);
	});
});
