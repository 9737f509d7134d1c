import { describe, expect, test } from "@jest/globals";
import type { OpenAmSource } from "../../../config/sources/openam.ts";
import { configText, judge, problems } from "./support.ts";

const source = (lines: string) => configText({ source: `  other:\n    kind: openam\n${lines.replace(/^/gm, "    ")}\n` });
const SMALL = 'url: https://sso.example.org/openam/\nusername: rollcall\npassword: "${credential:openam}"';
const built = async (lines: string) => (await judge(source(lines))).sources.get("other" as never) as OpenAmSource;

describe("kind: openam", () => {
	test("little is needed", async () => {
		expect(await built(SMALL)).toMatchObject({
			kind: "openam",
			url: "https://sso.example.org/openam",
			realms: ["/"],
			authRealm: "/",
			username: "rollcall",
			password: { reference: "credential:openam" },
			attributes: { id: "entryUUID", groupId: "entryUUID", name: "uid", groupName: "cn", member: "uniqueMember", status: "inetUserStatus" },
			// Lists take OpenAM their time.
			network: { timeoutMs: 180_000, concurrency: 2 },
		});
		expect(await built(SMALL)).not.toHaveProperty("chain");
	});

	test("what is written counts; groups go by the id of people", async () => {
		const lines = `${SMALL}\nrealms: ["/", "/staff/berlin"]\nauthRealm: /staff\nchain: ldapService\nattributes: { id: dn, member: member }`;
		expect(await built(lines)).toMatchObject({
			realms: ["/", "/staff/berlin"],
			authRealm: "/staff",
			chain: "ldapService",
			attributes: { id: "dn", groupId: "dn", member: "member", name: "uid" },
		});
	});

	test.each([
		["realms: []", /other\.realms/],
		["realms: [staff]", /path of a realm/],
		["realms: [/staff/]", /path of a realm/],
		["realms: [/a//b]", /path of a realm/],
		["authRealm: staff", /path of a realm/],
		["attributes: { id: entry uuid }", /attribute of the data store/],
		["attributes: { uid: x }", /attributes/],
		["realm: /", /realms/],
	])("%s", async (line, message) => {
		expect((await problems(source(`${SMALL}\n${line}`))).join("\n")).toMatch(message);
	});

	test("an address that goes on too far; a password in the open", async () => {
		const far = SMALL.replace("/openam/", "/openam/XUI/");
		expect((await problems(source(far))).join("\n")).toMatch(/found "\/XUI" in the address/);
		expect((await problems(source(SMALL.replace('"${credential:openam}"', "hunter2")))).join("\n")).not.toMatch(/hunter2/);
	});
});
