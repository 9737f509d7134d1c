import type { Population } from "../fisheye/population.ts";
import { type Before, fillBefore } from "./before.ts";
import type { Company } from "./company.ts";

/** A Fisheye that has been in use before Rollcall comes. `admin` and `rollcall` are there already. */
export function fillFisheye(population: Population, company: Company, before: Pick<Before, "known"> = {}): void {
	population.addGroup("reviewers");
	fillBefore(population, company, { ...before, groupsOfKnown: ["fisheye-users", "reviewers"] });
}
