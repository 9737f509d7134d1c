import { expect, test } from "@jest/globals";
import { seatsOf } from "../../../connectors/atlassian/cloud/translate.ts";
import { account, planFor, wish } from "../core/scene.ts";

/** The planner's own counting over the bounds as they are read. */
const seats = seatsOf({ users: 3, groups: 2 }, { users: 3, groups: 2 });
const kinds = ({ operations }: ReturnType<typeof planFor>) => operations.map(({ kind }) => kind);

test("a full directory: nobody is created, and whoever leaves frees no place", () => {
	const plan = planFor({ people: [wish(1)], accounts: [account(3)], links: [[3, 3]], seats });
	expect(kinds(plan)).toEqual(["account.disable"]);
	expect(plan.holds).toMatchObject([
		{ because: "no-seat", detail: expect.stringMatching(/^users of the directory has 3 seats: 3 taken, 0 freed/) },
	]);
});
test("a full directory: whoever returns has a place already", () => {
	const plan = planFor({ people: [wish(1)], accounts: [account(1, { active: false })], links: [[1, 1]], seats });
	expect(kinds(plan)).toEqual(["account.enable"]);
	expect(plan.holds).toEqual([]);
});
test("one place left: one of two is created, with a group", () => {
	const room = seatsOf({ users: 2, groups: 2 }, { users: 3, groups: 2 });
	const plan = planFor({ people: [wish(1, { groups: ["devs" as never] }), wish(2)], seats: room });
	expect(kinds(plan)).toEqual(["account.create", "member.add"]);
	expect(plan.holds).toHaveLength(1);
});
