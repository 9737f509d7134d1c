import type { Population } from "../confluence/population.ts";
import { type Before, fillBefore } from "./before.ts";
import type { Company } from "./company.ts";

/** Confluence takes neither capitals nor these; the demo's configuration says the same. */
const taken = (username: string): string => username.toLowerCase().replaceAll("'", "").replaceAll("+", "-");

/** A Confluence that has been in use before Rollcall comes. `admin` and `rollcall` are there already. */
export function fillConfluence(population: Population, company: Company, before: Pick<Before, "known"> = {}): void {
	population.addGroup("confluence-authors");
	const fillable = {
		addGroup: (name: string) => void population.addGroup(name),
		addMember: (group: string, account: never) => population.addMember(group, account),
		addAccount: ({ name, displayName, emailAddress, password }: Parameters<Population["addAccount"]>[0]) =>
			population.addAccount({
				name: taken(name),
				displayName: displayName ?? name,
				emailAddress: emailAddress ?? "",
				...(password === undefined ? {} : { password }),
			}),
	};
	fillBefore(fillable, company, { ...before, groupsOfKnown: ["confluence-users", "confluence-authors"], capitals: false });
}
