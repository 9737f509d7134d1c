import { isUtf8 } from "node:buffer";
import type { RawAttribute } from "./answers.ts";
import { keyOf } from "./dn.ts";

/** One entry. Attribute names are the same in any case (RFC 4512, section 2.5); values are text where they are valid UTF-8. */
export class Entry {
	readonly dn: string;
	/** The same for every spelling of the same name. */
	readonly key: string;
	readonly #attributes = new Map<string, RawAttribute>();

	constructor(dn: string, attributes: readonly RawAttribute[]) {
		this.dn = dn;
		this.key = keyOf(dn);
		for (const attribute of attributes) {
			const key = attribute.name.toLowerCase();
			const before = this.#attributes.get(key);
			this.#attributes.set(key, before === undefined ? attribute : { name: before.name, values: [...before.values, ...attribute.values] });
		}
	}

	/** As the server spells them, options included (`cn;lang-de`). */
	names(): readonly string[] {
		return [...this.#attributes.values()].map((attribute) => attribute.name);
	}

	bytes(name: string): readonly Buffer[] {
		return this.#attributes.get(name.toLowerCase())?.values ?? [];
	}

	/** Every value, or undefined when one of them is no text. */
	texts(name: string): readonly string[] | undefined {
		const texts: string[] = [];
		for (const value of this.bytes(name)) {
			const text = textOf(value);
			if (text === undefined) return undefined;
			texts.push(text);
		}
		return texts;
	}

	/** The first value, where there is one, it is text, and it is not empty. */
	text(name: string): string | undefined {
		const value = this.bytes(name)[0];
		return value === undefined ? undefined : textOf(value) || undefined;
	}

	/** The attribute itself, when it came: with values or in parts (`member;range=0-1499`). */
	find(matches: (name: string) => boolean): RawAttribute | undefined {
		for (const [key, attribute] of this.#attributes) if (matches(key)) return attribute;
		return undefined;
	}
}

/** Undefined: not UTF-8. */
const textOf = (bytes: Buffer): string | undefined => (isUtf8(bytes) ? bytes.toString("utf8") : undefined);
