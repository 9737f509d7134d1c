import type { RE2JS } from "re2js";
import { nearest } from "./nearest.ts";
import type { Problem } from "./place.ts";
import type { GroupMapText, GroupRule, SourceText } from "./policy.ts";
import { linearRegex, REGEX_ADVICE } from "./regex.ts";

/** Undefined when there is something wrong; what it is has been added to `problems`. */
export function compileRule(source: GroupMapText, setting: string, problems: Problem[]): GroupRule | undefined {
	const { match, path, to } = source;
	if ((match === undefined) === (path === undefined)) {
		problems.push({ setting, source: to, offset: 0, what: "a rule needs exactly one of match and path" });
		return undefined;
	}
	const on = match === undefined ? "path" : "name";
	const pattern = (match ?? path)!;
	const where = `${setting}.${on === "name" ? "match" : "path"}`;
	if (pattern.text.trim() === "" || to.text.trim() === "") {
		const [empty, which] = to.text.trim() === "" ? [to, `${setting}.to`] : [pattern, where];
		problems.push({ setting: which, source: empty, offset: 0, what: "a group's name cannot be empty" });
		return undefined;
	}
	// A path such as /Company/i must stay a path, so there are no flags behind the slash; RE2 has (?i) for that.
	const inner = /^\/(.+)\/$/s.exec(pattern.text)?.[1];
	const regex = inner === undefined ? undefined : compilePattern(pattern, { setting: where, inner }, problems);
	if (inner !== undefined && regex === undefined) return undefined;
	const template = parseTemplate(to, { setting: `${setting}.to`, regex }, problems);
	return template === undefined
		? undefined
		: ruleOf({ source, on, literal: regex === undefined ? pattern.text : undefined, regex, template });
}

function compilePattern(
	source: SourceText,
	{ setting, inner }: { setting: string; inner: string },
	problems: Problem[],
): RE2JS | undefined {
	try {
		return linearRegex(inner);
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		const fragment = /`([^`]+)`$/.exec(error.message)?.[1];
		const offset = 1 + Math.max(0, fragment === undefined ? 0 : inner.indexOf(fragment));
		problems.push({ setting, source, offset, what: `not a usable regular expression: ${error.message}`, instead: REGEX_ADVICE });
		return undefined;
	}
}

/** Text, or the number of a capture. */
type Piece = string | number;
const REFERENCE = /\$(?:\$|(\d+)|\{([^}]*)\})/g;

function parseTemplate(
	to: SourceText,
	rule: { setting: string; regex: RE2JS | undefined },
	problems: Problem[],
): readonly Piece[] | undefined {
	const pieces: Piece[] = [];
	let from = 0;
	let sound = true;
	for (const reference of to.text.matchAll(REFERENCE)) {
		pieces.push(to.text.slice(from, reference.index));
		from = reference.index + reference[0].length;
		if (reference[0] === "$$") {
			pieces.push("$");
			continue;
		}
		const capture = captureOf(reference[1] ?? reference[2]!, rule.regex);
		if (typeof capture === "number") pieces.push(capture);
		else {
			sound = false;
			problems.push({
				setting: rule.setting,
				source: to,
				offset: reference.index,
				what: `${reference[0]} ${capture.what}`,
				instead: capture.instead,
			});
		}
	}
	pieces.push(to.text.slice(from));
	return sound ? pieces.filter((piece) => piece !== "") : undefined;
}

function captureOf(name: string, regex: RE2JS | undefined): number | { what: string; instead: string } {
	if (regex === undefined)
		return {
			what: "stands for nothing, because the rule names one group literally",
			instead: "write $$ for a dollar sign, or make the rule a /regular expression/",
		};
	const count = regex.groupCount();
	if (/^\d+$/.test(name)) {
		if (Number(name) <= count) return Number(name);
		const instead =
			count > 0 && name.length > 1
				? `write \${${name[0]}}${name.slice(1)} if digits follow the capture`
				: "put the part that it stands for in parentheses";
		return { what: `stands for nothing, because the expression captures ${count === 0 ? "nothing" : `only ${count}`}`, instead };
	}
	const names = regex.namedGroups();
	if (Object.hasOwn(names, name)) return names[name]!;
	const like = nearest(name, Object.keys(names));
	return {
		what: "stands for nothing",
		instead: like === undefined ? `name the capture: (?<${name || "name"}>…)` : `did you mean \${${like}}?`,
	};
}

interface RuleParts {
	readonly source: GroupMapText;
	readonly on: "name" | "path";
	readonly literal: string | undefined;
	readonly regex: RE2JS | undefined;
	readonly template: readonly Piece[];
}
function ruleOf({ source, on, literal, regex, template }: RuleParts): GroupRule {
	return {
		source,
		on,
		literal,
		target(group) {
			const text = group[on];
			if (regex === undefined) return text === literal ? template.join("") : undefined;
			if (!regex.test(text)) return undefined;
			if (template.every((piece) => typeof piece === "string")) return template.join("");
			const found = regex.matcher(text);
			found.find();
			return template.map((piece) => (typeof piece === "string" ? piece : (found.group(piece) ?? ""))).join("");
		},
	};
}
