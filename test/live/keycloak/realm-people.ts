import { uuidOf } from "./chance.ts";
import type { RealmSize } from "./realm.ts";
import type { SeedGroup } from "./realm-groups.ts";

export interface SeedPerson {
	readonly id: string;
	readonly username: string;
	readonly firstName?: string;
	readonly lastName?: string;
	readonly email?: string;
	readonly enabled: boolean;
	readonly createdTimestamp: number;
	readonly attributes: Readonly<Record<string, readonly string[]>>;
	readonly groups: readonly SeedGroup[];
}

const PLAIN = [
	["Anna", "Smith"],
	["John", "Smith"],
	["Mary", "Jones"],
	["Eva", "Rossi"],
	["Omar", "Ali"],
] as const;
const ODD = [
	["Jürgen", "Müßig", "jürgen.müßig"],
	["Sinéad", "O'Brien", "sinéad.o'brien"],
	["小明", "王", "王小明"],
	["محمد", "العربي", "محمد"],
	["נועה", "כהן", "נועה"],
	["Rocket", "🚀 Emoji", "😀rocket"],
	["e\u0301mile", "Decomposed", "e\u0301mile"],
	["Anna", "Plus", "anna+test"],
	['Name "Quoted"', "Tag <b>", "tag.quoted"],
	["A", "B".repeat(200), `long.${"x".repeat(180)}`],
] as const;
const SITES = ["Berlin", "Köln", "開発"];

/** One in twenty disabled, one in ten with an odd name, one in twenty-five without an e-mail address, a few without any name. */
export function makePeople(size: RealmSize, groups: readonly SeedGroup[], chance: () => number): readonly SeedPerson[] {
	const open = groups.filter((g) => g.joins === "few");
	return Array.from({ length: size.people }, (_, i) => {
		const number = String(i).padStart(6, "0");
		const odd = i % 10 === 3;
		const [first, last, nick] = odd ? ODD[((i / 10) % ODD.length) | 0]! : [...PLAIN[i % PLAIN.length]!, undefined];
		const joined = new Set<SeedGroup>();
		for (const group of groups)
			if (group.joins === "all" || (typeof group.joins === "object" && chance() < group.joins.share)) joined.add(group);
		// Geometric, about two on average; low numbers are joined more often, so sizes differ widely.
		while (chance() < 0.66 && joined.size < 40) joined.add(open[Math.floor(chance() ** 1.6 * open.length)]!);
		return {
			id: uuidOf(`${size.realm}|person|${i}`),
			username: `${nick ?? `${first}.${last}`}.${number}`.toLowerCase(),
			...(i % 200 === 7 ? {} : { firstName: first, ...(i % 100 === 7 ? {} : { lastName: last }) }),
			...(i % 25 === 11 ? {} : { email: i % 50 === 1 ? `Mixed.Case.${number}@Example.COM` : `u${number}@example.com` }),
			enabled: i % 20 !== 5,
			createdTimestamp: Date.UTC(2024, 0, 1) + i * 60_000,
			attributes: {
				employeeId: [`E${number}`],
				site: [SITES[i % SITES.length]!],
				...(i % 4 === 0 ? { costCenter: ["4711", "0815"] } : {}),
				// Longer than Keycloak's short column for attribute values (255).
				...(i % 500 === 0 ? { notes: ["long ".repeat(500)] } : {}),
			},
			groups: [...joined],
		};
	});
}
