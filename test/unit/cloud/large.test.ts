import { expect, test } from "@jest/globals";
import type { AccountId } from "../../../core/model.ts";
import { calm } from "../../contract/product-world.ts";
import { stageOf } from "./stage.ts";

test("50,000 users and 5,000 groups are read whole, a bounded number of rows at a time", async () => {
	const { server, product } = await stageOf();
	const { population } = server;
	const ids: string[] = [];
	for (let n = 0; n < 50_000; n += 1) {
		const name = `person${n}@example.org`;
		ids.push(population.addAccount({ name, displayName: `Person ${n}`, emailAddress: name }).id);
	}
	for (let n = 0; n < 5_000; n += 1) {
		population.addGroup(`group${n}`);
		for (let m = 0; m < 10; m += 1) population.addMember(`group${n}`, ids[(n * 10 + m) % ids.length] as string);
	}
	population.addGroup("everybody");
	for (const id of ids) population.addMember("everybody", id);
	let rows = 0;
	server.onExchange(({ responseBody }) => {
		rows = Math.max(rows, (responseBody as { Resources?: unknown[] }).Resources?.length ?? 0);
	});
	const actual = await product.read({}, calm);
	expect(actual.accounts.size).toBe(50_000);
	expect(actual.groups.size).toBe(5_001);
	expect(actual.accounts.get(ids[12_345] as AccountId)?.groups).toEqual(["everybody", "group1234"]);
	expect([...actual.accounts.values()].reduce((sum, { groups }) => sum + groups.length, 0)).toBe(100_000);
	expect(rows).toBe(100);
	expect(server.busiest).toBeLessThanOrEqual(3);
}, 60_000);
