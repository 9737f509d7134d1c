import { describe, expect, test } from "@jest/globals";
import type { Finding } from "../../../core/connector.ts";
import type { Privilege } from "../../../sandbox/google/access.ts";
import type { GoogleSandbox } from "../../../sandbox/google/server.ts";
import { asked, connect, never, open } from "./opened.ts";

const names = (findings: readonly Finding[]) => findings.map((finding) => `${finding.level} ${finding.name}`);
const check = (sandbox: GoogleSandbox, more: Parameters<typeof connect>[1] = {}) => connect(sandbox, more).check(never());
const appoint = (sandbox: GoogleSandbox, privileges: readonly Privilege[], superAdmin = false) =>
	sandbox.access.administrators.set(sandbox.credentials.subject, { email: sandbox.credentials.subject, superAdmin, privileges });

describe("check", () => {
	test("all is well: at most a page of anything", async () => {
		const sandbox = await open();
		const findings = await check(sandbox, { organizationalUnits: "groups" });
		expect(names(findings)).toEqual(["ok server.login", "ok clock.skew", "ok people.visible", "ok groups.visible", "ok units.visible"]);
		expect(asked(sandbox)).toHaveLength(4);
		expect(sandbox.exchanges.filter((one) => one.query.maxResults !== undefined).every((one) => one.query.maxResults === "1")).toBe(true);
	});

	test("one scope of the delegation is missing, and is named", async () => {
		const sandbox = await open();
		sandbox.access.delegate(sandbox.credentials.serviceAccount, ["admin.directory.user.readonly"]);
		const [finding, ...rest] = await check(sandbox);
		expect(rest).toEqual([]);
		expect(finding).toMatchObject({
			level: "error",
			name: "rights.missing",
			message: expect.stringMatching(/lacks the scope \S+admin\.directory\.group\.readonly$/),
		});
	});

	test("a privilege of the role is missing", async () => {
		const sandbox = await open();
		appoint(sandbox, ["USERS_RETRIEVE"]);
		const findings = await check(sandbox);
		expect(names(findings)).toEqual(["ok server.login", "ok clock.skew", "ok people.visible", "error rights.missing"]);
		expect(findings[3]?.todo).toContain("Groups > Read");
	});

	test("too much: writing scopes and a super administrator", async () => {
		const sandbox = await open();
		const readonly = ["admin.directory.user.readonly", "admin.directory.group.readonly"];
		sandbox.access.delegate(sandbox.credentials.serviceAccount, [...readonly, "admin.directory.user"]);
		appoint(sandbox, [], true);
		const excessive = (await check(sandbox)).filter((finding) => finding.name === "rights.excessive");
		expect(excessive).toMatchObject([
			{ level: "warning", message: expect.stringMatching(/more than reading: \S+\/admin\.directory\.user$/) },
			{ level: "warning", message: expect.stringContaining("is a super administrator") },
		]);
	});

	test("nobody is there; the clock is off; the log-in is refused", async () => {
		const sandbox = await open();
		for (const id of ["1", "2", "3"]) sandbox.workspace.removeUser(id);
		sandbox.workspace.removeGroup("g");
		expect(names(await check(sandbox))).toEqual(["ok server.login", "ok clock.skew", "error people.empty", "warning groups.empty"]);
		const date = { date: new Date(Date.now() + 90_000).toUTCString() };
		sandbox.faults.add({
			path: /\/groups/,
			effect: { kind: "status", status: 200, headers: date, body: { kind: "admin#directory#groups" } },
		});
		const late = (await check(sandbox, { organizationalUnits: "ignore" })).find((finding) => finding.name === "clock.skew");
		expect(late).toMatchObject({ level: "warning", message: expect.stringMatching(/(89|90) s behind Google's/) });
		sandbox.access.administrators.clear();
		expect(await check(sandbox)).toMatchObject([
			{ level: "error", name: "server.credentials", todo: expect.stringContaining("suspended") },
		]);
	});
});
