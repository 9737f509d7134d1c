import type { Population } from "../bitbucket/population.ts";
import { type Before, fillBefore } from "./before.ts";
import type { Company } from "./company.ts";

/** A Bitbucket that has been in use before Rollcall comes. `admin` and `rollcall` are there already. */
export function fillBitbucket(population: Population, company: Company, before: Pick<Before, "known"> = {}): void {
	population.addGroup("bitbucket-developers");
	fillBefore(population, company, { ...before, groupsOfKnown: ["stash-users", "bitbucket-developers"] });
}
