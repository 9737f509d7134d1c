import { expect, test } from "@jest/globals";
import type { AccountId } from "../../../core/model.ts";
import { crowdStage } from "../../contract/crowd-product-harness.ts";
import { calm } from "../../contract/product-world.ts";

test("50,000 accounts and 5,000 groups are read whole, the memberships in one answer", async () => {
	const stage = await crowdStage({});
	try {
		const directory = stage.server.directory();
		const names = Array.from({ length: 50_000 }, (_, n) => `person${n}`);
		const keys = names.map((name) =>
			directory.keyOf(
				directory.addUser({ name, email: `${name}@example.org`, displayName: name, firstName: name, lastName: "X", active: true }),
			),
		);
		for (let n = 0; n < 5_000; n += 1)
			directory.addGroup(`group${n}`).users = Array.from({ length: 10 }, (_, m) => names[(n * 10 + m) % names.length]!);
		const product = stage.connect({ pageSize: 999 });
		const actual = await product.read({}, calm);
		expect(actual.accounts.size).toBeGreaterThanOrEqual(50_000);
		expect(actual.groups.size).toBeGreaterThanOrEqual(5_000);
		expect(actual.accounts.get(keys[12_345] as AccountId)).toMatchObject({ username: "person12345", groups: ["group1234"] });
		const memberships = keys.reduce((sum, key) => sum + actual.accounts.get(key as AccountId)!.groups.length, 0);
		expect(memberships).toBe(50_000);
		expect(product.requests()).toBeLessThan(70);
		await product.close();
	} finally {
		await stage.close();
	}
}, 120_000);
