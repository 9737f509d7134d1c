import type { Population } from "../jira/population.ts";
import { type Before, fillBefore } from "./before.ts";
import type { Company } from "./company.ts";

/** A Jira that has been in use before Rollcall comes. `admin` and `rollcall` are there already. */
export function fillJira(population: Population, company: Company, before: Pick<Before, "known"> = {}): void {
	for (const group of ["jira-developers", "jira-servicedesk-agents"]) population.addGroup(group);
	fillBefore(population, company, { ...before, groupsOfKnown: ["jira-software-users", "jira-developers"] });
}
