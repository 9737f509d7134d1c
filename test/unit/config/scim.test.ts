import { describe, expect, test } from "@jest/globals";
import type { ScimSource } from "../../../config/sources/scim.ts";
import { configText, judge, problems } from "./support.ts";

const source = (lines: string) => configText({ source: `  other:\n    kind: scim\n${lines.replace(/^/gm, "    ")}\n` });
const URL = "url: https://example.org/scim/v2/";
const TOKEN = 'token: "${credential:scim}"';
const CLIENT = 'tokenUrl: https://login.example.org/token\nclientId: rollcall\nclientSecret: "${credential:scim}"';
const built = async (lines: string) => (await judge(source(lines))).sources.get("other" as never) as ScimSource;

describe("kind: scim", () => {
	test("an address and a token are enough", async () => {
		const found = await built(`${URL}\n${TOKEN}`);
		expect(found).toMatchObject({
			kind: "scim",
			url: "https://example.org/scim/v2",
			auth: { kind: "bearer", token: { reference: "credential:scim" } },
			paging: "auto",
			totals: "prove",
			groups: "read",
			memberships: "auto",
			unknownMembers: "hold",
			activeMissing: "auto",
			network: { timeoutMs: 60_000, concurrency: 4 },
		});
		for (const key of ["pageSize", "requestsPerMinute"]) expect(found).not.toHaveProperty(key);
	});

	test("a password, or a client", async () => {
		expect((await built(`${URL}\nusername: rollcall\npassword: "\${credential:scim}"`)).auth).toMatchObject({
			kind: "basic",
			username: "rollcall",
			password: { reference: "credential:scim" },
		});
		const client = (await built(`${URL}\n${CLIENT}`)).auth;
		expect(client).toMatchObject({
			kind: "oauth",
			tokenUrl: "https://login.example.org/token",
			clientId: "rollcall",
			clientAuthentication: "basic",
		});
		expect(client).not.toHaveProperty("scope");
		expect((await built(`${URL}\n${CLIENT}\nscope: scim.read users\naudience: x\nclientAuthentication: body`)).auth).toMatchObject({
			scope: "scim.read users",
			audience: "x",
			clientAuthentication: "body",
		});
	});

	test("what is written counts", async () => {
		const more =
			"paging: cursor\npageSize: 50\ntotals: ignore\ngroups: none\nmemberships: people\nunknownMembers: ignore\nactiveMissing: inactive\nrequestsPerMinute: 300";
		expect(await built(`${URL}\n${TOKEN}\n${more}`)).toMatchObject({
			paging: "cursor",
			pageSize: 50,
			totals: "ignore",
			groups: "none",
			memberships: "people",
			unknownMembers: "ignore",
			activeMissing: "inactive",
			requestsPerMinute: 300,
		});
	});

	test.each([
		[URL, /no way to log in; allowed: `token`; or/],
		[`${URL}\nusername: x`, /found `username` without `password`/],
		[`${URL}\nclientId: x`, /found `clientId` without `tokenUrl` and `clientSecret`/],
		[`${URL}\n${TOKEN}\nusername: x`, /found `token` and `username`/],
		[`${URL}\n${TOKEN}\nscope: x`, /`scope` is of use with `tokenUrl` only/],
		[`${URL}Users\n${TOKEN}`, /found "\/Users" in the address/],
		[`${URL}\n${TOKEN}\npageSize: 0`, /1 to 5000/],
		[`${URL}\n${TOKEN}\npaging: offset`, /auto, index or cursor/],
		[`${URL}\n${TOKEN}\nmembership: list`, /memberships/],
	])("%s", async (lines, message) => {
		expect((await problems(source(lines))).join("\n")).toMatch(message);
	});

	test("a token in the open is not shown", async () => {
		expect((await problems(source(`${URL}\ntoken: s3cr3t-word`))).join("\n")).not.toMatch(/s3cr3t/);
	});
});
