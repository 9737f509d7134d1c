import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { startCloud } from "../../../sandbox/cloud/server.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-state-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("the directory goes on from its state file: users, links to accounts, groups, its id", async () => {
	const stateFile = join(folder, "cloud.json");
	const first = await startCloud({ stateFile });
	first.population.addOrganizationAccount({ email: "a@example.org" });
	const { id, accountId } = first.population.addAccount({ name: "Ada", emailAddress: "A@example.org" });
	first.population.addGroup("Staff");
	first.population.addMember("Staff", id);
	first.population.outsideGroups.add("taken");
	const before = first.population.state();
	await first.close();
	const second = await startCloud({ stateFile });
	expect([first.restored, second.restored]).toEqual([false, true]);
	expect(second.directoryId).toBe(first.directoryId);
	expect(second.population.state()).toEqual(before);
	expect(second.population.named("ADA")).toMatchObject({ id, accountId });
	expect(second.population.withEmail("a@EXAMPLE.org")?.id).toBe(id);
	expect(second.population.groupsOf(id).map(({ displayName }) => displayName)).toEqual(["Staff"]);
	await second.close();
});
