import { inspect } from "node:util";
import { describe, expect, test } from "@jest/globals";
import type { SyncError } from "../../../core/errors.ts";
import type { AccountId, GroupName } from "../../../core/model.ts";
import type { MemberAdd, MemberRemove } from "../../../core/operation.ts";
import type { MembershipWork } from "../../../core/product.ts";
import { change, create, join, leave, rename } from "../../contract/bitbucket-harness.ts";
import { calm, fieldsOf, operation, populate } from "../../contract/product-world.ts";
import { json, serve } from "../http/servers.ts";
import { caught, closing, stageOf } from "./stage.ts";

const passwordIn = (line: string): string | undefined =>
	new URL(line.split(" ")[1] as string, "http://x").searchParams.get("password") ?? undefined;

describe("creation", () => {
	test("the password that stood in a URL opens nothing: another one was set in a body", async () => {
		const { server, product } = await stageOf();
		await create(product, "newcomer");
		const inUrl = server.accessLog.map(passwordIn).find((password) => password !== undefined);
		const now = server.population.named("newcomer")?.password;
		for (const password of [inUrl, now]) expect(password).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d).{36}$/);
		expect(now).not.toBe(inUrl);
		expect(server.exchanges.find(({ path }) => path.endsWith("/credentials"))?.requestBody).toEqual({
			name: "newcomer",
			password: "***",
			passwordConfirm: "***",
		});
		expect(server.mails).toEqual([]);
	});
	test("nobody gets a group, and so a seat, that the policy does not give", async () => {
		const { server, product } = await stageOf({ seats: 2 });
		const { account } = await create(product, "newcomer");
		expect(server.population.groupsOf(Number(account))).toEqual([]);
	});
	test("by invitation no password is sent at all, and Bitbucket sends the mail", async () => {
		const { server, product } = await stageOf({ behaviour: { mailServer: true } }, { invite: true });
		expect((await create(product, "newcomer")).outcome).toBe("done");
		expect(server.accessLog.join()).not.toContain("password");
		expect(server.exchanges.some(({ path }) => path.endsWith("/credentials"))).toBe(false);
		expect(server.mails).toEqual([{ to: "newcomer@example.org", about: "account created, choose a password" }]);
	});
	test("an invitation without a mail server is refused with the way out", async () => {
		const { product } = await stageOf({}, { invite: true });
		expect(await caught(create(product, "newcomer"))).toMatchObject({
			code: "target.rejected",
			todo: expect.stringContaining("Mail server"),
		});
	});
	test("neither logs nor errors show the password, whatever happens", async () => {
		const { server, connect } = await stageOf();
		const shown: unknown[] = [];
		const effects = [
			{ kind: "reset" },
			{ kind: "cut" },
			{ kind: "html" },
			{ kind: "drop-after-write" },
			{ kind: "status", status: 500 },
			{ kind: "status", status: 302, headers: { Location: "https://elsewhere.example.org/login" } },
		] as const;
		for (const [n, effect] of effects.entries()) {
			for (const at of [0, 1]) {
				server.faults.clear();
				for (const method of ["POST", "PUT"]) server.faults.add({ method, skip: method === "POST" ? at : 0, times: 1, effect });
				shown.push(await caught(create(connect({ log: (line) => shown.push(line) }), `newcomer-${n}-${at}`)));
			}
		}
		const text = inspect(shown, { depth: 30, showHidden: true, maxArrayLength: null, maxStringLength: null });
		const passwords = server.accessLog.map(passwordIn).filter((password) => password !== undefined);
		const kept = [...server.population.accounts.values()].map(({ password }) => password).filter((password) => password !== undefined);
		expect(passwords.length).toBeGreaterThan(4);
		for (const password of [...passwords, ...kept]) {
			expect(text).not.toContain(password);
			expect(text).not.toContain(encodeURIComponent(password));
		}
		expect(JSON.stringify(server.exchanges)).not.toMatch(/password[^,]*aA1!/);
	});
	test.each(["POST", "PUT"])("passwords that Bitbucket echoes in its answer to %s are taken out of the message", async (refused) => {
		const passwords: string[] = [];
		const server = closing(
			await serve((request, response) => {
				const address = new URL(request.url ?? "/", "http://x");
				if (request.method === "GET") {
					const page = { values: [], size: 0, isLastPage: true };
					return json(response, address.pathname.endsWith("application-properties") ? { version: "9.5.2" } : page);
				}
				let text = "";
				request.on("data", (part) => {
					text += String(part);
				});
				return request.on("end", () => {
					passwords.push(address.searchParams.get("password") ?? JSON.parse(text).password);
					const echo = { errors: [{ message: `too simple: ${passwords.join(" and ")}`, context: null, exceptionName: null }] };
					if (request.method === refused) json(response, echo, 400);
					else response.writeHead(204).end();
				});
			}),
		);
		const { connect } = await stageOf();
		const failed = await caught(create(connect({ url: server.url }), "newcomer"));
		expect(failed.message).toContain("too simple: [secret]");
		expect(passwords).toHaveLength(refused === "POST" ? 1 : 2);
		for (const password of passwords) expect(inspect(failed, { depth: 10, showHidden: true })).not.toContain(password);
	});
	test("its first password could not be replaced: as if the answer had been lost, so that the next run claims the account", async () => {
		const { server, product } = await stageOf();
		server.faults.add({ method: "PUT", path: /credentials/, times: 1, effect: { kind: "status", status: 500 } });
		expect(await caught(create(product, "newcomer"))).toMatchObject({
			outcomeUnknown: true,
			message: expect.stringContaining("stood in a URL"),
			todo: expect.stringContaining('another password for "newcomer"'),
		});
		expect(server.population.named("newcomer")).toBeDefined();
	});
	test("nobody can be asked for the id: as if the answer had been lost", async () => {
		const { server, product } = await stageOf();
		server.faults.add({ path: /admin\/users\?.*filter=newcomer/, effect: { kind: "status", status: 500 } });
		expect(await caught(create(product, "newcomer"))).toMatchObject({ outcomeUnknown: true, retry: "never" });
	});
	test("created, deleted by somebody, created again", async () => {
		const { server, product } = await stageOf();
		const first = await create(product, "newcomer");
		server.population.removeAccount(Number(first.account));
		const second = await create(product, "newcomer");
		expect(second.outcome).toBe("done");
		expect(second.account).not.toBe(first.account);
	});
});

describe("names that change hands", () => {
	test("an account that somebody renamed is found by its number, and its new owner is left alone", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		await product.read({}, calm);
		server.population.updateAccount(Number(ids[1]), { name: "person1-old" });
		const other = server.population.addAccount({ name: "person1", emailAddress: "other@example.org", displayName: "Other" });
		server.population.addMember("staff", other.id);
		await change(product, ids[1] as AccountId);
		await leave(product, ids[1] as AccountId, "staff");
		expect(server.population.account(Number(ids[1]))).toMatchObject({ name: "person1-old", displayName: "New" });
		expect(server.population.account(other.id)).toMatchObject({ displayName: "Other" });
		expect(server.population.group("staff").members.has(other.id)).toBe(true);
		expect(server.population.group("staff").members.has(Number(ids[1]))).toBe(false);
	});
	test("a name that many others contain is found all the same", async () => {
		const { stage, server, product } = await stageOf({ behaviour: { largestPage: 10 } });
		for (let n = 0; n < 40; n += 1) stage.addAccount(fieldsOf(`bartholomew${n}`));
		const id = stage.addAccount(fieldsOf("w"));
		await product.read({ groups: new Set() }, calm);
		expect((await rename(product, id, "v")).outcome).toBe("done");
		expect(server.population.account(Number(id)).name).toBe("v");
	});
	test("after a reading an account is found by its name at once, and not by going through everybody", async () => {
		const { stage, server, product } = await stageOf();
		const [id] = populate(stage);
		await product.capabilities(calm);
		await product.read({}, calm);
		const sent = server.exchanges.length;
		await rename(product, id as AccountId, "new");
		expect(server.exchanges.slice(sent).map(({ path, query }) => [path.split("/").at(-1), query.filter])).toEqual([
			["users", "person0"],
			["rename", undefined],
		]);
	});
	test("only the case of a name", async () => {
		const { stage, server, product } = await stageOf();
		const [id] = populate(stage);
		expect((await rename(product, id as AccountId, "Person0")).outcome).toBe("done");
		expect(server.population.account(Number(id)).name).toBe("Person0");
		expect((await rename(product, id as AccountId, "Person0")).outcome).toBe("already");
	});
	test("after a rename the settings are those of the same account: its slug has changed", async () => {
		const { stage, server, product } = await stageOf();
		const [id] = populate(stage);
		await rename(product, id as AccountId, "müller@example.org");
		const subject = { username: "x", account: id as AccountId };
		await product.perform(operation({ kind: "attribute.set", subject, attribute: "team", before: undefined, after: "red" }), id, calm);
		expect(server.population.account(Number(id))).toMatchObject({ slug: "m_ller_example.org", settings: { team: "red" } });
	});
});

describe("changes that Bitbucket takes and does not make", () => {
	const told = (id: AccountId) => ({
		id: Number(id),
		name: "person0",
		displayName: "as before",
		emailAddress: "person0@example.org",
		active: true,
	});
	test.each([
		["account.update", "PUT"],
		["account.rename", "POST"],
	] as const)("%s", async (kind, method) => {
		const { stage, server, product } = await stageOf();
		const [id] = populate(stage);
		server.faults.add({ method, effect: { kind: "wrong-json", body: told(id as AccountId) } });
		const work = kind === "account.update" ? change(product, id as AccountId) : rename(product, id as AccountId, "new");
		expect(await caught(work)).toMatchObject({ code: "target.rejected", message: expect.stringContaining("changed nothing") });
	});
	test("a member who stays one after the removal", async () => {
		const { stage, server, product } = await stageOf();
		const [id] = populate(stage);
		server.faults.add({ path: /remove-group/, effect: { kind: "status", status: 200 } });
		expect(await caught(leave(product, id as AccountId, "staff"))).toMatchObject({
			code: "target.inherited",
			message: expect.stringContaining("staff"),
		});
	});
	test("a removal that finds nobody, because somebody was quicker, has ended right", async () => {
		const { stage, server, product } = await stageOf();
		const [id] = populate(stage);
		server.onExchange(({ path }) => {
			if (path.endsWith("/groups/more-members")) server.population.removeMember("staff", Number(id));
		});
		expect((await leave(product, id as AccountId, "staff")).outcome).toBe("done");
	});
	test("only the address changes: the name that it had is sent along", async () => {
		const { stage, server, product } = await stageOf();
		const [id] = populate(stage);
		const subject = { username: "person0", account: id as AccountId };
		await product.perform(operation({ kind: "account.update", subject, before: {}, after: { email: "new@example.org" } }), id, calm);
		expect(server.population.account(Number(id))).toMatchObject({ displayName: "person0 Example", emailAddress: "new@example.org" });
	});
	test("update sends both fields, whatever Bitbucket makes of one that is missing", async () => {
		const { stage, server, product } = await stageOf();
		const [id] = populate(stage);
		await change(product, id as AccountId);
		const sent = server.exchanges.find(({ method, path }) => method === "PUT" && path.endsWith("/admin/users"))?.requestBody;
		expect(sent).toEqual({ name: "person0", displayName: "New", email: "person0@example.org" });
	});
});

describe("rights", () => {
	test("an account above ours is one failure; the others go on", async () => {
		const { stage, server, product } = await stageOf();
		const [id] = populate(stage);
		const admin = String(server.population.named("admin")?.id) as AccountId;
		expect(await caught(change(product, admin))).toMatchObject({
			code: "target.rejected",
			todo: expect.stringContaining("system administrator"),
		});
		expect((await change(product, id as AccountId)).outcome).toBe("done");
	});
	test("the right that we lost is no failure of one account: it ends the run", async () => {
		const { stage, server, product } = await stageOf();
		const [id] = populate(stage);
		await product.read({}, calm);
		server.population.grantGroup("rollcall-admins", "LICENSED_USER");
		expect(await caught(change(product, id as AccountId))).toMatchObject({ code: "target.denied", outcomeUnknown: false });
	});
});

const work =
	(kind: "member.add" | "member.remove", group: string) =>
	(account: AccountId): MembershipWork => ({
		operation: operation({ kind, subject: { username: "x", account }, group: group as GroupName }) as MemberAdd | MemberRemove,
		account,
	});
const outcomes = (results: readonly (SyncError | { readonly outcome: string })[]) =>
	results.map((one) => ("outcome" in one ? one.outcome : one.code));

describe("P13 several memberships in one request", () => {
	async function world(options: Parameters<typeof stageOf>[0] = {}) {
		const staged = await stageOf(options);
		const ids = populate(staged.stage);
		const several = (kind: "member.add" | "member.remove", group: string, whom: readonly AccountId[]) =>
			staged.product.performMembers?.(whom.map(work(kind, group)), calm) as Promise<readonly (SyncError | { readonly outcome: string })[]>;
		const members = (group: string) => [...staged.server.population.group(group).members].map(String).sort();
		const writes = () => staged.server.exchanges.filter(({ method }) => method !== "GET");
		return { ...staged, ids, several, members, writes };
	}
	test("adding is one request for all who are not in yet; twice it is none", async () => {
		const { ids, several, members, writes } = await world();
		expect(outcomes(await several("member.add", "Ops Team", ids))).toEqual([
			"already",
			"done",
			"already",
			"done",
			"already",
			"done",
			"already",
		]);
		expect(members("Ops Team")).toEqual([...ids].sort());
		expect(writes().map(({ path, requestBody }) => [path, requestBody])).toEqual([
			["/rest/api/latest/admin/groups/add-users", { group: "Ops Team", users: ["person1", "person3", "person5"] }],
		]);
		expect(new Set(outcomes(await several("member.add", "ops team", ids)))).toEqual(new Set(["already"]));
		expect(writes()).toHaveLength(1);
	});
	test("one that is refused keeps nobody else out: the refusal of all changes nothing, and one by one the rest go in", async () => {
		const { ids, several, members, product, server } = await world({ seats: 3 });
		expect(await caught(several("member.add", "stash-users", ids))).toMatchObject({
			code: "target.rejected",
			outcomeUnknown: false,
			message: expect.stringContaining("limit of your license"),
		});
		expect(members("stash-users")).toEqual([]);
		expect((await join(product, ids[0] as AccountId, "stash-users")).outcome).toBe("done");
		expect((await caught(join(product, ids[1] as AccountId, "stash-users"))).code).toBe("target.rejected");
		expect(server.population.seatsTaken()).toBe(3);
	});
	test("one whose groups are read-only is told beforehand, and one that is gone; the others go in", async () => {
		const directories = [
			{ name: "Internal", kind: "internal" },
			{ name: "Crowd", kind: "external" },
		] as const;
		const { ids, several, members, server } = await world({ directories });
		const outer = String(
			server.population.addAccount({ name: "outer", emailAddress: "o@example.org", directory: "Crowd" }).id,
		) as AccountId;
		const results = await several("member.add", "empty", [ids[0] as AccountId, outer, "99999" as AccountId, ids[1] as AccountId]);
		expect(outcomes(results)).toEqual(["done", "target.rejected", "target.missing", "done"]);
		expect(members("empty")).toEqual([ids[0], ids[1]]);
	});
	test("the answer is lost: unknown for all, and the repeat ends right", async () => {
		const { ids, several, members, stage } = await world();
		stage.disturb({ at: 1, writesOnly: true, effect: { kind: "drop-after-write" } });
		expect(await caught(several("member.add", "empty", ids))).toMatchObject({ outcomeUnknown: true, retry: "never" });
		expect(new Set(outcomes(await several("member.add", "empty", ids)))).toEqual(new Set(["already"]));
		expect(members("empty")).toEqual([...ids].sort());
	});
	test("a group that is not there", async () => {
		const { ids, several } = await world();
		expect(await caught(several("member.add", "nowhere", ids))).toMatchObject({
			code: "target.missing",
			message: expect.stringContaining("nowhere"),
		});
	});
	test("taking out goes one by one, each with its own result", async () => {
		const { ids, several, members, server, writes } = await world();
		server.faults.add({ path: /remove-group/, skip: 1, times: 1, effect: { kind: "drop-after-write" } });
		const results = await several("member.remove", "Ops Team", [ids[0], ids[1], ids[2], ids[4]] as AccountId[]);
		expect(outcomes(results)).toEqual(["done", "already", "target.unreachable", "done"]);
		expect(results[2]).toMatchObject({ outcomeUnknown: true });
		expect(members("Ops Team")).toEqual([ids[6]]);
		expect(writes().map(({ requestBody }) => requestBody)).toEqual([
			{ context: "person0", itemName: "Ops Team" },
			{ context: "person2", itemName: "Ops Team" },
			{ context: "person4", itemName: "Ops Team" },
		]);
	});
	test("whoever is still in after the removal is told, one by one", async () => {
		const { ids, several, server } = await world();
		server.faults.add({ path: /remove-group/, times: 1, effect: { kind: "status", status: 200 } });
		expect(outcomes(await several("member.remove", "Ops Team", [ids[0], ids[2]] as AccountId[]))).toEqual(["target.inherited", "done"]);
	});
	test("nobody is nothing", async () => {
		const { several, server } = await world();
		expect(await several("member.add", "staff", [])).toEqual([]);
		expect(server.exchanges).toEqual([]);
	});
	test("what the lease says stops it before anything is sent", async () => {
		const { ids, server, connect } = await world();
		const stop = new Error("the lease is gone");
		const product = connect({ beforeWrite: () => Promise.reject(stop) });
		await expect(product.performMembers?.(ids.slice(0, 1).map(work("member.remove", "staff")), calm)).rejects.toBe(stop);
		await expect(product.performMembers?.(ids.slice(0, 1).map(work("member.add", "empty")), calm)).rejects.toBe(stop);
		expect(server.exchanges.every(({ method }) => method === "GET")).toBe(true);
	});
});
