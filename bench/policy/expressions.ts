/** `node bench/policy/expressions.ts [people]`: time to evaluate four expressions for everybody. See README.md. */
import { compilePolicy } from "../../core/policy/compile.ts";
import type { PolicyText } from "../../core/policy/policy.ts";
import { viewOf } from "../../core/policy/record.ts";
import { madeUpDirectory } from "./directory.ts";

const count = Number(process.argv[2] ?? 500_000);
const source = "staff" as PolicyText["from"][number];
const policy = compilePolicy({
	from: [source],
	where: {
		text: 'person.active && ("engineering" in person.groups || person.attribute("department") != "d7") && !person.username.startsWith("svc-")',
	},
	username: { text: 'person.email.split("@")[0].lowerAscii().replace(" ", ".")' },
	displayName: { text: '(person.givenName + " " + person.familyName).trim()' },
	attributes: {
		login: { text: 'person.familyName.ascii().lowerAscii() + (person.email.matches("^[a-z.]+[0-9]+@example[.]org$") ? "" : "-x")' },
	},
	groups: { map: [], nested: true, createMissing: true, default: [], ignore: [], strangers: "keep" },
});
const people = [...madeUpDirectory("staff", { people: count, memberships: count, groups: 10 }).people.values()];
const groups = { names: ["engineering", "team-1", "team-2", "team-3", "team-4"], paths: [] };
const expressions = {
	where: policy.where!,
	username: policy.username,
	displayName: policy.displayName,
	login: policy.attributes.get("login")!,
};
for (const [name, expression] of Object.entries(expressions)) {
	const start = performance.now();
	let kept = 0;
	for (const person of people) if (expression.evaluate(viewOf("staff", person, groups)) !== false) kept += 1;
	const ms = performance.now() - start;
	console.log(
		`${name.padEnd(12)} ${count} people  ${ms.toFixed(0).padStart(6)} ms  ${((ms * 1000) / count).toFixed(2)} µs each  (${kept} kept)`,
	);
}
const explainStart = performance.now();
for (const person of people.slice(0, 10_000)) policy.where!.explain(viewOf("staff", person, groups));
console.log(`explain      10000 people  ${(performance.now() - explainStart).toFixed(0).padStart(6)} ms`);
