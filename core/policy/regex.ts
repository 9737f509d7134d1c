import { RE2JS } from "re2js";

/** Bounded, because expressions may build patterns from data; the ones written in a policy are far fewer than this. */
const KEPT = 256;
const compiled = new Map<string, RE2JS>();

/**
 * A regular expression in linear time, RE2 syntax (https://github.com/google/re2/wiki/Syntax): no look-around, no
 * back-references. Throws SyntaxError with RE2's own sentence.
 */
export function linearRegex(pattern: string): RE2JS {
	const known = compiled.get(pattern);
	if (known !== undefined) return known;
	const regex = compile(pattern);
	if (compiled.size >= KEPT) compiled.delete(compiled.keys().next().value!);
	compiled.set(pattern, regex);
	return regex;
}

function compile(pattern: string): RE2JS {
	try {
		return RE2JS.compile(RE2JS.translateRegExp(pattern));
	} catch (error) {
		const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : String(error);
		throw new SyntaxError(reason, { cause: error });
	}
}

/** What to do about a pattern that RE2 refuses. */
export const REGEX_ADVICE =
	"regular expressions follow RE2 (linear time): no look-ahead, look-behind or back-references; see docs/guides/policy.md";
