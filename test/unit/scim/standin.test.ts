import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { NotAFilter, parseFilter } from "../../../sandbox/scim/filter.ts";
import { projected } from "../../../sandbox/scim/projection.ts";
import { configOf, startScim } from "../../../sandbox/scim/server.ts";
import { company } from "../../../sandbox/world/company.ts";
import { BEARER, GROUPS, groupId, nameOf, personId } from "../../contract/scim-harness.ts";
import { open } from "./stand-in.ts";

const folder = mkdtempSync(join(tmpdir(), "rollcall-scim-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ANNA = {
	id: "a1",
	userName: "Anna",
	active: true,
	age: 7,
	name: { givenName: "Anna" },
	emails: [
		{ value: "anna@example.com", type: "work" },
		{ value: "a@example.net", type: "home" },
	],
	"urn:x:2.0:User": { badge: "9" },
};

describe("filters (RFC 7644 section 3.4.2.2)", () => {
	test.each([
		['userName eq "anna"', true],
		['id eq "A1"', false],
		['userName ne "anna"', false],
		['userName sw "an" and userName ew "NA"', true],
		['userName co "x" or active eq true', true],
		["not (active eq true)", false],
		["age gt 6 and age le 7 and age ge 7 and not (age lt 7)", true],
		['name.givenName eq "anna"', true],
		['emails eq "a@example.net"', true],
		['emails[type eq "work" and value co "anna"].value pr', undefined],
		['emails[type eq "work" and value co "anna"]', true],
		['emails[type eq "home" and value co "anna"]', false],
		["title pr", false],
		["emails pr", true],
		['urn:x:2.0:User:badge eq "9"', true],
		['userName eq "quo\\"te"', false],
		["title eq null", false],
		["(active eq true", undefined],
		["active like true", undefined],
		["active eq yes", undefined],
		["active eq", undefined],
		["", undefined],
	])("%s", (text, expected) => {
		if (expected === undefined) expect(() => parseFilter(text)).toThrow(NotAFilter);
		else expect(parseFilter(text)(ANNA)).toBe(expected);
	});
});

test("attributes and excludedAttributes (RFC 7644 section 3.9)", () => {
	const pick = (...attributes: string[]) => projected(ANNA, { attributes, excluded: [] });
	expect(pick("USERNAME", "name.givenName")).toEqual({ id: "a1", userName: "Anna", name: { givenName: "Anna" } });
	expect(pick("emails.type", "emails.value")).toEqual({ id: "a1", emails: ANNA.emails });
	expect(pick("urn:x:2.0:User:badge", "nothing")).toEqual({ id: "a1", "urn:x:2.0:User": { badge: "9" } });
	expect(Object.keys(projected(ANNA, { attributes: undefined, excluded: ["id", "emails", "active"] }))).toEqual([
		"id",
		"userName",
		"age",
		"name",
		"urn:x:2.0:User",
	]);
});

interface Body {
	readonly totalResults?: number;
	readonly nextCursor?: string;
	readonly Resources?: readonly { readonly userName: string }[];
	readonly groups?: readonly { readonly display: string; readonly type: string }[];
}

describe("the server", () => {
	const ask = async (url: string, path: string, token: string = BEARER.token) => {
		const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
		return { status: response.status, body: (await response.json()) as Body };
	};

	test("pages, counts, sorts and refuses as the standard has it", async () => {
		const { sandbox } = await open();
		const list = async (query: string) => (await ask(sandbox.url, `/Users?attributes=userName&${query}`)).body;
		expect(await list("startIndex=12&count=5")).toMatchObject({ totalResults: 13, startIndex: 12, itemsPerPage: 2 });
		expect((await list("startIndex=0&count=-1")).Resources).toEqual([]);
		expect((await list("startIndex=40")).Resources).toEqual([]);
		expect((await list("sortBy=userName&sortOrder=descending&count=1")).Resources?.[0]?.userName).toBe(nameOf(11));
		expect(await ask(sandbox.url, "/Users?count=x")).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
		expect(await ask(sandbox.url, "/Users?filter=x")).toMatchObject({ status: 400, body: { scimType: "invalidFilter" } });
		expect(await ask(sandbox.url, "/Users/nobody")).toMatchObject({ status: 404, body: { status: "404" } });
		expect(await ask(sandbox.url, "/Users", "wrong")).toMatchObject({ status: 401 });
	});

	test("cursors belong to their query, and run out with their row (RFC 9865)", async () => {
		const { sandbox } = await open({ paging: "cursor" });
		const { body } = await ask(sandbox.url, "/Users?count=3&cursor");
		const next = body.nextCursor;
		expect(next).toMatch(/^[\w.~-]+$/);
		expect(await ask(sandbox.url, `/Users?count=4&cursor=${next}`)).toMatchObject({ status: 400, body: { scimType: "invalidCursor" } });
		sandbox.store.remove("User", personId(2));
		expect(await ask(sandbox.url, `/Users?count=3&cursor=${next}`)).toMatchObject({ status: 400, body: { scimType: "expiredCursor" } });
	});

	test("groups of people are direct or indirect; a removal is tidy unless told", async () => {
		const { sandbox } = await open();
		const groups = async (i: number) =>
			((await ask(sandbox.url, `/Users/${personId(i)}`)).body as { groups: { display: string; type: string }[] }).groups
				.map((g) => `${g.display} ${g.type}`)
				.sort();
		expect(await groups(1)).toEqual(["Berlin indirect", "Company indirect", "Developers direct", "everybody direct"]);
		sandbox.store.remove("Group", groupId("Developers"));
		expect(await groups(1)).toEqual(["everybody direct"]);
		sandbox.store.remove("Group", groupId("Berlin"), false);
		expect(JSON.stringify((await ask(sandbox.url, `/Groups/${groupId("Company")}`)).body)).toContain(groupId("Berlin"));
		expect(sandbox.store.groups.size).toBe(GROUPS.length - 2);
	});

	test("keeps its people from run to run", async () => {
		const stateFile = join(folder, "state.json");
		const world = company({ people: 30, groups: 8, seed: 3 });
		const first = await startScim({ stateFile });
		first.load(world);
		await first.close();
		const second = await startScim({ stateFile });
		expect([first.restored, second.restored, second.store.people.size, second.store.groups.size]).toEqual([false, true, 30, 8]);
		expect(configOf(second)).toEqual({
			yaml: `kind: scim\nurl: ${second.url}\ntoken: "\${credential:scim}"\n`,
			secrets: { scim: second.credentials.token },
		});
		await second.close();
	});
});
