import { attributeAt } from "./projection.ts";

/** Says whether a resource fits. */
export type Fits = (resource: object) => boolean;

/** The text is no filter (RFC 7644 section 3.4.2.2): 400 invalidFilter. */
export class NotAFilter extends Error {}

const TOKEN = /\s*(?:([()[\]])|("(?:[^"\\]|\\.)*")|([^\s()[\]"]+))/y;

function tokensOf(text: string): readonly string[] {
	const tokens: string[] = [];
	TOKEN.lastIndex = 0;
	while (TOKEN.lastIndex < text.trimEnd().length) {
		const match = TOKEN.exec(text);
		if (match === null) throw new NotAFilter(`unexpected text in the filter`);
		tokens.push((match[1] ?? match[2] ?? match[3])!);
	}
	return tokens;
}

/** The filter language of SCIM, without arithmetic on dates beyond their text. Throws NotAFilter. */
export function parseFilter(text: string): Fits {
	const parser = new Parser(tokensOf(text));
	const fits = parser.or();
	parser.end();
	return fits;
}

class Parser {
	readonly #tokens: readonly string[];
	#at = 0;

	constructor(tokens: readonly string[]) {
		this.#tokens = tokens;
	}

	or(): Fits {
		const all = [this.#and()];
		while (this.#takes("or")) all.push(this.#and());
		return (resource) => all.some((fits) => fits(resource));
	}

	end(): void {
		if (this.#at < this.#tokens.length) throw new NotAFilter(`unexpected ${this.#tokens[this.#at]}`);
	}

	#and(): Fits {
		const all = [this.#one()];
		while (this.#takes("and")) all.push(this.#one());
		return (resource) => all.every((fits) => fits(resource));
	}

	#one(): Fits {
		if (this.#takes("not")) {
			const inner = this.#grouped("(", ")");
			return (resource) => !inner(resource);
		}
		if (this.#tokens[this.#at] === "(") return this.#grouped("(", ")");
		const path = this.#next();
		if (this.#tokens[this.#at] === "[") {
			const inner = this.#grouped("[", "]");
			return (resource) => attributeAt(resource, path).some((value) => value instanceof Object && inner(value));
		}
		return this.#comparison(path);
	}

	#comparison(path: string): Fits {
		const operator = this.#next().toLowerCase();
		if (operator === "pr") return (resource) => attributeAt(resource, path).length > 0;
		const compare = OPERATORS[operator];
		if (compare === undefined) throw new NotAFilter(`there is no operator ${operator}`);
		const wanted = literalOf(this.#next());
		// Of a value with parts the part `value` counts; texts are compared without case, but for ids.
		const exact = /(^|[.:])(id|externalId|value)$/i.test(path);
		return (resource) =>
			attributeAt(resource, path)
				.map((value) => (value instanceof Object ? (value as { readonly value?: unknown }).value : value))
				.some((value) => compare(comparable(value, exact), comparable(wanted, exact)));
	}

	#grouped(open: string, close: string): Fits {
		if (this.#next() !== open) throw new NotAFilter(`${open} is missing`);
		const inner = this.or();
		if (this.#next() !== close) throw new NotAFilter(`${close} is missing`);
		return inner;
	}

	#takes(word: string): boolean {
		if (this.#tokens[this.#at]?.toLowerCase() !== word) return false;
		this.#at += 1;
		return true;
	}

	#next(): string {
		const token = this.#tokens[this.#at++];
		if (token === undefined) throw new NotAFilter("the filter ends too early");
		return token;
	}
}

type Value = string | number | boolean | null;
const OPERATORS: Readonly<Record<string, (value: Value, wanted: Value) => boolean>> = {
	eq: (value, wanted) => value === wanted,
	ne: (value, wanted) => value !== wanted,
	co: (value, wanted) => String(value).includes(String(wanted)),
	sw: (value, wanted) => String(value).startsWith(String(wanted)),
	ew: (value, wanted) => String(value).endsWith(String(wanted)),
	gt: (value, wanted) => value !== null && wanted !== null && value > wanted,
	ge: (value, wanted) => value !== null && wanted !== null && value >= wanted,
	lt: (value, wanted) => value !== null && wanted !== null && value < wanted,
	le: (value, wanted) => value !== null && wanted !== null && value <= wanted,
};

function literalOf(token: string): Value {
	try {
		return JSON.parse(token) as Value;
	} catch {
		throw new NotAFilter(`${token} is no value`);
	}
}

function comparable(value: unknown, exact: boolean): Value {
	if (typeof value === "string") return exact ? value : value.toLowerCase();
	return typeof value === "number" || typeof value === "boolean" ? value : null;
}
