import { afterEach, expect, test } from "@jest/globals";
import type { Exchange } from "../../sandbox/kit/exchange.ts";
import { jiraSpec } from "../specs/defects.ts";
import { describeWithSpecs, specs } from "../support/specs.ts";
import { type JiraStage, jiraHarness, jiraStage } from "./jira-harness.ts";
import { calm, populate, READ, stepsFor } from "./product-world.ts";

describeWithSpecs("requests to Jira are those that the vendor describes", () => {
	const open: { close(): Promise<void> }[] = [];
	afterEach(async () => {
		for (const one of open.splice(0).reverse()) await one.close();
	});
	const seen = new Map<string, Exchange>();
	function watched(stage: JiraStage): JiraStage {
		open.push(stage);
		stage.server.onExchange((exchange) => {
			seen.set(JSON.stringify([exchange.method, exchange.path, Object.keys(exchange.query), exchange.status]), exchange);
		});
		return stage;
	}

	test("reading, checking, every operation, every refusal", async () => {
		for (const userList of [true, false]) {
			const stage = watched(await jiraStage({ version: "10.3", behaviour: { userList } }));
			const ids = populate(stage);
			const product = stage.connect();
			open.push(product);
			await product.read(READ(ids), calm);
			await product.check(calm);
			const { "group.delete": last, ...first } = stepsFor(ids);
			for (const step of [...Object.values(first), last]) await product.perform(step.operation, step.account, calm);
			await product.read(READ(ids), calm);
		}
		for (const refusal of jiraHarness("10.3").refusals) {
			const stage = watched((await refusal.arrange()) as JiraStage);
			const product = stage.connect();
			open.push(product);
			await expect(refusal.provoke(stage, product)).rejects.toThrow();
		}
		const description = specs(jiraSpec);
		const problems = [...seen.values()].flatMap(({ method, path, query, requestBody }) =>
			description.request({ method, path, query, body: requestBody }).map((problem) => `${method} ${path}: ${problem}`),
		);
		expect(seen.size).toBeGreaterThan(20);
		expect(problems).toEqual([]);
	});
});
