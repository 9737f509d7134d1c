import { isRaw, type Raw, type Report } from "./kind.ts";
import { NAME_ALLOWED, PRODUCT_KINDS, SOURCE_KINDS, SOURCE_NAME } from "./schema.ts";

/** What holds between keys. Looks at the raw data, so that its complaints come together with the schema's. */
export function judgeRules(root: unknown, report: Report): void {
	if (!isRaw(root)) return;
	const sources = named(root, "sources", report);
	const products = named(root, "products", report);
	const names = new Set(sources.map(([name]) => name));
	for (const [name, raw] of sources) kindOf(SOURCE_KINDS, raw)?.rules({ raw, path: ["sources", name], report, sources: names });
	for (const [name, raw] of products) kindOf(PRODUCT_KINDS, raw)?.rules({ raw, path: ["products", name], report, sources: names });
}

/** Entries that are mappings; names are judged on the way. */
function named(root: Raw, key: "sources" | "products", report: Report): readonly (readonly [string, Raw])[] {
	const section = root[key];
	if (!isRaw(section)) return [];
	const entries = Object.entries(section);
	const one = key === "sources" ? "source" : "product";
	if (entries.length === 0)
		report([key], `there is no ${one}.`, `Define at least one ${one}; \`rollcall init\` writes a file to begin with.`, "key");
	for (const [name] of entries)
		if (!SOURCE_NAME.test(name))
			report([key, name], `found the name ${JSON.stringify(name.slice(0, 70))}; allowed: ${NAME_ALLOWED}.`, "Choose another name.", "key");
	return entries.filter((entry): entry is [string, Raw] => isRaw(entry[1]));
}

function kindOf<Kinds extends object>(kinds: Kinds, raw: Raw): Kinds[keyof Kinds] | undefined {
	return typeof raw.kind === "string" && Object.hasOwn(kinds, raw.kind) ? kinds[raw.kind as keyof Kinds] : undefined;
}
