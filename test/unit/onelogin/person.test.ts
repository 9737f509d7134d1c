import { describe, expect, test } from "@jest/globals";
import type { OneLoginSandbox } from "../../../sandbox/onelogin/server.ts";
import { asked, connect, NOTHING, never, standIn } from "./stand-in.ts";

const find = async (sandbox: OneLoginSandbox, idOrName: string, attributes: ReadonlySet<string> = new Set()) =>
	connect(sandbox).person!(idOrName, { attributes }, never());

describe("one person", () => {
	test("by id, with the attributes that are asked for", async () => {
		const sandbox = await standIn(3);
		sandbox.account.updateUser(2, { status: 2, custom_attributes: { site: "Köln", other: "x" } });
		expect(await find(sandbox, "2", new Set(["site"]))).toMatchObject({
			id: "2",
			username: "p2",
			active: false,
			attributes: { site: ["Köln"] },
		});
		expect(asked(sandbox)).toEqual(["/auth/oauth2/v2/token", "/auth/rate_limit", "/api/2/users/2"]);
	});

	test("by name, in any case; by e-mail address only whoever has no other name", async () => {
		const sandbox = await standIn(3);
		sandbox.account.addUser({ id: 4, username: null, email: "guest@example.com" });
		expect((await find(sandbox, "P3"))?.id).toBe("3");
		expect((await find(sandbox, "Guest@example.com"))?.id).toBe("4");
		expect(await find(sandbox, "p3@example.com")).toBeUndefined();
	});

	test("a name of digits, and odd characters", async () => {
		const sandbox = await standIn(3);
		sandbox.account.addUser({ id: 4, username: "4711" });
		sandbox.account.addUser({ id: 5, username: "a+b & c=d #é" });
		expect((await find(sandbox, "4711"))?.id).toBe("4");
		expect((await find(sandbox, "a+b & c=d #é"))?.id).toBe("5");
	});

	test("nobody: said by OneLogin itself, in each of its ways", async () => {
		const sandbox = await standIn(3);
		for (const name of ["99", "nobody", "p*", "*"]) expect([name, await find(sandbox, name)]).toEqual([name, undefined]);
	});

	test("a 404 that OneLogin did not write is not nobody", async () => {
		const sandbox = await standIn(3);
		sandbox.faults.add({ path: /users\/2/, effect: { kind: "status", status: 404, body: { error: "no route" } } });
		await expect(find(sandbox, "2")).rejects.toMatchObject({ code: "source.malformed" });
	});

	test("a filter that is not heeded is noticed", async () => {
		const sandbox = await standIn(3, { quirks: { ignoresFilters: true } });
		await expect(find(sandbox, "nobody")).rejects.toMatchObject({
			code: "source.malformed",
			message: expect.stringContaining("found 3 others for the username nobody"),
		});
	});

	test("somebody else's record is noticed", async () => {
		const sandbox = await standIn(3);
		sandbox.faults.add({ path: /users\/2/, effect: { kind: "wrong-json", body: sandbox.account.user(3) } });
		await expect(find(sandbox, "2")).rejects.toMatchObject({
			code: "source.malformed",
			message: expect.stringContaining("somebody else, 3"),
		});
	});

	test("several of one name, and a record that cannot be understood, are told", async () => {
		const sandbox = await standIn(3);
		sandbox.account.addUser({ id: 4, username: "P1" });
		await expect(find(sandbox, "p1")).rejects.toMatchObject({ code: "config.invalid", todo: "Ask by id: 1, 4." });
		sandbox.account.updateUser(2, { status: 6 });
		await expect(find(sandbox, "p2")).rejects.toMatchObject({
			message: "p2 could not be understood: OneLogin's status 6 is not a known one",
		});
	});

	test("reads afresh every time", async () => {
		const sandbox = await standIn(1);
		const connector = connect(sandbox);
		await connector.person!("1", NOTHING, never());
		sandbox.account.updateUser(1, { email: "new@example.com" });
		expect((await connector.person!("1", NOTHING, never()))?.email).toBe("new@example.com");
	});
});
