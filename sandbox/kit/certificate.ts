import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** PEM texts. Made anew for every run, and never written down. */
export interface Certificate {
	readonly key: string;
	readonly cert: string;
}

const DAY = 86_400_000;

/** One element of ASN.1 in DER (ITU-T X.690). */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
	const body = Buffer.concat(parts);
	if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body]);
	const length = Buffer.from(body.length.toString(16).padStart(body.length > 0xff ? 4 : 2, "0"), "hex");
	return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
}
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const octets = (body: Uint8Array): Buffer => der(0x04, body);
const bits = (body: Uint8Array): Buffer => der(0x03, Buffer.from([0]), body);

function oid(text: string): Buffer {
	const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
	const base128 = (value: number): number[] => {
		const out = [value & 0x7f];
		for (let left = value >> 7; left > 0; left >>= 7) out.unshift((left & 0x7f) | 0x80);
		return out;
	};
	return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

const nameOf = (common: string): Buffer => sequence(der(0x31, sequence(oid("2.5.4.3"), der(0x0c, Buffer.from(common, "utf8")))));
const time = (ms: number): Buffer => der(0x17, Buffer.from(`${new Date(ms).toISOString().replace(/\D/g, "").slice(2, 14)}Z`, "ascii"));

/**
 * A certificate that signs itself (RFC 5280), for `localhost` and 127.0.0.1: Node has nothing that makes one, and not every
 * machine has openssl. `rsa` where the other side takes no other keys.
 */
export function selfSigned(options: { readonly name: string; readonly rsa?: boolean; readonly days?: number }): Certificate {
	const { name, rsa = false, days = 30 } = options;
	const pair: { readonly privateKey: KeyObject } = rsa
		? generateKeyPairSync("rsa", { modulusLength: 2048 })
		: generateKeyPairSync("ec", { namedCurve: "prime256v1" });
	const algorithm = rsa ? sequence(oid("1.2.840.113549.1.1.11"), der(0x05)) : sequence(oid("1.2.840.10045.4.3.2"));
	const hosts = sequence(der(0x82, Buffer.from("localhost", "ascii")), der(0x87, Buffer.from([127, 0, 0, 1])));
	const extensions = sequence(
		sequence(oid("2.5.29.19"), der(0x01, Buffer.from([0xff])), octets(sequence(der(0x01, Buffer.from([0xff]))))),
		sequence(oid("2.5.29.17"), octets(hosts)),
	);
	const now = Date.now();
	const body = sequence(
		der(0xa0, der(0x02, Buffer.from([2]))),
		der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
		algorithm,
		nameOf(name),
		sequence(time(now + Math.min(-DAY, (days - 1) * DAY)), time(now + days * DAY)),
		nameOf(name),
		createPublicKey(pair.privateKey).export({ type: "spki", format: "der" }),
		der(0xa3, extensions),
	);
	const whole = sequence(body, algorithm, bits(sign("sha256", body, pair.privateKey)));
	const lines = whole.toString("base64").replace(/.{64}(?=.)/g, "$&\n");
	return {
		key: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
		cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
	};
}
