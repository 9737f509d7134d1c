import { uuidOf } from "./chance.ts";
import type { RealmSize } from "./realm.ts";

export interface SeedGroup {
	readonly id: string;
	readonly name: string;
	readonly parent: SeedGroup | undefined;
	readonly children: SeedGroup[];
	/** How many join: everybody, nobody, a share of all people, or a few by chance. */
	readonly joins: "all" | "none" | "few" | { readonly share: number };
	readonly attributes?: Readonly<Record<string, readonly string[]>>;
}

const ODD_NAMES = [
	"Köln O'Connor + Söhne",
	"工程部",
	"فريق الدعم",
	"צוות פיתוח",
	"🚀 Rockets",
	"tab\there",
	"  padded  ",
	"percent % under_score",
	'semi;colon,"quote"',
	"ÅNGSTRÖM",
	"ångström",
	"İstanbul",
	"e\u0301tude",
	"étude",
	"-dash",
	"NULL",
	"?query=1&more#fragment",
	"x".repeat(200),
];

type Add = (name: string, parent?: SeedGroup, more?: Partial<Pick<SeedGroup, "joins" | "attributes">>) => SeedGroup;

/** Three levels deep, every level wide where the size asks for it; exactly `size.groups` of them. */
export function makeGroups(size: RealmSize, chance: () => number): readonly SeedGroup[] {
	const groups: SeedGroup[] = [];
	const add: Add = (name, parent, more = {}) => {
		const id = uuidOf(`${size.realm}|group|${groups.length}`);
		const group: SeedGroup = { id, name, parent, children: [], joins: "few", ...more };
		groups.push(group);
		parent?.children.push(group);
		return group;
	};
	addNamed(add);
	const projects = add("Projects");
	const numbered = (prefix: string, i: number) => `${prefix}-${String(i + 1).padStart(4, "0")}`;
	const wide = Array.from({ length: size.children }, (_, i) =>
		add(numbered("project", i), projects, i % 10 === 9 ? { joins: "none" } : {}),
	);
	for (let i = 0; i < size.grandchildren; i += 1) add(numbered("squad", i), wide[0]);
	const departments: SeedGroup[] = [];
	for (let tops = groups.filter((g) => g.parent === undefined).length; tops < size.topGroups; tops += 1)
		departments.push(add(numbered("department", departments.length)));
	// The same names below many parents, on purpose: only id and path tell these groups apart. Siblings must differ.
	const addFree: Add = (name, parent, more) => {
		const siblings = parent?.children.filter((g) => g.name.startsWith(name)).length ?? 0;
		return add(siblings === 0 ? name : `${name} ${siblings + 1}`, parent, more);
	};
	const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)]!;
	const units: SeedGroup[] = [];
	const rest = size.groups - groups.length;
	if (rest < 0) throw new RangeError(`${size.realm}: ${groups.length} groups at least, ${size.groups} asked for`);
	for (let i = 0; i < rest; i += 1) {
		if (i % 2 === 0 || units.length === 0) units.push(addFree("Engineering", departments.length > 0 ? pick(departments) : projects));
		else addFree("Admins", pick(units), chance() < 0.05 ? { joins: "none" } : {});
	}
	return groups;
}

function addNamed(add: Add): void {
	add("everybody", undefined, { joins: "all" });
	add("nobody", undefined, { joins: "none" });
	const company = add("Company", undefined, { attributes: { owner: ["cto@example.com", "cio@example.com"] } });
	const berlin = add("Berlin", company, { joins: { share: 0.3 } });
	const paris = add("Paris", company, { joins: { share: 0.12 } });
	for (const city of [berlin, paris]) for (const trade of ["Developers", "Sales"]) add(trade, city);
	const labs = add("R&D/Labs");
	for (const name of ["Alpha/Beta", "plain", "a~/b"]) add(name, labs);
	const odd = add("Größe & Maß");
	for (const name of ODD_NAMES) add(name, odd);
}

/** As an import wants it. A slash in a name is not escaped; Keycloak tries every way to read such a path. */
export const pathOf = (group: SeedGroup): string => `${group.parent === undefined ? "" : pathOf(group.parent)}/${group.name}`;
