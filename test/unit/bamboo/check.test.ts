import { describe, expect, test } from "@jest/globals";
import { Secret } from "../../../core/secret.ts";
import type { BambooOptions } from "../../../sandbox/bamboo/server.ts";
import { calm } from "../../contract/product-world.ts";
import { deadPort } from "../http/servers.ts";
import { stageOf } from "./stage.ts";

type Staged = Awaited<ReturnType<typeof stageOf>>;
async function findings(
	options: BambooOptions = {},
	arrange: (staged: Staged) => void = () => undefined,
	more: Parameters<Staged["connect"]>[0] = {},
) {
	const staged = await stageOf(options);
	arrange(staged);
	const found = await staged.connect(more).check(calm);
	for (const { level, todo, message } of found) {
		expect(message.length).toBeGreaterThan(10);
		expect(level === "ok" ? todo : (todo?.length ?? 0) > 15).toBe(level === "ok" ? undefined : true);
	}
	expect(staged.server.exchanges.every(({ method }) => method === "GET")).toBe(true);
	expect(staged.server.exchanges.length).toBeLessThan(12);
	return found;
}
const bad = (found: Awaited<ReturnType<typeof findings>>) =>
	found.filter(({ level }) => level !== "ok").map(({ level, name }) => `${level} ${name}`);
const answering =
	(body: object, headers?: Readonly<Record<string, string>>) =>
	({ server }: Staged) =>
		void server.faults.add({ path: /\/info$/, times: 1, effect: { kind: "status", status: 200, body, ...(headers ? { headers } : {}) } });

describe("check", () => {
	test("a healthy Bamboo", async () => {
		const found = await findings();
		expect(bad(found)).toEqual([]);
		expect(found.map(({ name }) => name)).toEqual([
			"server.reachable",
			"clock.skew",
			"identity",
			"rights",
			"access.groups",
			"accounts.listing",
		]);
	});
	test("nobody there", async () => {
		const url = `http://127.0.0.1:${await deadPort()}`;
		expect(bad(await findings({}, undefined, { url }))).toEqual(["error server.reachable"]);
	});
	test("a wrong token", async () => {
		const auth = { kind: "pat", token: new Secret("nonsense-token", "t") } as const;
		const found = await findings({}, undefined, { auth });
		expect(bad(found)).toEqual(["error server.reachable"]);
		expect(JSON.stringify(found)).not.toContain("nonsense-token");
	});
	test("no administrator", async () => {
		expect(bad(await findings({}, ({ server }) => server.population.grantGroup("rollcall-admins", ["READ"])))).toEqual(["error rights"]);
	});
	test("everybody who can log in has access: leavers would keep it", async () => {
		const found = await findings({}, ({ server }) => server.population.grantRole("LOGGED_IN", ["READ"]));
		expect(bad(found)).toEqual(["warning access.everybody"]);
		expect(bad(await findings({}, ({ server }) => server.population.grantRole("ANONYMOUS", ["READ"])))).toEqual([]);
	});
	test.each(["8.2.1", "13.0.0"])("a Bamboo %s that nobody has looked at", async (version) => {
		expect(bad(await findings({}, answering({ version })))).toEqual(["warning server.version"]);
	});
	test("something that is no Bamboo", async () => {
		expect(await findings({}, answering({ version: "unknown" }))).toMatchObject([
			{ level: "error", message: expect.stringContaining('"unknown"') },
		]);
	});
	test("clocks that disagree", async () => {
		expect(bad(await findings({}, answering({ version: "12.1.1" }, { Date: "Tue, 01 Jan 2030 00:00:00 GMT" })))).toEqual([
			"warning clock.skew",
		]);
	});
	test("a stop is no finding", async () => {
		const { product } = await stageOf();
		await expect(product.check(AbortSignal.abort())).rejects.toMatchObject({ code: "run.cancelled" });
	});
});
