import { afterEach, describe, expect, test } from "@jest/globals";
import { Client } from "ldapts";
import type { Snapshot } from "../../../core/model.ts";
import { layoutOf } from "../../../sandbox/ldap/population.ts";
import type { LdapSandbox } from "../../../sandbox/ldap/server.ts";
import type { LdapVendor } from "../../../sandbox/ldap/vendors.ts";
import { company } from "../../../sandbox/world/company.ts";
import { lostIn } from "../../contract/connector-faults.ts";
import { openLdap } from "../../contract/ldap-harness.ts";
import { never, Scene, SMALL } from "./stand-in.ts";

const scene = new Scene();
afterEach(() => scene.close());
const heldIn = (snapshot: Snapshot) => snapshot.rejects.map(({ kind, label, because }) => `${kind} ${label}: ${because}`).sort();

describe("pages", () => {
	test("many of them are not an endless list", async () => {
		const sandbox = await scene.start();
		sandbox.load(company({ people: 120, groups: 3, seed: 7 }));
		expect((await scene.read(sandbox, {}, { pageSize: 1 })).size.people).toBe(120);
	});

	test("an empty page is not the last one; the SDK's client thinks so and loses people", async () => {
		const sandbox = await scene.start({ quirks: { paging: "empty" } });
		expect((await scene.read(sandbox, {}, { pageSize: 3 })).size.people).toBe(SMALL.people.length);
		const client = new Client({ url: sandbox.url });
		await client.bind(sandbox.credentials.account, sandbox.credentials.password);
		const { searchEntries } = await client.search(sandbox.peopleBase, { filter: "(objectClass=inetOrgPerson)", paged: { pageSize: 3 } });
		expect(searchEntries.length).toBe(3);
		await client.unbind();
	});

	test.each([
		["no-end", "source.malformed", /empty pages in a row/],
		["forgotten", "source.malformed", /does not say whether it is the last one/],
		["endless", "source.malformed", /repeats itself/],
	] as const)("%s is %s", async (paging, code, message) => {
		const sandbox = await scene.start({ quirks: { paging } });
		await expect(scene.read(sandbox, {}, { pageSize: 3 })).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
	});

	test("limits of the server: pages too large, and all pages together", async () => {
		const sandbox = await scene.start({ quirks: { largestPage: 5 } });
		await expect(scene.read(sandbox)).rejects.toMatchObject({
			code: "source.incomplete",
			context: { result: 11 },
			todo: expect.stringContaining("pageSize"),
		});
		expect((await scene.read(sandbox, {}, { pageSize: 5 })).size.people).toBe(SMALL.people.length);
		sandbox.quirks.total = 10;
		await expect(scene.read(sandbox, {}, { pageSize: 5 })).rejects.toMatchObject({
			code: "source.incomplete",
			context: { result: 4 },
			todo: expect.stringContaining("limits dn.exact"),
		});
	});

	test("somebody who moves into a base that was read already is found by the second reading", async () => {
		const sandbox = await scene.start();
		const [first, second] = [`ou=a,${sandbox.suffix}`, `ou=b,${sandbox.suffix}`];
		for (const dn of [first, second]) sandbox.tree.put({ dn, attributes: { objectClass: ["organizationalUnit"] } });
		const mover = sandbox.tree.all().find((entry) => entry.attributes.get("uid")?.values[0] === SMALL.people[3]!.username)!;
		const put = (base: string) =>
			sandbox.tree.put({
				dn: `uid=mover,${base}`,
				attributes: { objectClass: ["inetOrgPerson"], uid: "mover" },
				operational: { entryUUID: mover.attributes.get("entryuuid")!.values },
			});
		sandbox.tree.remove(mover.dn);
		put(second);
		let moved = false;
		sandbox.onExchange((exchange) => {
			if (moved || exchange.path !== `/${first}`) return;
			moved = true;
			sandbox.tree.remove(`uid=mover,${second}`);
			put(first);
		});
		const snapshot = await scene.read(sandbox, { peopleBases: [first, second], network: { timeoutMs: 10_000, concurrency: 1 } });
		expect([...snapshot.people.values()].map((person) => person.username)).toEqual(["mover"]);
	});

	test("a directory that never holds still is not read", async () => {
		const sandbox = await scene.start();
		let count = 0;
		sandbox.onExchange(({ method }) => {
			count += 1;
			if (method === "SEARCH")
				sandbox.tree.put({
					dn: `uid=new-${count},${sandbox.peopleBase}`,
					attributes: { objectClass: ["inetOrgPerson"], uid: `new-${count}` },
					operational: { entryUUID: `id-${count}` },
				});
		});
		await expect(scene.read(sandbox)).rejects.toMatchObject({
			code: "source.incomplete",
			retry: "spent",
			message: expect.stringContaining("differ in"),
		});
	});

	test("bases inside one another show everybody once", async () => {
		const sandbox = await scene.start();
		expect((await scene.read(sandbox, { peopleBases: [sandbox.suffix, sandbox.peopleBase] })).size.people).toBe(SMALL.people.length);
	});
});

describe("makes", () => {
	test.each(["openldap", "389ds", "freeipa", "opendj", "edirectory", "activedirectory"] as const)(
		"%s: ids, switched-off people, groups",
		async (vendor) => {
			const directory = await openLdap(vendor, false);
			scene.keep(directory);
			const connector = directory.connector({ pageSize: 4 });
			scene.keep(connector);
			const snapshot = await connector.snapshot({ attributes: "all" }, never());
			expect(lostIn(snapshot, directory.truth)).toEqual([]);
			expect(heldIn(snapshot)).toEqual([]);
			for (const person of directory.truth.people) {
				const found = snapshot.people.get(person.id as never);
				expect([found?.username, found?.active, found?.attributes]).toEqual([person.username, person.active, person.attributes]);
				expect(await connector.person?.(person.id, { attributes: "all" }, never())).toEqual(found);
				expect(await connector.person?.(person.username, { attributes: "all" }, never())).toEqual(found);
			}
			const troubles = (await connector.check(never())).filter((finding) => finding.level !== "ok");
			expect(troubles).toEqual([]);
		},
	);

	test("accounts that end: FreeIPA, eDirectory, OpenDJ", async () => {
		for (const [vendor, attribute] of [
			["freeipa", "krbPrincipalExpiration"],
			["edirectory", "loginExpirationTime"],
			["opendj", "ds-pwp-account-expiration-time"],
		] as const) {
			const sandbox = await scene.start({ vendor });
			const people = sandbox.tree
				.all()
				.filter((entry) => entry.attributes.has("uid") && entry.key.endsWith(sandbox.peopleBase.toLowerCase()));
			const [one, another] = people.filter((entry) => ![...entry.attributes.keys()].some((name) => /lock|disabled/i.test(name)));
			sandbox.tree.change(one!.dn, { [attribute]: "20200101000000Z" });
			sandbox.tree.change(another!.dn, { [attribute]: "21000101000000Z" });
			const snapshot = await scene.read(sandbox);
			const active = (entry: typeof one) =>
				[...snapshot.people.values()].find((person) => person.username === entry!.attributes.get("uid")!.values[0])!.active;
			expect([vendor, active(one), active(another)]).toEqual([vendor, false, true]);
		}
	});

	test("an Active Directory as kind ldap is refused, and the other way round", async () => {
		const directory = await scene.start({ vendor: "activedirectory" });
		const plain = await scene.start();
		const { ldap } = await import("../../../connectors/idp/ldap/connector.ts");
		const { activedirectory } = await import("../../../connectors/idp/activedirectory/connector.ts");
		const settings = (sandbox: LdapSandbox) => ({
			...settingsOf(sandbox),
			peopleBases: [sandbox.peopleBase],
			groupBases: [sandbox.groupBase],
		});
		await expect(ldap(settings(directory)).snapshot({ attributes: new Set() }, never())).rejects.toMatchObject({
			code: "config.invalid",
			todo: expect.stringContaining("activedirectory"),
		});
		await expect(activedirectory(settings(plain)).snapshot({ attributes: new Set() }, never())).rejects.toMatchObject({
			code: "config.invalid",
			todo: expect.stringContaining("kind: ldap"),
		});
	});
});

function settingsOf(sandbox: LdapSandbox) {
	const password = { reveal: () => sandbox.credentials.password, origin: "test" } as never;
	return {
		id: "staff" as never,
		url: sandbox.url,
		startTls: false,
		account: sandbox.credentials.account,
		password,
		network: { timeoutMs: 10_000, concurrency: 2 },
	};
}

describe("what cannot be told is held", () => {
	const group = (sandbox: LdapSandbox, name: string, attributes: Readonly<Record<string, string | readonly string[]>>) =>
		sandbox.tree.put({
			dn: `cn=${name},${sandbox.groupBase}`,
			attributes: { objectClass: ["groupOfNames"], cn: name, ...attributes },
			operational: { entryUUID: `id-of-${name}` },
		});

	test("members in every attribute and spelling", async () => {
		const sandbox = await scene.start();
		const [one, two] = SMALL.people.map((person) => person.username) as [string, string];
		group(sandbox, "unique", {
			objectClass: "groupOfUniqueNames",
			uniqueMember: [`UID=${one.toUpperCase()} , ${sandbox.peopleBase}#'01'B`],
		});
		group(sandbox, "posix", { objectClass: "posixGroup", memberUid: [two, "root"] });
		const snapshot = await scene.read(sandbox);
		const members = (name: string) =>
			[...snapshot.groups.values()].find((found) => found.name === name)?.people.map((id) => snapshot.people.get(id)?.username);
		expect(members("unique")).toEqual([one]);
		expect(members("posix")).toEqual([two]);
		expect(heldIn(snapshot)).toEqual([]);
	});

	test("a group outside of the bases, found by one list; a person outside is nobody", async () => {
		const sandbox = await scene.start();
		const outside = `cn=far,ou=system,${sandbox.suffix}`;
		sandbox.tree.put({ dn: outside, attributes: { objectClass: ["groupOfNames"], cn: "far", member: [`uid=x,${sandbox.peopleBase}`] } });
		sandbox.tree.put({ dn: `uid=svc,ou=system,${sandbox.suffix}`, attributes: { objectClass: ["inetOrgPerson"], uid: "svc" } });
		group(sandbox, "with-far", { member: [outside] });
		group(sandbox, "with-service", { member: [`uid=svc,ou=system,${sandbox.suffix}`] });
		expect(heldIn(await scene.read(sandbox))).toEqual([expect.stringMatching(/^group with-far: it contains the group cn=far/)]);
	});

	test("with a closed top of the tree, strangers are looked up one by one", async () => {
		const sandbox = await scene.start();
		const outside = `cn=far,ou=system,${sandbox.suffix}`;
		sandbox.tree.put({ dn: outside, attributes: { objectClass: ["groupOfNames"], cn: "far", member: ["cn=x"] } });
		group(sandbox, "with-far", { member: [outside] });
		sandbox.quirks.hiddenEntries = new Set([sandbox.suffix]);
		expect(heldIn(await scene.read(sandbox))).toEqual([expect.stringMatching(/^group with-far: it contains the group cn=far/)]);
	});

	test("members that the server does not show: left out, or held where the configuration says so", async () => {
		const sandbox = await scene.start();
		group(sandbox, "dangling", { member: [`uid=ghost,${sandbox.peopleBase}`] });
		expect(heldIn(await scene.read(sandbox))).toEqual([]);
		expect(heldIn(await scene.read(sandbox, { unknownMembers: "hold" }))).toContainEqual(
			expect.stringMatching(/^group dangling: its member uid=ghost.* is not shown/),
		);
	});

	test("groups that show no member though their class demands one; searches in place of members", async () => {
		const sandbox = await scene.start();
		group(sandbox, "dynamic", { objectClass: "groupOfMembers", memberURL: ["ldap:///ou=people??sub?(title=x)"] });
		sandbox.quirks.hiddenAttributes = new Set(["member"]);
		const held = heldIn(await scene.read(sandbox));
		expect(held.length).toBe(SMALL.groups.length + 1);
		expect(held[0]).toMatch(/^group .*: it shows no member at all, which groupofnames does not allow/);
		expect(held.join()).toMatch(/group dynamic: its members are found by a search/);
	});

	test("members that are no text: the group is held, whatever else is in it", async () => {
		const sandbox = await scene.start();
		const [one] = sandbox.tree.all().filter((entry) => entry.attributes.has("uid") && entry.dn.endsWith(sandbox.peopleBase));
		sandbox.tree.put({
			dn: `cn=odd,${sandbox.groupBase}`,
			attributes: { objectClass: ["groupOfNames"], cn: "odd", member: one!.dn, uniqueMember: [Buffer.from([0xff, 0xfe, 0x01])] },
			operational: { entryUUID: "id-of-odd" },
		});
		expect(heldIn(await scene.read(sandbox))).toEqual([expect.stringContaining("uniqueMember holds values that are not text")]);
	});

	test("people without a username, or with several", async () => {
		const sandbox = await scene.start();
		const put = (id: string, attributes: Readonly<Record<string, readonly string[]>>, rdn = `cn=${id}`) =>
			sandbox.tree.put({
				dn: `${rdn},${sandbox.peopleBase}`,
				attributes: { objectClass: ["inetOrgPerson"], cn: [id], ...attributes },
				operational: { entryUUID: id },
			});
		put("none", {});
		put("several", { uid: ["a", "b"] });
		put("several-own", { uid: ["a", "b"] }, "uid=b");
		const snapshot = await scene.read(sandbox);
		expect(heldIn(snapshot)).toEqual([
			expect.stringMatching(/^person cn=none,.*: there is no uid$/),
			expect.stringMatching(/^person cn=several,.*uid has 2 values/),
		]);
		expect(snapshot.people.get("several-own" as never)?.username).toBe("b");
	});

	test("somebody by id before somebody whose username looks like it; two of one username are nobody's answer", async () => {
		const sandbox = await scene.start();
		const put = (id: string, uid: string, rdn = uid) =>
			sandbox.tree.put({
				dn: `uid=${rdn},${sandbox.peopleBase}`,
				attributes: { objectClass: ["inetOrgPerson"], cn: [uid], uid: [uid] },
				operational: { entryUUID: id },
			});
		put("id-of-anna", "anna");
		put("id-of-other", "id-of-anna");
		const connector = scene.connect(sandbox);
		const idOf = async (who: string) => (await connector.person?.(who, { attributes: new Set() }, never()))?.id;
		expect(await idOf("id-of-anna")).toBe("id-of-anna");
		expect(await idOf("anna")).toBe("id-of-anna");
		expect([await idOf("nobody"), await idOf("")]).toEqual([undefined, undefined]);
		put("id-of-twin", "anna", "twin");
		await expect(idOf("anna")).rejects.toMatchObject({ code: "source.malformed", message: expect.stringContaining("several people") });
	});

	test("ids that are missing or not unique stop the reading", async () => {
		const sandbox = await scene.start();
		await expect(scene.read(sandbox, { idAttribute: "employeeType" })).rejects.toMatchObject({
			code: "source.malformed",
			message: expect.stringContaining("without employeeType"),
		});
		const [first] = sandbox.tree.all().filter((entry) => entry.attributes.has("uid") && entry.dn.endsWith(sandbox.peopleBase));
		const [own] = first!.attributes.get("uid")!.values;
		sandbox.tree.change(first!.dn, { employeeNumber: ["1", "2"] });
		// Several values identify nobody.
		await expect(
			scene.read(sandbox, { idAttribute: "employeeNumber", peopleFilter: `(uid=${own})`, groupFilter: "(cn=none)" }),
		).rejects.toMatchObject({
			code: "source.malformed",
			message: expect.stringContaining("without employeeNumber"),
		});
		sandbox.tree.put({
			dn: `uid=copy,${sandbox.peopleBase}`,
			attributes: { objectClass: ["inetOrgPerson"], uid: "copy" },
			operational: { entryUUID: SMALL.people[0]!.id },
		});
		await expect(scene.read(sandbox)).rejects.toMatchObject({
			code: "source.malformed",
			message: expect.stringContaining("two people have the id"),
		});
	});

	test("nobody at all, and a base that does not exist", async () => {
		const sandbox = await scene.start();
		await expect(scene.read(sandbox, { peopleFilter: "(uid=no-such)" })).rejects.toMatchObject({ code: "source.denied" });
		for (const bases of [{ peopleBases: [`ou=x,${sandbox.suffix}`] }, { groupBases: [`ou=x,${sandbox.suffix}`] }])
			await expect(scene.read(sandbox, bases)).rejects.toMatchObject({
				code: "source.incomplete",
				context: { result: 32 },
				message: expect.stringContaining(`exists: ${sandbox.suffix}`),
			});
		await expect(scene.read(sandbox, { peopleFilter: "(&(uid=x)" })).rejects.toMatchObject({ code: "config.invalid" });
	});

	test("secrets are never asked for, and never kept where a server sends them unasked", async () => {
		const sandbox = await scene.start();
		const connector = scene.connect(sandbox, {
			account: sandbox.administrator.account,
			password: { reveal: () => sandbox.administrator.password, origin: "test" },
		});
		await expect(connector.snapshot({ attributes: new Set(["userpassword"]) }, never())).rejects.toMatchObject({ code: "config.invalid" });
		const snapshot = await connector.snapshot({ attributes: "all" }, never());
		expect(JSON.stringify([...snapshot.people.values()])).not.toContain("SSHA");
	});
});

describe("check", () => {
	const troubles = async (sandbox: LdapSandbox, more: object = {}) =>
		(await scene.connect(sandbox, more).check(never()))
			.filter((finding) => finding.level !== "ok")
			.map((finding) => `${finding.level} ${finding.name}`);

	test("what is missing and what is too much", async () => {
		const sandbox = await scene.start();
		expect(await troubles(sandbox)).toEqual([]);
		const admin = { account: sandbox.administrator.account, password: { reveal: () => sandbox.administrator.password, origin: "test" } };
		expect(await troubles(sandbox, admin)).toEqual(["warning rights.excessive", "warning rights.excessive"]);
		expect(await troubles(sandbox, { peopleBases: [`ou=x,${sandbox.suffix}`] })).toEqual(["error base.missing"]);
		expect(await troubles(sandbox, { peopleFilter: "(uid=no-such)" })).toEqual(["error people.empty"]);
		sandbox.quirks.hiddenAttributes = new Set(["entryuuid", "member"]);
		expect(await troubles(sandbox)).toEqual(["error rights.missing", "error rights.missing"]);
		sandbox.quirks.hiddenAttributes = new Set(["member"]);
		expect(await troubles(sandbox)).toEqual(["warning members.visible"]);
	});
});

const vendors: readonly LdapVendor[] = ["openldap", "freeipa", "activedirectory"];
test.each(vendors)("%s stand-in keeps its state from run to run, and goes through a working day", async (vendor) => {
	const { mkdtempSync, rmSync } = await import("node:fs");
	const { tmpdir } = await import("node:os");
	const { join } = await import("node:path");
	const folder = mkdtempSync(join(tmpdir(), "rollcall-ldap-state-"));
	try {
		const stateFile = join(folder, "tree.json");
		const first = await scene.start({ vendor, stateFile });
		const before = await scene.read(first);
		await scene.close();
		const { startLdap } = await import("../../../sandbox/ldap/server.ts");
		const second = await startLdap({ vendor, stateFile });
		scene.keep(second);
		expect(second.restored).toBe(true);
		expect((await scene.read(second)).digest).toBe(before.digest);
		const [leaver, ...rest] = SMALL.people;
		second.load({ ...SMALL, people: rest });
		const after = await scene.read(second);
		expect(after.size.people).toBe(before.size.people - 1);
		expect([...after.people.values()].map((person) => person.username)).not.toContain(leaver!.username);
		expect(layoutOf(vendor, second.suffix).people).toBe(second.peopleBase);
	} finally {
		rmSync(folder, { recursive: true });
	}
});
