import { BerReader, BerWriter } from "ldapts";
import type { Attribute, Value } from "./tree.ts";

/** RFC 4511, as far as a directory that is only read needs it. */
export type Request =
	| { readonly op: "BIND"; readonly id: number; readonly name: string; readonly password: string | undefined }
	| { readonly op: "UNBIND"; readonly id: number }
	| { readonly op: "ABANDON"; readonly id: number }
	| { readonly op: "EXTENDED"; readonly id: number; readonly oid: string }
	| {
			readonly op: "SEARCH";
			readonly id: number;
			readonly base: string;
			readonly scope: 0 | 1 | 2;
			readonly sizeLimit: number;
			readonly filter: FilterNode;
			readonly attributes: readonly string[];
			readonly paging: { readonly size: number; readonly cookie: string } | undefined;
			readonly controls: ReadonlySet<string>;
			/** Controls that must be obeyed, or the request refused. */
			readonly critical: ReadonlySet<string>;
	  }
	| { readonly op: "OTHER"; readonly id: number; readonly tag: number };
export type Search = Extract<Request, { op: "SEARCH" }>;

export type FilterNode =
	| { readonly kind: "and" | "or"; readonly parts: readonly FilterNode[] }
	| { readonly kind: "not"; readonly part: FilterNode }
	| { readonly kind: "present"; readonly attribute: string }
	| { readonly kind: "equal" | "atLeast" | "atMost"; readonly attribute: string; readonly value: Buffer }
	| {
			readonly kind: "pieces";
			readonly attribute: string;
			readonly first: string;
			readonly inner: readonly string[];
			readonly last: string;
	  }
	| { readonly kind: "rule"; readonly attribute: string; readonly rule: string; readonly value: string };

export const PAGED = "1.2.840.113556.1.4.319";

/** The next whole message in the bytes, or undefined while it is not there. */
export function nextMessage(bytes: Buffer): Buffer | undefined {
	const first = bytes[1];
	if (first === undefined) return undefined;
	const count = first < 0x80 ? 0 : first & 0x7f;
	if (bytes.length < 2 + count) return undefined;
	const length = 2 + count + (count === 0 ? first : bytes.readUIntBE(2, count));
	return bytes.length < length ? undefined : bytes.subarray(0, length);
}

export function requestOf(message: Buffer): Request {
	const reader = new BerReader(message);
	reader.readSequence(0x30);
	const id = reader.readInt() ?? 0;
	const tag = reader.peek() ?? 0;
	if (tag === 0x42) return { op: "UNBIND", id };
	if (tag === 0x50) return { op: "ABANDON", id };
	reader.readSequence();
	const end = reader.offset + reader.length;
	if (tag === 0x60) {
		reader.readInt();
		const name = reader.readString() ?? "";
		return { op: "BIND", id, name, password: reader.peek() === 0x80 ? (reader.readString(0x80) ?? "") : undefined };
	}
	if (tag === 0x77) return { op: "EXTENDED", id, oid: reader.readString(0x80) ?? "" };
	if (tag !== 0x63) return { op: "OTHER", id, tag };
	const base = reader.readString() ?? "";
	const scope = (reader.readEnumeration() ?? 0) as 0 | 1 | 2;
	reader.readEnumeration();
	const sizeLimit = reader.readInt() ?? 0;
	reader.readInt();
	reader.readBoolean();
	const filter = filterOf(reader);
	const attributes: string[] = [];
	reader.readSequence(0x30);
	const last = reader.offset + reader.length;
	while (reader.offset < last) attributes.push(reader.readString() ?? "");
	reader.offset = end;
	return { op: "SEARCH", id, base, scope, sizeLimit, filter, attributes, ...controlsOf(reader) };
}

function controlsOf(reader: BerReader): Pick<Search, "paging" | "controls" | "critical"> {
	const controls = new Set<string>();
	const critical = new Set<string>();
	let paging: Search["paging"];
	if (reader.peek() === 0xa0) {
		reader.readSequence(0xa0);
		const end = reader.offset + reader.length;
		while (reader.offset < end) {
			reader.readSequence(0x30);
			const one = reader.offset + reader.length;
			const oid = reader.readString() ?? "";
			controls.add(oid);
			if (reader.offset < one && reader.peek() === 0x01 && reader.readBoolean() === true) critical.add(oid);
			const value = reader.offset < one ? reader.readString(0x04, true) : null;
			if (oid === PAGED && value !== null) {
				const inner = new BerReader(value);
				inner.readSequence(0x30);
				paging = { size: inner.readInt() ?? 0, cookie: inner.readString() ?? "" };
			}
		}
	}
	return { paging, controls, critical };
}

function filterOf(reader: BerReader): FilterNode {
	const tag = reader.peek();
	if (tag === 0x87) return { kind: "present", attribute: reader.readString(0x87) ?? "" };
	reader.readSequence();
	const end = reader.offset + reader.length;
	if (tag === 0xa0 || tag === 0xa1) {
		const parts: FilterNode[] = [];
		while (reader.offset < end) parts.push(filterOf(reader));
		return { kind: tag === 0xa0 ? "and" : "or", parts };
	}
	if (tag === 0xa2) return { kind: "not", part: filterOf(reader) };
	if (tag === 0xa9) return ruleOf(reader, end);
	const attribute = reader.readString() ?? "";
	if (tag === 0xa4) return piecesOf(reader, attribute);
	const value = reader.readString(0x04, true) ?? Buffer.alloc(0);
	return { kind: tag === 0xa5 ? "atLeast" : tag === 0xa6 ? "atMost" : "equal", attribute, value };
}

function piecesOf(reader: BerReader, attribute: string): FilterNode {
	reader.readSequence(0x30);
	const end = reader.offset + reader.length;
	const inner: string[] = [];
	let [first, last] = ["", ""];
	while (reader.offset < end) {
		const tag = reader.peek() ?? 0;
		const text = reader.readString(tag) ?? "";
		if (tag === 0x80) first = text;
		else if (tag === 0x82) last = text;
		else inner.push(text);
	}
	return { kind: "pieces", attribute, first, inner, last };
}

function ruleOf(reader: BerReader, end: number): FilterNode {
	let [rule, attribute, value] = ["", "", ""];
	while (reader.offset < end) {
		const tag = reader.peek() ?? 0;
		const text = reader.readString(tag, true)?.toString("utf8") ?? "";
		if (tag === 0x81) rule = text;
		else if (tag === 0x82) attribute = text;
		else if (tag === 0x83) value = text;
	}
	return { kind: "rule", attribute, rule, value };
}

/** A filter as text, for the record of exchanges. */
export function filterText(node: FilterNode): string {
	switch (node.kind) {
		case "and":
		case "or":
			return `(${node.kind === "and" ? "&" : "|"}${node.parts.map(filterText).join("")})`;
		case "not":
			return `(!${filterText(node.part)})`;
		case "present":
			return `(${node.attribute}=*)`;
		case "pieces":
			return `(${node.attribute}=${[node.first, ...node.inner, node.last].join("*")})`;
		case "rule":
			return `(${node.attribute}:${node.rule}:=${node.value})`;
		default:
			return `(${node.attribute}${node.kind === "equal" ? "" : node.kind === "atLeast" ? ">" : "<"}=${/[^\x20-\x7e]/.test(node.value.toString("latin1")) ? node.value.toString("hex") : node.value.toString("utf8")})`;
	}
}

function message(id: number, tag: number, write: (writer: BerWriter) => void, controls?: (writer: BerWriter) => void): Buffer {
	const writer = new BerWriter({ size: 256 });
	writer.startSequence();
	writer.writeInt(id);
	writer.startSequence(tag);
	write(writer);
	writer.endSequence();
	if (controls !== undefined) {
		writer.startSequence(0xa0);
		controls(writer);
		writer.endSequence();
	}
	writer.endSequence();
	return Buffer.from(writer.buffer);
}

const write = (writer: BerWriter, value: Value): void => {
	if (typeof value === "string") writer.writeString(value);
	else writer.writeBuffer(value, 0x04);
};

export const entryMessage = (id: number, dn: string, attributes: readonly Pick<Attribute, "name" | "values">[]): Buffer =>
	message(id, 0x64, (writer) => {
		writer.writeString(dn);
		writer.startSequence();
		for (const { name, values } of attributes) {
			writer.startSequence();
			writer.writeString(name);
			writer.startSequence(0x31);
			for (const value of values) write(writer, value);
			writer.endSequence();
			writer.endSequence();
		}
		writer.endSequence();
	});

export const referenceMessage = (id: number, url: string): Buffer => message(id, 0x73, (writer) => writer.writeString(url));

export interface Outcome {
	readonly code: number;
	readonly text?: string;
	readonly matched?: string;
	readonly referral?: string;
	/** The cookie of the paged results control; undefined: no such control. */
	readonly cookie?: string | undefined;
	/** responseValue of an extended answer. */
	readonly value?: string;
}

export const BIND_RESPONSE = 0x61;
export const SEARCH_DONE = 0x65;
export const COMPARE_RESPONSE = 0x6f;
export const EXTENDED_RESPONSE = 0x78;

export const resultMessage = (id: number, tag: number, outcome: Outcome): Buffer =>
	message(
		id,
		tag,
		(writer) => {
			writer.writeEnumeration(outcome.code);
			writer.writeString(outcome.matched ?? "");
			writer.writeString(outcome.text ?? "");
			if (outcome.referral !== undefined) {
				writer.startSequence(0xa3);
				writer.writeString(outcome.referral);
				writer.endSequence();
			}
			if (outcome.value !== undefined) writer.writeString(outcome.value, 0x8b);
		},
		outcome.cookie === undefined
			? undefined
			: (writer) => {
					const value = new BerWriter();
					value.startSequence();
					// The server's estimate of the total; 0 is what most servers send: unknown.
					value.writeInt(0);
					value.writeString(outcome.cookie ?? "");
					value.endSequence();
					writer.startSequence();
					writer.writeString(PAGED);
					writer.writeBuffer(Buffer.from(value.buffer), 0x04);
					writer.endSequence();
				},
	);
