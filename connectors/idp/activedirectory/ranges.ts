import { SyncError } from "../../../core/errors.ts";
import type { Entry } from "../../ldap/entry.ts";
import type { Lines } from "../../ldap/lines.ts";
import { idOf } from "./translate.ts";

/** How often the members of one group are read again when they change meanwhile. */
const TRIES = 3;

interface Part {
	readonly from: number;
	/** Undefined: the last part. */
	readonly to: number | undefined;
	readonly values: readonly string[];
	/** The group's own count of changes. */
	readonly usn: string | undefined;
}

/**
 * All values of `member`. A domain controller hands out 1,500 at a time (MaxValRange) as `member;range=0-1499`, beside an
 * empty `member`; `member;range=1500-*` goes on, until the answer's range ends in `*`
 * ([MS-ADTS] 3.1.1.3.1.3.3). Whoever is removed between two parts moves the others up, so that one is skipped: the
 * group's uSNChanged must be the same in all parts. Throws `source.incomplete` when that cannot be had.
 */
export async function wholeMembers(
	lines: Lines,
	entry: Entry,
	signal: AbortSignal,
): Promise<{ readonly names: readonly string[] } | { readonly held: string }> {
	const first = partOf(entry);
	if (first === undefined) {
		const names = entry.texts("member");
		return names === undefined ? { held: "member holds values that are not text" } : { names };
	}
	for (let attempt = 1; attempt <= TRIES; attempt += 1) {
		const names = await collect(lines, { entry, first: attempt === 1 ? first : undefined }, signal);
		if (names !== undefined) return { names };
	}
	throw new SyncError(
		"source.incomplete",
		`the members of ${entry.dn} changed while they were read, or did not fit together, ${TRIES} times over`,
		{
			retry: "spent",
			context: { host: lines.address.shown, group: entry.dn },
			todo: "Nothing was changed. The group is being edited heavily just now, or was deleted: the next run reads it anew.",
		},
	);
}

/** Undefined: the parts do not fit together. */
async function collect(
	lines: Lines,
	from: { readonly entry: Entry; readonly first: Part | undefined },
	signal: AbortSignal,
): Promise<readonly string[] | undefined> {
	let part = from.first ?? (await askPart(lines, from.entry, { at: 0 }, signal));
	const usn = part?.usn;
	const names: string[] = [];
	for (;;) {
		if (part === undefined || part.from !== names.length || part.usn !== usn) return undefined;
		// A part that ends before its own end would make the rest look whole.
		if (part.to !== undefined && (part.values.length === 0 || part.to - part.from + 1 !== part.values.length)) return undefined;
		names.push(...part.values);
		if (part.to === undefined) return names;
		part = await askPart(lines, from.entry, { at: names.length }, signal);
	}
}

/** By the group's GUID, so that a new name is no obstacle. */
async function askPart(lines: Lines, entry: Entry, ask: { readonly at: number }, signal: AbortSignal): Promise<Part | undefined> {
	const found = await lines.entry(
		{ base: `<GUID=${idOf(entry)}>`, filter: "(objectClass=*)", attributes: [`member;range=${ask.at}-*`, "uSNChanged"] },
		signal,
	);
	return found === undefined ? undefined : partOf(found);
}

function partOf(entry: Entry): Part | undefined {
	const attribute = entry.find((name) => name.startsWith("member;range="));
	const range = /=(\d+)-(\d+|\*)$/.exec(attribute?.name ?? "");
	if (attribute === undefined || range === null) return undefined;
	const values = entry.texts(attribute.name);
	if (values === undefined) return undefined;
	return { from: Number(range[1]), to: range[2] === "*" ? undefined : Number(range[2]), values, usn: entry.text("uSNChanged") };
}
