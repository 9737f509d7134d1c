import type { Population } from "../bamboo/population.ts";
import { type Before, fillBefore } from "./before.ts";
import type { Company } from "./company.ts";

/** A Bamboo that has been in use before Rollcall comes. `admin` and `rollcall` are there already. */
export function fillBamboo(population: Population, company: Company, before: Pick<Before, "known"> = {}): void {
	population.addGroup("bamboo-developers");
	fillBefore(population, company, { ...before, groupsOfKnown: ["bamboo-users", "bamboo-developers"] });
}
