/** One attribute and value of a relative distinguished name, unescaped. */
interface Pair {
	readonly type: string;
	readonly value: string;
}

/**
 * A distinguished name in parts, from the entry up (RFC 4514, section 3), or undefined when it is none. Spaces around
 * `,`, `+` and `=` do not count. A value written as octets (`#04…`) is kept as written.
 */
export function partsOf(dn: string): readonly (readonly Pair[])[] | undefined {
	if (dn.trim() === "") return [];
	const parts: Pair[][] = [[]];
	let at = 0;
	for (;;) {
		const type = /^\s*([A-Za-z][\w-]*|\d+(?:\.\d+)*)\s*=\s*/.exec(dn.slice(at, at + 300));
		if (type === null) return undefined;
		at += type[0].length;
		const value = valueAt(dn, at);
		if (value === undefined) return undefined;
		parts.at(-1)?.push({ type: type[1] as string, value: value.text });
		at = value.end;
		if (at >= dn.length) return parts;
		if (dn[at] !== "+") parts.push([]);
		at += 1;
	}
}

function valueAt(dn: string, start: number): { readonly text: string; readonly end: number } | undefined {
	const bytes: Buffer[] = [];
	let at = start;
	/** Up to here spaces at the end count, because they were escaped. */
	let kept = 0;
	let size = 0;
	const add = (part: Buffer, escaped: boolean) => {
		bytes.push(part);
		size += part.length;
		if (escaped || part[0] !== 0x20) kept = size;
	};
	while (at < dn.length && !/[,+;]/.test(dn[at] as string)) {
		if (dn[at] === "\\") {
			const hex = /^[0-9A-Fa-f]{2}/.exec(dn.slice(at + 1, at + 3))?.[0];
			if (hex === undefined && at + 1 >= dn.length) return undefined;
			const point = hex === undefined ? String.fromCodePoint(dn.codePointAt(at + 1) as number) : "";
			add(hex === undefined ? Buffer.from(point, "utf8") : Buffer.from(hex, "hex"), true);
			at += 1 + (hex === undefined ? point.length : 2);
		} else {
			const point = String.fromCodePoint(dn.codePointAt(at) as number);
			add(Buffer.from(point, "utf8"), false);
			at += point.length;
		}
	}
	return { text: Buffer.concat(bytes).subarray(0, kept).toString("utf8"), end: at };
}

/**
 * The same text for every spelling of the same name: types and values in lower case, escapes undone, runs of spaces as
 * one (caseIgnoreMatch, the rule of nearly every naming attribute; RFC 4518). A name that cannot be parsed is its own key.
 */
export function keyOf(dn: string): string {
	if (PLAIN.test(dn)) return dn.toLowerCase();
	const parts = partsOf(dn);
	if (parts === undefined) return `?${dn.trim().toLowerCase()}`;
	return parts
		.map((pairs) =>
			pairs
				.map(({ type, value }) => `${type.toLowerCase()}=${escaped(value.replace(/ +/g, " ").normalize("NFKC").toLowerCase())}`)
				.sort()
				.join("+"),
		)
		.join(",");
}
/** Nothing to undo: most names, and there are hundreds of thousands. */
const PLAIN = /^[A-Za-z][A-Za-z-]*=[\w.@'-]+(?: [\w.@'-]+)*(?:,[A-Za-z][A-Za-z-]*=[\w.@'-]+(?: [\w.@'-]+)*)*$/;
const escaped = (value: string): string => value.replace(/[,+\\]/g, "\\$&");

/** The value of the entry's own name for this attribute, where that is part of it: of `uid=a,ou=b` the uid is `a`. */
export function ownValue(dn: string, type: string): string | undefined {
	return partsOf(dn)?.[0]?.find((pair) => pair.type.toLowerCase() === type.toLowerCase())?.value;
}

/** Whether the name (a key) is this base (a key) or below it. */
export const isWithin = (key: string, base: string): boolean => base === "" || key === base || key.endsWith(`,${base}`);

/** uniqueMember may carry a bit string behind the name (RFC 4517, section 3.3.21): `cn=a#'0101'B`. */
export const withoutUid = (value: string): string => value.replace(/#'[01]*'B$/, "");
