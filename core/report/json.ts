import type { Report } from "./report.ts";

/**
 * One document, the Report as it stands; `JSON.parse` gives it back. Lists come one entry a line, so that a diff of two
 * reports reads well and no single string holds everything. Characters that a terminal would obey or that hide
 * (C1 controls, DEL, bidirectional overrides) are written as `\uXXXX`.
 */
export function* json(report: Report): Iterable<string> {
	const entries = Object.entries(report).filter(([, value]) => value !== undefined);
	yield "{";
	for (const [index, [key, value]] of entries.entries()) {
		yield `${index === 0 ? "" : ","}\n  ${JSON.stringify(key)}: `;
		if (Array.isArray(value)) yield* list(value);
		else yield safe(value);
	}
	yield "\n}\n";
}

function* list(values: readonly unknown[]): Iterable<string> {
	if (values.length === 0) return yield "[]";
	yield "[";
	for (const [index, value] of values.entries()) yield `${index === 0 ? "" : ","}\n    ${safe(value)}`;
	yield "\n  ]";
}

const OBEYED = /[\u007f-\u009f\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\u2060\ufeff]/gu;
const safe = (value: unknown): string =>
	JSON.stringify(value).replace(OBEYED, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
