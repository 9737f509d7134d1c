import type { Population } from "../jira/population.ts";
import { Random } from "../kit/random.ts";
import type { Company } from "./company.ts";

export interface JiraBefore {
	/** People of the company who have an account with their username already. Default: 5 %, at least 2. */
	readonly known?: number;
}

const locals = [
	["build-bot", "Build Robot"],
	["confluence-link", "Application link to Confluence"],
	["contractor.ext", "External Contractor"],
	["auditor", "Yearly Auditor"],
] as const;

const groups = ["jira-developers", "jira-servicedesk-agents", "contractors"] as const;

/**
 * A Jira that has been in use before Rollcall comes: some people of the company have an account (one spells the username in another case,
 * one has an old e-mail address), and there are local accounts that no directory knows. `admin` and `rollcall` are there already.
 */
export function fillJira(population: Population, company: Company, before: JiraBefore = {}): void {
	for (const group of groups) population.addGroup(group);
	for (const [name, displayName] of locals) {
		const account = population.addAccount({
			name,
			displayName,
			emailAddress: `${name}@vendor.example.net`,
			password: `local-${name}`,
			referenced: true,
		});
		population.addMember("contractors", account.id);
	}
	const random = new Random(company.seed + 1);
	const named = company.people.filter(
		(person) => person.active && !person.robot && person.email !== undefined && person.givenName !== undefined,
	);
	const known = random.sample(named, before.known ?? Math.max(2, Math.floor(company.people.length / 20)));
	for (const [index, person] of known.entries()) {
		const account = population.addAccount({
			name: index === 0 ? person.username.replace(/^./, (letter) => letter.toUpperCase()) : person.username,
			displayName: `${person.givenName} ${person.familyName}`,
			emailAddress: index === 1 ? `${person.username}@old.example.com` : (person.email ?? ""),
		});
		population.addMember(random.pick(["jira-software-users", "jira-developers"]), account.id);
	}
}
