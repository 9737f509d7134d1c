/** 32 hexadecimal digits in groups of 8-4-4-4-12. */
const UUID = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i;

/**
 * A GUID from its 16 octets. The first three fields are little-endian ([MS-DTYP] 2.3.4.2); checked on a real domain by
 * searching the base `<GUID=…>`. Undefined: not 16 octets.
 */
export function guidText(bytes: Buffer): string | undefined {
	if (bytes.length !== 16) return undefined;
	const hex = Buffer.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map((at) => bytes[at] as number)).toString("hex");
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The octets of a GUID's text; undefined when it is none. */
export function guidBytes(text: string): Buffer | undefined {
	const match = UUID.exec(text);
	if (match === null) return undefined;
	const field = (at: number) => Buffer.from(match[at] as string, "hex");
	return Buffer.concat([field(1).reverse(), field(2).reverse(), field(3).reverse(), field(4), field(5)]);
}

/** `S-1-5-21-…` from a binary security identifier ([MS-DTYP] 2.4.2.2). Undefined: not one. */
export function sidText(bytes: Buffer): string | undefined {
	const count = bytes[1];
	if (count === undefined || bytes[0] !== 1 || bytes.length !== 8 + count * 4) return undefined;
	const parts = Array.from({ length: count }, (_, at) => bytes.readUInt32LE(8 + at * 4));
	return ["S", 1, bytes.readUIntBE(2, 6), ...parts].join("-");
}
