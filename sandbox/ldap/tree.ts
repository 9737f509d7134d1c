/** A value as it is stored: text, or octets. */
export type Value = string | Buffer;

export interface Attribute {
	readonly name: string;
	readonly values: readonly Value[];
	/** Sent only when it is asked for by name, or with `+`. */
	readonly operational: boolean;
}

/** One entry. Attribute names are found in any case. */
export interface StoredEntry {
	readonly dn: string;
	readonly key: string;
	readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface NewEntry {
	readonly dn: string;
	readonly attributes: Readonly<Record<string, Value | readonly Value[] | undefined>>;
	readonly operational?: Readonly<Record<string, Value | readonly Value[] | undefined>>;
}

/** What a tree looks like in a state file. */
export type TreeState = readonly {
	readonly dn: string;
	readonly attributes: readonly (readonly [string, boolean, readonly (string | { readonly base64: string })[]])[];
}[];

/** The entries of one directory, in the order they were added. */
export class Tree {
	readonly #entries = new Map<string, StoredEntry>();
	readonly #changed: () => void;

	constructor(changed: () => void = () => undefined) {
		this.#changed = changed;
	}

	/** Takes the place of an entry of the same name. */
	put(entry: NewEntry): StoredEntry {
		const attributes = new Map<string, Attribute>();
		const add = (list: NewEntry["attributes"], operational: boolean) => {
			for (const [name, value] of Object.entries(list)) {
				const values = value === undefined ? [] : typeof value === "string" || Buffer.isBuffer(value) ? [value] : value;
				if (values.length > 0) attributes.set(name.toLowerCase(), { name, values, operational });
			}
		};
		add(entry.attributes, false);
		add(entry.operational ?? {}, true);
		const stored: StoredEntry = { dn: entry.dn, key: nameKey(entry.dn), attributes };
		this.#entries.set(stored.key, stored);
		this.#changed();
		return stored;
	}

	get(dn: string): StoredEntry | undefined {
		return this.#entries.get(nameKey(dn));
	}

	/** Undefined values take the attribute away. Throws when there is no such entry. */
	change(dn: string, attributes: Readonly<Record<string, Value | readonly Value[] | undefined>>): void {
		const before = this.get(dn);
		if (before === undefined) throw new Error(`the stand-in has no entry ${dn}`);
		const of = (operational: boolean) =>
			Object.fromEntries(
				[...before.attributes.values()].filter((one) => one.operational === operational).map((one) => [one.name, one.values]),
			);
		const plain = of(false);
		const hidden = of(true);
		for (const [name, value] of Object.entries(attributes)) {
			const old = before.attributes.get(name.toLowerCase());
			(old?.operational === true ? hidden : plain)[old?.name ?? name] = (value ?? []) as readonly Value[];
		}
		this.put({ dn: before.dn, attributes: plain, operational: hidden });
	}

	remove(dn: string): void {
		this.#entries.delete(nameKey(dn));
		this.#changed();
	}

	clear(): void {
		this.#entries.clear();
		this.#changed();
	}

	all(): readonly StoredEntry[] {
		return [...this.#entries.values()];
	}

	/** The entry and everything below it. */
	below(key: string): readonly StoredEntry[] {
		return key === "" ? this.all() : this.all().filter((entry) => entry.key === key || entry.key.endsWith(`,${key}`));
	}

	state(): TreeState {
		return this.all().map(({ dn, attributes }) => ({
			dn,
			attributes: [...attributes.values()].map(({ name, operational, values }) => [
				name,
				operational,
				values.map((value) => (typeof value === "string" ? value : { base64: value.toString("base64") })),
			]),
		}));
	}

	restore(state: TreeState): void {
		for (const { dn, attributes } of state) {
			const of = (wanted: boolean) =>
				Object.fromEntries(
					attributes
						.filter(([, operational]) => operational === wanted)
						.map(([name, , values]) => [
							name,
							values.map((value) => (typeof value === "string" ? value : Buffer.from(value.base64, "base64"))),
						]),
				);
			this.put({ dn, attributes: of(false), operational: of(true) });
		}
	}
}

/** Lower case, without spaces around separators, escapes as written: enough for names that the stand-in itself has made. */
export const nameKey = (dn: string): string =>
	dn
		.trim()
		.replace(/\s*(?<!\\)([,=])\s*/g, "$1")
		.toLowerCase();

/** A value inside a distinguished name (RFC 4514, section 2.4). */
export const escapedInName = (value: string): string =>
	value
		.replace(/[\\,+"<>;=]/g, "\\$&")
		.replace(/^[ #]/, "\\$&")
		.replace(/ $/, "\\ ");
