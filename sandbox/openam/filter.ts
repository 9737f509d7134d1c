/** Query filters of the common REST API as OpenAM 16.0.5 takes them: https://doc.openidentityplatform.org/openam/dev-guide/rest-api/about-rest-api-query */

/** Says whether an entry is found. `values`: of an attribute, by its name in lower case; undefined: no such attribute in the schema. */
export type Matcher = (values: (attribute: string) => readonly string[]) => boolean;

/** Not a filter: 400. */
export class FilterSyntax extends Error {}
/** A filter with an operator that nobody knows: 500. */
export class UnknownOperator extends Error {}

export interface Matching {
	/** False: the data store has no ordering rule, and finds nobody by it. */
	readonly ordering: boolean;
}

const TOKEN = /\s*(?:([()!])|"((?:[^"\\]|\\.)*)"|([^\s()!"]+))/y;

interface Token {
	readonly kind: "sign" | "text" | "word";
	readonly text: string;
}

function tokensOf(filter: string): readonly Token[] {
	const tokens: Token[] = [];
	const pattern = new RegExp(TOKEN);
	let at = 0;
	while (filter.slice(at).trim() !== "") {
		pattern.lastIndex = at;
		const match = pattern.exec(filter);
		if (match === null) throw new FilterSyntax(filter);
		const [, sign, text, word] = match;
		if (sign !== undefined) tokens.push({ kind: "sign", text: sign });
		else if (text !== undefined) tokens.push({ kind: "text", text: text.replace(/\\(.)/gs, "$1") });
		else tokens.push({ kind: "word", text: word as string });
		at = pattern.lastIndex;
	}
	return tokens;
}

/** @throws FilterSyntax, UnknownOperator */
export function matcherOf(filter: string, matching: Matching): Matcher {
	const parser = new Parser(filter, tokensOf(filter), matching);
	return parser.whole();
}

class Parser {
	readonly #filter: string;
	readonly #tokens: readonly Token[];
	readonly #matching: Matching;
	#at = 0;

	constructor(filter: string, tokens: readonly Token[], matching: Matching) {
		this.#filter = filter;
		this.#tokens = tokens;
		this.#matching = matching;
	}

	whole(): Matcher {
		const matcher = this.#any();
		if (this.#at < this.#tokens.length) throw new FilterSyntax(this.#filter);
		return matcher;
	}

	#any(): Matcher {
		const parts = [this.#all()];
		while (this.#takes("word", "or")) parts.push(this.#all());
		return (values) => parts.some((part) => part(values));
	}

	#all(): Matcher {
		const parts = [this.#one()];
		while (this.#takes("word", "and")) parts.push(this.#one());
		return (values) => parts.every((part) => part(values));
	}

	#one(): Matcher {
		if (this.#takes("sign", "!")) {
			const inner = this.#one();
			return (values) => !inner(values);
		}
		if (this.#takes("sign", "(")) {
			const inner = this.#any();
			if (!this.#takes("sign", ")")) throw new FilterSyntax(this.#filter);
			return inner;
		}
		if (this.#takes("word", "true")) return () => true;
		if (this.#takes("word", "false")) return () => false;
		return this.#comparison();
	}

	#comparison(): Matcher {
		const field = this.#next("word").toLowerCase();
		const operator = this.#next("word");
		if (operator === "pr") return (values) => values(field).length > 0;
		const wanted = this.#value();
		const compare = comparisonOf(operator, wanted, field === "entryuuid" ? { ordering: UUID.test(wanted) } : this.#matching);
		return (values) => values(field).some(compare);
	}

	#value(): string {
		const token = this.#tokens[this.#at];
		if (token === undefined || token.kind === "sign") throw new FilterSyntax(this.#filter);
		this.#at += 1;
		return token.text;
	}

	#next(kind: Token["kind"]): string {
		const token = this.#tokens[this.#at];
		if (token?.kind !== kind) throw new FilterSyntax(this.#filter);
		this.#at += 1;
		return token.text;
	}

	#takes(kind: Token["kind"], text: string): boolean {
		const token = this.#tokens[this.#at];
		if (token?.kind !== kind || token.text !== text) return false;
		this.#at += 1;
		return true;
	}
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Equality takes upper and lower case for the same; order and parts of a text also fold accents (seen on OpenDJ 5.0.3). */
const folded = (text: string): string => text.normalize("NFKC").toLowerCase().replace(/ +/g, " ");
const bare = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function comparisonOf(operator: string, wanted: string, { ordering }: Matching): (value: string) => boolean {
	switch (operator) {
		case "eq":
			return (value) => folded(value) === folded(wanted);
		case "co":
			return (value) => bare(value).includes(bare(wanted));
		case "sw":
			return (value) => bare(value).startsWith(bare(wanted));
		case "ge":
			return (value) => ordering && bare(value) >= bare(wanted);
		case "gt":
			return (value) => ordering && bare(value) > bare(wanted);
		case "le":
			return (value) => ordering && bare(value) <= bare(wanted);
		case "lt":
			return (value) => ordering && bare(value) < bare(wanted);
		default:
			throw new UnknownOperator(operator);
	}
}
