import type { FilterNode } from "./protocol.ts";
import { nameKey, type StoredEntry, type Value } from "./tree.ts";

/** Evaluates a filter as servers do: case does not count, names compare as names, octets as octets. */
export function matching(node: FilterNode, entry: StoredEntry): boolean {
	switch (node.kind) {
		case "and":
			return node.parts.every((part) => matching(part, entry));
		case "or":
			return node.parts.some((part) => matching(part, entry));
		case "not":
			return !matching(node.part, entry);
		case "present":
			return valuesOf(entry, node.attribute).length > 0;
		default:
			return valuesOf(entry, node.attribute).some((value) => matchesValue(node, value));
	}
}

const valuesOf = (entry: StoredEntry, name: string): readonly Value[] => entry.attributes.get(name.toLowerCase())?.values ?? [];

type ValueNode = Exclude<FilterNode, { readonly kind: "and" | "or" | "not" | "present" }>;

function matchesValue(node: ValueNode, value: Value): boolean {
	if (node.kind === "equal" && Buffer.isBuffer(value)) return value.equals(node.value);
	const text = value.toString().toLowerCase();
	if (node.kind === "pieces") {
		const { first, inner, last } = node;
		const pattern = [first, ...inner, last].map((piece) => piece.toLowerCase().replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*");
		return new RegExp(`^${pattern}$`, "s").test(text);
	}
	if (node.kind === "rule") return ruled(node, text);
	const wanted = node.value.toString("utf8").toLowerCase();
	if (node.kind === "atLeast") return compare(text, wanted) >= 0;
	if (node.kind === "atMost") return compare(text, wanted) <= 0;
	// objectCategory is a name in the schema, and is asked for by its short form.
	if (node.attribute.toLowerCase() === "objectcategory") return text === wanted || text.startsWith(`cn=${wanted},`);
	return text === wanted || (text.includes("=") && nameKey(text) === nameKey(wanted));
}

function ruled(node: Extract<ValueNode, { kind: "rule" }>, text: string): boolean {
	const found = BigInt.asUintN(64, BigInt(text)) & BigInt(node.value);
	if (node.rule === "1.2.840.113556.1.4.803") return found === BigInt(node.value);
	return node.rule === "1.2.840.113556.1.4.804" && found !== 0n;
}

const compare = (a: string, b: string): number =>
	/^-?\d+$/.test(a) && /^-?\d+$/.test(b) ? Number(BigInt(a) - BigInt(b)) : a < b ? -1 : a > b ? 1 : 0;
