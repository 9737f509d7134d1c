import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { masked } from "../../../sandbox/google/fields.ts";
import { startGoogle } from "../../../sandbox/google/server.ts";
import { company } from "../../../sandbox/world/company.ts";
import { connect, never, open } from "./opened.ts";

describe("the stand-in", () => {
	test("holds a company, in Google's forms: numbered people, addresses Google would take, units, inner groups", async () => {
		const sandbox = await open();
		const world = company({ people: 200, groups: 40, seed: 11 });
		sandbox.load(world);
		const snapshot = await connect(sandbox, { organizationalUnits: "groups" }).snapshot({ attributes: "all" }, never());
		expect(snapshot.size).toMatchObject({ people: 200, rejects: 0 });
		expect(snapshot.size.active).toBe(world.people.filter((person) => person.active).length);
		const people = [...snapshot.people.values()];
		expect(people.every((person) => /^1\d{20}$/.test(person.id) && /^[\w.'-]+@example\.com$/.test(person.username))).toBe(true);
		expect(new Set(people.map((person) => person.attributes.employeeId?.[0]))).toEqual(
			new Set(world.people.map((person) => person.employeeId)),
		);
		expect(people.some((person) => person.attributes.archived?.[0] === "true")).toBe(true);
		const inner = world.groups.filter((group) => group.parentId !== undefined).length;
		const groups = [...snapshot.groups.values()];
		expect(groups.filter((group) => group.path.includes("@")).reduce((sum, group) => sum + group.groups.length, 0)).toBe(inner);
		const units = groups.filter((group) => group.path.startsWith("/"));
		expect(units.reduce((sum, unit) => sum + unit.people.length, 0)).toBe(200);
	});

	test("keeps what it has in its file, and ids from day to day", async () => {
		const folder = await mkdtemp(join(tmpdir(), "rollcall-google-"));
		const stateFile = join(folder, "google.json");
		try {
			const first = await startGoogle({ stateFile });
			first.load(company({ people: 20, groups: 8, seed: 1 }));
			const ids = [...first.workspace.users.keys()];
			first.load({ ...company({ people: 20, groups: 8, seed: 1 }), people: company({ people: 20, groups: 8, seed: 1 }).people.slice(1) });
			await first.close();
			const second = await startGoogle({ stateFile });
			expect([second.restored, [...second.workspace.users.keys()]]).toEqual([true, ids.slice(1)]);
			expect(second.workspace.state()).toEqual(first.workspace.state());
			await second.close();
		} finally {
			await rm(folder, { recursive: true });
		}
	});

	test("refuses whoever has no token, a token without the scope, a foreign customer, and odd requests", async () => {
		const sandbox = await open();
		const status = async (path: string, token = "none") =>
			(await fetch(sandbox.url + path, { headers: { authorization: `Bearer ${token}` } })).status;
		expect(await status("/admin/directory/v1/users?customer=my_customer")).toBe(401);
		expect(await status("/admin/directory/v1/people")).toBe(404);
		const form = new URLSearchParams({ grant_type: "password" });
		expect((await fetch(`${sandbox.url}/token`, { method: "POST", body: form })).status).toBe(400);
		await expect(connect(sandbox, { customer: "C0other" }).snapshot({ attributes: new Set() }, never())).rejects.toMatchObject({
			code: "source.denied",
		});
	});

	test("lets through what a fields mask names", () => {
		const json = { kind: "k", users: [{ id: "1", name: { fullName: "A B", givenName: "A" }, x: 1 }], etag: "e" };
		expect(masked(json, "kind,users(id,name/fullName)")).toEqual({ kind: "k", users: [{ id: "1", name: { fullName: "A B" } }] });
		expect(masked(json, "users/id")).toEqual({ users: [{ id: "1" }] });
		expect(masked(json, null)).toBe(json);
		expect(() => masked(json, "users(id")).toThrow();
	});
});
