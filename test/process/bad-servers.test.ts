import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { World, type WorldOptions } from "./support/world.ts";

let world: World;
const open = async (options?: WorldOptions) => {
	await world.close();
	world = await World.open(options);
};
beforeEach(async () => {
	world = await World.open();
});
afterEach(() => world.close());

const PROGRESS = /^[a-z]+: \d+ of \d+\n/gm;
async function failureOf(args: readonly string[]): Promise<{ readonly code: number | null; readonly err: string }> {
	const { code, err } = await world.run(args);
	return { code, err: err.replace(PROGRESS, "") };
}
const hostOf = (url: string): string => new URL(url).host;
const asked = () => world.jira.exchanges.map(({ method, path, status }) => `${method} ${path} ${status}`);

describe("credentials that are wrong", () => {
	test("Keycloak's client secret", async () => {
		await writeFile(world.path("credentials/keycloak"), "another-secret");
		const host = hostOf(world.keycloak.url);
		expect(await failureOf(["diff"])).toEqual({
			code: 65,
			err: [
				`Directory (source.denied): Keycloak does not let client "rollcall" log in: POST /realms/acme/protocol/openid-connect/token on ${host} answered 401: Invalid client or Invalid client credentials`,
				'What to do: Check clientId and clientSecret (credential:keycloak), and that client "rollcall" has "Client authentication" and "Service account roles" switched on.',
				"exit 65\n",
			].join("\n"),
		});
	});

	test("Jira's token: exactly one request", async () => {
		await writeFile(world.path("credentials/jira"), "another-token");
		expect(await failureOf(["diff"])).toEqual({
			code: 66,
			err: [
				`Product (target.denied): GET /rest/api/2/serverInfo on ${hostOf(world.jira.url)} answered 401: Jira did not accept the personal access token`,
				"What to do: Create a new token as the account that Rollcall uses: this one is wrong, expired or revoked, or Jira is older than 8.14 and knows no tokens. Nothing more was sent with it.",
				"exit 66\n",
			].join("\n"),
		});
		expect(asked()).toEqual(["GET /rest/api/2/serverInfo 401"]);
	});

	test.each(["sync", "check", "explain"])("Jira's password: exactly one log-in of %s, so that no CAPTCHA comes up", async (command) => {
		await open({ jira: { version: "8.3" } });
		await writeFile(world.path("credentials/jira"), "another-password");
		const args = { sync: ["sync", "--yes"], check: ["check"], explain: ["explain", "alice"] }[command]!;
		const { code, out, err } = await world.run(args);
		expect(code).toBe(66);
		expect(out + err).toContain(
			`GET /rest/api/2/serverInfo on ${hostOf(world.jira.url)} answered 401: Jira did not accept the name "rollcall" and its password`,
		);
		expect(out + err).toContain(
			"Correct the credential, or use a personal access token where Basic log-in is switched off. It is not tried again: failed log-ins bring up a CAPTCHA.",
		);
		expect(asked()).toEqual(["GET /rest/api/2/serverInfo 401"]);
	});

	test("a token of somebody who is no administrator", async () => {
		world.jira.population.removeMember("jira-administrators", world.jira.population.named("rollcall")!.id);
		const { code, err } = await failureOf(["sync", "--yes"]);
		expect({ code, err }).toEqual({ code: 66, err: expect.stringContaining("Product (target.denied): ") });
		expect(world.writes()).toEqual([]);
	});

	test("a client that may see nobody: never an empty directory", async () => {
		world.keycloak.setRoles("rollcall", ["query-users", "query-groups"]);
		const { code, err } = await failureOf(["sync", "--yes"]);
		expect({ code, err }).toEqual({ code: 65, err: expect.stringMatching(/Directory \(source\.denied\): [^\n]*view-users/) });
		expect(world.jira.exchanges).toEqual([]);
	});
});

describe("servers that do not answer as they should", () => {
	test("nobody listens there", async () => {
		const closed = createServer();
		await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
		const { port } = closed.address() as AddressInfo;
		await new Promise((resolve) => closed.close(resolve));
		await world.edit((text) => text.replace(world.keycloak.url, `http://127.0.0.1:${port}`));
		const { code, err } = await failureOf(["diff"]);
		expect(code).toBe(65);
		expect(err).toMatch(
			/^Directory \(source\.unreachable\): POST \/realms\/acme\/protocol\/openid-connect\/token on 127\.0\.0\.1:\d+: no connection could be made \(connect ECONNREFUSED 127\.0\.0\.1:\d+\) \(tried 6 times\)\nWhat to do: Check that 127\.0\.0\.1:\d+ is running and that no firewall is in between\.\nexit 65\n$/,
		);
	});

	test("a certificate that nobody has signed, until it is named as network.ca", async () => {
		const [key, cert] = [world.path("key.pem"), world.path("cert.pem")];
		const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
		execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", cert, ...subject], {
			stdio: "ignore",
		});
		const tls = createTlsServer({ key: await readFile(key), cert: await readFile(cert) }, (_, response) => response.writeHead(503).end());
		await new Promise<void>((resolve) => tls.listen(0, "127.0.0.1", resolve));
		const host = `127.0.0.1:${(tls.address() as AddressInfo).port}`;
		await world.edit((text) => text.replace(world.jira.url, `https://${host}`));
		const refused = await failureOf(["diff"]);
		await world.edit((text) => text.replace("    posture:", "    network: { ca: ./cert.pem }\n    posture:"));
		const trusted = await world.inside(["check"]);
		tls.closeAllConnections();
		await new Promise((resolve) => tls.close(resolve));
		// What is in brackets is OpenSSL's and Node's own sentence.
		expect({ ...refused, err: refused.err.replace(/ \(self-signed certificate[^)]*\)/, "") }).toEqual({
			code: 66,
			err: [
				`Product (target.unreachable): GET /rest/api/2/serverInfo on ${host}: the server's certificate was not accepted`,
				`What to do: Check the certificate of ${host}. When a company CA signed it, name that CA's PEM file as network.ca; verification cannot be switched off.`,
				"exit 66\n",
			].join("\n"),
		});
		expect(trusted.out).toContain("answered 503");
		expect(trusted.out).not.toContain("certificate");
	});

	test.each([
		["Keycloak", 65, "Directory (source.malformed): GET /admin/realms/acme/users on ", "Is this a log-in page or a proxy's notice?"],
		[
			"Jira",
			66,
			"Product (target.malformed): GET /rest/api/2/user/list on ",
			"Is this a log-in page, a proxy's notice, or the wrong base URL",
		],
	] as const)("HTML instead of JSON from %s", async (which, expected, message, todo) => {
		const server = which === "Jira" ? world.jira : world.keycloak;
		server.faults.add({ path: which === "Jira" ? /user\/list/ : /\/users(\?|$)/, effect: { kind: "html" } });
		const { code, err } = await failureOf(["diff"]);
		expect(code).toBe(expected);
		expect(err).toContain(`${message}${hostOf(server.url)} answered 200 with an HTML page instead of JSON (titled "Log in")`);
		expect(err).toContain(`What to do: ${todo}`);
		expect(err).not.toContain("<");
	});

	test("clocks that disagree are found by check", async () => {
		await open({ keycloak: { clock: () => Date.now() + 600_000 } });
		const { code, out } = await world.run(["check"]);
		expect(code).toBe(0);
		expect(out).toMatch(
			new RegExp(
				`warning the clock of ${hostOf(world.keycloak.url)} is (599|600|601) s ahead of this machine's\\n +→ Let both machines follow a time server`,
			),
		);
	});
});

describe("two runs at once", () => {
	test("the second says who is running, and does nothing", async () => {
		world.jira.faults.add({ method: "POST", path: /\/api\/2\/user$/, effect: { kind: "slow", ms: 600_000 } });
		const first = world.start(["sync", "--yes"]);
		// Journalled before it is sent, so a reader of the store sees when the first is in the middle of it.
		await world.journalHolds("account.create");
		const before = world.writes().length;
		const { code, err } = await failureOf(["sync", "--yes"]);
		expect(code).toBe(67);
		expect(err).toMatch(
			new RegExp(
				`^Store \\(store\\.lease-held\\): the product "jira" is being synchronised by \\S+, process ${first.child.pid} \\(until \\d{4}-.*Z unless it renews\\)\\nWhat to do: Nothing was done\\. Wait for that run to end; if its process is gone, the right to run passes on by itself in at most five minutes\\.\\nexit 67\\n$`,
			),
		);
		expect(world.writes()).toHaveLength(before);
		expect((await world.run(["diff"])).code).toBe(2);
		await first.kill("SIGKILL");
	});
});
