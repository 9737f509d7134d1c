import { describe, expect, test } from "@jest/globals";
import { REGIONS } from "../../../connectors/idp/jumpcloud/settings.ts";
import { Talk } from "../../../connectors/idp/jumpcloud/talk.ts";
import { Secret } from "../../../core/secret.ts";
import { Refused } from "../../../sandbox/kit/http.ts";
import { company } from "../../../sandbox/world/company.ts";
import { settingsFor } from "../../contract/jumpcloud-harness.ts";
import { connector, group, NOTHING, populate, signal, standIn } from "./stand-in.ts";

describe("while the organisation is edited", () => {
	test("somebody is deleted between two pages of people: nobody else is lost", async () => {
		const sandbox = await standIn();
		const ids = populate(sandbox, 30);
		group(sandbox, "g", ids.slice(0, 3));
		let pages = 0;
		sandbox.onExchange(({ path }) => {
			if (path === "/api/systemusers" && ++pages === 2) sandbox.organization.removePerson(ids[1]!);
		});
		const snapshot = await connector(sandbox, { pageSize: 5, network: { timeoutMs: 10_000, concurrency: 1 } }).snapshot(NOTHING, signal);
		expect([...snapshot.people.keys()].sort()).toEqual(ids.filter((id) => id !== ids[1]).sort());
		expect(pages).toBeGreaterThan(7);
	});

	test("somebody who joins after the list of people was read is in it in the end", async () => {
		const sandbox = await standIn();
		const ids = populate(sandbox, 3);
		const g = group(sandbox, "g", ids);
		let late: string | undefined;
		sandbox.onExchange(({ path }) => {
			if (late !== undefined || path !== "/api/systemusers") return;
			late = sandbox.organization.addPerson({ username: "late" })._id;
			sandbox.organization.addMember(g, late);
		});
		const snapshot = await connector(sandbox).snapshot(NOTHING, signal);
		expect(snapshot.size).toMatchObject({ people: 4, memberships: 4, rejects: 0 });
	});

	test("a member who is deleted while groups are read is gone, and nothing is held", async () => {
		const sandbox = await standIn();
		const ids = populate(sandbox, 3);
		group(sandbox, "g", ids);
		const ghost = { id: "0123456789abcdef01234567", type: "user" };
		sandbox.faults.add({ path: /membership/, effect: { kind: "wrong-json", body: [ghost] } });
		const jumpcloud = connector(sandbox, { listEnd: "trust" });
		const snapshot = await jumpcloud.snapshot(NOTHING, signal);
		expect(snapshot.size).toMatchObject({ people: 3, memberships: 0, rejects: 0 });
		expect(sandbox.exchanges.filter(({ path }) => path.endsWith(ghost.id))).toHaveLength(1);
	});

	test("a member who exists and is in no list of people: the list is not whole, whatever its total says", async () => {
		const sandbox = await standIn();
		const ids = populate(sandbox, 3);
		group(sandbox, "g", ids);
		const people = [...sandbox.organization.people.values()].slice(1);
		sandbox.faults.add({ path: /systemusers\?/, effect: { kind: "wrong-json", body: { totalCount: 2, results: people } } });
		await expect(connector(sandbox).snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringContaining("1 members of groups are not in JumpCloud's list of people"),
		});
	});

	test("too many strangers are not looked up one by one", async () => {
		const sandbox = await standIn();
		group(sandbox, "g", populate(sandbox, 60));
		sandbox.faults.add({ path: /systemusers\?/, effect: { kind: "wrong-json", body: { totalCount: 0, results: [] } } });
		await expect(connector(sandbox).snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "source.incomplete",
			context: { strangers: 60 },
		});
		expect(sandbox.exchanges.some(({ path }) => /systemusers\/./.test(path))).toBe(false);
	});
});

describe("the order of pages", () => {
	test("rows that move all the time do no harm, since they are asked for sorted", async () => {
		const sandbox = await standIn({ quirks: { restless: true } });
		group(sandbox, "g", populate(sandbox, 30));
		const snapshot = await connector(sandbox, { pageSize: 4 }).snapshot(NOTHING, signal);
		expect(snapshot.size).toMatchObject({ people: 30, memberships: 30, rejects: 0 });
		const sorts = new Set(sandbox.exchanges.map(({ path, query }) => `${path.replace(/\/[\da-f]{24}/, "/{id}")} ${query.sort}`));
		expect([...sorts].sort()).toEqual(["/api/systemusers _id", "/api/v2/usergroups id", "/api/v2/usergroups/{id}/membership id"]);
	});

	test("people who come in another order than asked for are refused", async () => {
		const sandbox = await standIn({ quirks: { restless: true, ignoresSort: true } });
		populate(sandbox, 30);
		await expect(connector(sandbox, { pageSize: 4 }).snapshot(NOTHING, signal)).rejects.toMatchObject({ code: "source.incomplete" });
	});

	test("groups and members that will not be sorted: told, and read by groupOrder: server", async () => {
		const sandbox = await standIn({ quirks: { refusesSort: true } });
		group(sandbox, "g", populate(sandbox, 5));
		await expect(connector(sandbox).snapshot(NOTHING, signal)).rejects.toMatchObject({ todo: expect.stringContaining("groupOrder") });
		const snapshot = await connector(sandbox, { groupOrder: "server" }).snapshot(NOTHING, signal);
		expect(snapshot.size).toMatchObject({ people: 5, groups: 1, memberships: 5 });
	});

	test("never more than 100 rows are asked for, and no list is left at its standard size of 10", async () => {
		const sandbox = await standIn();
		group(sandbox, "g", populate(sandbox, 30));
		for (const pageSize of [1, 99, 100]) await connector(sandbox, { pageSize }).snapshot(NOTHING, signal);
		const limits = sandbox.exchanges.map(({ query }) => Number(query.limit));
		expect([Math.min(...limits), Math.max(...limits)]).toEqual([2, 100]);
	});
});

test("what listEnd: trust saves, and what it costs", async () => {
	const sandbox = await standIn();
	group(sandbox, "g", populate(sandbox, 5));
	const reading = async (listEnd: "prove" | "trust") => {
		const jumpcloud = connector(sandbox, { listEnd });
		const { size } = await jumpcloud.snapshot(NOTHING, signal);
		return [jumpcloud.requests(), size.memberships, size.rejects];
	};
	expect([await reading("prove"), await reading("trust")]).toEqual([
		[5, 5, 0],
		[3, 5, 0],
	]);
	sandbox.faults.add({ path: /membership\?limit=100/, effect: { kind: "short-page", drop: 2 } });
	// Held after three times, with the probe each; believed.
	expect([await reading("prove"), await reading("trust")]).toEqual([
		[9, 0, 1],
		[3, 3, 0],
	]);
});

describe("records that cannot be understood", () => {
	test("people and groups are held under their ids; the rest is read", async () => {
		const sandbox = await standIn();
		const ids = populate(sandbox, 2);
		const odd = sandbox.organization.addPerson({ username: "odd", state: "RETIRED" })._id;
		const good = group(sandbox, "good", [...ids, odd]);
		const nameless = group(sandbox, "", ids);
		const snapshot = await connector(sandbox).snapshot(NOTHING, signal);
		expect(snapshot.rejects).toMatchObject([
			{ kind: "group", id: nameless },
			{ kind: "person", id: odd, label: "odd", because: expect.stringContaining("RETIRED") },
		]);
		expect(snapshot.groups.get(good as never)?.people).toEqual([...ids, odd].sort());
		expect([...snapshot.groups.keys(), ...snapshot.people.keys()].sort()).toEqual([good, ...ids].sort());
	});

	test("without an id the reading stops: nobody would know whom to leave alone", async () => {
		for (const path of [/systemusers/, /usergroups\?/]) {
			const sandbox = await standIn();
			group(sandbox, "g", populate(sandbox, 1));
			const rows = [{ username: "x", name: "x" }];
			sandbox.faults.add({
				path,
				effect: { kind: "wrong-json", body: path.source === "systemusers" ? { totalCount: 1, results: rows } : rows },
			});
			await expect(connector(sandbox).snapshot(NOTHING, signal)).rejects.toMatchObject({
				code: "source.malformed",
				message: expect.stringContaining("could not be understood"),
			});
		}
	});
});

describe("groups", () => {
	test("one whose rule JumpCloud cannot evaluate is held, and its members are not asked for", async () => {
		const sandbox = await standIn();
		const ids = populate(sandbox, 3);
		const rule = sandbox.organization.addGroup({ name: "rule", membershipMethod: "DYNAMIC_AUTOMATED", memberQueryErrorFlags: ["CYCLE"] });
		sandbox.organization.addMember(rule.id, ids[0]!);
		const snapshot = await connector(sandbox).snapshot(NOTHING, signal);
		expect(snapshot.rejects).toMatchObject([{ kind: "group", id: rule.id, because: expect.stringContaining("(CYCLE)") }]);
		expect(sandbox.exchanges.some(({ path }) => path.includes("membership"))).toBe(false);
	});

	test("one with a group among its members is held: the description knows people only", async () => {
		const sandbox = await standIn({ quirks: { nests: true } });
		const id = group(sandbox, "g", populate(sandbox, 3));
		const snapshot = await connector(sandbox).snapshot(NOTHING, signal);
		expect(snapshot.rejects).toMatchObject([{ id, because: expect.stringContaining("it has a user_group among its members") }]);
	});

	test("one that is gone when its members are asked for is held, never empty", async () => {
		const sandbox = await standIn();
		const ids = populate(sandbox, 3);
		const gone = group(sandbox, "gone", ids);
		group(sandbox, "stays", ids);
		sandbox.faults.add({
			path: new RegExp(`${gone}/membership`),
			effect: { kind: "status", status: 404, body: { code: 404, message: "not found" } },
		});
		const snapshot = await connector(sandbox).snapshot(NOTHING, signal);
		expect(snapshot.rejects).toMatchObject([{ id: gone }]);
		expect(snapshot.size).toMatchObject({ groups: 2, memberships: 3 });
	});

	test("all of them unreadable: it is not the groups", async () => {
		const sandbox = await standIn();
		sandbox.become({ sees: ["people", "groups"] });
		const ids = populate(sandbox, 3);
		for (const name of ["a", "b"]) group(sandbox, name, ids);
		await expect(connector(sandbox).snapshot(NOTHING, signal)).rejects.toMatchObject({ code: "source.denied", context: { groups: 2 } });
	});

	test("more than a few of many: it is not the groups either", async () => {
		const reading = async (refused: number) => {
			const sandbox = await standIn();
			for (let n = 0; n < 30; n += 1) group(sandbox, `g${n}`, []);
			sandbox.faults.add({ path: /membership/, times: refused, effect: { kind: "status", status: 400, body: { message: "no" } } });
			return await connector(sandbox).snapshot(NOTHING, signal);
		};
		await expect(reading(11)).rejects.toMatchObject({ context: { groups: 11 } });
		expect((await reading(10)).size).toMatchObject({ groups: 30, heldGroups: 10 });
	});

	test("one whose members are refused for haste is not held: the run stops and comes again", async () => {
		const sandbox = await standIn();
		const ids = populate(sandbox, 3);
		const [one] = ["a", "b"].map((name) => group(sandbox, name, ids));
		sandbox.faults.add({ path: new RegExp(`${one}/membership`), effect: { kind: "status", status: 429, body: { message: "no" } } });
		await expect(connector(sandbox).snapshot(NOTHING, signal)).rejects.toMatchObject({ code: "source.limited" });
	});

	test("names come as they are, and two groups may share one", async () => {
		const sandbox = await standIn();
		populate(sandbox, 1);
		for (const name of ["R&D/Labs", "R&D/Labs"]) group(sandbox, name, []);
		const snapshot = await connector(sandbox).snapshot(NOTHING, signal);
		expect([...snapshot.groups.values()].map(({ name, path }) => [name, path])).toEqual([
			["R&D/Labs", "R&D/Labs"],
			["R&D/Labs", "R&D/Labs"],
		]);
	});
});

describe("one of several organisations", () => {
	const other = "5e0000000000000000000001";
	const mine = (sandbox: { readonly organizationId: string }) => ({ organizations: [sandbox.organizationId, other] });

	test("is named in a header of every request; without it JumpCloud lets nobody in", async () => {
		const sandbox = await standIn();
		sandbox.become(mine(sandbox));
		populate(sandbox, 3);
		await expect(connector(sandbox).snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "source.denied",
			todo: expect.stringContaining("must name one as organization"),
		});
		const snapshot = await connector(sandbox, { organization: sandbox.organizationId }).snapshot(NOTHING, signal);
		expect(snapshot.size.people).toBe(3);
	});

	test("that does not exist is an error of the configuration", async () => {
		const sandbox = await standIn();
		sandbox.become(mine(sandbox));
		for (const organization of ["5e0000000000000000000002", "not-an-id"])
			await expect(connector(sandbox, { organization }).snapshot(NOTHING, signal)).rejects.toMatchObject({
				code: "config.invalid",
				context: { organization },
				todo: expect.stringContaining(organization),
			});
	});

	test("another one than was asked for (a header dropped on the way) is refused", async () => {
		const sandbox = await standIn({ quirks: { answersFor: other } });
		populate(sandbox, 3);
		await expect(connector(sandbox, { organization: sandbox.organizationId }).snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "config.invalid",
			message: expect.stringContaining(other),
			todo: expect.stringContaining("x-org-id"),
		});
		// Upper and lower case are the same id.
		sandbox.quirks.answersFor = sandbox.organizationId.toUpperCase();
		expect((await connector(sandbox, { organization: sandbox.organizationId }).snapshot(NOTHING, signal)).size.people).toBe(3);
	});

	test("groups of another one are refused just as well, and two at once without any being named", async () => {
		const sandbox = await standIn();
		const [first] = populate(sandbox, 2);
		const foreign = { id: "60a1b2c3d4e5f60718293041", name: "theirs", type: "user_group", organizationObjectId: other };
		sandbox.faults.add({ path: /usergroups\?/, effect: { kind: "wrong-json", body: [foreign] } });
		const { organizationId: organization } = sandbox;
		await expect(connector(sandbox, { organization, listEnd: "trust" }).snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "config.invalid",
		});
		sandbox.faults.clear();
		const results = [...sandbox.organization.people.values()].map((p) => ({ ...p, organization: p._id === first ? other : organization }));
		sandbox.faults.add({ path: /systemusers\?/, effect: { kind: "wrong-json", body: { totalCount: 2, results } } });
		await expect(connector(sandbox).snapshot(NOTHING, signal)).rejects.toMatchObject({
			code: "config.invalid",
			todo: "Name the organisation that is to be read as organization.",
		});
	});
});

describe("limits", () => {
	test("a window that is full, with a stated wait and without one: waited for", async () => {
		for (const statesWait of [true, false]) {
			const sandbox = await standIn({ limits: { perWindow: 9, windowMs: 400, statesWait } });
			for (let n = 0; n < 8; n += 1) group(sandbox, `g${n}`, populate(sandbox, 1));
			const retry = { attempts: 8, baseMs: 100, capMs: 1_000, budgetMs: 60_000 };
			const snapshot = await connector(sandbox, { retry }).snapshot(NOTHING, signal);
			expect(snapshot.size).toMatchObject({ people: 8, groups: 8, rejects: 0 });
			expect(sandbox.limiter.refused).toBeGreaterThan(0);
		}
	});

	test("ten of sixty a minute at once, and the eleventh has to wait", async () => {
		const sandbox = await standIn();
		for (let n = 0; n < 4; n += 1) group(sandbox, `g${n}`, []);
		const jumpcloud = connector(sandbox, { requestsPerMinute: 60 });
		const began = performance.now();
		await jumpcloud.snapshot(NOTHING, signal);
		expect(jumpcloud.requests()).toBe(11);
		// A lower bound: fifty a minute is one each 1.2 seconds.
		expect(performance.now() - began).toBeGreaterThan(1_150);
	});

	test("one refusal that names no wait makes everybody rest", async () => {
		const sandbox = await standIn();
		for (let n = 0; n < 12; n += 1) group(sandbox, `g${n}`, []);
		const at: number[] = [];
		sandbox.onExchange(() => at.push(performance.now()));
		sandbox.faults.add({ path: /membership/, times: 1, effect: { kind: "status", status: 429, body: { message: "Too Many Requests" } } });
		const retry = { attempts: 3, baseMs: 400, capMs: 400, budgetMs: 60_000 };
		await connector(sandbox, { retry }).snapshot(NOTHING, signal);
		// A lower bound: the rest of the groups would be done in no time.
		expect(Math.max(...at.slice(1).map((time, i) => time - at[i]!))).toBeGreaterThan(380);
	});

	test("no more at once than network.concurrency says", async () => {
		const sandbox = await standIn();
		for (let n = 0; n < 12; n += 1) group(sandbox, `g${n}`, []);
		populate(sandbox, 60);
		const many = { timeoutMs: 10_000, concurrency: 3 };
		sandbox.faults.add({ effect: { kind: "slow", ms: 5 } });
		await connector(sandbox, { pageSize: 3, network: many }).snapshot(NOTHING, signal);
		expect(sandbox.busiest).toBe(3);
	});

	test("an address that is blocked sends nothing more", async () => {
		const sandbox = await standIn({ quirks: { blocked: true } });
		const jumpcloud = connector(sandbox);
		for (let n = 0; n < 3; n += 1)
			await expect(jumpcloud.snapshot(NOTHING, signal)).rejects.toMatchObject({
				code: "source.denied",
				message: expect.stringContaining("blocks this machine's address"),
			});
		// People and groups are asked for at the same time.
		expect(jumpcloud.requests()).toBeLessThanOrEqual(2);
	});

	test("a key that is refused is not used again", async () => {
		const sandbox = await standIn();
		const jumpcloud = connector(sandbox, { auth: { kind: "apiKey", key: new Secret("jca_wrong-key", "test") } });
		for (let n = 0; n < 3; n += 1) await expect(jumpcloud.snapshot(NOTHING, signal)).rejects.toMatchObject({ code: "source.denied" });
		expect(jumpcloud.requests()).toBeLessThanOrEqual(2);
	});
});

describe("the way in", () => {
	test("a key travels as x-api-key, a token as bearer, and each to its own host only", async () => {
		const api = await standIn();
		const tokens = await standIn();
		populate(api, 3);
		for (let n = 0; n < 6; n += 1) group(api, `g${n}`, []);
		const seen: string[] = [];
		const { clientId, clientSecret } = tokens.credentials;
		// The two stand-ins share no tokens: whatever the API's one is given, it must know.
		const given: string[] = [];
		api.access.caller = (call) => {
			given.push(String(call.headers.authorization));
			seen.push(
				Object.keys(call.headers)
					.filter((name) => /^(authorization|x-api-key|x-org-id)$/.test(name))
					.join(),
			);
			return { name: "x", roles: ["Read Only"] };
		};
		const auth = { kind: "serviceAccount", clientId, clientSecret: new Secret(clientSecret, "test") } as const;
		await connector(api, { auth, tokenUrl: tokens.tokenUrl }).snapshot(NOTHING, signal);
		expect(tokens.exchanges.map(({ method, path, requestBody }) => [method, path, requestBody])).toEqual([
			["POST", "/oauth2/token", { grant_type: "client_credentials", scope: "api" }],
		]);
		expect(new Set(seen)).toEqual(new Set(["authorization"]));
		expect(new Set(given).size).toBe(1);
		expect(given[0]).toMatch(/^Bearer ory_at_/);
		seen.length = 0;
		await connector(api, { organization: api.organizationId }).snapshot(NOTHING, signal);
		expect(new Set(seen)).toEqual(new Set(["x-org-id,x-api-key"]));
	});

	test("a token or a secret that the server echoes is not passed on", async () => {
		const sandbox = await standIn();
		const { clientSecret } = sandbox.credentials;
		const tokens: string[] = [];
		sandbox.access.caller = (call) => {
			tokens.push(String(call.headers.authorization).slice("Bearer ".length));
			throw new Refused({ status: 403, json: { message: `no right for ${tokens.at(-1)} of ${clientSecret}` } });
		};
		const error = await connector(sandbox, { logIn: "serviceAccount" })
			.snapshot(NOTHING, signal)
			.catch((e: unknown) => e);
		expect(error).toMatchObject({ code: "source.denied", message: expect.stringContaining("no right for [secret] of [secret]") });
		expect(JSON.stringify([error, String(error)])).not.toContain(tokens[0]);
	});

	test("a log-in is a request too", async () => {
		const sandbox = await standIn();
		populate(sandbox, 1);
		const jumpcloud = connector(sandbox, { logIn: "serviceAccount" });
		await jumpcloud.snapshot(NOTHING, signal);
		expect([jumpcloud.requests(), sandbox.exchanges.length]).toEqual([4, 4]);
	});

	test("one token serves everybody, and the next reading too", async () => {
		const sandbox = await standIn();
		for (let n = 0; n < 6; n += 1) group(sandbox, `g${n}`, []);
		populate(sandbox, 40);
		const jumpcloud = connector(sandbox, { logIn: "serviceAccount", pageSize: 3, network: { timeoutMs: 10_000, concurrency: 8 } });
		for (let n = 0; n < 3; n += 1) await jumpcloud.snapshot(NOTHING, signal);
		expect(sandbox.access.issued).toBe(1);
	});

	test("a wrong secret is told without being shown", async () => {
		const sandbox = await standIn();
		const auth = {
			kind: "serviceAccount",
			clientId: sandbox.credentials.clientId,
			clientSecret: new Secret("not-the-secret", "test"),
		} as const;
		const error = await connector(sandbox, { auth })
			.snapshot(NOTHING, signal)
			.catch((e: unknown) => e);
		expect(error).toMatchObject({
			code: "source.denied",
			message: expect.stringContaining("Client authentication failed"),
			todo: expect.stringContaining("clientSecret"),
		});
		expect(JSON.stringify(error)).not.toContain("not-the-secret");
	});

	test("every region has its own console and its own token host, and no region another's", () => {
		const hosts = Object.values(REGIONS).flatMap(({ console: api, tokens }) => [new URL(api).host, new URL(tokens).host]);
		expect(hosts).toEqual([
			"console.jumpcloud.com",
			"admin-oauth.id.jumpcloud.com",
			"console.eu.jumpcloud.com",
			"admin-oauth.id.eu.jumpcloud.com",
			"console.in.jumpcloud.com",
			"admin-oauth.id.in.jumpcloud.com",
		]);
		for (const region of ["us", "eu", "in"] as const) {
			const { url: _url, tokenUrl: _tokenUrl, ...rest } = settingsFor({ credentials: {} } as never);
			expect(new Talk({ ...rest, region }).host).toBe(new URL(REGIONS[region].console).host);
		}
	});

	test("an address with a slash at its end is the same address", async () => {
		const sandbox = await standIn();
		populate(sandbox, 1);
		await connector(sandbox, { url: `${sandbox.url}/` }).snapshot(NOTHING, signal);
		expect(sandbox.exchanges[0]?.path).toMatch(/^\/api\//);
	});
});

test("fields: only those that are needed are asked for", async () => {
	const sandbox = await standIn();
	populate(sandbox, 1);
	const asked = async (attributes: ReadonlySet<string> | "all") => {
		const from = sandbox.exchanges.length;
		await connector(sandbox).snapshot({ attributes }, signal);
		return sandbox.exchanges.slice(from).find(({ path }) => path === "/api/systemusers")?.query.fields;
	};
	expect(await asked(new Set())).not.toMatch(/attributes|department/);
	expect(await asked(new Set(["department"]))).toMatch(/ department$/);
	expect(await asked(new Set(["site"]))).toMatch(/ attributes$/);
	expect(await asked("all")).toBeUndefined();
});

test("a company of 600: as many requests as the guide says", async () => {
	const sandbox = await standIn();
	const world = company({ people: 600, groups: 40, seed: 5 });
	sandbox.load(world);
	const pages = (rows: number) => Math.max(1, Math.ceil(rows / 99));
	for (const counts of [false, true]) {
		sandbox.quirks.counts = counts;
		const probe = counts ? 0 : 1;
		const members = [...sandbox.organization.groups.keys()].map((id) => pages(sandbox.organization.membersOf(id).length) + probe);
		const jumpcloud = connector(sandbox);
		const snapshot = await jumpcloud.snapshot(NOTHING, signal);
		expect(snapshot.size).toMatchObject({ people: 600, groups: 40, rejects: 0 });
		expect(jumpcloud.requests()).toBe(pages(600 - 1) + pages(40) + probe + members.reduce((all, one) => all + one, 0));
	}
});
