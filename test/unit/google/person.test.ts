import { expect, test } from "@jest/globals";
import { asked, connect, NOTHING, never, open } from "./opened.ts";

const find = async (sandbox: Awaited<ReturnType<typeof open>>, idOrName: string, more: Parameters<typeof connect>[1] = {}) =>
	(await connect(sandbox, more).person!(idOrName, NOTHING, never()))?.id;

test("somebody by id or primary address, in whatever case; with the attributes that are asked for", async () => {
	const sandbox = await open();
	expect([await find(sandbox, "1"), await find(sandbox, "P2@Example.com")]).toEqual(["1", "2"]);
	const person = await connect(sandbox).person!("1", { attributes: new Set(["orgUnitPath"]) }, never());
	expect(person?.attributes).toEqual({ orgUnitPath: ["/"] });
});

test("nobody: an unknown id, an alias, a deleted person, somebody of another domain, what is neither id nor address", async () => {
	const sandbox = await open();
	sandbox.workspace.updateUser("1", { aliases: ["old@example.com"] });
	sandbox.workspace.updateUser("2", { deletionTime: "2026-08-01T10:00:00.000Z" });
	expect(await find(sandbox, "4711")).toBeUndefined();
	expect(await find(sandbox, "old@example.com")).toBeUndefined();
	expect(await find(sandbox, "2")).toBeUndefined();
	expect(await find(sandbox, "3", { domain: "branch.example" })).toBeUndefined();
	const before = asked(sandbox).length;
	for (const odd of ["..", "anna", "a/b@example.com", ""]) expect(await find(sandbox, odd)).toBeUndefined();
	expect(asked(sandbox)).toHaveLength(before);
});

test("a 404 that is not Google's own is no answer; neither is a record that cannot be understood", async () => {
	const sandbox = await open();
	sandbox.faults.add({ path: /\/users\/1/, effect: { kind: "status", status: 404, body: "<html><title>proxy</title></html>" } });
	await expect(find(sandbox, "1")).rejects.toMatchObject({ code: "source.incomplete", message: expect.stringContaining("proxy") });
	sandbox.workspace.updateUser("3", { suspended: undefined as never });
	await expect(find(sandbox, "3")).rejects.toMatchObject({ code: "source.malformed" });
});
