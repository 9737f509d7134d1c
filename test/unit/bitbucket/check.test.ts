import { describe, expect, test } from "@jest/globals";
import { Secret } from "../../../core/secret.ts";
import type { BitbucketOptions } from "../../../sandbox/bitbucket/server.ts";
import { calm } from "../../contract/product-world.ts";
import { deadPort } from "../http/servers.ts";
import { stageOf } from "./stage.ts";

type Staged = Awaited<ReturnType<typeof stageOf>>;
async function findings(
	options: BitbucketOptions = {},
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

describe("check", () => {
	test("a healthy Bitbucket", async () => {
		const found = await findings();
		expect(bad(found)).toEqual([]);
		expect(found.map(({ name }) => name)).toEqual([
			"server.reachable",
			"clock.skew",
			"identity",
			"rights",
			"licence.seats",
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
		const found = await findings({}, ({ server }) => server.population.grantGroup("rollcall-admins", "LICENSED_USER"));
		expect(bad(found)).toEqual(["error rights"]);
		expect(found.at(-1)?.todo).toContain("global permission Admin");
	});
	test.each([
		["by itself", ({ server }: Staged) => server.population.grantAccount(server.population.named("rollcall")?.id ?? 0, "SYS_ADMIN")],
		["through a group", ({ server }: Staged) => server.population.grantGroup("rollcall-admins", "SYS_ADMIN")],
	])("a system administrator %s", async (_title, arrange) => {
		expect(bad(await findings({}, arrange))).toEqual(["warning rights.excessive"]);
	});
	test("seats: some left, none left, no licence", async () => {
		expect((await findings({ seats: 10 })).find(({ name }) => name === "licence.seats")?.message).toContain("8 of 10");
		expect(bad(await findings({ seats: 2 }))).toEqual(["warning licence.full"]);
		expect(
			bad(
				await findings({}, ({ server }) => {
					server.population.licence = undefined;
				}),
			),
		).toEqual(["warning licence.missing"]);
	});
	test("our own account belongs to an outer directory", async () => {
		const directories = [
			{ name: "Internal", kind: "internal" },
			{ name: "Crowd", kind: "external" },
		] as const;
		const found = await findings({ directories }, ({ server }) => {
			server.population.updateAccount(server.population.named("rollcall")?.id ?? 0, { directory: "Crowd" });
		});
		expect(bad(found)).toEqual(["warning identity.external"]);
	});
	test.each(["6.10.1", "12.0.0"])("a Bitbucket %s that nobody has looked at", async (version) => {
		const found = await findings({}, ({ server }) => {
			server.faults.add({
				path: /application-properties/,
				times: 1,
				effect: { kind: "wrong-json", body: { version, displayName: "Bitbucket" } },
			});
		});
		expect(bad(found)).toEqual(["warning server.version"]);
	});
	test("something that is no Bitbucket", async () => {
		const found = await findings({}, ({ server }) => {
			server.faults.add({ path: /application-properties/, effect: { kind: "wrong-json", body: { version: "unknown" } } });
		});
		expect(found).toMatchObject([{ level: "error", name: "server.reachable", message: expect.stringContaining('"unknown"') }]);
	});
	test("clocks that disagree", async () => {
		const found = await findings({}, ({ server }) => {
			const headers = { Date: "Tue, 01 Jan 2030 00:00:00 GMT" };
			server.faults.add({
				path: /application-properties/,
				times: 1,
				effect: { kind: "status", status: 200, headers, body: { version: "9.5.2" } },
			});
		});
		expect(bad(found)).toEqual(["warning clock.skew"]);
	});
	test("a stop is no finding", async () => {
		const { product } = await stageOf();
		await expect(product.check(AbortSignal.abort())).rejects.toMatchObject({ code: "run.cancelled" });
	});
});
