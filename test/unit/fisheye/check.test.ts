import { describe, expect, test } from "@jest/globals";
import { Secret } from "../../../core/secret.ts";
import type { FisheyeOptions } from "../../../sandbox/fisheye/server.ts";
import { calm } from "../../contract/product-world.ts";
import { deadPort } from "../http/servers.ts";
import { stageOf } from "./stage.ts";

type Staged = Awaited<ReturnType<typeof stageOf>>;
async function findings(
	options: FisheyeOptions = {},
	arrange: (staged: Staged) => void = () => undefined,
	more: Parameters<Staged["connect"]>[0] = {},
) {
	const staged = await stageOf(options);
	arrange(staged);
	const found = await staged.connect({ unverified: [], ...more }).check(calm);
	for (const { level, todo, message } of found) {
		expect(message.length).toBeGreaterThan(10);
		expect(level === "ok" ? todo : (todo?.length ?? 0) > 15).toBe(level === "ok" ? undefined : true);
	}
	expect(staged.server.exchanges.every(({ method }) => method === "GET")).toBe(true);
	expect(staged.server.exchanges.length).toBeLessThan(6);
	return found;
}
const bad = (found: Awaited<ReturnType<typeof findings>>) =>
	found.filter(({ level }) => level !== "ok").map(({ level, name }) => `${level} ${name}`);
const stating =
	(version: unknown, headers?: Readonly<Record<string, string>>) =>
	({ server }: Staged) =>
		void server.faults.add({
			path: /server-v1$/,
			effect: { kind: "status", status: 200, body: { version }, ...(headers ? { headers } : {}) },
		});
const token = (text: string) => ({ auth: { kind: "pat", token: new Secret(text, "test") } }) as const;

describe("check", () => {
	test("a healthy Fisheye, and the groups that administer it", async () => {
		const found = await findings();
		expect(bad(found)).toEqual([]);
		expect(found.map(({ name }) => name)).toEqual(["server.reachable", "clock.skew", "rights", "identity", "accounts.listing"]);
		expect(found.find(({ name }) => name === "rights")?.message).toContain('"fisheye-administrators", "rollcall-admins" administer it');
	});
	test("by the server's token, which is nobody's", async () => {
		const found = await findings({}, undefined, token("sandbox-fisheye-token"));
		expect(found.find(({ name }) => name === "identity")?.message).toContain("nobody's account");
		expect(bad(found)).toEqual([]);
	});
	test("nobody there", async () => {
		const url = `http://127.0.0.1:${await deadPort()}`;
		expect(bad(await findings({}, undefined, { url }))).toEqual(["error server.reachable"]);
	});
	test("a wrong token; one for other services", async () => {
		const wrong = await findings({}, undefined, token("nonsense-token"));
		expect(bad(wrong)).toEqual(["error server.reachable"]);
		expect(JSON.stringify(wrong)).not.toContain("nonsense-token");
		const other = await findings({ behaviour: { takesApiKey: false } }, undefined, token("sandbox-fisheye-token"));
		expect(bad(other)).toEqual(["error rights"]);
	});
	test("no administrator", async () => {
		const found = await findings({}, ({ server }) => server.population.changeGroup("rollcall-admins", { admin: false }));
		expect(bad(found)).toEqual(["error rights"]);
	});
	test("an account that Fisheye does not list", async () => {
		const found = await findings(
			{},
			({ server }) => void server.faults.add({ path: /users\/rollcall$/, effect: { kind: "status", status: 404 } }),
		);
		expect(bad(found)).toEqual(["error identity"]);
	});
	test("accounts without any address: names of members that we do not know", async () => {
		const values = [{ name: "rollcall", displayName: "R", mail: "r@example.org" }];
		const body = { start: 0, size: 1, limit: 500, lastPage: true, values };
		const found = await findings({}, ({ server }) => void server.faults.add({ path: /users\/\?/, effect: { kind: "wrong-json", body } }));
		expect(found.filter(({ level }) => level !== "ok")).toMatchObject([
			{ name: "accounts.fields", message: expect.stringMatching(/none of them with email$/) },
		]);
	});
	test("what is switched on without proof is said each time", async () => {
		const found = await findings({}, undefined, { unverified: ["member.remove"] });
		expect(bad(found)).toEqual(["warning operations.unverified"]);
		expect(found.at(-1)?.message).toMatch(/: member\.remove$/);
	});
	test.each([["3.10.4"], ["5.0.0"], [{ releaseNumber: "6.1" }]])("a Fisheye %j", async (version) => {
		expect(bad(await findings({}, stating(version)))).toEqual(["warning server.version"]);
	});
	test("something that is no Fisheye", async () => {
		expect(bad(await findings({}, stating("unknown")))).toEqual(["error server.reachable"]);
	});
	test("clocks that disagree", async () => {
		expect(bad(await findings({}, stating("4.8.15", { Date: "Tue, 01 Jan 2030 00:00:00 GMT" })))).toEqual(["warning clock.skew"]);
	});
	test("a stop is no finding", async () => {
		const { product } = await stageOf();
		await expect(product.check(AbortSignal.abort())).rejects.toMatchObject({ code: "run.cancelled" });
	});
});
