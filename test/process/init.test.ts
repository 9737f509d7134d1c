import { access, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { loadConfig } from "../../config/load.ts";
import { type CompanyDirectory, startDirectory } from "../../sandbox/directories.ts";
import { type JiraSandbox, startJira } from "../../sandbox/jira/server.ts";
import { company } from "../../sandbox/world/company.ts";
import { Conversation, type ConversationOptions, HAS_TERMINALS } from "./support/conversation.ts";
import { Program, ROOT } from "./support/program.ts";

let away: string;
let jira: JiraSandbox;
const directories = new Map<string, CompanyDirectory>();
beforeAll(async () => {
	jira = await startJira({ version: "10.3" });
	const world = company({ people: 30, groups: 12, seed: 7 });
	for (const name of ["keycloak", "okta", "ldap", "activedirectory"]) directories.set(name, await startDirectory(name, world));
});
afterAll(async () => {
	await Promise.all([jira.close(), ...[...directories.values()].map(({ sandbox }) => sandbox.close())]);
});
const talks: Conversation[] = [];
beforeEach(async () => {
	away = await mkdtemp(join(tmpdir(), "rollcall-init-"));
});
afterEach(async () => {
	for (const talk of talks.splice(0)) await talk.close();
	for (const { sandbox } of directories.values()) sandbox.faults.clear();
	jira.faults.clear();
	await rm(away, { recursive: true, force: true });
});

function talk(args: readonly string[], options: Partial<ConversationOptions> = {}): Conversation {
	const conversation = new Conversation(["init", ...args], { cwd: away, ...options });
	talks.push(conversation);
	return conversation;
}
const rollcall = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => new Program(args, { cwd: away, env }).ended;
const config = () => join(away, "rollcall.yaml");
const nothingThere = async () => expect(await readdir(away)).toEqual([]);

/** What the stand-in's own configuration says, as answers: key → value, secrets in the clear. */
function answersOf(name: string): Readonly<Record<string, string>> {
	const { yaml, secrets } = directories.get(name)!.source;
	const given = parse(yaml) as Readonly<Record<string, unknown>>;
	return Object.fromEntries(
		Object.entries(given)
			.filter(([key]) => key !== "kind")
			.map(([key, value]) => {
				const secret = typeof value === "string" ? /^\$\{credential:(.+)\}$/.exec(value)?.[1] : undefined;
				return [key, secret === undefined ? (typeof value === "string" ? value : JSON.stringify(value)) : secrets[secret]!];
			}),
	);
}
const asked = (key: string): RegExp => new RegExp(`^${key}\\b[^\\n]*: $`, "m");
const FURTHER = /Enter for none: $/m;
/** From the first question about Jira on, to its test. */
const jiraAnswers = (): readonly (readonly [RegExp, string])[] => [
	[asked("url"), jira.url],
	[asked("posture"), ""],
	[asked("adopt"), ""],
	[asked("Which"), "1"],
	[asked("token"), jira.credentials.token],
	[FURTHER, ""],
];
const KINDS = [
	["keycloak", ["url", "realm", "clientId", "clientSecret"], ""],
	["okta", ["url", "token"], "1"],
	["ldap", ["url", "account", "password", "peopleBases", "groupBases"], ""],
] as const;

/** Everything about one directory up to its test, whatever its kind. */
async function tellAbout(conversation: Conversation, name: string, answers = answersOf(name)): Promise<void> {
	const [, keys, way] = KINDS.find(([kind]) => kind === name)!;
	await conversation.answers([[/chosen once \[\w+\]: $/m, ""]]);
	for (const key of keys) {
		if (way !== "" && key === "token") await conversation.answers([[asked("Which"), way]]);
		await conversation.answers([[asked(key), answers[key]!]]);
	}
	const further = Object.keys(answers).filter((key) => !(keys as readonly string[]).includes(key));
	await conversation.answers([[FURTHER, further.join(", ")], ...further.map((key) => [asked(key), answers[key]!] as const)]);
}

/** What every written configuration must be able to do. */
async function works(secrets: Readonly<Record<string, string>>): Promise<void> {
	const text = await readFile(config(), "utf8");
	for (const [name, secret] of Object.entries(secrets)) {
		expect(await readFile(join(away, "credentials", name), "utf8")).toBe(secret);
		expect((await stat(join(away, "credentials", name))).mode & 0o777).toBe(0o600);
		expect(text).not.toContain(secret);
	}
	expect((await stat(join(away, "credentials"))).mode & 0o777).toBe(0o700);
	expect((await readdir(join(away, "credentials"))).sort()).toEqual(Object.keys(secrets).sort());
	const check = await rollcall(["check"]);
	expect([check.code, check.code === 0 ? "" : check.out + check.err]).toEqual([0, ""]);
	expect((await rollcall(["diff", "--format", "json"])).code).toBe(2);
}

describe("a conversation", () => {
	test.each(KINDS.map(([kind]) => kind))(
		"about %s: asks what is needed, tries both, shows whom the policy means, and writes what works",
		async (name) => {
			const conversation = talk([]);
			await conversation.answers([
				[/Directories \[keycloak\]: $/m, name],
				[/Products \[jira\]: $/m, ""],
			]);
			await tellAbout(conversation, name);
			await conversation.says(/Trying staff/);
			await conversation.answers(jiraAnswers());
			await conversation.says(/Trying jira/);
			await conversation.answers([[/Read it now \[y\/N\]: $/m, "y"]]);
			const { code, out, err } = await conversation.ended;
			expect([code, code === 0 ? "" : out + err]).toEqual([0, ""]);
			expect(out).toMatch(/^source staff\n {2}ok /m);
			expect(out).toMatch(/^product jira\n {2}ok /m);
			expect(out).toMatch(/^People who would have an account \(first 10 of \d\d\)\n( {2}\S+ +\S+@example\.com.*\n){5}/m);
			expect(out).toMatch(/^Groups \(first 10 of \d+\)/m);
			expect(out).toMatch(/\d+ members/);
			expect(out).toContain(`Written: ${config()}`);
			const { secrets } = directories.get(name)!.source;
			await works({ ...secrets, jira: jira.credentials.token });
			// Nothing secret was said back, in whatever way.
			for (const secret of [...Object.values(secrets), jira.credentials.token]) expect(out + err).not.toContain(secret);
		},
		60_000,
	);

	test("two directories: names, and by what one person is recognised", async () => {
		const conversation = talk(["--directory", "okta,ldap", "--product", "jira"]);
		await tellAbout(conversation, "okta");
		await tellAbout(conversation, "ldap");
		await conversation.answers([
			...jiraAnswers(),
			[/samePerson \[person\.email\.lowerAscii\(\)\]: $/m, "person.mail"],
			[/did you mean person\.email\?[\s\S]*samePerson [^\n]*: $/m, "person.username"],
			[/Read it now/, "y"],
		]);
		const { code, out, err } = await conversation.ended;
		expect([code, code === 0 ? "" : out + err]).toEqual([0, ""]);
		// The same company in both: everybody once, known to both.
		expect(out).toMatch(/^People who would have an account \(first 10 of \d\d\)\n( {2}\S+ .*okta and ldap\n){10}/m);
		const { sources, products } = await loadConfig({ path: config(), env: {} });
		expect([...sources.keys()]).toEqual(["okta", "ldap"]);
		expect([...products.values()][0]!.policy).toMatchObject({ from: ["okta", "ldap"], samePerson: { text: "person.username" } });
		expect((await rollcall(["diff"])).code).toBe(2);
	}, 60_000);

	test("an answer that cannot be right is asked for again, with what is allowed", async () => {
		const conversation = talk(["--directory", "okta"]);
		await conversation.answers([
			[/Products/, "confluenza"],
			[/there is no kind of product "confluenza"[\s\S]*Products \[jira\]: $/m, "jira"],
			[/chosen once/, "my staff"],
			[/Allowed: a letter[\s\S]*chosen once/m, "people"],
			[asked("url"), "okta"],
			[/That is not an http:\/\/ or https:\/\/ address[\s\S]*url[^\n]*: $/m, "https://example-admin.okta.com"],
			[/found the address of the admin console[\s\S]*url[^\n]*: $/m, answersOf("okta").url!],
			[asked("Which"), "7"],
			[/There is no 7\.[\s\S]*Which[^\n]*: $/m, "token"],
			[asked("token"), "${env:}"],
			[/That is no reference[\s\S]*token[^\n]*: $/m, "@/nowhere/token"],
			[/cannot read \/nowhere\/token[\s\S]*token[^\n]*: $/m, answersOf("okta").token!],
			[FURTHER, "pageSize, colour"],
			[/There is no key "colour"[\s\S]*Enter for none: $/m, "pageSize"],
			[asked("pageSize"), "many"],
			[/That is not a whole number from 1 to 1000[\s\S]*pageSize[^\n]*: $/m, "100"],
			...jiraAnswers(),
			[/Read it now/, ""],
		]);
		const { code } = await conversation.ended;
		expect(code).toBe(0);
		expect((await loadConfig({ path: config(), env: {} })).sources.get("people" as never)).toMatchObject({ kind: "okta", pageSize: 100 });
	}, 60_000);

	test("a wrong password: the message, then the questions again, with the answers before as defaults", async () => {
		const conversation = talk(["--directory", "keycloak"]);
		const right = answersOf("keycloak");
		await conversation.answers([[/Products/, ""]]);
		await tellAbout(conversation, "keycloak", { ...right, clientSecret: "not-the-secret" });
		await conversation.says(/^source staff\n {2}error /m);
		await conversation.answers([
			[/What now \[a\]: $/m, ""],
			[asked("url"), ""],
			[asked("realm"), ""],
			[asked("clientId"), ""],
			[/clientSecret[^\n]*Enter keeps what you gave before[^\n]*: $/m, right.clientSecret!],
			[FURTHER, ""],
			...jiraAnswers(),
			[/Read it now/, "n"],
		]);
		expect((await conversation.ended).code).toBe(0);
		await works({ keycloak: right.clientSecret!, jira: jira.credentials.token });
	}, 60_000);

	test("a server that is down: the message, and the same again when it is back; or on without the test", async () => {
		jira.faults.add({ effect: { kind: "reset" } });
		const conversation = talk(["--directory", "okta", "--product", "jira"]);
		await tellAbout(conversation, "okta");
		await conversation.answers(jiraAnswers());
		await conversation.says(/^product jira\n {2}error /m);
		await conversation.answers([[/What now \[a\]: $/m, "r"]]);
		await conversation.says(/^product jira\n {2}error /m);
		await conversation.says(/What now \[a\]: $/m);
		jira.faults.clear();
		conversation.type("r\n");
		await conversation.says(/^product jira\n {2}ok /m);
		await conversation.answers([[/Read it now/, "n"]]);
		expect((await conversation.ended).code).toBe(0);
		await works({ okta: answersOf("okta").token!, jira: jira.credentials.token });
	}, 60_000);

	test("on without the test: written, and the check is the next step", async () => {
		directories.get("okta")!.sandbox.faults.add({ effect: { kind: "status", status: 401, body: { errorCode: "E0000011" } } });
		const conversation = talk(["--directory", "okta", "--product", "jira"]);
		await tellAbout(conversation, "okta");
		await conversation.answers([[/What now \[a\]: $/m, "s"], ...jiraAnswers()]);
		const { code, out } = await conversation.ended;
		expect([code, out]).toEqual([0, expect.stringContaining(`1. rollcall check --config ${config()}`)]);
		expect(out).not.toContain("People who would have an account");
	}, 60_000);

	test("q stops, and leaves nothing", async () => {
		jira.faults.add({ effect: { kind: "reset" } });
		const conversation = talk(["--directory", "okta", "--product", "jira"]);
		await tellAbout(conversation, "okta");
		await conversation.answers([...jiraAnswers(), [/What now/, "q"]]);
		const { code, err } = await conversation.ended;
		expect([code, err]).toEqual([4, expect.stringContaining("stopped; nothing was written")]);
		await nothingThere();
	}, 60_000);

	test("a directory that breaks off while it is read for the show is told, and the configuration is written all the same", async () => {
		const conversation = talk(["--directory", "okta", "--product", "jira"]);
		await tellAbout(conversation, "okta");
		await conversation.answers(jiraAnswers());
		await conversation.says(/Read it now/);
		directories.get("okta")!.sandbox.faults.add({ effect: { kind: "html" } });
		conversation.type("y\n");
		const { code, err } = await conversation.ended;
		expect([code, err]).toEqual([0, expect.stringContaining("The directory could not be read:")]);
		await access(config());
	}, 60_000);

	test("answers that end too early: what is missing is named, nothing is written", async () => {
		const conversation = talk(["--directory", "okta", "--product", "jira"]);
		await conversation.answers([[/chosen once/, ""]]);
		conversation.child.stdin!.end();
		const { code, err } = await conversation.ended;
		expect([code, err]).toEqual([
			64,
			expect.stringMatching(/the answers ended before staff\.url; nothing was written\nWhat to do: Give it too, by --set staff\.url=/),
		]);
		await nothingThere();
	});

	test("SIGTERM at any question stops it, and leaves nothing", async () => {
		const conversation = talk(["--directory", "okta", "--product", "jira"]);
		await tellAbout(conversation, "okta");
		await conversation.says(asked("url"));
		conversation.child.kill("SIGTERM");
		const { code, err } = await conversation.ended;
		expect([code, err]).toEqual([4, expect.stringContaining("stopped; nothing was written")]);
		await nothingThere();
	});

	test("a credential that is there already is used as it is, or left alone and the new one gets another name", async () => {
		await writeFile(join(away, "rollcall.yaml"), "old: true\n");
		const first = talk(["--directory", "okta", "--product", "jira"]);
		await first.answers([[/exists already\. Write a new one\? The old one is kept as .*rollcall\.yaml\.old \[y\/N\]: $/m, "y"]]);
		await tellAbout(first, "okta");
		await first.answers([...jiraAnswers(), [/Read it now/, ""]]);
		expect((await first.ended).code).toBe(0);
		expect(await readFile(`${config()}.old`, "utf8")).toBe("old: true\n");
		const second = talk([
			"--directory",
			"okta",
			"--product",
			"jira",
			"--config",
			"other.yaml",
			"--set",
			`okta.url=${answersOf("okta").url}`,
		]);
		await second.answers([
			[/chosen once/, ""],
			[asked("Which"), ""],
			[/credentials\/okta is there already\. Use it as it is\? \[Y\/n\]: $/m, "n"],
			[asked("token"), answersOf("okta").token!],
			[FURTHER, ""],
			[asked("url"), jira.url],
			[asked("posture"), "additive"],
			[asked("adopt"), ""],
			[asked("Which"), ""],
			[/credentials\/jira is there already/, ""],
			[FURTHER, ""],
			[/Read it now/, ""],
		]);
		expect((await second.ended).code).toBe(0);
		expect((await readdir(join(away, "credentials"))).sort()).toEqual(["jira", "okta", "okta-2"]);
		expect(await readFile(join(away, "other.yaml"), "utf8")).toMatch(
			/token: "\$\{credential:okta-2\}"[\s\S]*posture: additive[\s\S]*token: "\$\{credential:jira\}"/,
		);
		expect((await rollcall(["check", "--config", "other.yaml"])).code).toBe(0);
	}, 60_000);
});

(HAS_TERMINALS ? describe : describe.skip)("on a terminal", () => {
	test("a secret is not shown, Ctrl-C while reading ends the reading only, and Ctrl-C at a question ends everything", async () => {
		const token = answersOf("okta").token!;
		const conversation = talk(["--directory", "okta", "--product", "jira"], { terminal: true });
		await conversation.answers([
			[/chosen once \[staff\]: /, ""],
			[/\nurl[^\n]*: /, answersOf("okta").url!],
			[/Which \[1\]: /, ""],
			[/token[^\n]*: /, token],
			[/Enter for none: /, ""],
			[/\nurl[^\n]*: /, jira.url],
			[/posture \[observe\]: /, ""],
			[/adopt \[username\]: /, ""],
			[/Which \[1\]: /, ""],
			[/token[^\n]*: /, jira.credentials.token],
			[/Enter for none: /, ""],
		]);
		await conversation.says(/Read it now \[Y\/n\]: /);
		directories.get("okta")!.sandbox.faults.add({ effect: { kind: "slow", ms: 30_000 } });
		const asking = new Promise<void>((resolve) => directories.get("okta")!.sandbox.onExchange(() => resolve()));
		conversation.type("\n");
		await Promise.race([asking, conversation.says(/people/i)]);
		conversation.type("\x03");
		await conversation.says(/The reading was stopped; the configuration is not affected/);
		const { code, out } = await conversation.ended;
		expect([code, out]).toEqual([0, expect.stringContaining("Written: ")]);
		expect(out).not.toContain(token);
		expect(out).not.toContain(jira.credentials.token);
		directories.get("okta")!.sandbox.faults.clear();
		await works({ okta: token, jira: jira.credentials.token });
		const second = talk(["--directory", "okta", "--product", "jira", "--config", "second.yaml"], { terminal: true });
		await second.answers([[/chosen once \[staff\]: /, ""]]);
		await second.says(/\nurl[^\n]*: /);
		second.type("\x03");
		expect(await second.ended).toMatchObject({ code: 4, out: expect.stringContaining("stopped; nothing was written") });
		await expect(access(join(away, "second.yaml"))).rejects.toMatchObject({ code: "ENOENT" });
	}, 60_000);

	test("a key of several lines can be pasted", async () => {
		const key = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEG\nCCqGSM49AwEHBG0wawIBAQQg\n-----END PRIVATE KEY-----";
		const conversation = talk(["--directory", "okta", "--product", "jira", "--no-test", "--set", "jira.url=https://jira.example.org"], {
			terminal: true,
		});
		await conversation.answers([
			[/chosen once \[staff\]: /, ""],
			[/\nurl[^\n]*: /, "https://example.okta.com"],
			[/Which \[1\]: /, "2"],
			[/clientId[^\n]*: /, "0oa1"],
			[/privateKey[^\n]*: /, key],
			[/Enter for none: /, ""],
			[/posture \[observe\]: /, ""],
			[/adopt \[username\]: /, ""],
			[/Which \[1\]: /, ""],
			[/token[^\n]*: /, "t"],
			[/Enter for none: /, ""],
		]);
		const { code, out } = await conversation.ended;
		expect([code, out.includes("MIGHAgEA")]).toEqual([0, false]);
		expect(await readFile(join(away, "credentials", "okta-key"), "utf8")).toBe(key);
	}, 60_000);
});

describe("nobody to ask", () => {
	const given = (name: string) => [
		...Object.entries(answersOf(name)).map(
			([key, value]) => `${name}.${key}=${/token|secret|password/i.test(key) ? "${env:SECRET}" : value}`,
		),
		`jira.url=${jira.url}`,
		"jira.token=${env:JIRA}",
	];
	const env = (name: string) => ({ SECRET: Object.values(directories.get(name)!.source.secrets)[0]!, JIRA: jira.credentials.token });
	const flags = (name: string) => [
		"init",
		"--yes",
		"--directory",
		name,
		"--product",
		"jira",
		...given(name).flatMap((one) => ["--set", one]),
	];

	test.each(["keycloak", "okta", "ldap", "activedirectory"])(
		"--set for everything: %s is tried and written",
		async (name) => {
			const { code, out, err } = await rollcall(flags(name), env(name));
			expect([code, code === 0 ? "" : out + err]).toEqual([0, ""]);
			expect(out).toMatch(/^source staff\n {2}ok /m);
			expect(err).toBe("");
			const check = await rollcall(["check"], env(name));
			expect([check.code, (await rollcall(["diff"], env(name))).code]).toEqual([0, 2]);
			expect(await readdir(join(away, "credentials"))).toEqual([]);
		},
		60_000,
	);

	test("what does not work is said, nothing is written, and the exit code is the check's; --no-test writes it all the same", async () => {
		const wrong = { ...env("okta"), SECRET: "wrong" };
		const { code, out, err } = await rollcall(flags("okta"), wrong);
		expect([code, out, err]).toEqual([
			65,
			expect.stringMatching(/^source staff\n {2}error /m),
			expect.stringContaining("Nothing was written."),
		]);
		await nothingThere();
		expect((await rollcall(flags("okta"), { ...env("okta"), JIRA: "wrong" })).code).toBe(66);
		await nothingThere();
		const untested = await rollcall([...flags("okta"), "--no-test"], wrong);
		expect([untested.code, untested.out]).toEqual([0, expect.stringContaining("rollcall check --config")]);
		await access(config());
	}, 60_000);

	test("--answers: as much of a configuration as is known, with names; a secret by @ from a file", async () => {
		await writeFile(join(away, "token"), `${answersOf("okta").token}\n`);
		await writeFile(
			join(away, "answers.yaml"),
			`sources:
  people: { kind: okta, url: ${answersOf("okta").url}, token: "@${join(away, "token")}", network: { timeout: 90s } }
products:
  tracker: { kind: jira, url: ${jira.url}, token: "\${env:JIRA}", posture: additive, adopt: never }
store: { sqlite: ./state/rollcall.db }
`,
		);
		const { code, out, err } = await rollcall(["init", "--yes", "--answers", "answers.yaml"], env("okta"));
		expect([code, code === 0 ? "" : out + err]).toEqual([0, ""]);
		expect(await readFile(join(away, "credentials", "okta"), "utf8")).toBe(answersOf("okta").token);
		const loaded = await loadConfig({ path: config(), env: {} });
		expect(loaded.sources.get("people" as never)).toMatchObject({ kind: "okta", network: { timeoutMs: 90_000 } });
		expect(loaded.products.get("tracker" as never)).toMatchObject({ posture: "additive", adopt: "never" });
		expect(loaded.store.sqlite).toBe(join(away, "state", "rollcall.db"));
	}, 60_000);

	test.each<readonly [string, readonly string[], RegExp]>([
		[
			"a secret on the command line",
			["--set", "okta.token=hunter2hunter2"],
			/staff\.token is a secret, and a secret belongs neither on a command line nor into a file/,
		],
		[
			"a key of two parts",
			["--set", "url=https://x.example.org"],
			/--set url is meant for several: staff, jira\nWhat to do: Say which: --set sources\.staff\.url=…/,
		],
		["a key that there is not", ["--set", "okta.realm=x"], /--set okta\.realm: none of staff \(okta\), jira \(jira\) has such a key/],
		["no equals sign", ["--set", "okta.url"], /--set okta\.url has no "="/],
		["a value that cannot be right", ["--set", "okta.pageSize=0"], /staff\.pageSize: That is not a whole number from 1 to 1000/],
		["a policy key", ["--set", "jira.limits=1"], /none of staff \(okta\), jira \(jira\) has such a key/],
		["a kind that there is not", ["--directory", "nis"], /there is no kind of directory "nis"/],
		["answers that are not there", ["--answers", "nowhere.yaml"], /cannot read the answers in nowhere\.yaml: there is no such file/],
	])("%s: refused, nothing written, no secret repeated", async (_what, more, message) => {
		const { code, out, err } = await rollcall(["init", "--yes", "--directory", "okta", "--product", "jira", ...more]);
		expect([code, err]).toEqual([64, expect.stringMatching(message)]);
		expect(out + err).not.toContain("hunter2");
		await nothingThere();
	});

	test.each<readonly [string, string, RegExp]>([
		["a section without a kind", "sources: { a: { url: x } }", /sources\.a of the answers has no kind/],
		["an unknown key of a source", "sources: { a: { kind: okta, colour: red } }", /a \(okta\) has no key "colour"/],
		["an unknown section", "source: {}", /have a key "source"/],
		["a policy", "products: { j: { kind: jira, people: { where: x } } }", /people\.where, which init does not take/],
		["a plain secret", "sources: { a: { kind: okta, token: hunter2 } }", /a\.token is a secret/],
		["no YAML", "a: [", /it is not YAML/],
	])("answers with %s: refused, nothing written", async (_what, text, message) => {
		await writeFile(join(away, "answers.yaml"), text);
		const { code, out, err } = await rollcall(["init", "--yes", "--answers", "answers.yaml"]);
		expect([code, err]).toEqual([64, expect.stringMatching(message)]);
		expect(out + err).not.toContain("hunter2");
		expect(await readdir(away)).toEqual(["answers.yaml"]);
	});

	test("without any answer: an example that loads, with what is to be replaced", async () => {
		const { code, out } = await rollcall(["init", "--directory", "google,entra"]);
		expect([code, out]).toEqual([
			0,
			expect.stringMatching(/Examples so far, to be replaced: google\.key, .*entra\.\w+.*, jira\.url, jira\.token\n/),
		]);
		expect(out).toContain(`install -m 600 /dev/stdin ${join(away, "credentials", "google")}`);
		await loadConfig({ path: config(), env: {} });
	});

	test("a place that cannot be written to is said before anything is asked", async () => {
		// A file system that takes no folders: Node's own way of making them never ends there.
		expect(await rollcall(["init", "--config", "/proc/rollcall/rollcall.yaml"])).toMatchObject({
			code: 64,
			err: expect.stringContaining("cannot write /proc/rollcall/rollcall.yaml"),
		});
		await writeFile(join(away, "file"), "");
		const conversation = talk(["--config", "file/rollcall.yaml"]);
		const { code, err } = await conversation.ended;
		expect([code, err]).toEqual([64, expect.stringContaining(`cannot write ${join(away, "file", "rollcall.yaml")}`)]);
	});
});

test("the schema that the file names is there, and takes the file", async () => {
	expect((await rollcall(["init", "--yes"])).code).toBe(0);
	const text = await readFile(config(), "utf8");
	const [, address] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(text)!;
	const schema = JSON.parse(await readFile(fileURLToPath(address!), "utf8")) as object;
	expect(new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema)(parse(text))).toBe(true);
});

test("in a checkout the file names the schema by a relative path, so that both may move", async () => {
	const folder = await mkdtemp(join(ROOT, ".init-"));
	try {
		expect((await rollcall(["init", "--yes", "--config", join(folder, "rollcall.yaml")])).code).toBe(0);
		const text = await readFile(join(folder, "rollcall.yaml"), "utf8");
		expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=../docs/reference/config.schema.json");
		await access(join(folder, "../docs/reference/config.schema.json"));
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
});
