import { readFile } from "node:fs/promises";
import { parse, YAMLParseError } from "yaml";
import { reasonOf } from "../../config/file-errors.ts";
import { isRaw, type Raw } from "../../config/kind.ts";
import { didYouMean } from "../../config/nearest.ts";
import { type AskedKind, questionOf, withValue } from "../../config/questions.ts";
import { NAME_ALLOWED, PRODUCT_KINDS, SOURCE_KINDS, SOURCE_NAME } from "../../config/schema.ts";
import { SyncError } from "../../core/errors.ts";
import { newPart, type Part } from "./part.ts";

/** What the command line says before anything is asked. */
export interface InitFlags {
	/** Kinds, each perhaps several with commas between. */
	readonly directory?: readonly string[];
	readonly product?: string;
	/** `key=value`. */
	readonly set?: readonly string[];
	/** A file with as much of a configuration as is known. */
	readonly answers?: string;
}

/** What was said beforehand, and by `sources` and `products` what is still to be asked. */
export interface Beforehand {
	readonly sources: readonly Part[];
	readonly products: readonly Part[];
	readonly samePerson?: string;
	readonly store?: string;
}

const KINDS = { source: SOURCE_KINDS, product: PRODUCT_KINDS } as const;
type What = keyof typeof KINDS;

const wrong = (message: string, todo: string): SyncError => new SyncError("config.invalid", message, { todo });

/** The kind of this name or title. Throws `config.invalid`. */
export function kindNamed(what: What, name: string): AskedKind {
	const kinds = Object.values(KINDS[what]) as readonly AskedKind[];
	const folded = name.trim().toLowerCase();
	const found = kinds.find(({ kind, title }) => kind === folded || title.toLowerCase() === folded);
	if (found !== undefined) return found;
	const names = kinds.map(({ kind }) => kind);
	const called = what === "source" ? "directory" : "product";
	throw wrong(`there is no kind of ${called} "${name.trim()}"`, didYouMean(folded, names) || `Choose one of ${names.join(", ")}.`);
}

/** Names for kinds: one directory is the staff, several are called by their kinds; two of a kind get numbers. */
export function partsOf(what: What, kinds: readonly AskedKind[]): readonly Part[] {
	const taken = new Set<string>();
	return kinds.map((kind) => {
		const wanted = what === "source" && kinds.length === 1 ? "staff" : kind.kind;
		let name = wanted;
		for (let number = 2; taken.has(name); number += 1) name = `${wanted}${number}`;
		taken.add(name);
		return newPart(what, name, kind);
	});
}

export const separate = (list: readonly string[] | undefined): readonly string[] =>
	(list ?? [])
		.flatMap((one) => one.split(","))
		.map((one) => one.trim())
		.filter((one) => one !== "");

/** Throws `config.invalid` for whatever cannot be used: nothing that was given is left out silently. */
export async function readBeforehand(flags: InitFlags): Promise<Beforehand> {
	const answers = flags.answers === undefined ? {} : await readAnswers(flags.answers);
	return {
		sources: sectionOf("source", answers.sources, separate(flags.directory)),
		products: sectionOf("product", answers.products, separate(flags.product === undefined ? [] : [flags.product])),
		...theRest(answers),
	};
}

async function readAnswers(path: string): Promise<Raw> {
	let value: unknown;
	try {
		value = parse(await readFile(path, "utf8"));
	} catch (error) {
		const why = error instanceof YAMLParseError ? "it is not YAML" : reasonOf(error);
		throw wrong(
			`cannot read the answers in ${path}: ${why}`,
			"It looks like a configuration: sources, products, store, each as far as it is known.",
		);
	}
	if (!isRaw(value)) throw wrong(`the answers in ${path} are no mapping`, "Begin with sources: or products:, as in a configuration.");
	const unknown = Object.keys(value).find((key) => !["version", "sources", "products", "store"].includes(key));
	if (unknown !== undefined) throw wrong(`the answers in ${path} have a key "${unknown}"`, "Allowed: version, sources, products, store.");
	return value;
}

function sectionOf(what: What, answered: unknown, named: readonly string[]): readonly Part[] {
	const kinds = named.map((name) => kindNamed(what, name));
	if (answered === undefined) return partsOf(what, kinds);
	if (!isRaw(answered)) throw wrong(`the answers have no mapping under ${what}s`, "Write names, and under each its kind and keys.");
	if (kinds.length > 0) throw wrong(`${what}s are named on the command line and in the answers`, "Name them in one of the two.");
	return Object.entries(answered).map(([name, section]) => {
		if (!SOURCE_NAME.test(name)) throw wrong(`the answers name a ${what} ${JSON.stringify(name)}`, `Allowed: ${NAME_ALLOWED}.`);
		if (!isRaw(section) || typeof section.kind !== "string")
			throw wrong(`${what}s.${name} of the answers has no kind`, "Write kind: first.");
		const { kind, people, ...given } = section;
		const part = newPart(what, name, kindNamed(what, kind as string));
		const own = what === "source" && people !== undefined ? { people, ...given } : given;
		assertKnown(part, own);
		return { ...part, given: own };
	});
}

function assertKnown(part: Part, given: Raw, at = ""): void {
	for (const [name, value] of Object.entries(given)) {
		const key = at === "" ? name : `${at}.${name}`;
		if (questionOf(part.kind, key) !== undefined) continue;
		if (isRaw(value)) assertKnown(part, value, key);
		else throw notAsked(part, key);
	}
}
const notAsked = (part: Part, key: string): SyncError =>
	wrong(
		`${part.name} (${part.kind.kind}) has no key "${key}" that init could take`,
		"The policy (people, groups, limits) is edited in the written file.",
	);

function theRest({ products, store }: Raw): Pick<Beforehand, "samePerson" | "store"> {
	const same = isRaw(products) ? Object.values(products).flatMap((one) => (isRaw(one) && isRaw(one.people) ? [one.people] : [])) : [];
	const extra = same.flatMap((people) => Object.keys(people)).find((key) => key !== "samePerson");
	if (extra !== undefined) throw wrong(`the answers have people.${extra}, which init does not take`, "It is edited in the written file.");
	const samePerson = same.find((people) => typeof people.samePerson === "string")?.samePerson as string | undefined;
	const sqlite = isRaw(store) && typeof store.sqlite === "string" ? store.sqlite : undefined;
	return { ...(samePerson === undefined ? {} : { samePerson }), ...(sqlite === undefined ? {} : { store: sqlite }) };
}

/** Puts each `key=value` where it belongs: `okta.url=…`, `products.crowd.url=…`, or `realm=…` where one part only has such a key. Throws `config.invalid`. */
export function withSettings(before: Beforehand, set: readonly string[] | undefined): Beforehand {
	let all = before;
	for (const text of set ?? []) {
		const at = text.indexOf("=");
		if (at < 1) throw wrong(`--set ${text.slice(0, 40)} has no "="`, "Write --set KEY=VALUE.");
		all = withSetting(all, text.slice(0, at).trim(), text.slice(at + 1).trim());
	}
	return all;
}

function withSetting(before: Beforehand, key: string, value: string): Beforehand {
	if (key === "store.sqlite") return { ...before, store: value };
	if (key === "samePerson" || key === "people.samePerson") return { ...before, samePerson: value };
	const [head, ...tail] = key.split(".");
	const section = head === "sources" || head === "products" ? head : undefined;
	const parts = section === undefined ? [...before.sources, ...before.products] : before[section];
	const [first, ...rest] = section === undefined ? [head, ...tail] : tail;
	const own = parts.filter(({ name }) => name === first);
	const named = own.length > 0 ? own : parts.filter(({ kind }) => kind.kind === first);
	const isNamed = named.length > 0 && rest.length > 0;
	const meant = (isNamed ? named : parts).flatMap((part) => {
		const question = questionOf(part.kind, isNamed ? rest.join(".") : section === undefined ? key : tail.join("."));
		return question === undefined ? [] : [{ part, question }];
	});
	const [one, second] = meant;
	if (one === undefined)
		throw wrong(
			`--set ${key}: none of ${parts.map(({ name, kind }) => `${name} (${kind.kind})`).join(", ")} has such a key that init takes`,
			"Look it up in docs/reference/configuration.md.",
		);
	if (second !== undefined)
		throw wrong(
			`--set ${key} is meant for several: ${meant.map(({ part }) => part.name).join(", ")}`,
			`Say which: --set ${one.part.what}s.${one.part.name}.${one.question.key}=…`,
		);
	const placed = (part: Part): Part => (part === one.part ? { ...part, given: withValue(part.given, one.question.path, value) } : part);
	return { ...before, sources: before.sources.map(placed), products: before.products.map(placed) };
}
