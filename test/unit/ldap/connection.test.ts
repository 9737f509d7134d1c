import dns from "node:dns";
import { type AddressInfo, createServer } from "node:net";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { Client } from "ldapts";
import { Secret } from "../../../core/secret.ts";
import { BIND_RESPONSE, EXTENDED_RESPONSE, resultMessage } from "../../../sandbox/ldap/protocol.ts";
import { madeUpCa, proxy } from "../http/servers.ts";
import { never, Scene, SMALL } from "./stand-in.ts";

const scene = new Scene();
afterEach(() => scene.close());
let certificate: ReturnType<typeof madeUpCa>;
beforeAll(() => {
	certificate = madeUpCa();
});
const network = (more: object = {}) => ({ timeoutMs: 10_000, concurrency: 3, ...more });

describe("encryption", () => {
	const tls = (implicit: boolean) => ({ tls: { key: certificate.key, cert: certificate.cert, implicit } });

	test.each([true, false])("TLS from the start: %s; else StartTLS", async (implicit) => {
		const sandbox = await scene.start({ ...tls(implicit), quirks: { tlsRequired: true } });
		const more = { startTls: true, network: network({ ca: certificate.ca }) };
		expect((await scene.read(sandbox, more)).size.people).toBe(SMALL.people.length);
		const operations = sandbox.exchanges.map((exchange) => exchange.method);
		// Nothing is said before TLS but the wish for it.
		expect(operations[0]).toBe(implicit ? "BIND" : "EXTENDED");
		expect(operations.filter((one) => one === "EXTENDED").length).toBe(implicit ? 0 : operations.filter((one) => one === "BIND").length);
	});

	test.each([true, false])("an unknown authority is refused before the password is sent (from the start: %s)", async (implicit) => {
		const sandbox = await scene.start(tls(implicit));
		await expect(scene.read(sandbox, { startTls: true, network: network() })).rejects.toMatchObject({
			code: "source.unreachable",
			retry: "never",
			message: expect.stringContaining("certificate was not accepted"),
		});
		expect(sandbox.exchanges.filter((exchange) => exchange.method === "BIND")).toEqual([]);
	});

	test("a certificate for another name is refused", async () => {
		const sandbox = await scene.start(tls(true));
		const url = sandbox.url.replace("127.0.0.1", "localhost");
		await expect(scene.read(sandbox, { url, network: network({ ca: certificate.ca }) })).rejects.toMatchObject({
			context: { errno: "ERR_TLS_CERT_ALTNAME_INVALID" },
		});
	});

	test("a server without StartTLS gets no password", async () => {
		const sandbox = await scene.start();
		await expect(scene.read(sandbox, { startTls: true })).rejects.toMatchObject({ code: "source.malformed", context: { result: 2 } });
		expect(sandbox.exchanges.map((exchange) => exchange.method)).toEqual(["EXTENDED"]);
	});

	test("a server that wants TLS says so", async () => {
		for (const [vendor, result] of [
			["openldap", 13],
			["activedirectory", 8],
		] as const) {
			const sandbox = await scene.start({ vendor, quirks: { tlsRequired: true } });
			await expect(scene.read(sandbox)).rejects.toMatchObject({
				code: "source.denied",
				context: { result },
				todo: expect.stringContaining("ldaps://"),
			});
		}
	});

	test("plain LDAP behind an ldaps:// address", async () => {
		const sandbox = await scene.start();
		const url = sandbox.url.replace("ldap:", "ldaps:");
		await expect(scene.read(sandbox, { url })).rejects.toMatchObject({
			code: "source.unreachable",
			todo: expect.stringContaining("StartTLS"),
		});
	});

	test("the SDK's client takes a lost StartTLS connection for a standing one", async () => {
		const sandbox = await scene.start({ ...tls(false), quirks: { searchesPerConnection: 1 } });
		const client = new Client({ url: sandbox.url, timeout: 200 });
		await client.startTLS({ ca: [certificate.ca], host: "127.0.0.1" });
		await client.bind(sandbox.credentials.account, sandbox.credentials.password);
		await client.search(sandbox.peopleBase, { filter: "(objectClass=*)" });
		// The server closes; the client goes on writing into the void, and only its own time limit ends that.
		await expect(client.search(sandbox.peopleBase, { filter: "(objectClass=*)" })).rejects.toThrow();
		expect([client.isConnected, client.isBound]).toEqual([true, true]);
		const more = { startTls: true, network: network({ ca: certificate.ca, concurrency: 1 }) };
		expect((await scene.read(sandbox, more)).size.people).toBe(SMALL.people.length);
	});
});

describe("logging in", () => {
	test("an empty password is refused without asking the server, which would let nobody in as anybody", async () => {
		const sandbox = await scene.start({ vendor: "activedirectory" });
		await expect(scene.read(sandbox, { password: new Secret("", "credential:ad") })).rejects.toMatchObject({
			code: "config.invalid",
			todo: expect.stringContaining("credential:ad"),
		});
		expect(sandbox.exchanges).toEqual([]);
		const client = new Client({ url: sandbox.url });
		await client.bind(sandbox.credentials.account, "");
		expect(client.isBound).toBe(true);
		await client.unbind();
	});

	test("a wrong password is not tried twice, and Active Directory's reason is put into words", async () => {
		const sandbox = await scene.start({ vendor: "activedirectory" });
		const failure = await scene.read(sandbox, { password: new Secret("wrong-password", "test") }).catch((error: unknown) => error);
		expect(failure).toMatchObject({ code: "source.denied", retry: "never", message: expect.stringContaining("wrong password") });
		expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain("wrong-password");
		expect(sandbox.exchanges.length).toBe(1);
	});

	test("the SDK's client goes on as nobody when its connection was closed; a new line logs in", async () => {
		const sandbox = await scene.start({ quirks: { searchesPerConnection: 1 } });
		const client = new Client({ url: sandbox.url });
		await client.bind(sandbox.credentials.account, sandbox.credentials.password);
		const list = () => client.search(sandbox.peopleBase, { filter: "(objectClass=inetOrgPerson)" });
		expect((await list()).searchEntries.length).toBe(SMALL.people.length);
		while (client.isConnected) await new Promise((resolve) => setImmediate(resolve));
		await expect(list()).rejects.toMatchObject({ code: 50 });
		await client.unbind();
		const before = sandbox.logIns;
		expect((await scene.read(sandbox, { network: network({ concurrency: 1 }) })).size.people).toBe(SMALL.people.length);
		expect(sandbox.logIns - before).toBeGreaterThanOrEqual(4);
	});
});

describe("trouble", () => {
	test("busy, unavailable and a lost connection are tried again; the list begins anew, since cookies die with connections", async () => {
		const sandbox = await scene.start();
		const calm = await scene.read(sandbox, {}, { pageSize: 5 });
		for (const effect of [
			{ kind: "status", status: 51 },
			{ kind: "status", status: 52 },
			{ kind: "cut" },
			{ kind: "reset" },
			{ kind: "drop-after-write" },
		] as const) {
			sandbox.faults.clear();
			const fault = sandbox.faults.add({ method: "SEARCH", path: /later=yes/, times: 1, effect });
			expect((await scene.read(sandbox, {}, { pageSize: 5 })).digest).toBe(calm.digest);
			expect(fault.hits).toBe(1);
		}
	});

	test("what stays busy is limited, in few tries", async () => {
		const sandbox = await scene.start();
		sandbox.faults.add({ method: "SEARCH", effect: { kind: "status", status: 51 } });
		await expect(scene.read(sandbox)).rejects.toMatchObject({ code: "source.limited", retry: "spent", context: { result: 51 } });
		expect(sandbox.exchanges.filter((exchange) => exchange.method === "SEARCH").length).toBe(2);
	});

	test.each([
		[1, "source.unreachable"],
		[3, "source.limited"],
		[4, "source.incomplete"],
		[10, "source.incomplete"],
		[11, "source.incomplete"],
		[12, "source.incomplete"],
		[32, "source.incomplete"],
		[50, "source.denied"],
		[53, "source.incomplete"],
		[80, "source.unreachable"],
	])("result %i to a list is %s", async (status, code) => {
		const sandbox = await scene.start();
		sandbox.faults.add({ method: "SEARCH", path: /size=/, effect: { kind: "status", status } });
		await expect(scene.read(sandbox)).rejects.toMatchObject({ code, context: { result: status }, todo: expect.stringMatching(/\w/) });
	});

	test("a referral's server is named, and not visited", async () => {
		const visits: unknown[] = [];
		const other = createServer((socket) => visits.push(socket.destroy()));
		await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", () => resolve()));
		scene.keep({ close: () => new Promise<void>((resolve) => other.close(() => resolve())) });
		const url = `ldap://127.0.0.1:${(other.address() as AddressInfo).port}/dc=x`;
		const sandbox = await scene.start();
		for (const path of [/^\/$/, /size=/]) {
			sandbox.faults.clear();
			sandbox.faults.add({ path, effect: { kind: "status", status: 302, headers: { location: url } } });
			await expect(scene.read(sandbox)).rejects.toMatchObject({ code: "source.incomplete", message: expect.stringContaining(url) });
		}
		sandbox.faults.clear();
		sandbox.quirks.references = [{ base: sandbox.peopleBase, url }];
		await expect(scene.read(sandbox)).rejects.toMatchObject({ code: "source.incomplete", message: expect.stringContaining(url) });
		expect(visits).toEqual([]);
	});

	test("a server that says nothing is left after the time that is set, and stopped at once when the run is", async () => {
		const sandbox = await scene.start();
		sandbox.faults.add({ method: "SEARCH", path: /size=/, effect: { kind: "slow", ms: 600_000 } });
		const late = { timeoutMs: 60, concurrency: 1 };
		await expect(scene.read(sandbox, { network: late })).rejects.toMatchObject({
			code: "source.unreachable",
			message: expect.stringContaining("no whole answer within 60 ms"),
		});
		const stop = new AbortController();
		const connector = scene.connect(sandbox);
		const reading = connector.snapshot({ attributes: new Set() }, stop.signal);
		sandbox.onExchange(() => setImmediate(() => stop.abort()));
		await expect(reading).rejects.toMatchObject({ code: "run.cancelled" });
	});

	test("a server that takes the connection and never speaks TLS", async () => {
		const silent = createServer((socket) => scene.keep({ close: () => Promise.resolve(void socket.destroy()) }));
		await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", () => resolve()));
		scene.keep({ close: () => new Promise<void>((resolve) => silent.close(() => resolve())) });
		const sandbox = await scene.start();
		const url = `ldaps://127.0.0.1:${(silent.address() as AddressInfo).port}`;
		await expect(scene.read(sandbox, { url, network: { timeoutMs: 60, concurrency: 1 } })).rejects.toMatchObject({
			code: "source.unreachable",
		});
	});
});

describe("servers that are none", () => {
	/** Answers every request with the bytes that are made of its message id. */
	async function answering(answer: (id: number) => Buffer): Promise<string> {
		const server = createServer((socket) => {
			scene.keep({ close: () => Promise.resolve(void socket.destroy()) });
			socket.on("error", () => socket.destroy());
			socket.on("data", (chunk: Buffer) => socket.write(answer(chunk[4]!)));
		});
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
		scene.keep({ close: () => new Promise<void>((resolve) => server.close(() => resolve())) });
		return `ldap://127.0.0.1:${(server.address() as AddressInfo).port}`;
	}
	const success = (id: number, tag: number) => resultMessage(id, tag, { code: 0 });

	test("an answer to another request, a second answer, an unknown operation", async () => {
		const sandbox = await scene.start();
		for (const [answer, message] of [
			[(id: number) => success(id + 1, BIND_RESPONSE), /an answer to request 2, while request 1 is open/],
			[
				(id: number) => Buffer.concat([success(id, BIND_RESPONSE), success(id, BIND_RESPONSE)]),
				/nobody waits for|another kind|an answer to request/,
			],
			[(id: number) => success(id, 0x6b), /an operation that nobody asked for/],
			[() => Buffer.from("* OK IMAP4 ready\r\n"), /bytes that are not LDAP \("\* OK IMAP4 ready/],
		] as const) {
			const url = await answering(answer);
			await expect(scene.read(sandbox, { url })).rejects.toMatchObject({
				code: "source.malformed",
				message: expect.stringMatching(message),
			});
		}
	});

	test("what is slipped in before TLS begins is not taken for an answer inside of it", async () => {
		const sandbox = await scene.start();
		const begun = success(2, BIND_RESPONSE).subarray(0, 5);
		const url = await answering((id) => Buffer.concat([success(id, EXTENDED_RESPONSE), begun]));
		await expect(scene.read(sandbox, { url, startTls: true })).rejects.toMatchObject({
			code: "source.malformed",
			message: expect.stringContaining("before TLS began"),
		});
	});

	test("a notice of disconnection is a lost connection, with the server's reason", async () => {
		const sandbox = await scene.start();
		const url = await answering(() => resultMessage(0, EXTENDED_RESPONSE, { code: 52, text: "going down for maintenance" }));
		await expect(scene.read(sandbox, { url })).rejects.toMatchObject({
			code: "source.unreachable",
			message: expect.stringContaining("going down for maintenance"),
		});
	});
});

test.each(["openldap", "activedirectory"] as const)(
	"several machines behind one name: all connections of one reading go to the first that answered (%s)",
	async (vendor) => {
		const one = await scene.start({ vendor });
		const port = Number(new URL(one.url).port);
		const another = await scene.start({ vendor, address: "127.0.0.2", port });
		const real = dns.lookup;
		let asked = 0;
		const lookup = (...[, options, done]: [string, { readonly all?: boolean }, (error: null, ...found: unknown[]) => void]) => {
			const address = asked % 2 === 0 ? "127.0.0.1" : "127.0.0.2";
			asked += 1;
			if (options.all === true) done(null, [{ address, family: 4 }]);
			else done(null, address, 4);
		};
		Object.assign(dns, { lookup });
		try {
			const connector = scene.connect(one, { url: `ldap://directory.example.org:${port}` });
			await connector.snapshot({ attributes: new Set() }, never());
			expect([one.exchanges.length > 0, another.exchanges.length]).toEqual([true, 0]);
			expect(one.logIns).toBeGreaterThan(1);
			// The next reading may find another one.
			await connector.snapshot({ attributes: new Set() }, never());
			expect(another.exchanges.length).toBeGreaterThan(0);
		} finally {
			Object.assign(dns, { lookup: real });
		}
	},
);

describe("proxies", () => {
	let door: Awaited<ReturnType<typeof proxy>>;
	afterAll(() => door.close());
	test("a tunnel, and TLS inside it to the server that is meant", async () => {
		door = await proxy("rollcall:letmein");
		const sandbox = await scene.start({ tls: { key: certificate.key, cert: certificate.cert, implicit: true } });
		const more = { network: network({ ca: certificate.ca, proxy: door.url }) };
		expect((await scene.read(sandbox, more)).size.people).toBe(SMALL.people.length);
		expect(new Set(door.seen)).toEqual(new Set([`CONNECT ${sandbox.url.slice("ldaps://".length)}`]));
		const refused = { network: network({ ca: certificate.ca, proxy: door.url.replace("letmein", "wrong") }) };
		const failure = await scene.read(sandbox, refused).catch((error: unknown) => error);
		expect(failure).toMatchObject({ code: "source.unreachable", message: expect.stringContaining("proxy") });
		expect(inspect(failure, { depth: 9 })).not.toMatch(/wrong|letmein/);
	});
});

test("many connections are not more than the configuration allows, and none stays", async () => {
	const sandbox = await scene.start();
	const connector = scene.connect(sandbox, { network: network({ concurrency: 2 }) });
	await connector.snapshot({ attributes: new Set() }, never());
	expect(sandbox.logIns).toBeLessThanOrEqual(2);
	expect(connector.requests()).toBe(sandbox.exchanges.length);
	await connector.close();
});
