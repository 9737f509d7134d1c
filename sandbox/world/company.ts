import { Random, uuidOf } from "../kit/random.ts";
import { departments, nameStocks, sites, titles } from "./names.ts";

export interface CompanyGroup {
	readonly id: string;
	readonly name: string;
	/** The group around it. Departments, teams and squads: three levels. */
	readonly parentId?: string;
	readonly kind: "everyone" | "site" | "department" | "team" | "squad" | "project";
}

export interface CompanyPerson {
	readonly id: string;
	/** Lower case. */
	readonly username: string;
	readonly givenName?: string;
	readonly familyName?: string;
	readonly email?: string;
	readonly active: boolean;
	readonly employeeId: string;
	readonly department: string;
	readonly site: string;
	readonly title: string;
	/** Milliseconds. */
	readonly hiredAt: number;
	/** Direct memberships: everyone, a site, one place in the departments, perhaps projects. */
	readonly groups: readonly string[];
	/** A robot that somebody created as if it were a person. */
	readonly robot: boolean;
}

export interface Company {
	readonly seed: number;
	readonly people: readonly CompanyPerson[];
	readonly groups: readonly CompanyGroup[];
}

export interface CompanySize {
	readonly people: number;
	/** All groups of every level; at least 3. */
	readonly groups: number;
	readonly seed: number;
}

/**
 * An invented company: the same numbers give the same company. About 3 % of its people are disabled, 2 % have no e-mail address,
 * a few have no name, and one in 250 accounts is a robot.
 */
export function company(size: CompanySize): Company {
	const random = new Random(size.seed);
	const groups = companyGroups(size);
	const maker = new PersonMaker(random, groups, { seed: size.seed, taken: [], last: 0 });
	return { seed: size.seed, groups, people: Array.from({ length: size.people }, () => maker.next()) };
}

const squads = ["Red", "Blue", "Green", "Amber", "Violet"] as const;

/** Adds groups until the wanted number is there; ids depend on the seed and the order only. */
class GroupMaker {
	readonly made: CompanyGroup[] = [];
	readonly #size: CompanySize;

	constructor(size: CompanySize) {
		this.#size = size;
	}

	get left(): number {
		return this.#size.groups - this.made.length;
	}

	add(kind: CompanyGroup["kind"], name: string, parentId?: string): CompanyGroup | undefined {
		if (this.left <= 0) return undefined;
		const parent = parentId === undefined ? {} : { parentId };
		const group = { id: uuidOf("group", this.#size.seed, this.made.length), name, kind, ...parent };
		this.made.push(group);
		return group;
	}

	of(kind: CompanyGroup["kind"]): readonly CompanyGroup[] {
		return this.made.filter((group) => group.kind === kind);
	}
}

/** Everyone and sites; of what is left about 8 % departments, 27 % teams, 45 % squads, and projects (half of them under one roof). */
function companyGroups(size: CompanySize): readonly CompanyGroup[] {
	const maker = new GroupMaker(size);
	maker.add("everyone", "all-staff");
	const siteRoot = maker.add("site", "Sites");
	const siteCount = Math.min(sites.length, Math.ceil(size.groups / 8));
	for (const site of sites.slice(0, siteCount)) maker.add("site", site, siteRoot?.id);
	const rest = maker.left;
	const departmentCount = Math.max(1, Math.round(rest * 0.08));
	const kindOf = (index: number) => departments[index % departments.length] as (typeof departments)[number];
	for (let index = 0; index < departmentCount; index += 1)
		maker.add("department", numbered(kindOf(index).name, Math.floor(index / departments.length)));
	const homes = maker.of("department");
	for (let index = 0; index < Math.round(rest * 0.27); index += 1) {
		const { teams } = kindOf(index % departmentCount);
		const turn = Math.floor(index / departmentCount);
		maker.add("team", numbered(teams[turn % teams.length] as string, Math.floor(turn / teams.length)), homes[index % departmentCount]?.id);
	}
	const teams = maker.of("team");
	for (let index = 0; index < Math.round(rest * 0.45) && teams.length > 0; index += 1) {
		const team = teams[index % teams.length] as CompanyGroup;
		const turn = Math.floor(index / teams.length);
		maker.add("squad", numbered(`${team.name} ${squads[turn % squads.length]}`, Math.floor(turn / squads.length)), team.id);
	}
	const roof = maker.left > 1 ? maker.add("project", "Projects") : undefined;
	for (let index = 0; maker.left > 0; index += 1) {
		maker.add("project", `project-${kindOf(index).short}-${String(index + 1).padStart(4, "0")}`, index % 2 === 0 ? roof?.id : undefined);
	}
	return maker.made;
}

const numbered = (name: string, turn: number): string => (turn === 0 ? name : `${name} ${turn + 1}`);

export interface PersonMakerStart {
	readonly seed: number;
	/** Usernames, and local parts of e-mail addresses, that exist already. */
	readonly taken: readonly string[];
	/** The highest employee number so far. */
	readonly last: number;
}

/** Makes people one after the other; usernames and e-mail addresses never repeat. */
export class PersonMaker {
	readonly #random: Random;
	readonly #groups: readonly CompanyGroup[];
	readonly #seed: number;
	readonly #taken: Set<string>;
	#number: number;
	#places: Places | undefined;

	constructor(random: Random, groups: readonly CompanyGroup[], start: PersonMakerStart) {
		this.#random = random;
		this.#groups = groups;
		this.#seed = start.seed;
		this.#taken = new Set(start.taken);
		this.#number = start.last;
	}

	next(): CompanyPerson {
		this.#number += 1;
		const number = this.#number;
		const random = this.#random;
		const robot = number % 250 === 40;
		const name = this.name();
		const employeeId = `E${String(number).padStart(6, "0")}`;
		const ownLetters = !robot && random.chance(0.02);
		const wanted = ownLetters ? `${name.given}.${name.family.replace(" ", "")}`.toLowerCase() : this.#username(name.ascii);
		const username = this.free(robot ? `svc-build-${number}` : wanted);
		const place = this.place();
		const hiredAt = Date.UTC(2015, 0, 5) + random.below(10 * 365) * 86_400_000;
		const nameless = robot || random.chance(0.005);
		const address = this.emailOf(ownLetters ? employeeId.toLowerCase() : username);
		const email = robot || random.chance(0.02) ? {} : { email: address };
		return {
			id: uuidOf("person", this.#seed, number, username),
			username,
			...(nameless ? {} : { givenName: name.given, familyName: name.family }),
			...email,
			active: !random.chance(0.03),
			employeeId,
			title: random.pick(titles),
			hiredAt,
			robot,
			...place,
		};
	}

	/** A name from one of many languages. `ascii`: given and family name as usernames write them. */
	name(): { readonly given: string; readonly family: string; readonly ascii: readonly [string, string] } {
		const weights = nameStocks.reduce((sum, stock) => sum + stock.weight, 0);
		let mark = this.#random.below(weights);
		let stock = nameStocks[0] as (typeof nameStocks)[number];
		for (const one of nameStocks) {
			if (mark < 0) break;
			mark -= one.weight;
			stock = one;
		}
		const [given, givenAscii] = this.#random.pick(stock.given);
		const [family, familyAscii] = this.#random.pick(stock.family);
		return { given, family: family.replace("_", " "), ascii: [givenAscii, familyAscii] };
	}

	/** Department, site and the groups that go with them. */
	place(): { readonly department: string; readonly site: string; readonly groups: readonly string[] } {
		this.#places ??= placesOf(this.#groups);
		const { everyone, siteGroups, homes, projects, roots } = this.#places;
		const home = this.#random.pick(homes);
		const site = siteGroups.length === 0 ? undefined : this.#random.pick(siteGroups);
		const joined = this.#random.chance(0.4) ? this.#random.sample(projects, 1 + this.#random.below(2)) : [];
		const all = [...everyone, ...(site === undefined ? [] : [site]), home, ...joined];
		const department = (roots.get(home.id) ?? home).name;
		return { department, site: site?.name ?? sites[0], groups: [...new Set(all.map((group) => group.id))] };
	}

	/** The name itself, or with the first number that is free. */
	free(wanted: string): string {
		let username = wanted;
		for (let count = 2; this.#taken.has(username); count += 1) username = `${wanted}${count}`;
		this.#taken.add(username);
		return username;
	}

	emailOf(username: string): string {
		return `${username.replace(/[^a-z0-9.'+-]/gu, "")}@example.com`;
	}

	/** Mostly given.family; some with a plus, as people have who try things out, some in their own letters. */
	#username(ascii: readonly [string, string]): string {
		const plainName = `${ascii[0]}.${ascii[1]}`;
		return this.#random.chance(0.01) ? `${plainName}+test` : plainName;
	}
}

interface Places {
	readonly everyone: readonly CompanyGroup[];
	readonly siteGroups: readonly CompanyGroup[];
	/** Where people sit; squads count twice, so they are fuller than teams and departments. */
	readonly homes: readonly CompanyGroup[];
	readonly projects: readonly CompanyGroup[];
	/** The department above each group. */
	readonly roots: ReadonlyMap<string, CompanyGroup>;
}

function placesOf(groups: readonly CompanyGroup[]): Places {
	const byId = new Map(groups.map((group) => [group.id, group]));
	const of = (kind: CompanyGroup["kind"]) => groups.filter((group) => group.kind === kind);
	const rootOf = (group: CompanyGroup): CompanyGroup => {
		const parent = group.parentId === undefined ? undefined : byId.get(group.parentId);
		return parent === undefined ? group : rootOf(parent);
	};
	const everyone = of("everyone");
	const homes = [...of("squad"), ...of("squad"), ...of("team"), ...of("department")];
	return {
		everyone,
		siteGroups: of("site").filter((group) => group.parentId !== undefined),
		homes: homes.length === 0 ? everyone : homes,
		projects: of("project").filter((group) => group.name !== "Projects"),
		roots: new Map(groups.map((group) => [group.id, rootOf(group)])),
	};
}
