import { afterEach, describe, expect, test } from "@jest/globals";
import type { Snapshot } from "../../../core/model.ts";
import { domainNamed, guidOctets, sidOctets } from "../../../sandbox/ldap/active-directory.ts";
import type { LdapSandbox } from "../../../sandbox/ldap/server.ts";
import { company } from "../../../sandbox/world/company.ts";
import { madeUpCa, proxy } from "../http/servers.ts";
import { never, Scene, SMALL } from "./stand-in.ts";

const scene = new Scene();
afterEach(() => scene.close());
const start = (options: object = {}) => scene.start({ vendor: "activedirectory", ...options });
const heldIn = (snapshot: Snapshot) => snapshot.rejects.map(({ kind, label, because }) => `${kind} ${label}: ${because}`).sort();
const groupNamed = (snapshot: Snapshot, name: string) => [...snapshot.groups.values()].find((group) => group.name === name);
const usernamesIn = (snapshot: Snapshot, name: string) =>
	groupNamed(snapshot, name)
		?.people.map((id) => snapshot.people.get(id)?.username)
		.sort();

let made = 0;
function addGroup(sandbox: LdapSandbox, name: string, member: readonly string[], base = sandbox.groupBase): string {
	made += 1;
	const dn = `CN=${name},${base}`;
	sandbox.tree.put({
		dn,
		attributes: {
			objectClass: ["top", "group"],
			objectCategory: "CN=Group,CN=Schema",
			cn: name,
			member,
			uSNChanged: "9",
			objectGUID: guidOctets(`11111111-0000-4000-8000-${String(made).padStart(12, "0")}`),
			objectSid: sidOctets(`${sandbox.domain!.sid}-${7_000 + made}`),
		},
	});
	return dn;
}
const dnOf = (sandbox: LdapSandbox, username: string) =>
	sandbox.tree.all().find((entry) => entry.attributes.get("samaccountname")?.values[0] === username)!.dn;
const [ANN, BOB] = SMALL.people.filter((person) => person.active).map((person) => person.username) as [string, string];

describe("long member lists", () => {
	test("are read in parts until the last one, and are whole", async () => {
		const sandbox = await start({ quirks: { range: 3 } });
		addGroup(
			sandbox,
			"everybody",
			SMALL.people.map((person) => dnOf(sandbox, person.username)),
		);
		const snapshot = await scene.read(sandbox);
		expect(usernamesIn(snapshot, "everybody")).toEqual(SMALL.people.map((person) => person.username).sort());
		const whole = await start();
		addGroup(whole, "everybody", []);
		expect(groupNamed(await scene.read(whole), "everybody")?.people).toEqual([]);
	});

	test("a part that has fewer values than it says is not believed", async () => {
		const sandbox = await start({ quirks: { range: 3, shortRange: true } });
		addGroup(
			sandbox,
			"everybody",
			SMALL.people.map((person) => dnOf(sandbox, person.username)),
		);
		await expect(scene.read(sandbox)).rejects.toMatchObject({
			code: "source.incomplete",
			message: expect.stringContaining("the members of CN="),
		});
	});

	test("somebody who is taken out between two parts makes the list begin anew", async () => {
		const sandbox = await start({ quirks: { range: 3 } });
		const names = SMALL.people.map((person) => dnOf(sandbox, person.username));
		const dn = addGroup(sandbox, "everybody", names);
		let once = false;
		sandbox.onExchange(({ query }) => {
			if (once || !String(query.attributes).includes("range=3-")) return;
			once = true;
			sandbox.tree.change(dn, { member: names.slice(1), uSNChanged: "10" });
		});
		const snapshot = await scene.read(sandbox);
		// Without the first, and with whoever moved up over the seam.
		expect(usernamesIn(snapshot, "everybody")).toEqual(
			SMALL.people
				.slice(1)
				.map((person) => person.username)
				.sort(),
		);
		expect(once).toBe(true);
	});
});

describe("members that no list holds", () => {
	test("computers, contacts and people outside are nobody; a group outside, somebody hidden and another domain are held", async () => {
		const sandbox = await start();
		const box = `CN=BOX,CN=Users,${sandbox.suffix}`;
		sandbox.tree.put({ dn: box, attributes: { objectClass: ["user", "computer"], objectCategory: "CN=Computer,CN=Schema", cn: "BOX" } });
		const far = addGroup(sandbox, "far", [dnOf(sandbox, ANN)], `CN=Users,${sandbox.suffix}`);
		const hidden = dnOf(sandbox, BOB);
		addGroup(sandbox, "computers", [box, dnOf(sandbox, ANN)]);
		addGroup(sandbox, "with-far", [far]);
		addGroup(sandbox, "with-hidden", [`CN=Hidden,CN=Users,${sandbox.suffix}`]);
		addGroup(sandbox, "with-foreign", ["CN=Ann,OU=People,DC=other,DC=example,DC=com"]);
		addGroup(sandbox, "with-child", [`CN=Ann,OU=People,DC=child,${sandbox.suffix}`]);
		const bases = { peopleBases: [sandbox.peopleBase], groupBases: [sandbox.groupBase] };
		const snapshot = await scene.read(sandbox, bases);
		expect(heldIn(snapshot)).toEqual([
			expect.stringMatching(/^group with-child: .*DC=child.* lies in a domain that is not read/),
			expect.stringMatching(/^group with-far: it contains the group CN=far/),
			expect.stringMatching(/^group with-foreign: .* lies in a domain that is not read/),
			expect.stringMatching(/^group with-hidden: .* is not shown to this account/),
		]);
		expect(usernamesIn(snapshot, "computers")).toEqual([ANN]);
		expect(hidden).toContain(sandbox.peopleBase);
		expect(heldIn(await scene.read(sandbox, { ...bases, unknownMembers: "ignore" }))).toEqual([expect.stringMatching(/^group with-far/)]);
	});

	test("many of them are found by one list", async () => {
		const sandbox = await start();
		const boxes = Array.from({ length: 250 }, (_, i) => `CN=BOX${i},CN=Users,${sandbox.suffix}`);
		for (const dn of boxes)
			sandbox.tree.put({ dn, attributes: { objectClass: ["computer"], objectCategory: "CN=Computer,CN=Schema", memberOf: "CN=boxes" } });
		addGroup(sandbox, "boxes", boxes);
		const connector = scene.connect(sandbox);
		const snapshot = await connector.snapshot({ attributes: new Set() }, never());
		expect(heldIn(snapshot)).toEqual([]);
		expect(connector.requests()).toBeLessThan(20);
	});

	test("foreign security principals: everyone and the like are nobody, somebody of a forest that is read is known", async () => {
		const [home, away] = [await start(), await start({ domain: "away.example.net" })];
		away.load(company({ people: 5, groups: 4, seed: 99 }));
		const stranger = away.tree.all().find((entry) => entry.attributes.has("samaccountname") && entry.key.includes("ou=people"))!;
		const parts = stranger.attributes.get("objectsid")!.values[0] as Buffer;
		const sid = `${domainNamed("away.example.net").sid}-${parts.readUInt32LE(parts.length - 4)}`;
		const principal = (name: string) => `CN=${name},CN=ForeignSecurityPrincipals,${home.suffix}`;
		addGroup(home, "known", [principal(sid)]);
		addGroup(home, "everyone", [principal("S-1-5-11")]);
		expect(heldIn(await scene.read(home))).toEqual([expect.stringMatching(/^group known: .* of a trusted domain that is not read/)]);
		for (const sandbox of [home, away]) sandbox.trust("shared", "shared-password");
		const shared = { account: "shared", password: { reveal: () => "shared-password", origin: "test" } };
		const both = await scene.read(home, { ...shared, furtherDomains: [{ url: away.url }] });
		expect(heldIn(both)).toEqual([]);
		expect(usernamesIn(both, "known")).toEqual([stranger.attributes.get("samaccountname")!.values[0]]);
	});
});

describe("several domains", () => {
	test("people and groups of both, memberships across", async () => {
		const forest = await start({ domain: "example.com" });
		const child = await start({ domain: "emea.example.com" });
		child.load(company({ people: 6, groups: 4, seed: 42 }));
		const people = child.tree.all().filter((entry) => entry.key.includes("ou=people") && entry.attributes.has("samaccountname"));
		addGroup(forest, "universal", [people[0]!.dn, dnOf(forest, ANN)]);
		const more = { furtherDomains: [{ url: child.url }], account: "shared", password: { reveal: () => "shared-password", origin: "test" } };
		forest.trust("shared", "shared-password");
		child.trust("shared", "shared-password");
		const snapshot = await scene.read(forest, more);
		expect(heldIn(snapshot)).toEqual([]);
		expect(snapshot.size.people).toBe(SMALL.people.length + 6);
		expect(usernamesIn(snapshot, "universal")).toEqual([ANN, people[0]!.attributes.get("samaccountname")!.values[0]].sort());
		// Each domain has its own Domain Users.
		const everyone = [...snapshot.groups.values()].filter((group) => group.name === "Domain Users");
		expect(everyone.map((group) => group.people.length).sort()).toEqual([6, SMALL.people.length].sort());
	});
});

describe("accounts", () => {
	test("what cannot be read is held, not guessed", async () => {
		const sandbox = await start();
		sandbox.quirks.hiddenAttributes = new Set(["useraccountcontrol"]);
		const blind = await scene.read(sandbox);
		expect(blind.size.people).toBe(0);
		expect(blind.rejects.length).toBe(SMALL.people.length);
		expect(heldIn(blind)[0]).toMatch(/userAccountControl could not be read/);
		sandbox.quirks.hiddenAttributes = new Set(["primarygroupid"]);
		expect(heldIn(await scene.read(sandbox))[0]).toMatch(/primaryGroupID could not be read/);
		sandbox.quirks.hiddenAttributes = new Set(["objectguid"]);
		await expect(scene.read(sandbox)).rejects.toMatchObject({
			code: "source.malformed",
			message: expect.stringContaining("without objectGUID"),
		});
	});

	test("disabled, expired, never expiring", async () => {
		const sandbox = await start();
		sandbox.tree.change(dnOf(sandbox, ANN), { accountExpires: "132223104000000000" });
		sandbox.tree.change(dnOf(sandbox, BOB), { accountExpires: "0", userAccountControl: "66048" });
		const active = (snapshot: Snapshot, username: string) =>
			[...snapshot.people.values()].find((person) => person.username === username)!.active;
		const strict = await scene.read(sandbox);
		expect([active(strict, ANN), active(strict, BOB)]).toEqual([false, true]);
		const lenient = await scene.read(sandbox, { expiredIsInactive: false });
		expect([active(lenient, ANN), active(lenient, BOB)]).toEqual([true, true]);
		for (const person of SMALL.people.filter((one) => !one.active)) expect(active(lenient, person.username)).toBe(false);
		// Switched off beside other bits: password never expires, delegation is trusted.
		sandbox.tree.change(dnOf(sandbox, BOB), { userAccountControl: String(0x200 | 0x2 | 0x10000 | 0x80000) });
		expect(active(await scene.read(sandbox), BOB)).toBe(false);
	});

	test("one person: by id and by name, and nobody from outside of the bases", async () => {
		const sandbox = await start();
		const connector = scene.connect(sandbox, { peopleBases: [sandbox.peopleBase] });
		const ann = SMALL.people.find((person) => person.username === ANN)!;
		const ask = (who: string) => connector.person?.(who, { attributes: new Set() }, never());
		expect((await ask(ann.id))?.username).toBe(ANN);
		expect((await ask(ANN))?.id).toBe(ann.id);
		const elsewhere = `OU=Elsewhere,${sandbox.suffix}`;
		sandbox.tree.put({ dn: elsewhere, attributes: { objectClass: ["top", "organizationalUnit"], ou: "Elsewhere" } });
		const id = "22222222-0000-4000-8000-000000000001";
		sandbox.tree.put({
			dn: `CN=Far Away,${elsewhere}`,
			attributes: {
				objectClass: ["top", "person", "organizationalPerson", "user"],
				objectCategory: "CN=Person,CN=Schema",
				cn: "Far Away",
				sAMAccountName: "far",
				userAccountControl: "512",
				primaryGroupID: "513",
				objectGUID: guidOctets(id),
				objectSid: sidOctets(`${sandbox.domain!.sid}-8888`),
			},
		});
		expect([await ask(id), await ask("far"), await ask("nobody"), await ask("")]).toEqual([undefined, undefined, undefined, undefined]);
		const everywhere = scene.connect(sandbox);
		expect((await everywhere.person?.(id, { attributes: new Set() }, never()))?.username).toBe("far");
	});

	test("references to other parts of the forest are not asked for", async () => {
		const sandbox = await start({
			quirks: { references: [{ base: "CN=Configuration,DC=ad,DC=example,DC=com", url: "ldap://ad.example.com/CN=Configuration" }] },
		});
		expect((await scene.read(sandbox)).size.people).toBe(SMALL.people.length);
	});

	test("check: an administrator is too much, a clock that is wrong is said", async () => {
		const sandbox = await start();
		const troubles = async (more: object) =>
			(await scene.connect(sandbox, more).check(never())).filter((finding) => finding.level !== "ok").map((finding) => finding.name);
		expect(await troubles({})).toEqual([]);
		expect(
			await troubles({
				account: sandbox.administrator.account,
				password: { reveal: () => sandbox.administrator.password, origin: "test" },
			}),
		).toEqual(["rights.excessive"]);
		sandbox.quirks.clockAheadMs = 600_000;
		expect(await troubles({})).toEqual(["clock.skew"]);
	});

	test("check: groups of administrators that the account is in by way of others", async () => {
		const sandbox = await start();
		const name = sandbox.credentials.account.replace(/@.*$/, "").replace(/^.*\\/, "");
		sandbox.tree.put({
			dn: `CN=Reader,CN=Users,${sandbox.suffix}`,
			attributes: {
				objectClass: ["top", "person"],
				cn: "Reader",
				sAMAccountName: name,
				objectSid: sidOctets(`${sandbox.domain!.sid}-9001`),
				tokenGroups: [sidOctets(`${sandbox.domain!.sid}-513`), sidOctets(`${sandbox.domain!.sid}-512`), sidOctets("S-1-5-32-548")],
			},
		});
		const found = (await scene.connect(sandbox).check(never())).filter((finding) => finding.level !== "ok");
		expect(found).toMatchObject([
			{ name: "rights.excessive", message: expect.stringMatching(/in Account Operators; it is in Domain Admins$/) },
		]);
	});

	test("check: what is missing is named, and what may be written", async () => {
		const sandbox = await start();
		const findings = async (more: object = {}) =>
			(await scene.connect(sandbox, more).check(never())).flatMap(({ level, name, message }) =>
				level === "ok" ? [] : [{ name, message }],
			);
		expect(await findings({ peopleBases: [`OU=x,${sandbox.suffix}`] })).toEqual([
			{ name: "base.missing", message: expect.stringContaining("OU=x") },
		]);
		expect(await findings({ password: { reveal: () => "wrong", origin: "test" } })).toEqual([
			{ name: "server.credentials", message: expect.any(String) },
		]);
		sandbox.quirks.hiddenAttributes = new Set(["useraccountcontrol", "usnchanged"]);
		expect(await findings()).toEqual([
			{ name: "rights.missing", message: expect.stringContaining("userAccountControl") },
			{ name: "rights.missing", message: expect.stringContaining("uSNChanged") },
		]);
		sandbox.quirks.hiddenAttributes = new Set();
		for (const { username } of SMALL.people)
			sandbox.tree.change(dnOf(sandbox, username), { allowedAttributesEffective: ["description", "mail"] });
		expect(await findings()).toEqual([{ name: "rights.excessive", message: expect.stringContaining("change 2 attributes of people") }]);
	});

	test("a company's own CA and a proxy, to every domain controller", async () => {
		const { ca, key, cert } = madeUpCa();
		const sandbox = await start({ tls: { key, cert, implicit: true } });
		const door = await proxy("rollcall:letmein");
		scene.keep(door);
		const network = { timeoutMs: 10_000, concurrency: 3 };
		const through = await scene.read(sandbox, { network: { ...network, ca, proxy: door.url } });
		expect(through.size.people).toBe(SMALL.people.length);
		expect(new Set(door.seen)).toEqual(new Set([`CONNECT ${sandbox.url.slice("ldaps://".length)}`]));
		await expect(scene.read(sandbox, { network })).rejects.toMatchObject({
			code: "source.unreachable",
			todo: expect.stringContaining("network.ca"),
		});
	});
});
