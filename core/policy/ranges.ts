/**
 * The parser's ranges leave out the parentheses around operands (`(a || b) && c` is said to begin at `a`). This puts
 * them back, so that a clause's text is always an expression by itself.
 */
export class Parentheses {
	readonly #text: string;
	/** Position of each parenthesis outside strings and comments → position of its partner. */
	readonly #partner = new Map<number, number>();

	constructor(text: string) {
		this.#text = text;
		const open: number[] = [];
		for (const at of bracketsOf(text)) {
			if (text[at] === "(") open.push(at);
			else {
				const partner = open.pop();
				if (partner === undefined) continue;
				this.#partner.set(partner, at).set(at, partner);
			}
		}
	}

	/** The text of the range, widened until its parentheses are in pairs. */
	textOf(start: number, end: number): string {
		let [from, to] = [start, end];
		for (let at = from; at < to; at++) {
			const partner = this.#partner.get(at);
			if (partner === undefined) continue;
			if (partner < from) {
				from = partner;
				at = from;
			} else if (partner >= to) to = partner + 1;
		}
		return this.#text.slice(from, to).trim();
	}
}

/** Strings of all CEL kinds (a prefix changes nothing about where they end, as the parser has it) and comments are one token each. */
const TOKEN = /\/\/[^\n]*|"""(?:\\[\s\S]|[^\\])*?"""|'''(?:\\[\s\S]|[^\\])*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[()]/g;

function* bracketsOf(text: string): Iterable<number> {
	for (const token of text.matchAll(TOKEN)) if (token[0] === "(" || token[0] === ")") yield token.index;
}
