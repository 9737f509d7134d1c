import { describe, expect, test } from "@jest/globals";
import { buildDesired } from "../../../core/desired/build.ts";
import { directory, type GroupDraft, policyOf } from "./directory.ts";

describe("nested groups", () => {
	test("a chain of 100,000 groups costs no stack, and a ring of as many is a cycle", () => {
		const count = 100_000;
		const groups: Record<string, GroupDraft> = {};
		for (let i = 0; i < count; i++)
			groups[`g${i}`] = { groups: i + 1 < count ? [`g${i + 1}`] : [], ...(i === count - 1 ? { people: ["anna"] } : {}) };
		const policy = policyOf({ map: [["g0", "top"]], say: { where: '"g0" in person.groups' } });
		const chain = buildDesired(policy, [directory("staff", { people: { anna: {} }, groups })]);
		expect([...chain.people.values()].map((wish) => wish.groups)).toEqual([["top"]]);
		expect(chain.notes).toEqual([]);
		groups[`g${count - 1}`] = { groups: ["g0"], people: ["anna"] };
		const ring = buildDesired(policy, [directory("staff", { people: { anna: {} }, groups })]);
		expect([...ring.people.values()].map((wish) => wish.groups)).toEqual([["top"]]);
		expect(ring.notes).toEqual([expect.stringMatching(/^In staff these groups contain each other.*and 99990 more\.$/)]);
	});

	test("cycles are reported with their names; who is in one group of a cycle is in all of them", () => {
		const groups = {
			a: { groups: ["b"], people: ["anna"] },
			b: { groups: ["c"] },
			c: { groups: ["a"] },
			self: { groups: ["self"] },
			over: { groups: ["c"] },
		};
		const desired = buildDesired(policyOf({ map: [["/^(a|b|c|over)$/", "t-$1"]] }), [directory("staff", { people: { anna: {} }, groups })]);
		expect([...desired.people.values()][0]!.groups).toEqual(["t-a", "t-b", "t-c", "t-over"]);
		expect(desired.notes).toEqual([
			"In staff the group self contains itself.",
			"In staff these groups contain each other, so each has the members of all: a, b, c.",
		]);
	});
});
