import type { Population } from "../cloud/population.ts";
import { type Before, fillBefore } from "./before.ts";
import type { Company } from "./company.ts";

/** A directory that has been in use before Rollcall comes, and a colleague whose account the organisation has without it. */
export function fillCloud(population: Population, company: Company, before: Pick<Before, "known"> = {}): void {
	for (const group of ["atlassian-users", "cloud-developers"]) population.addGroup(group);
	fillBefore(population, company, { ...before, groupsOfKnown: ["atlassian-users", "cloud-developers"] });
	const stranger = company.people.find(
		({ username, email, active }) => active && email !== undefined && population.named(username) === undefined,
	);
	if (stranger?.email !== undefined) population.addOrganizationAccount({ email: stranger.email });
}
