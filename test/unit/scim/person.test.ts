import { describe, expect, test } from "@jest/globals";
import { nameOf, personId } from "../../contract/scim-harness.ts";
import { NOTHING, type Opened, open, signal } from "./stand-in.ts";

const find = (opened: Opened, who: string, attributes: readonly string[] = []) =>
	opened.connect().person?.(who, { attributes: new Set(attributes) }, signal);
const usersOf = ({ asked }: Opened) => asked().filter((path) => path.startsWith("/Users"));

describe("one person", () => {
	test("by id, by name in any case, with odd characters; nobody", async () => {
		const opened = await open();
		for (const { id, username, active } of opened.truth.people) {
			expect(await find(opened, id)).toMatchObject({ id, username, active });
			expect(await find(opened, username.toUpperCase())).toMatchObject({ id, username });
		}
		for (const nobody of ["", "nobody", "*", '" or userName pr or userName eq "', "a/b", "..", "\\"])
			expect([nobody, await find(opened, nobody)]).toEqual([nobody, undefined]);
	});

	test("with the attributes that were asked for", async () => {
		expect((await find(await open(), personId(3), ["title", "badge"]))?.attributes).toEqual({ title: ["Engineer"], badge: ["300"] });
	});

	test.each(["ignored", "refused"] as const)("where filters are %s, by the whole list", async (filters) => {
		const opened = await open({ filters, mostRows: 4 });
		expect(await find(opened, nameOf(12))).toMatchObject({ id: personId(12) });
		expect(await find(opened, "nobody")).toBeUndefined();
		expect(usersOf(opened).some((path) => path.includes("startIndex=10"))).toBe(true);
	});

	test("a filter that is said to be known, and answered with 400, 501 or somebody else", async () => {
		for (const effect of [
			{ kind: "status", status: 501, body: {} },
			{ kind: "status", status: 400, body: { scimType: "invalidFilter" } },
			{ kind: "wrong-json", body: { totalResults: 1, Resources: [{ id: "x", userName: "somebody else" }] } },
		] as const) {
			const opened = await open();
			opened.sandbox.faults.add({ path: /filter=/, effect });
			expect(await find(opened, nameOf(3))).toMatchObject({ id: personId(3) });
		}
	});

	test("an answer to an id that is somebody else's is not taken for it", async () => {
		const opened = await open();
		opened.sandbox.faults.add({
			path: new RegExp(`/Users/${nameOf(3)}`),
			effect: { kind: "wrong-json", body: { id: personId(0), userName: "x" } },
		});
		expect(await find(opened, nameOf(3))).toMatchObject({ id: personId(3), username: nameOf(3) });
	});

	test("a server that is down or denies is no proof that there is nobody", async () => {
		const opened = await open();
		opened.sandbox.faults.add({ path: /Users/, effect: { kind: "status", status: 500 } });
		await expect(find(opened, nameOf(3))).rejects.toMatchObject({ code: "source.unreachable" });
		opened.sandbox.faults.clear();
		opened.sandbox.faults.add({ path: /Users/, effect: { kind: "html" } });
		await expect(find(opened, nameOf(3))).rejects.toMatchObject({ code: "source.malformed" });
		opened.sandbox.faults.clear();
		opened.sandbox.faults.add({ path: /Users/, effect: { kind: "status", status: 403, body: {} } });
		await expect(find(opened, nameOf(3))).rejects.toMatchObject({ code: "source.denied" });
		// A proxy's page is not the server's own statement.
		const other = await open();
		other.sandbox.faults.add({ path: /Users\//, effect: { kind: "status", status: 404, body: "<html><title>Not here</title></html>" } });
		await expect(find(other, personId(3))).rejects.toMatchObject({ code: "source.malformed" });
	});

	test("two of one name, by another spelling; and a record that cannot be understood", async () => {
		const opened = await open();
		opened.sandbox.store.put("User", { id: "a", userName: "Twin" });
		opened.sandbox.store.put("User", { id: "b", userName: "twin" });
		expect(await find(opened, "twin")).toMatchObject({ id: "b" });
		await expect(find(opened, "TWIN")).rejects.toMatchObject({ code: "source.malformed", todo: "Ask by id." });
		opened.sandbox.store.put("User", { id: "c", userName: "odd", active: "perhaps" });
		await expect(find(opened, "odd")).rejects.toMatchObject({
			code: "source.malformed",
			message: expect.stringMatching(/^odd could not be understood: active/),
		});
	});

	test("without `active` as configured", async () => {
		const opened = await open({ withoutActive: "all" });
		expect((await opened.connect().person?.(personId(3), NOTHING, signal))?.active).toBe(true);
		expect((await opened.connect({ activeMissing: "inactive" }).person?.(personId(3), NOTHING, signal))?.active).toBe(false);
	});
});
