import { describe, expect, test } from "@jest/globals";
import type { AccountId, GroupName } from "../../../core/model.ts";
import { Secret } from "../../../core/secret.ts";
import { calm, fieldsOf, populate } from "../../contract/product-world.ts";
import { caught, stageOf } from "./stage.ts";

const pat = (token: string) => ({ auth: { kind: "pat", token: new Secret(token, "test") } }) as const;
const basic = (password: string, username = "rollcall") =>
	({ auth: { kind: "basic", username, password: new Secret(password, "test") } }) as const;

describe("who we are", () => {
	test("a wrong token: refused, and not sent again", async () => {
		const { server, connect } = await stageOf();
		const product = connect(pat("nonsense-token"));
		expect(await caught(product.read({}, calm))).toMatchObject({ code: "target.denied", message: expect.stringContaining("token") });
		expect((await caught(product.read({}, calm))).message).not.toContain("nonsense-token");
		expect(server.exchanges).toHaveLength(1);
	});
	test("an HTTP access token may list and not administer, whatever its owner may do (BSERV-10482): the way out is named", async () => {
		const { server, connect } = await stageOf();
		expect(await caught(connect(pat(server.credentials.token)).read({}, calm))).toMatchObject({
			code: "target.denied",
			todo: expect.stringMatching(/username and password.*BSERV-10482/),
		});
	});
	test("no administrator: the lists would come, and are not even asked for", async () => {
		const { stage, server, connect } = await stageOf();
		const [id] = populate(stage);
		server.population.addMember("stash-users", Number(id));
		server.population.updateAccount(Number(id), { password: "clerk-password" });
		const product = connect(basic("clerk-password", "person0"));
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.denied",
			todo: expect.stringContaining("global permission Admin"),
		});
		expect(server.exchanges.map(({ path }) => path)).not.toContain("/rest/api/latest/admin/users");
		// The 401 was about the right, so the credential is still good: an administrator may just have mended it.
		server.population.grantAccount(Number(id), "ADMIN");
		expect((await product.read({}, calm)).self).toBe(id);
	});
	test("a 401 about a right in which nobody is named: no log-in arrived there, and it is not tried again", async () => {
		const { server, product } = await stageOf();
		const errors = [{ context: null, message: "not permitted", exceptionName: "com.atlassian.bitbucket.AuthorisationException" }];
		server.faults.add({ path: /admin\/license/, effect: { kind: "status", status: 401, body: { errors } } });
		expect((await caught(product.read({}, calm))).code).toBe("target.denied");
		const sent = server.exchanges.length;
		expect((await caught(product.read({}, calm))).code).toBe("target.denied");
		expect(server.exchanges).toHaveLength(sent);
	});
	test("one wrong password, one request, no CAPTCHA", async () => {
		const { server, connect } = await stageOf();
		const product = connect({ ...basic("wrong-password"), retry: { attempts: 5, baseMs: 1, capMs: 1, budgetMs: 0 } });
		for (let tried = 0; tried < 3; tried += 1) expect((await caught(product.read({}, calm))).code).toBe("target.denied");
		expect(server.exchanges).toHaveLength(1);
	});
	test("a CAPTCHA is named, and nothing more is sent", async () => {
		const { server, connect } = await stageOf({ behaviour: { captchaAfter: 0 } });
		const product = connect(basic("x-password"));
		const error = await caught(product.read({}, calm));
		expect(error).toMatchObject({
			code: "target.denied",
			message: expect.stringContaining("CAPTCHA"),
			todo: expect.stringContaining("in a browser"),
		});
		expect((await caught(product.capabilities(calm))).message).toBe(error.message);
		expect(server.exchanges).toHaveLength(1);
	});
	test("a name with an at sign comes percent-encoded in the header", async () => {
		const { server, connect } = await stageOf({ behaviour: { tokensAdminister: true } });
		const { id } = server.population.addAccount({ name: "roll call@example.org", emailAddress: "r@example.org" });
		server.population.addMember("rollcall-admins", id);
		server.addToken("roll call@example.org", "other-token");
		expect((await connect(pat("other-token")).read({}, calm)).self).toBe(String(id));
	});
	test("a proxy takes the header off: with a password the settings say who we are, with a token nothing does", async () => {
		const { server, connect } = await stageOf({ behaviour: { userNameHeader: false, tokensAdminister: true } });
		const id = String(server.population.named("rollcall")?.id);
		expect((await connect(basic(server.credentials.password)).read({}, calm)).self).toBe(id);
		expect(await caught(connect(pat(server.credentials.token)).read({}, calm))).toMatchObject({
			code: "target.denied",
			message: expect.stringContaining("X-AUSERNAME"),
		});
	});
	test("a list without our own account is not believed", async () => {
		const { server, product } = await stageOf();
		server.faults.add({
			path: /admin\/users\?/,
			effect: { kind: "wrong-json", body: { values: [], size: 0, isLastPage: true, start: 0, limit: 25 } },
		});
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining("not among them"),
		});
	});
});

describe("accounts", () => {
	test("what can be written is told by the two flags", async () => {
		const directories = [
			{ name: "Bitbucket Internal Directory", kind: "internal" },
			{ name: "Crowd", kind: "external" },
			{ name: "LDAP", kind: "delegated" },
		] as const;
		const { server, product } = await stageOf({ directories });
		const ids = directories.map(({ name }) =>
			String(server.population.addAccount({ name, emailAddress: "x@example.org", directory: name }).id),
		);
		const { accounts } = await product.read({}, calm);
		expect(ids.map((id) => accounts.get(id as AccountId)?.editable)).toEqual([true, false, "memberships"]);
	});
	test("one that a directory has switched off, and that the list may leave out, does not stop the reading as a member", async () => {
		const { stage, server, product } = await stageOf({ behaviour: { listsInactive: false } });
		const ids = populate(stage);
		const { accounts } = await product.read({}, calm);
		expect(accounts.has(ids[3] as AccountId)).toBe(false);
		expect(accounts.get(ids[4] as AccountId)?.groups).toEqual(["Ops Team", "staff"]);
		server.behaviour.listsInactive = true;
		expect((await product.read({}, calm)).accounts.get(ids[3] as AccountId)?.active).toBe(false);
	});
	test("an active member whom the list lacks shows that the list was not whole", async () => {
		const { stage, server, product } = await stageOf();
		populate(stage);
		const own = server.population.named("rollcall")!;
		const row = { id: own.id, name: own.name, active: true };
		server.faults.add({ path: /admin\/users\?/, effect: { kind: "wrong-json", body: { values: [row], size: 1, isLastPage: true } } });
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining("did not name it"),
		});
	});
	test("the same number in two Bitbuckets is two people: the site tells them apart", async () => {
		const [one, two] = [await stageOf(), await stageOf()];
		const sites = [await one.product.read({}, calm), await two.product.read({}, calm), await one.connect().read({}, calm)].map(
			({ site }) => site,
		);
		expect(sites[0]).toMatch(/^[0-9A-F]{4}(-[0-9A-F]{4}){3}$/);
		expect(sites[1]).not.toBe(sites[0]);
		expect(sites[2]).toBe(sites[0]);
	});
});

describe("settings", () => {
	test("numbers and booleans of somebody else's never equal a wish by chance; what is not there is absent", async () => {
		const { server, product } = await stageOf();
		const { id } = server.population.addAccount({ name: "one", emailAddress: "o@example.org" });
		server.population.updateAccount(id, { settings: { text: "true", flag: true, constructor: "c" } });
		const account = String(id) as AccountId;
		const request = {
			groups: new Set<string>(),
			attributes: ["text", "flag", "toString", "constructor"],
			attributesOf: new Set([account]),
		};
		expect((await product.read(request, calm)).accounts.get(account)?.attributes).toEqual({ text: "true", flag: "true", constructor: "c" });
	});
	test("only of those who are asked about, one request each", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		await product.read({ attributes: ["team"], attributesOf: new Set(ids.slice(0, 2)) }, calm);
		expect(server.exchanges.filter(({ path }) => path.endsWith("/settings"))).toHaveLength(2);
	});
	test("names that want the same slug have their own settings", async () => {
		const { server, product } = await stageOf();
		const ids = ["super@example.org", "super_example.org"].map(
			(name) => String(server.population.addAccount({ name, emailAddress: "s@example.org" }).id) as AccountId,
		);
		server.population.updateAccount(Number(ids[1]), { settings: { team: "second" } });
		const { accounts } = await product.read({ attributes: ["team"], attributesOf: new Set(ids) }, calm);
		expect(ids.map((id) => accounts.get(id)?.attributes)).toEqual([{}, { team: "second" }]);
	});
});

describe("seats", () => {
	const seat = (actual: { seats?: readonly unknown[] }) => actual.seats?.[0];
	test("P14 total and used as Bitbucket counts them, and every group with a global permission", async () => {
		const { stage, server, product } = await stageOf({ seats: 10 });
		const [id] = populate(stage);
		for (const [group, level] of [
			["Creators", "PROJECT_CREATE"],
			["Bosses", "ADMIN"],
			["Roots", "SYS_ADMIN"],
		] as const) {
			server.population.addGroup(group);
			server.population.grantGroup(group, level);
		}
		server.population.addMember("Creators", Number(id));
		expect(seat(await product.read({ groups: new Set() }, calm))).toEqual({
			name: "Bitbucket",
			total: 10,
			used: 3, // admin, rollcall, person0
			groups: new Set(["stash-users", "rollcall-admins", "Creators", "Bosses", "Roots"]),
			givenToNewAccounts: false,
		});
	});
	test("P14 a licence without limit, whatever number it states beside", async () => {
		const { server, product } = await stageOf();
		const body = { maximumNumberOfUsers: 10, unlimitedNumberOfUsers: true, status: { currentNumberOfUsers: 3, serverId: "A" } };
		server.faults.add({ path: /admin\/license/, effect: { kind: "wrong-json", body } });
		expect(seat(await product.read({}, calm))).toMatchObject({ total: undefined, used: 3 });
	});
	test("P14 no limit, and no licence at all", async () => {
		const { server, product } = await stageOf();
		expect(seat(await product.read({}, calm))).toMatchObject({ total: undefined, used: 2 });
		server.population.licence = undefined;
		const actual = await product.read({}, calm);
		expect(actual).not.toHaveProperty("seats");
		expect(actual).not.toHaveProperty("site");
	});
	test("P14 the members of groups that give a seat are read when leavers lose them, however they are asked for", async () => {
		const { stage, server, product } = await stageOf();
		const [id] = populate(stage);
		server.population.addMember("stash-users", Number(id));
		const groupsOf = async (seatGroups: boolean) =>
			(await product.read({ groups: new Set(["Ops Team"]), seatGroups }, calm)).accounts.get(id as AccountId)?.groups;
		expect(await groupsOf(false)).toEqual(["Ops Team"]);
		expect(await groupsOf(true)).toEqual(["Ops Team", "stash-users"]);
	});
	test("whoever has a permission without any group keeps the licence: said beforehand", async () => {
		const { stage, server, product } = await stageOf();
		const ids = populate(stage);
		server.population.grantAccount(Number(ids[1]), "LICENSED_USER");
		server.population.addMember("stash-users", Number(ids[2]));
		const blockers = await product.blockers?.(ids.slice(0, 3), calm);
		expect([...(blockers ?? [])]).toEqual([[ids[1], expect.stringMatching(/"person1".*LICENSED_USER.*Global permissions/)]]);
		expect([...((await product.blockers?.([ids[0] as AccountId], calm)) ?? [])]).toEqual([]);
	});
});

describe("lists", () => {
	const row = (id: number, name = `person${id}`) => ({ id, name, active: true });
	type Rows = ReturnType<typeof row>[];
	const page = (values: Rows, more: object) =>
		({ kind: "wrong-json", body: { values, size: values.length, start: 0, limit: 2, ...more } }) as const;
	const self = (server: { population: { named(name: string): { id: number } | undefined } }) =>
		row(server.population.named("rollcall")?.id ?? 0, "rollcall");

	test("somebody was deleted while the list was read: it is begun anew, and nobody is missed", async () => {
		const { stage, server, connect } = await stageOf();
		const ids = populate(stage);
		const gone = ids[0] as AccountId;
		let removed = false;
		server.onExchange(({ path, query }) => {
			// After the second page, whose rows come before all others by name.
			if (removed || !path.endsWith("/admin/users") || query.start === "0") return;
			removed = true;
			server.population.removeAccount(Number(gone));
		});
		const { accounts } = await connect({ pageSize: 2 }).read({ groups: new Set() }, calm);
		expect([...accounts.keys()].sort()).toEqual([...server.population.accounts.keys()].map(String).sort());
	});
	test("a list that never rests is given up", async () => {
		const { stage, server, connect } = await stageOf();
		populate(stage);
		let number = 0;
		server.onExchange(({ path }) => {
			if (path.endsWith("/admin/users"))
				server.population.addAccount({ name: `aaa${1_000_000 - ++number}`, emailAddress: "a@example.org" });
		});
		expect(await caught(connect({ pageSize: 3 }).read({ groups: new Set() }, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining("came and went"),
		});
	});
	test.each([
		["a page that goes back", [{ isLastPage: false, nextPageStart: 0 }], /after the page at 0 comes the one at 0/],
		["a page without a next one", [{ isLastPage: false }], /names no next one/],
		["a page that states other rows than it holds", [{ isLastPage: true, size: 7 }], /states 7 rows and holds 1/],
	])("%s is refused", async (_title, [more], says) => {
		const { server, product } = await stageOf();
		server.faults.add({ path: /admin\/users\?/, effect: page([self(server)], more as object) });
		const error = await caught(product.read({}, calm));
		expect(error).toMatchObject({ code: "target.incomplete", message: expect.stringMatching(says) });
	});
	test("pages without rows and without end are given up in bounded time", async () => {
		const { server, product } = await stageOf();
		const before = server.exchanges.length;
		for (let n = 0; n < 200; n += 1)
			server.faults.add({
				path: /admin\/users\?/,
				skip: n,
				times: 1,
				effect: page([], { isLastPage: false, nextPageStart: (n + 1) * 10 }),
			});
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining("were empty"),
		});
		expect(server.exchanges.length - before).toBeLessThan(120);
	});
	test("the same page again and again is no list", async () => {
		const { server, product } = await stageOf();
		server.faults.add({ path: /admin\/users\?/, effect: page([self(server), row(1)], { isLastPage: false, nextPageStart: 2 }) });
		expect((await caught(product.read({}, calm))).code).toBe("target.incomplete");
	});
	test("a group that disappears while it is read stops the reading", async () => {
		const { stage, server, product } = await stageOf();
		populate(stage);
		server.faults.add({
			path: /more-members\?context=empty/,
			effect: { kind: "status", status: 404, body: { errors: [{ message: "No such group" }] } },
		});
		expect(await caught(product.read({}, calm))).toMatchObject({
			code: "target.incomplete",
			message: expect.stringContaining('"empty" was listed'),
		});
	});
	test("names in whatever case, in Bitbucket's spelling", async () => {
		const { stage, product } = await stageOf();
		const id = stage.addAccount(fieldsOf("one"));
		stage.addGroup("Ops Team");
		stage.addMember("Ops Team", id);
		const actual = await product.read({ groups: new Set(["oPS tEAM", "nowhere"]) }, calm);
		expect(actual.accounts.get(id)?.groups).toEqual(["Ops Team"]);
		expect(actual.groups.has("nowhere" as GroupName)).toBe(false);
	});
});
