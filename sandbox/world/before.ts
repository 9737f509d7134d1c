import { Random } from "../kit/random.ts";
import type { Company } from "./company.ts";

/** What the population of any product's stand-in can do. */
export interface Fillable {
	addGroup(name: string): void;
	addAccount(account: {
		readonly name: string;
		readonly displayName: string;
		readonly emailAddress: string;
		readonly password?: string;
		readonly referenced?: boolean;
	}): { readonly id: string | number };
	addMember(group: string, account: never): void;
}

export interface Before {
	/** People of the company who have an account with their username already. Default: 5 %, at least 2. */
	readonly known?: number;
	/** Groups of which each of those is in one; they exist. */
	readonly groupsOfKnown: readonly string[];
	/** False where the product refuses names with capital letters. */
	readonly capitals?: boolean;
}

const locals = [
	["build-bot", "Build Robot"],
	["confluence-link", "Application link to Confluence"],
	["contractor.ext", "External Contractor"],
	["auditor", "Yearly Auditor"],
] as const;

/**
 * A product that has been in use before Rollcall comes: some people of the company have an account (one spells the username in
 * another case, one has an old e-mail address), and there are local accounts, in a group of their own, that no directory knows.
 */
export function fillBefore(population: Fillable, company: Company, before: Before): void {
	const add = (group: string, account: { readonly id: string | number }) => population.addMember(group, account.id as never);
	population.addGroup("contractors");
	for (const [name, displayName] of locals) {
		const emailAddress = `${name}@vendor.example.net`;
		add("contractors", population.addAccount({ name, displayName, emailAddress, password: `local-${name}`, referenced: true }));
	}
	const random = new Random(company.seed + 1);
	const named = company.people.filter(
		(person) => person.active && !person.robot && person.email !== undefined && person.givenName !== undefined,
	);
	const known = random.sample(named, before.known ?? Math.max(2, Math.floor(company.people.length / 20)));
	for (const [index, person] of known.entries()) {
		const capital = index === 0 && before.capitals !== false;
		const account = population.addAccount({
			name: capital ? person.username.replace(/^./, (letter) => letter.toUpperCase()) : person.username,
			displayName: `${person.givenName} ${person.familyName}`,
			emailAddress: index === 1 ? `${person.username}@old.example.com` : (person.email ?? ""),
		});
		add(random.pick(before.groupsOfKnown), account);
	}
}
