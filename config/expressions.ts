import { compileExpression } from "../core/policy/expression.ts";
import type { Problem as PolicyProblem } from "../core/policy/place.ts";
import type { GroupMapText, SourceText } from "../core/policy/policy.ts";
import { compileRule } from "../core/policy/rules.ts";
import { isRaw, type Raw } from "./kind.ts";
import { type Path, type Problem, pathText } from "./problem.ts";
import { type ConfigText, placeIn } from "./text.ts";

const TYPES = { samePerson: "string", where: "bool", username: "string", email: "string", displayName: "string" } as const;

/** Every expression of every product that does not compile, each at the exact place in the file; also where the schema objects to something else. */
export function judgeExpressions(text: ConfigText): readonly Problem[] {
	const products = isRaw(text.value) && isRaw(text.value.products) ? text.value.products : {};
	return Object.entries(products).flatMap(([name, product]) => (isRaw(product) ? judgeProduct(text, product, ["products", name]) : []));
}

function judgeProduct(text: ConfigText, product: Raw, at: Path): readonly Problem[] {
	const problems: Problem[] = [];
	const pathOf = new Map<SourceText, Path>();
	const collect = (path: Path, compile: (source: SourceText, found: PolicyProblem[]) => unknown): void => {
		const source = text.sourceText(path);
		if (source === undefined || source.text.trim() === "") return;
		const found: PolicyProblem[] = [];
		compile(source, found);
		for (const problem of found) problems.push(located(problem, problem.source ?? source, pathOf.get(problem.source ?? source) ?? path));
	};
	const people = isRaw(product.people) ? product.people : {};
	for (const [key, type] of Object.entries(TYPES))
		collect([...at, "people", key], (source, found) => compileExpression(source, { setting: key, type }, found));
	for (const key of Object.keys(isRaw(people.attributes) ? people.attributes : {}))
		collect([...at, "people", "attributes", key], (source, found) => compileExpression(source, { setting: key, type: "string" }, found));
	const map = isRaw(product.groups) && Array.isArray(product.groups.map) ? product.groups.map : [];
	map.forEach((_, index) => {
		const rule = [...at, "groups", "map", index];
		const to = text.sourceText([...rule, "to"]);
		if (to !== undefined) pathOf.set(to, [...rule, "to"]);
		for (const on of ["match", "path"] as const)
			collect([...rule, on], (source, found) => {
				const whole: GroupMapText = { [on]: source, to: to ?? { text: "group" } };
				return compileRule(whole, pathText(rule), found);
			});
	});
	return problems;
}

function located(problem: PolicyProblem, source: SourceText, path: Path): Problem {
	const place = placeIn(source, problem.offset);
	const advice = problem.instead ?? "";
	const todo = advice === "" ? "" : `${advice[0]?.toUpperCase()}${advice.slice(1)}${/[.?!]$/.test(advice) ? "" : "."}`;
	return { file: source.file ?? "", ...place, path: pathText(path), message: `${problem.what}.`, todo };
}
