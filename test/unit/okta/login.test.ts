import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { Secret } from "../../../core/secret.ts";
import { newServiceApp } from "../../../sandbox/okta/access.ts";
import type { OktaSandbox } from "../../../sandbox/okta/server.ts";
import { connector, NOTHING, signal, standIn } from "./stand-in.ts";

const auth = (clientId: string, privateKey: string, keyId?: string) => ({
	auth: {
		kind: "serviceApp" as const,
		clientId,
		privateKey: new Secret(privateKey, "credential:okta-key"),
		...(keyId === undefined ? {} : { keyId }),
	},
});
const rights = { roles: ["READ_ONLY_ADMIN"] as const, scopes: ["okta.users.read", "okta.groups.read"], dpop: false };
const people = async (sandbox: OktaSandbox, how: ReturnType<typeof auth>) =>
	(await connector(sandbox, how).snapshot(NOTHING, signal)).size.people;

describe("a service app's key", () => {
	test.each(["pkcs8", "pkcs1"] as const)("RSA as %s PEM, with keyId", async (type) => {
		const sandbox = await standIn();
		const { app, privateKey } = newServiceApp("0oaRsa", rights, "rsa");
		sandbox.addApp(app);
		const pem = createPrivateKey({ key: JSON.parse(privateKey), format: "jwk" })
			.export({ type, format: "pem" })
			.toString();
		expect(await people(sandbox, auth(app.clientId, pem, "0oaRsa-key"))).toBe(2);
		await expect(people(sandbox, auth(app.clientId, pem, "another"))).rejects.toMatchObject({
			code: "source.denied",
			message: expect.stringContaining("client_assertion signature is invalid"),
			todo: expect.stringContaining("keyId"),
		});
	});

	test("RSA as JSON Web Key; a P-384 key as PEM without kid", async () => {
		const sandbox = await standIn();
		const rsa = newServiceApp("0oaRsa", rights, "rsa");
		sandbox.addApp(rsa.app);
		expect(await people(sandbox, auth("0oaRsa", rsa.privateKey))).toBe(2);
		const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
		sandbox.addApp({ ...rights, clientId: "0oaEc", publicKey: publicKey.export({ format: "jwk" }) });
		expect(await people(sandbox, auth("0oaEc", privateKey.export({ type: "pkcs8", format: "pem" }).toString()))).toBe(2);
	});

	const ed25519 = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
	const short = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export({ type: "pkcs8", format: "pem" }).toString();
	test.each([
		["no key", "not-a-key-at-all", "cannot be read"],
		["half a JSON Web Key", '{"kty":"RSA","n":"abc"', "cannot be read"],
		["a public key", '{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}', "cannot be read"],
		["another kind of key", ed25519, "of a kind that Okta does not take (ed25519)"],
		["a short key", short, "shorter than 2048 bits"],
	])("%s is an error of the configuration, and nothing is sent", async (_name, key, message) => {
		const sandbox = await standIn();
		const failure = await people(sandbox, auth("0oaX", key)).catch((error: unknown) => error);
		expect(failure).toMatchObject({ code: "config.invalid", message: expect.stringContaining(message) });
		expect(String(failure)).toContain("credential:okta-key");
		expect(sandbox.exchanges).toEqual([]);
	});
});

describe("what Okta refuses", () => {
	test("another app's key", async () => {
		const sandbox = await standIn();
		const other = newServiceApp("0oaOther", rights);
		await expect(people(sandbox, auth(sandbox.credentials.clientId, other.privateKey))).rejects.toMatchObject({ code: "source.denied" });
	});

	test("a scope that was not granted is named", async () => {
		const sandbox = await standIn();
		const { app, privateKey } = newServiceApp("0oaHalf", { ...rights, scopes: ["okta.users.read"] });
		sandbox.addApp(app);
		await expect(people(sandbox, auth("0oaHalf", privateKey))).rejects.toMatchObject({
			code: "source.denied",
			todo: expect.stringContaining("okta.users.read and okta.groups.read"),
		});
	});

	test("an address that is no organisation", async () => {
		const sandbox = await standIn();
		sandbox.faults.add({ path: /oauth2/, effect: { kind: "status", status: 404 } });
		await expect(people(sandbox, auth(sandbox.credentials.clientId, sandbox.credentials.privateKey))).rejects.toMatchObject({
			code: "config.invalid",
			todo: expect.stringContaining("-admin"),
		});
	});
});

describe("proof of possession (DPoP)", () => {
	test("the nonce is taken over, every request has its own proof, and one token serves all", async () => {
		const sandbox = await standIn({ dpop: true });
		const logIns = () => sandbox.exchanges.filter((one) => one.path === "/oauth2/v1/token").map((one) => one.status);
		expect((await connector(sandbox, { logIn: "serviceApp" }).snapshot(NOTHING, signal)).size.people).toBe(2);
		expect(logIns()).toEqual([400, 200]);
		expect(sandbox.access.issued).toBe(1);
	});

	test("a nonce that the API itself asks for costs one request, not a log-in", async () => {
		const sandbox = await standIn({ dpop: true, quirks: { resourceNonce: true } });
		const okta = connector(sandbox, { logIn: "serviceApp", network: { timeoutMs: 10_000, concurrency: 1 } });
		expect((await okta.snapshot(NOTHING, signal)).size.people).toBe(2);
		expect(sandbox.exchanges.filter((one) => one.status === 401).length).toBe(1);
		expect(sandbox.access.issued).toBe(1);
	});

	test("a nonce that is never right ends", async () => {
		const sandbox = await standIn();
		const effect = { kind: "status", status: 400, headers: { "dpop-nonce": "again" }, body: { error: "use_dpop_nonce" } } as const;
		const count = sandbox.faults.add({ path: /oauth2/, effect });
		await expect(connector(sandbox, { logIn: "serviceApp" }).snapshot(NOTHING, signal)).rejects.toMatchObject({ code: "source.denied" });
		expect(count.hits).toBe(2);
	});
});

test("many requests at once make one log-in, and a refused token one more", async () => {
	const sandbox = await standIn({ tokens: { uses: 6 } });
	const okta = connector(sandbox, { logIn: "serviceApp", network: { timeoutMs: 10_000, concurrency: 1 } });
	await okta.snapshot(NOTHING, signal);
	expect(sandbox.access.issued).toBe(1);
	await okta.snapshot(NOTHING, signal);
	expect(sandbox.access.issued).toBe(2);
});
