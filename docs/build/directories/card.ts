/** A directory's population, as far as the number of requests depends on it. */
export interface Load {
	readonly people: number;
	/** How many of them are switched off. */
	readonly inactive: number;
	readonly groups: readonly GroupLoad[];
}
export interface GroupLoad {
	/** Direct members. */
	readonly people: number;
	readonly groups: number;
	/** People in it and in the groups below it. */
	readonly deep: number;
}

/** Two numbers where it hangs on more than the population: the order of rows, the time of day. */
export type Count = number | { readonly least: number; readonly most: number };

/** One kind of request of a reading. A test holds the sum of all of them against a reading of the stand-in. */
export interface Requests {
	/** `log-in`, `people`, `members`. */
	readonly what: string;
	/** For U people and G groups, as the page shows it. */
	readonly formula: string;
	readonly count: (load: Load) => Count;
}

/** What one kind of directory can tell, what a reading costs, and why that is believed: its chapter of docs/directories.md, beside what the code itself says. */
export interface Card {
	/** Below docs/guides. */
	readonly guide: `${string}.md`;
	readonly tells: {
		/** What identifies a person for ever. */
		readonly id: string;
		/** Where `person.username` comes from. */
		readonly username: string;
		/** Who counts as active. */
		readonly active: string;
		/** Which further attributes there are. */
		readonly attributes: string;
		/** Which groups, and which members of them. */
		readonly groups: string;
	};
	/** A sentence each, without those that the traits say already. */
	readonly cannotTell: readonly string[];
	/** How a reading is known to be whole. */
	readonly whole: string;
	readonly requests: readonly Requests[];
	/** What the formula leaves out: when a reading takes more. */
	readonly more: string;
	readonly proof: Proof;
}

/** Each a sentence, from the strongest to the weakest; what there is none of is left out. */
export interface Proof {
	/** Where there is no server at all: the real thing itself, in the project's own tests. */
	readonly realFiles?: string;
	/** A real server in the project's own live tests. */
	readonly server?: string;
	/** The vendor's machine-readable description, against which requests and answers are validated. */
	readonly description?: string;
	/** What rests on documents alone. */
	readonly documents?: string;
}

export const once = (what: string, times = 1): Requests => ({ what, formula: String(times), count: () => times });

/** A list in pages: of people (U) or groups (G). `times`: how often it is read. */
export function inPages(of: "people" | "groups", size: number, times = 1): Requests {
	const letter = of === "people" ? "U" : "G";
	const formula = `${times === 1 ? "" : `${times} × `}⌈${letter} ÷ ${grouped(size)}⌉`;
	return { what: of, formula, count: (load) => times * pages(of === "people" ? load.people : load.groups.length, size) };
}

/** At least one: an empty list is an answer too. */
export const pages = (rows: number, size: number): number => Math.max(1, Math.ceil(rows / size));

export const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

const leastOf = (count: Count): number => (typeof count === "number" ? count : count.least);
const mostOf = (count: Count): number => (typeof count === "number" ? count : count.most);

/** All requests of one reading. */
export function totalOf(requests: readonly Requests[], load: Load): { readonly least: number; readonly most: number } {
	const counts = requests.map(({ count }) => count(load));
	return { least: sum(counts.map(leastOf)), most: sum(counts.map(mostOf)) };
}

/** `12,500` */
export const grouped = (number: number): string => number.toLocaleString("en-GB");
