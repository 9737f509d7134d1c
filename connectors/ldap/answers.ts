import type { BerReader } from "ldapts";
import type { Sdk } from "./sdk.ts";

/** Something that LDAP does not allow; the connection is of no use afterwards. */
export class NotLdap extends Error {}

/** One attribute of an entry, as it came. Values are octets: LDAP does not say which are text. */
export interface RawAttribute {
	readonly name: string;
	readonly values: readonly Buffer[];
}
export type Answer =
	| { readonly kind: "entry"; readonly id: number; readonly dn: string; readonly attributes: readonly RawAttribute[] }
	| { readonly kind: "reference"; readonly id: number; readonly urls: readonly string[] }
	| { readonly kind: "intermediate"; readonly id: number }
	| {
			readonly kind: "result";
			readonly id: number;
			/** The protocol operation's tag: 0x61 bind, 0x65 search, 0x78 extended. */
			readonly tag: number;
			readonly code: number;
			readonly matched: string;
			readonly text: string;
			readonly referrals: readonly string[];
			/** Of the paged results control; undefined: the answer carried none. */
			readonly cookie: Buffer | undefined;
	  };

/** A group with a million members is some 80 MB. */
const LARGEST = 256 * 1024 * 1024;

/** Cuts the stream into messages (RFC 4511, section 5.1). Chunks are joined once, when their message is whole. */
export class Frames {
	#chunks: Buffer[] = [];
	#held = 0;
	#wanted = 2;

	/** Throws NotLdap as soon as the bytes cannot be the beginning of a message. */
	push(chunk: Buffer): readonly Buffer[] {
		this.#chunks.push(chunk);
		this.#held += chunk.length;
		const whole: Buffer[] = [];
		if (this.#held < this.#wanted) return whole;
		let rest = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
		for (;;) {
			const length = lengthOf(rest);
			this.#wanted = length ?? rest.length + 1;
			if (length === undefined || rest.length < length) break;
			whole.push(rest.subarray(0, length));
			rest = rest.subarray(length);
		}
		this.#chunks = rest.length === 0 ? [] : [rest];
		this.#held = rest.length;
		return whole;
	}

	/** Bytes of a message that is not whole yet. */
	get pending(): number {
		return this.#held;
	}
}

/** Of the whole message, header included; undefined while the header is not complete. */
function lengthOf(bytes: Buffer): number | undefined {
	const [tag, first] = bytes;
	if (tag === undefined) return undefined;
	if (tag !== 0x30) throw new NotLdap(`bytes that are not LDAP ("${printable(bytes.subarray(0, 16))}")`);
	if (first === undefined) return undefined;
	if (first < 0x80) return 2 + first;
	const count = first & 0x7f;
	if (count === 0 || count > 4) throw new NotLdap("a message of impossible length");
	if (bytes.length < 2 + count) return undefined;
	const length = 2 + count + bytes.readUIntBE(2, count);
	if (length > LARGEST) throw new NotLdap(`a message of ${length} bytes`);
	return length;
}
const printable = (bytes: Buffer): string => bytes.toString("latin1").replace(/[^\x20-\x7e]/g, ".");

/**
 * One whole message. Not by the SDK's own parser: of a value that claims to be longer than its message it makes an empty
 * one and does not move on (BerReader.readString gives null, Attribute.parse asks again for ever), it drops the rest of
 * the bytes after any operation that it does not know, and it hands out no response controls.
 */
export function decode(sdk: Sdk, message: Buffer): Answer {
	const reader = new sdk.BerReader(message);
	const end = enter(reader, 0x30);
	const id = must(reader.readInt());
	const tag = must(reader.peek());
	const inner = enter(reader, tag);
	if (tag === 0x64) return { kind: "entry", id, dn: text(reader), attributes: attributesOf(reader, inner) };
	if (tag === 0x73) return { kind: "reference", id, urls: textsUntil(reader, inner) };
	if (tag === 0x79) return { kind: "intermediate", id };
	if (tag !== 0x61 && tag !== 0x65 && tag !== 0x78) throw new NotLdap(`an operation that nobody asked for (0x${tag.toString(16)})`);
	const result = { kind: "result", id, tag, code: must(reader.readEnumeration()), matched: text(reader), text: text(reader) } as const;
	let referrals: readonly string[] = [];
	while (reader.offset < inner) {
		const next = must(reader.peek());
		if (next === 0xa3) referrals = textsUntil(reader, enter(reader, 0xa3));
		else must(reader.readString(next, true));
	}
	return { ...result, referrals, cookie: reader.offset < end ? cookieOf(sdk, reader) : undefined };
}

function attributesOf(reader: BerReader, end: number): readonly RawAttribute[] {
	const attributes: RawAttribute[] = [];
	const list = enter(reader, 0x30);
	if (list > end) throw new NotLdap("an entry longer than its message");
	while (reader.offset < list) {
		const one = enter(reader, 0x30);
		const name = text(reader);
		const values: Buffer[] = [];
		const set = enter(reader, 0x31);
		if (set > one) throw new NotLdap("a value outside of its attribute");
		while (reader.offset < set) values.push(must(reader.readString(0x04, true)));
		attributes.push({ name, values });
	}
	return attributes;
}

function cookieOf(sdk: Sdk, reader: BerReader): Buffer | undefined {
	const end = enter(reader, 0xa0);
	let cookie: Buffer | undefined;
	while (reader.offset < end) {
		const one = enter(reader, 0x30);
		const oid = text(reader);
		let value: Buffer = Buffer.alloc(0);
		while (reader.offset < one) {
			if (reader.peek() === 0x01) must(reader.readBoolean());
			else value = must(reader.readString(0x04, true));
		}
		if (oid !== sdk.PagedResultsControl.type) continue;
		const control = new sdk.BerReader(value);
		enter(control, 0x30);
		must(control.readInt());
		cookie = must(control.readString(0x04, true));
	}
	return cookie;
}

/** Steps into what is constructed, and gives its end. */
function enter(reader: BerReader, tag: number): number {
	must(reader.readSequence(tag));
	const end = reader.offset + reader.length;
	if (reader.length < 0 || end > reader.buffer.length) throw new NotLdap("a message that ends before its parts");
	return end;
}
const text = (reader: BerReader): string => must(reader.readString());
function textsUntil(reader: BerReader, end: number): readonly string[] {
	const texts: string[] = [];
	while (reader.offset < end) texts.push(text(reader));
	return texts;
}
function must<T>(value: T | null): T {
	if (value === null) throw new NotLdap("a message that ends before its parts");
	return value;
}
