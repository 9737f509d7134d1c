import { afterEach, expect, test } from "@jest/globals";
import type { AccountId } from "../../../core/model.ts";
import { userServerKey } from "../../contract/jira-doors-harness.ts";
import { calm } from "../../contract/product-world.ts";
import { closeAll, stageOf } from "./doors.ts";

afterEach(closeAll);

test("50,000 accounts and 5,000 groups are read whole by either door, a bounded number of rows at a time", async () => {
	const { population, server, both, userServer } = await stageOf();
	const ids: number[] = [];
	for (let n = 0; n < 50_000; n += 1) {
		const name = `person${n}`;
		ids.push(population.addAccount({ name, displayName: `Person ${n}`, emailAddress: `${name}@example.org` }).id);
	}
	for (let n = 0; n < 5_000; n += 1) {
		population.addGroup(`group${n}`);
		for (let m = 0; m < 10; m += 1) population.addMember(`group${n}`, ids[(n * 10 + m) % ids.length]!);
	}
	let rows = 0;
	server.onExchange(({ responseBody }) => {
		const { users = [], values = [] } = (responseBody ?? {}) as { users?: unknown[]; values?: unknown[] };
		rows = Math.max(rows, users.length, values.length);
	});
	const actual = await both().read({}, calm);
	expect([actual.accounts.size, actual.groups.size]).toEqual([50_002, 5_002]);
	expect(actual.accounts.get(population.named("person12345")!.key as AccountId)).toMatchObject({
		username: "person12345",
		groups: ["group1234"],
	});
	expect([...actual.accounts.values()].reduce((sum, { groups }) => sum + groups.length, 0)).toBe(50_000 + 2);
	const alone = await userServer().read({}, calm);
	expect([alone.accounts.size, alone.groups.size]).toEqual([50_002, 5_002]);
	expect(alone.accounts.get(userServerKey(server, "person12345"))?.groups).toEqual(["group1234"]);
	expect(rows).toBeLessThanOrEqual(2_000);
	expect(server.busiest).toBeLessThanOrEqual(3);
}, 120_000);
