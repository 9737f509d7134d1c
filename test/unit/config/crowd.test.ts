import { describe, expect, test } from "@jest/globals";
import type { CrowdSource } from "../../../config/sources/crowd.ts";
import { configText, judge, problems } from "./support.ts";

const source = (lines: string) => configText({ source: `  other:\n    kind: crowd\n${lines.replace(/^/gm, "    ")}\n` });
const SMALL = 'url: https://crowd.example.org/crowd/\napplication: rollcall\npassword: "${credential:crowd}"';
const built = async (lines: string) => (await judge(source(lines))).sources.get("other" as never) as CrowdSource;

describe("kind: crowd among the sources", () => {
	test("little is needed", async () => {
		expect(await built(SMALL)).toMatchObject({
			kind: "crowd",
			url: "https://crowd.example.org/crowd",
			application: "rollcall",
			password: { reference: "credential:crowd" },
			personId: "key",
			// One answer holds all memberships.
			network: { timeoutMs: 300_000, concurrency: 2 },
		});
		expect(await built(SMALL)).not.toHaveProperty("directories");
		expect(await built(SMALL)).not.toHaveProperty("pageSize");
	});

	test("what is written counts", async () => {
		expect(await built(`${SMALL}\npersonId: username\ndirectories: [32769, 98305]\npageSize: 200`)).toMatchObject({
			personId: "username",
			directories: [32_769, 98_305],
			pageSize: 200,
		});
	});

	test.each([
		["personId: name", /key or username/],
		["directories: []", /other\.directories/],
		["directories: [Staff]", /directory's id/],
		["pageSize: 0", /whole number from 1/],
		["username: rollcall", /username/],
	])("%s", async (line, message) => {
		expect((await problems(source(`${SMALL}\n${line}`))).join("\n")).toMatch(message);
	});

	test.each(["/console", "/rest/usermanagement/1"])("an address that goes on too far: %s", async (rest) => {
		const far = SMALL.replace("/crowd/", `/crowd${rest}`);
		expect((await problems(source(far))).join("\n")).toMatch(new RegExp(`found "/${rest.split("/")[1]}" in the address`));
	});

	test("a password in the open is not shown", async () => {
		const open = (await problems(source(SMALL.replace('"${credential:crowd}"', "hunter2")))).join("\n");
		expect(open).toMatch(/password/);
		expect(open).not.toMatch(/hunter2/);
	});
});
