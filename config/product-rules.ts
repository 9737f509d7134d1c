import { isRaw, type Raw, type Rules } from "./kind.ts";
import { didYouMean } from "./nearest.ts";
import type { Path } from "./problem.ts";

/** What holds between the keys of any product. `protectedGroups`: what the kind protects unless the file says otherwise. */
export const productRules =
	(protectedGroups: readonly string[]): Rules =>
	(context) => {
		sourcesExist(context);
		precedenceIsMeant(context);
		rulesAreWhole(context);
		attributeKeys(context);
		licenceGroupsAreUsed(context);
		nothingWantedIsForbidden(context, protectedGroups);
	};

type Context = Parameters<Rules>[0];

const section = (raw: Raw, key: string): Raw => (isRaw(raw[key]) ? raw[key] : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function sourcesExist({ raw, path, report, sources }: Context): void {
	const people = section(raw, "people");
	const from = list(people.from);
	from.forEach((name, index) => {
		if (typeof name !== "string" || name === "") return;
		const at: Path = [...path, "people", "from", index];
		if (from.indexOf(name) < index) report(at, `the source "${name}" stands here twice.`, "Keep the first; the order is the precedence.");
		else if (!sources.has(name)) {
			const known = sources.size === 0 ? "there are no sources" : `sources: ${[...sources].join(", ")}`;
			report(
				at,
				`there is no source "${name}" in this file; ${known}.`,
				didYouMean(name, sources) || "Define it under `sources`, or correct the name.",
			);
		}
	});
	if (new Set(from).size > 1 && people.samePerson === undefined)
		report(
			[...path, "people"],
			"several sources, but `samePerson` is missing; without it one human being would get an account from each.",
			"Add for example `samePerson: person.email.lowerAscii()`.",
			"key",
		);
}

/** An order of sources that no people come from would never count: a mistyped name, or one left behind. */
function precedenceIsMeant({ raw, path, report }: Context): void {
	const people = section(raw, "people");
	const from = list(people.from).filter((name): name is string => typeof name === "string");
	for (const key of ["active", "precedence"])
		if (people[key] !== undefined && from.length === 1)
			report([...path, "people", key], `\`${key}\` is for people whom several sources know; \`from\` has one.`, "Delete it.", "key");
	const { attributes, ...fields } = section(people, "precedence");
	judgeOrders(fields, ["precedence"]);
	if (isRaw(attributes)) judgeOrders(attributes, ["precedence", "attributes"]);

	function judgeOrders(orders: Raw, below: Path): void {
		for (const [key, order] of Object.entries(orders))
			list(order).forEach((name, index) => {
				if (typeof name !== "string" || name === "") return;
				const at: Path = [...path, "people", ...below, key, index];
				if (list(order).indexOf(name) < index) report(at, `the source "${name}" stands here twice.`, "Keep the first.");
				else if (from.length > 1 && !from.includes(name))
					report(
						at,
						`there is no source "${name}" in \`from\`; sources there: ${from.join(", ")}.`,
						didYouMean(name, from) || "Take people from it too, or take it out here.",
					);
			});
	}
}

function rulesAreWhole({ raw, path, report }: Context): void {
	list(section(raw, "groups").map).forEach((rule, index) => {
		if (!isRaw(rule)) return;
		const at: Path = [...path, "groups", "map", index];
		if (rule.match === undefined && rule.path === undefined)
			report(
				at,
				"the rule has neither `match` nor `path`.",
				"Say which directory group it is about: `match: NAME`, `match: /expression/` or `path: /A/B`.",
			);
		if (rule.match !== undefined && rule.path !== undefined)
			report([...at, "path"], "the rule has both `match` and `path`.", "Keep one of them.", "key");
	});
}

function licenceGroupsAreUsed({ raw, path, report }: Context): void {
	const leavers = section(raw, "leavers");
	if (leavers.licenceGroups === undefined || leavers.action === "unlicense") return;
	const todo = "Write `action: unlicense`, or take the groups out.";
	report([...path, "leavers", "licenceGroups"], "`licenceGroups` says something only beside `action: unlicense`.", todo, "key");
}

function attributeKeys({ raw, path, report }: Context): void {
	for (const key of Object.keys(section(section(raw, "people"), "attributes")))
		if (key.trim() === "" || key.length > 255)
			report([...path, "people", "attributes", key], "the key of a user property has 1 to 255 characters.", "Shorten it.", "key");
}

/** A group cannot be both out of bounds and something that people shall be put into. */
function nothingWantedIsForbidden({ raw, path, report }: Context, protectedGroups: readonly string[]): void {
	const groups = section(raw, "groups");
	const protect = section(raw, "protect");
	const stated = protect.groups !== undefined;
	const forbidden = new Map<string, string>();
	for (const name of stated ? list(protect.groups) : protectedGroups)
		if (typeof name === "string") forbidden.set(name.toLowerCase(), stated ? "`protect.groups`" : "`protect.groups`, by default");
	for (const name of list(groups.ignore)) if (typeof name === "string") forbidden.set(name.toLowerCase(), "`groups.ignore`");
	const judge = (name: unknown, at: Path): void => {
		const where = typeof name === "string" ? forbidden.get(name.toLowerCase()) : undefined;
		if (where === undefined) return;
		const todo = where.endsWith("default")
			? "Choose another group, or write `protect: { groups: [] }` if this is really meant."
			: "Take it out of one of the two.";
		report(at, `the group "${name}" is out of bounds (${where}), so nobody would ever be put into it.`, todo);
	};
	list(groups.map).forEach((rule, index) => {
		if (isRaw(rule)) judge(rule.to, [...path, "groups", "map", index, "to"]);
	});
	list(groups.default).forEach((name, index) => {
		judge(name, [...path, "groups", "default", index]);
	});
}
