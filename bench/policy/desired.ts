/** `node --expose-gc bench/policy/desired.ts [people memberships groups]`: time and memory of buildDesired. See README.md. */
import { buildDesired } from "../../core/desired/build.ts";
import { compilePolicy } from "../../core/policy/compile.ts";
import type { PolicyText } from "../../core/policy/policy.ts";
import { madeUpDirectory } from "./directory.ts";

const [people = 500_000, memberships = 2_500_000, groups = 20_000] = process.argv.slice(2).map(Number);
const from = ["staff"] as readonly string[] as PolicyText["from"];
const rules = { nested: true, createMissing: true, default: [], ignore: [], strangers: "keep" } as const;
const map = [
	{ match: { text: "engineering" }, to: { text: "jira-developers" } },
	{ match: { text: "/^ops-(.+)$/" }, to: { text: "jira-ops-$1" } },
	{ match: { text: "/^team-/" }, to: { text: "jira-teams" } },
];
const POLICIES: Readonly<Record<string, PolicyText>> = {
	"few excluded": {
		from,
		where: { text: 'person.active && !person.username.startsWith("svc-")' },
		username: { text: 'person.email.split("@")[0].lowerAscii()' },
		groups: { ...rules, map },
	},
	"most excluded, by one group": {
		from,
		where: { text: 'person.active && "engineering" in person.groups && !person.username.startsWith("svc-")' },
		groups: { ...rules, map },
	},
	"every group read": { from, where: { text: 'person.groups.exists(g, g.startsWith("team-"))' }, groups: { ...rules, map } },
};

const mb = (bytes: number): string => `${(bytes / 1_048_576).toFixed(0)} MB`;
const snapshot = madeUpDirectory("staff", { people, memberships, groups });
console.log(`${people} people, ${snapshot.size.memberships} memberships, ${groups} groups`);
for (const [name, text] of Object.entries(POLICIES)) {
	globalThis.gc?.();
	const before = process.memoryUsage().heapUsed;
	const start = performance.now();
	const busy = process.threadCpuUsage();
	const desired = buildDesired(compilePolicy(text), [snapshot]);
	const ms = performance.now() - start;
	const { user, system } = process.threadCpuUsage(busy);
	const peak = process.resourceUsage().maxRSS * 1024;
	globalThis.gc?.();
	const wished = [...desired.people.values()].reduce((sum, wish) => sum + wish.groups.length, 0);
	console.log(
		`${name}: ${(ms / 1000).toFixed(2)} s (main thread busy ${((user + system) / 1e6).toFixed(2)} s), result ${mb(process.memoryUsage().heapUsed - before)}, process peak so far ${mb(peak)}; ` +
			`${desired.people.size} wished with ${wished} memberships of ${desired.groups.size} groups, ${desired.excluded.size} excluded`,
	);
}
