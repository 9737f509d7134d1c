import { describe, expect, test } from "@jest/globals";
import type { Digest } from "../../../core/model.ts";
import type { Operation } from "../../../core/operation.ts";
import { groupOf, type Hold, makePlan, type Plan, usernameOf } from "../../../core/plan.ts";
import { key, planFor } from "./scene.ts";

const op = (
	id: string,
	kind: Operation["kind"],
	more: { group?: string; username?: string; requires?: readonly string[] } = {},
): Operation => {
	const { username, ...rest } = more;
	return {
		id: id as Digest,
		kind,
		because: "",
		...rest,
		...(username === undefined ? {} : { subject: { username } }),
	} as unknown as Operation;
};
const planOf = (operations: readonly Operation[], holds: readonly Hold[] = []): Plan => makePlan({ ...planFor({}), operations, holds });
/** Every order of up to five things. */
function* orders<T>(list: readonly T[]): Generator<readonly T[]> {
	if (list.length === 0) yield [];
	for (const [i, first] of list.entries()) for (const rest of orders(list.toSpliced(i, 1))) yield [first, ...rest];
}
function expectOrder(operations: readonly Operation[]): void {
	for (const order of orders(operations)) expect(planOf(order).operations.map((o) => o.id)).toEqual(operations.map((o) => o.id));
}

describe("the order of a plan, whatever the order it was made in", () => {
	test("phase by phase: leavers free seats, renames free names, a mover gains before losing", () => {
		const kinds = [
			["link.adopt", "group.create", "account.disable", "account.rename"],
			["account.rename", "account.enable", "account.create", "account.update"],
			["account.update", "attribute.set", "member.add", "member.remove", "group.delete"],
		] as const;
		for (const some of kinds) expectOrder(some.map((kind) => op(kind, kind, { group: "g", username: "u" })));
	});
	test("within a phase by group, then by name, then by id", () => {
		expectOrder([
			op("4", "member.add", { group: "a", username: "y" }),
			op("1", "member.add", { group: "b", username: "x" }),
			op("3", "member.add", { group: "b", username: "x" }),
			op("2", "member.add", { group: "b", username: "y" }),
		]);
		expectOrder([op("2", "account.enable", { username: "a" }), op("1", "account.enable", { username: "b" })]);
		expectOrder([op("2", "group.create", { group: "a" }), op("1", "group.create", { group: "b" })]);
	});
	test("a rename comes after the one that frees its name, whatever the names", () => {
		expectOrder([
			op("5", "account.rename", { username: "e" }),
			op("1", "account.rename", { username: "z" }),
			op("4", "account.rename", { username: "d", requires: ["1"] }),
			op("3", "account.rename", { username: "c", requires: ["4"] }),
			op("2", "account.rename", { username: "b", requires: ["x", "3"] }),
		]);
	});
	test("renames that wait for nothing, and those that wait equally long, are in order of names", () => {
		expectOrder([
			op("4", "account.rename", { username: "a" }),
			op("3", "account.rename", { username: "b" }),
			op("2", "account.rename", { username: "a", requires: ["3"] }),
			op("1", "account.rename", { username: "b", requires: ["4"] }),
		]);
	});
	test("a ring, which the planner never makes, does not hang", () => {
		const ring = [op("1", "account.rename", { requires: ["2"] }), op("2", "account.rename", { requires: ["1"] })];
		expect(planOf(ring).operations.length).toBe(2);
	});
	test("holds are in order of names, then of what was wanted, then of the rest", () => {
		const hold = (username: string, wanted: string, detail: string): Hold => ({
			subject: { username, person: key(1) },
			wanted,
			because: "protected",
			detail,
		});
		const holds = [hold("a", "z", "z"), hold("b", "x", "z"), hold("b", "y", "a"), hold("b", "y", "b")];
		for (const order of orders(holds)) expect(planOf([], order).holds).toEqual(holds);
	});
	test("names are those of the operation, or empty", () => {
		expect([groupOf(op("1", "group.create", { group: "a" })), groupOf(op("1", "account.enable", { username: "b" }))]).toEqual(["a", ""]);
		expect([usernameOf(op("1", "group.create", { group: "a" })), usernameOf(op("1", "account.enable", { username: "b" }))]).toEqual([
			"",
			"b",
		]);
	});
});
