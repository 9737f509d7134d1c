import { describe, expect, test } from "@jest/globals";
import { Secret } from "../../../core/secret.ts";
import type { ConfluenceOptions } from "../../../sandbox/confluence/server.ts";
import { calm } from "../../contract/product-world.ts";
import { deadPort } from "../http/servers.ts";
import { stageOf } from "./stage.ts";

type Staged = Awaited<ReturnType<typeof stageOf>>;
async function findings(
	options: ConfluenceOptions = {},
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
	expect(staged.server.exchanges.length).toBeLessThan(14);
	return found;
}
const bad = (found: Awaited<ReturnType<typeof findings>>) =>
	found.filter(({ level }) => level !== "ok").map(({ level, name }) => `${level} ${name}`);

describe("check", () => {
	test("a healthy Confluence", async () => {
		const found = await findings();
		expect(bad(found)).toEqual([]);
		expect(found.map(({ name }) => name)).toEqual([
			"server.reachable",
			"clock.skew",
			"identity",
			"rights",
			"can.account.create",
			"can.account.disable",
			"can.account.update",
			"can.member.add",
			"licence.seats",
			"accounts.listing",
		]);
	});
	test("an older one says what it cannot do", async () => {
		expect(bad(await findings({ version: "8.5", behaviour: { switching: false } }))).toEqual([
			"warning rights.unseen",
			"warning can.account.disable",
			"warning can.account.update",
		]);
		expect(bad(await findings({ version: "7.19" }))).toEqual([
			"warning rights.unseen",
			"warning can.account.create",
			"warning can.account.disable",
			"warning can.account.update",
			"warning can.member.add",
			"warning accounts.listing",
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
	test("a token that makes us an anonymous visitor", async () => {
		const auth = { kind: "pat", token: new Secret("revoked", "t") } as const;
		const options = { version: "8.5", behaviour: { badToken: "anonymous", anonymousAccess: true } } as const;
		expect(bad(await findings(options, undefined, { auth }))).toEqual(["error identity"]);
	});
	test("no administrator", async () => {
		const found = await findings({}, ({ server }) => server.population.grant("rollcall-admins", "application use"));
		expect(bad(found)).toEqual(["error rights"]);
	});
	test("a system administrator", async () => {
		const found = await findings({}, ({ server }) =>
			server.population.grant("rollcall-admins", "application use", "application administer", "system administer"),
		);
		expect(bad(found)).toEqual(["warning rights.excessive"]);
	});
	test("seats: some left, none left, not told", async () => {
		const seats = (found: Awaited<ReturnType<typeof findings>>) => found.find(({ name }) => name === "licence.seats")?.message;
		expect(seats(await findings({ seats: 10 }))).toContain("8 of 10");
		expect(bad(await findings({ seats: 2 }))).toEqual(["warning licence.full"]);
		expect(seats(await findings({ behaviour: { licenceCalls: "none" } }))).toContain("does not tell");
		expect(seats(await findings())).toContain("no limit");
	});
	test("an empty list", async () => {
		const found = await findings({}, ({ server }) => {
			server.faults.add({ path: /user\/list/, effect: { kind: "wrong-json", body: { results: [], size: 0 } } });
		});
		expect(bad(found)).toEqual(["error accounts.listing"]);
	});
	test.each(["6.15.1", "11.0.0"])("a Confluence %s that nobody has looked at", async (version) => {
		const found = await findings({}, ({ server }) => {
			server.faults.add({ path: /server-information/, effect: { kind: "wrong-json", body: { version } } });
		});
		expect(bad(found)).toContain("warning server.version");
	});
	test("clocks that disagree", async () => {
		const found = await findings({}, ({ server }) => {
			const headers = { Date: "Tue, 01 Jan 2030 00:00:00 GMT" };
			const effect = { kind: "status", status: 200, headers, body: { version: "10.0.3" } } as const;
			server.faults.add({ path: /server-information/, times: 1, effect });
		});
		expect(bad(found)).toEqual(["warning clock.skew"]);
	});
	test("a stop is no finding", async () => {
		const { product } = await stageOf();
		await expect(product.check(AbortSignal.abort())).rejects.toMatchObject({ code: "run.cancelled" });
	});
});
