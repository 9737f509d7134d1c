import type { Filter as SdkFilter } from "ldapts";
import { SyncError } from "../../core/errors.ts";
import type { Entry } from "./entry.ts";
import type { Sdk } from "./sdk.ts";

/** A search filter (RFC 4515). `octets`: the value as it travels, escapes undone; they need not be text. */
export type Filter =
	| { readonly kind: "and" | "or"; readonly parts: readonly Filter[] }
	| { readonly kind: "not"; readonly part: Filter }
	| { readonly kind: "present"; readonly attribute: string }
	| { readonly kind: "equal" | "like" | "atLeast" | "atMost"; readonly attribute: string; readonly octets: Buffer }
	| { readonly kind: "pieces"; readonly attribute: string; readonly pieces: readonly string[] }
	/** `attribute:dn:rule:=value`; the server knows the rule, or not. */
	| { readonly kind: "rule"; readonly attribute: string; readonly rule: string; readonly inName: boolean; readonly octets: Buffer };

/** Points in time that a filter may name: as GeneralizedTime, as Windows FILETIME, and as days since 1970 (shadowExpire). */
export type Moment = Readonly<Record<"{now}" | "{nowFiletime}" | "{today}", string>>;

export function momentOf(now: Date): Moment {
	const ms = now.getTime();
	return {
		"{now}": `${now.toISOString().slice(0, 19).replace(/[-:T]/g, "")}Z`,
		"{nowFiletime}": String((BigInt(ms) + 11_644_473_600_000n) * 10_000n),
		"{today}": String(Math.floor(ms / 86_400_000)),
	};
}

/**
 * Reads a filter strictly. The SDK's own parser takes `(&(a=b)` for whole, and `{x}` for anything. `key` is where it
 * stands in the configuration. Throws `config.invalid`.
 */
export function filterOf(text: string, key: string): Filter {
	const fail = (at: number, what: string): never => {
		throw new SyncError("config.invalid", `${key}: ${what} at character ${at + 1} of the filter ${text}`, {
			todo: "Write a search filter of RFC 4515, like (&(objectClass=inetOrgPerson)(!(employeeType=robot))).",
		});
	};
	const one = (start: number): { readonly filter: Filter; readonly end: number } => {
		if (text[start] !== "(") return fail(start, 'a "(" is missing');
		const sign = text[start + 1];
		if (sign !== "&" && sign !== "|" && sign !== "!") return simple(start + 1);
		const parts: Filter[] = [];
		let at = start + 2;
		while (text[at] === "(") {
			const part = one(at);
			parts.push(part.filter);
			at = part.end;
		}
		if (text[at] !== ")") return fail(at, 'a ")" is missing');
		const [first] = parts;
		if (first === undefined || (sign === "!" && parts.length > 1))
			return fail(start, `"${sign}" needs ${sign === "!" ? "exactly one part" : "a part"}`);
		return { filter: sign === "!" ? { kind: "not", part: first } : { kind: sign === "&" ? "and" : "or", parts }, end: at + 1 };
	};
	const simple = (start: number) => {
		const end = text.indexOf(")", start);
		if (end < 0) return fail(text.length, 'a ")" is missing');
		const filter = comparison(text.slice(start, end));
		return filter === undefined ? fail(start, "no comparison") : { filter, end: end + 1 };
	};
	const whole = one(0);
	if (whole.end !== text.length) fail(whole.end, "something follows the filter");
	return whole.filter;
}

const COMPARISON = /^([A-Za-z][\w;.-]*|\d+(?:\.\d+)+)?(?:(:dn)?(?::([A-Za-z][\w-]*|\d+(?:\.\d+)+))?(:)(?==))?([<>~]?=)([^()]*)$/s;

function comparison(text: string): Filter | undefined {
	const [, attribute = "", inName, rule = "", extensible, sign, value = ""] = COMPARISON.exec(text) ?? [];
	if (sign === undefined || /\\(?![0-9a-f]{2})/i.test(value)) return undefined;
	if (extensible !== undefined) {
		if (sign !== "=" || value === "" || (attribute === "" && rule === "")) return undefined;
		return { kind: "rule", attribute, rule, inName: inName !== undefined, octets: octetsOf(value) };
	}
	if (attribute === "") return undefined;
	if (sign === "=" && value === "*") return { kind: "present", attribute };
	if (sign === "=" && value.includes("*"))
		return { kind: "pieces", attribute, pieces: value.split("*").map((piece) => octetsOf(piece).toString("utf8")) };
	if (value === "") return undefined;
	return {
		kind: sign === "=" ? "equal" : sign === "~=" ? "like" : sign === ">=" ? "atLeast" : "atMost",
		attribute,
		octets: octetsOf(value),
	};
}

/** Undoes `\2a` and the like. */
function octetsOf(value: string): Buffer {
	const parts = value.split(/((?:\\[0-9a-f]{2})+)/i);
	return Buffer.concat(parts.map((part, at) => (at % 2 === 0 ? Buffer.from(part, "utf8") : Buffer.from(part.replaceAll("\\", ""), "hex"))));
}

/**
 * A filter that entries are judged by here, not by the server: of the matching rules only those on bits are known
 * (`:1.2.840.113556.1.4.803:=` all of them, `…804` any of them; [MS-ADTS] 3.1.1.3.4.4). Throws `config.invalid` for others.
 */
export function ruleOf(text: string, key: string): Filter {
	const filter = filterOf(text, key);
	if (!isJudgeable(filter))
		throw new SyncError("config.invalid", `${key}: the filter ${text} has a comparison that only a server can make`, {
			todo: "Use =, <=, >=, * and, for bits, :1.2.840.113556.1.4.803:= or :1.2.840.113556.1.4.804:= only.",
		});
	return filter;
}

function isJudgeable(filter: Filter): boolean {
	if ("parts" in filter) return filter.parts.every(isJudgeable);
	if ("part" in filter) return isJudgeable(filter.part);
	return (
		filter.kind !== "rule" ||
		(/^1\.2\.840\.113556\.1\.4\.80[34]$/.test(filter.rule) && !filter.inName && /^\d+$/.test(filter.octets.toString("latin1")))
	);
}

/** As the SDK sends it. Not by the SDK's own parser, which makes text of values that are octets. */
export function requestFilter(sdk: Sdk, filter: Filter): SdkFilter {
	switch (filter.kind) {
		case "and":
			return new sdk.AndFilter({ filters: filter.parts.map((part) => requestFilter(sdk, part)) });
		case "or":
			return new sdk.OrFilter({ filters: filter.parts.map((part) => requestFilter(sdk, part)) });
		case "not":
			return new sdk.NotFilter({ filter: requestFilter(sdk, filter.part) });
		case "present":
			return new sdk.PresenceFilter({ attribute: filter.attribute });
		case "pieces": {
			const [initial = "", ...rest] = filter.pieces;
			return new sdk.SubstringFilter({
				attribute: filter.attribute,
				initial,
				any: rest.slice(0, -1).filter((piece) => piece !== ""),
				final: rest.at(-1) ?? "",
			});
		}
		case "rule":
			return new sdk.ExtensibleFilter({
				matchType: filter.attribute,
				rule: filter.rule,
				dnAttributes: filter.inName,
				value: filter.octets.toString("utf8"),
			});
		case "equal":
			return new sdk.EqualityFilter({ attribute: filter.attribute, value: filter.octets });
		default: {
			const text = { attribute: filter.attribute, value: filter.octets.toString("utf8") };
			if (filter.kind === "like") return new sdk.ApproximateFilter(text);
			return filter.kind === "atLeast" ? new sdk.GreaterThanEqualsFilter(text) : new sdk.LessThanEqualsFilter(text);
		}
	}
}

/** A text as a value inside a filter. */
export const inFilter = (value: string | Buffer): string =>
	typeof value === "string"
		? value.replace(/[\\*()\0]/g, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, "0")}`)
		: value.toString("hex").replace(/../g, "\\$&");

export function attributesIn(filter: Filter): readonly string[] {
	if ("attribute" in filter) return [filter.attribute];
	return "part" in filter ? attributesIn(filter.part) : filter.parts.flatMap(attributesIn);
}

/** Case does not count (as for nearly all attributes); numbers are compared as numbers, and times as times. An attribute without values matches nothing. */
export function matches(filter: Filter, entry: Entry, moment: Moment): boolean {
	switch (filter.kind) {
		case "and":
			return filter.parts.every((part) => matches(part, entry, moment));
		case "or":
			return filter.parts.some((part) => matches(part, entry, moment));
		case "not":
			return !matches(filter.part, entry, moment);
		case "present":
			return entry.bytes(filter.attribute).length > 0;
		default:
			return entry.bytes(filter.attribute).some((value) => matchesValue(filter, value.toString("utf8").trim().toLowerCase(), moment));
	}
}

type ValueFilter = Exclude<Filter, { readonly kind: "and" | "or" | "not" | "present" }>;

function matchesValue(filter: ValueFilter, value: string, moment: Moment): boolean {
	if (filter.kind === "rule") {
		if (!/^-?\d+$/.test(value)) return false;
		const bits = BigInt(filter.octets.toString("latin1"));
		const found = BigInt.asUintN(64, BigInt(value)) & bits;
		return filter.rule.endsWith("803") ? found === bits : found !== 0n;
	}
	if (filter.kind === "pieces")
		return hasPieces(
			value,
			filter.pieces.map((piece) => piece.toLowerCase()),
		);
	const text = filter.octets.toString("utf8");
	const wanted = (moment[text as keyof Moment] ?? text).trim().toLowerCase();
	if (filter.kind === "equal" || filter.kind === "like") return value === wanted;
	const order = compare(value, wanted);
	return order !== undefined && (filter.kind === "atLeast" ? order >= 0 : order <= 0);
}

function hasPieces(value: string, pieces: readonly string[]): boolean {
	const first = pieces[0] as string;
	const last = pieces.at(-1) as string;
	if (!value.startsWith(first) || !value.endsWith(last) || value.length < first.length + last.length) return false;
	const inside = value.slice(first.length, value.length - last.length);
	let at = 0;
	for (const piece of pieces.slice(1, -1)) {
		const found = inside.indexOf(piece, at);
		if (found < 0) return false;
		at = found + piece.length;
	}
	return true;
}

/** Undefined: a number or a time beside something that is none cannot be compared. */
function compare(a: string, b: string): number | undefined {
	const [left, right] = [timeOf(a), timeOf(b)];
	if (left !== undefined && right !== undefined) return left - right;
	if (/^-?\d+$/.test(a) && /^-?\d+$/.test(b)) return Number(BigInt(a) - BigInt(b));
	return left === undefined && right === undefined && !/^-?\d+$/.test(b) ? (a < b ? -1 : a > b ? 1 : 0) : undefined;
}

/** GeneralizedTime (RFC 4517, section 3.3.13) in milliseconds: minutes, seconds and fraction may be missing, a zone may stand for `Z`. */
function timeOf(text: string): number | undefined {
	const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?(?:[.,]\d+)?(z|[+-]\d\d(?:\d\d)?)$/i.exec(text);
	if (match === null) return undefined;
	const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
		number,
		number,
		number,
		number,
		number,
		number,
	];
	const zone = match[7] as string;
	const away = zone === "z" ? 0 : (zone.startsWith("-") ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3) || 0));
	return Date.UTC(year, month - 1, day, hour, minute, second) - away * 60_000;
}
