import { expect, test } from "@jest/globals";
import type { AccountId } from "../../../core/model.ts";
import { calm } from "../../contract/product-world.ts";
import { stageOf } from "./stage.ts";

test("50,000 accounts and 5,000 groups are read whole, a bounded number of rows at a time", async () => {
	const { server, product } = await stageOf();
	const { population } = server;
	const ids: number[] = [];
	for (let n = 0; n < 50_000; n += 1) {
		const name = `person${n}`;
		ids.push(population.addAccount({ name, displayName: `Person ${n}`, emailAddress: `${name}@example.org` }).id);
	}
	for (let n = 0; n < 5_000; n += 1) {
		population.addGroup(`group${n}`);
		for (let m = 0; m < 10; m += 1) population.addMember(`group${n}`, ids[(n * 10 + m) % ids.length] as number);
	}
	for (const id of ids.slice(0, 2_500)) population.addMember("fisheye-users", id);
	let rows = 0;
	server.onExchange(({ responseBody }) => {
		rows = Math.max(rows, (responseBody as { values?: unknown[] }).values?.length ?? 0);
	});
	const actual = await product.read({}, calm);
	expect(actual.accounts.size).toBe(50_002);
	expect(actual.groups.size).toBe(5_004);
	expect(actual.accounts.get("person12345" as AccountId)?.groups).toEqual(["group1234"]);
	expect(actual.accounts.get("person7" as AccountId)?.groups).toEqual(["fisheye-users", "group0"]);
	expect([...actual.accounts.values()].reduce((sum, { groups }) => sum + groups.length, 0)).toBe(50_000 + 2_500 + 2);
	expect(rows).toBeLessThanOrEqual(501);
	expect(server.busiest).toBeLessThanOrEqual(3);
}, 60_000);
