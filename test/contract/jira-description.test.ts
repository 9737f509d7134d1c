import { expect, test } from "@jest/globals";
import type { Exchange } from "../../sandbox/kit/exchange.ts";
import { describeWithSpecs, specs } from "../support/specs.ts";
import { jiraHarness, jiraStage } from "./jira-harness.ts";
import { calm, populate, READ, stepsFor } from "./product-world.ts";

/** Calls that the vendor's description of 10.3 lacks, with where else they are documented. */
const UNDESCRIBED: readonly RegExp[] = [];

describeWithSpecs("requests to Jira are those that the vendor describes", () => {
	test("reading, checking, every operation, every refusal", async () => {
		const seen = new Map<string, Exchange>();
		const harness = jiraHarness("10.3");
		const description = specs("atlassian/jira-dc-10.3.openapi.json");
		const watch = (exchange: Exchange) =>
			seen.set(`${exchange.method} ${exchange.path} ${Object.keys(exchange.query)} ${exchange.status}`, exchange);

		for (const userList of [true, false]) {
			const stage = await jiraStage({ version: "10.3", behaviour: { userList } });
			stage.server.onExchange(watch);
			const ids = populate(stage);
			const product = stage.connect();
			await product.read(READ(ids), calm);
			await product.check(calm);
			for (const step of Object.values(stepsFor(ids))) await product.perform(step.operation, step.account, calm);
			await product.read(READ(ids), calm);
			await product.close();
			await stage.close();
		}
		for (const refusal of harness.refusals) {
			const stage = await refusal.arrange();
			(stage as Awaited<ReturnType<typeof jiraStage>>).server.onExchange(watch);
			const product = stage.connect();
			await expect(refusal.provoke(stage, product)).rejects.toThrow();
			await product.close();
			await stage.close();
		}

		const problems = [...seen.values()].flatMap(({ method, path, query, requestBody }) =>
			description
				.request({ method, path: path.replace(/^.*\/rest\//, "/rest/"), query, body: requestBody })
				.map((problem) => `${method} ${path}: ${problem}`),
		);
		expect(seen.size).toBeGreaterThan(20);
		expect(problems.filter((problem) => !UNDESCRIBED.some((known) => known.test(problem)))).toEqual([]);
	});
});
