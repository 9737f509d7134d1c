import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { startEntra } from "../../../sandbox/entra/server.ts";
import { company } from "../../../sandbox/world/company.ts";
import { proxy } from "../http/servers.ts";
import { NOTHING, Opened, signal, staff } from "./tenants.ts";

const opened = new Opened();
afterEach(() => opened.close());

describe("the network between Rollcall and Microsoft", () => {
	test("a certificate authority of one's own: trusted where it is configured, named where it is not", async () => {
		const sandbox = await opened.tenant();
		staff(sandbox, 1);
		await expect(
			opened.connector(sandbox, { network: { timeoutMs: 5_000, concurrency: 2 } }).snapshot(NOTHING, signal),
		).rejects.toMatchObject({
			code: "source.unreachable",
			todo: expect.stringContaining("network.ca"),
		});
	});

	test("a proxy carries log-in and reading, through tunnels", async () => {
		const sandbox = await opened.tenant();
		staff(sandbox, 1);
		const through = opened.keep(await proxy("user:word"));
		const network = { timeoutMs: 5_000, concurrency: 2, ca: sandbox.ca, proxy: through.url };
		expect((await opened.connector(sandbox, { network }).snapshot(NOTHING, signal)).size.people).toBe(1);
		expect(new Set(through.seen)).toEqual(new Set([`CONNECT ${new URL(sandbox.url).host}`]));
	});

	test("an answer that does not come in time is a failure, not a wait", async () => {
		const sandbox = await opened.tenant();
		staff(sandbox, 1);
		sandbox.faults.add({ path: /\$batch/, effect: { kind: "slow", ms: 60_000 } });
		const network = { timeoutMs: 300, concurrency: 2, ca: sandbox.ca };
		await expect(opened.connector(sandbox, { network }).snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "source.unreachable",
			retry: "spent",
			message: expect.stringContaining("/v1.0/$batch"),
		});
	});
});

describe("the stand-in", () => {
	const world = company({ people: 30, groups: 12, seed: 9 });

	test("a company in, the same company out; a second one takes its place", async () => {
		const sandbox = await opened.tenant();
		sandbox.load(world);
		const read = () => opened.connector(sandbox, { username: "onPremisesSamAccountName" }).snapshot(NOTHING, signal);
		const before = await read();
		expect([...before.people.values()].map((p) => [p.id, p.username, p.active]).sort()).toEqual(
			world.people.map((p) => [p.id, p.username, p.active]).sort(),
		);
		for (const group of world.groups) {
			const found = before.groups.get(group.id as never)!;
			expect([...found.people].sort()).toEqual(
				world.people
					.filter((p) => p.groups.includes(group.id))
					.map((p) => p.id)
					.sort(),
			);
			expect([...found.groups].sort()).toEqual(
				world.groups
					.filter((g) => g.parentId === group.id)
					.map((g) => g.id)
					.sort(),
			);
		}
		sandbox.load({ ...world, people: world.people.slice(1) });
		expect((await read()).size.people).toBe(29);
	});

	test("keeps its tenant from run to run, with another certificate", async () => {
		const folder = await mkdtemp(join(tmpdir(), "rollcall-entra-"));
		const stateFile = join(folder, "state.json");
		const first = await startEntra({ stateFile });
		first.load(world);
		await first.close();
		const second = opened.keep(await startEntra({ stateFile }));
		expect([first.restored, second.restored, second.tenant.users.size, second.ca === first.ca]).toEqual([false, true, 30, false]);
		await rm(folder, { recursive: true });
	});
});
