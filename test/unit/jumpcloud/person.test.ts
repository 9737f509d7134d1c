import { describe, expect, test } from "@jest/globals";
import { connector, NOTHING, populate, signal, standIn } from "./stand-in.ts";

describe("one person", () => {
	test("by id, in any case, and by username; nobody is nobody", async () => {
		const sandbox = await standIn();
		const [id = ""] = populate(sandbox, 3);
		const jumpcloud = connector(sandbox);
		const attributes = new Set(["state"]);
		const found = { id, username: "p00", active: true, attributes: { state: ["ACTIVATED"] } };
		expect(await jumpcloud.person!(id, { attributes }, signal)).toMatchObject(found);
		expect(await jumpcloud.person!(id.toUpperCase(), { attributes }, signal)).toMatchObject(found);
		expect(await jumpcloud.person!("p00", { attributes }, signal)).toMatchObject(found);
		for (const nobody of ["p99", "0123456789abcdef01234567"]) expect(await jumpcloud.person!(nobody, NOTHING, signal)).toBeUndefined();
		const fields = sandbox.exchanges.map(({ query }) => String(query.fields));
		expect(fields.every((names) => names.startsWith("_id username") && !names.includes("attributes"))).toBe(true);
	});

	test("whose username looks like an id", async () => {
		const sandbox = await standIn();
		const username = "deadbeefdeadbeefdeadbeef";
		const { _id } = sandbox.organization.addPerson({ username });
		expect(await connector(sandbox).person!(username, NOTHING, signal)).toMatchObject({ id: _id, username });
	});

	test.each(["sinéad.o'brien+test", "a:b", "50% & more", "李雷"])("with odd characters: %s", async (username) => {
		const sandbox = await standIn();
		populate(sandbox, 2);
		const { _id } = sandbox.organization.addPerson({ username });
		expect(await connector(sandbox).person!(username, NOTHING, signal)).toMatchObject({ id: _id, username });
	});

	test("suspended and staged people are there", async () => {
		const sandbox = await standIn();
		sandbox.organization.addPerson({ username: "out", state: "SUSPENDED", suspended: true });
		sandbox.organization.addPerson({ username: "soon", state: "STAGED", activated: false });
		for (const name of ["out", "soon"]) expect(await connector(sandbox).person!(name, NOTHING, signal)).toMatchObject({ active: false });
	});

	test("somebody else than was asked for is an error: the filter was dropped on the way", async () => {
		const sandbox = await standIn({ quirks: { ignoresFilter: true } });
		populate(sandbox, 3);
		await expect(connector(sandbox).person!("p02", NOTHING, signal)).rejects.toMatchObject({ code: "source.malformed" });
		sandbox.faults.add({ path: /systemusers\?/, effect: { kind: "wrong-json", body: { totalCount: 1, results: [] } } });
		await expect(connector(sandbox).person!("p02", NOTHING, signal)).rejects.toMatchObject({
			message: expect.stringContaining("does not show who"),
		});
		const [id = ""] = sandbox.organization.people.keys();
		const other = { _id: "0123456789abcdef01234567", username: "x", state: "ACTIVATED" };
		sandbox.faults.add({ path: new RegExp(id), effect: { kind: "wrong-json", body: other } });
		await expect(connector(sandbox).person!(id, NOTHING, signal)).rejects.toMatchObject({ code: "source.malformed" });
	});

	test("who cannot be understood is an error, and so is a 404 that is not JumpCloud's own", async () => {
		const sandbox = await standIn();
		const { _id } = sandbox.organization.addPerson({ username: "odd", state: "RETIRED" });
		await expect(connector(sandbox).person!(_id, NOTHING, signal)).rejects.toMatchObject({
			message: expect.stringContaining("state RETIRED"),
		});
		sandbox.faults.add({ path: /systemusers\/./, effect: { kind: "status", status: 404, body: "<html>nothing here</html>" } });
		await expect(connector(sandbox).person!(_id, NOTHING, signal)).rejects.toMatchObject({ code: "source.malformed" });
	});
});
