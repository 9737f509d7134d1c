import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { secondDay } from "./support/people.ts";
import { World } from "./support/world.ts";

const CLIENT_SECRET = "KEYCLOAK-geheim-4711-&%/§";
const TOKEN = "JIRATOKENgeheim0815";
const PASSWORD = "JIRA-passwort-geheim-0815 +/";

const formEncoded = (text: string): string => new URLSearchParams({ _: text }).toString().slice(2);
const basic = (password: string): string => Buffer.from(`rollcall:${password}`).toString("base64");

/** As they are, and in the forms in which they travel. */
const FORMS = [CLIENT_SECRET, TOKEN, PASSWORD].flatMap((secret) => [
	secret,
	encodeURIComponent(secret),
	formEncoded(secret),
	JSON.stringify(secret).slice(1, -1),
	...[Buffer.from(secret).toString("base64"), basic(secret), basic(formEncoded(secret))].map((text) => text.replace(/=+$/, "")),
]);

let world: World;
beforeAll(async () => {
	world = await World.open({ keycloak: { clients: [{ clientId: "rollcall", secret: CLIENT_SECRET, roles: ["view-users"] }] } });
	world.jira.addToken("rollcall", TOKEN);
	await writeFile(world.path("credentials/jira"), TOKEN);
}, 60_000);
afterAll(() => world.close());

const found = (text: string): readonly string[] => [
	...FORMS.filter((form) => text.includes(form)),
	// Keycloak's access tokens, and any Authorization header.
	...(text.match(/eyJ[\w-]{20,}\.[\w-]+|\b(?:Bearer|Basic) [\w+/=.-]{8,}/g) ?? []),
];

const OUTS = ["json", "html", "md", "csv", "txt"].flatMap((ending) => ["--out", `report.${ending}`]);
const COMMANDS: readonly (readonly string[])[] = [
	["check"],
	["check", "--format", "json"],
	["snapshot", "staff", "--format", "json", "--out", "snapshot.json"],
	["diff", ...OUTS, "--out", "plan.json"],
	["sync", "--yes", ...OUTS],
	["sync", "--yes", "--format", "json"],
	["explain", "alice", "--format", "json"],
	["runs", "1", "--format", "json"],
];

describe("secrets are nowhere but in their requests", () => {
	test("not in what any command says, not even at --log-level debug, nor on its command line", async () => {
		let seen = "";
		for (const args of COMMANDS) {
			const child = world.start([...args, "--log-level", "debug"]);
			seen += await readFile(`/proc/${child.child.pid}/cmdline`, "utf8").catch(() => "");
			const { out, err } = await child.ended;
			expect([args, found(out), found(err)]).toEqual([args, [], []]);
			if (args[0] === "sync") secondDayOnce();
		}
		expect(found(seen)).toEqual([]);
		expect(seen).toContain("rollcall");
	}, 60_000);
	let done = false;
	const secondDayOnce = () => {
		if (!done) secondDay(world.keycloak.realm, world.jira.population);
		done = true;
	};

	test("not in failures either, where servers quote what they were sent", async () => {
		const quoting = [
			{
				server: world.keycloak,
				body: { error: "invalid", error_description: `you sent ${CLIENT_SECRET} and ${basic(formEncoded(CLIENT_SECRET))}` },
			},
			{ server: world.jira, body: { errorMessages: [`Bearer ${TOKEN} is not good`], errors: {} } },
		];
		for (const { server, body } of quoting) {
			for (const status of [400, 401, 403, 500]) {
				server.faults.add({ effect: { kind: "status", status, body, headers: { "retry-after": "0" } } });
				const { code, out, err } = await world.run(["sync", "--yes", "--log-level", "debug"]);
				expect([status, [65, 66].includes(code!), found(out), found(err)]).toEqual([status, true, [], []]);
				server.faults.clear();
			}
		}
	}, 60_000);

	test("not in any file that a run leaves behind; what it leaves is its owner's alone", async () => {
		for (const name of await readdir(world.directory)) {
			const path = join(world.directory, name);
			if (!(await stat(path)).isFile()) continue;
			expect([name, found(await readFile(path, "latin1")), found(await readFile(path, "utf8"))]).toEqual([name, [], []]);
			if (name !== "rollcall.yaml") expect([name, ((await stat(path)).mode & 0o777).toString(8)]).toEqual([name, "600"]);
		}
	});

	test("a password for Jira before it had tokens", async () => {
		await using old = await World.open({ jira: { version: "8.3" } });
		old.jira.population.updateAccount(old.jira.population.named("rollcall")!.id, { password: PASSWORD });
		await writeFile(old.path("credentials/jira"), PASSWORD);
		const good = await old.run(["sync", "--yes", "--log-level", "debug", "--out", "report.html"]);
		old.jira.faults.add({
			effect: { kind: "status", status: 400, body: { errorMessages: [`Basic ${basic(PASSWORD)} ${PASSWORD}`], errors: {} } },
		});
		const bad = await old.run(["sync", "--yes", "--log-level", "debug"]);
		const files = await Promise.all(["report.html", "rollcall.db"].map((name) => readFile(old.path(name), "latin1")));
		expect([good.code, bad.code]).toEqual([0, 66]);
		for (const text of [good.out, good.err, bad.out, bad.err, ...files]) expect(found(text)).toEqual([]);
	});
});
