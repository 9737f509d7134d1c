import { Environment } from "@marcbachmann/cel-js";
import { FUNCTIONS, ownName } from "./functions.ts";
import { PERSON_FIELDS, PersonRecord } from "./record.ts";

/** Bounds what one expression may be; generous for people, small for a machine. */
const LIMITS = { maxAstNodes: 5_000, maxDepth: 60, maxListElements: 1_000, maxMapEntries: 100, maxCallArguments: 8 };

function makeEnvironment(): Environment {
	const environment = new Environment({ unlistedVariablesAreDyn: false, limits: LIMITS });
	environment.registerType("Person", { ctor: PersonRecord, fields: PERSON_FIELDS });
	environment.registerVariable("person", "Person");
	for (const { name, own } of FUNCTIONS)
		for (const { receiver, signature, run } of own ?? []) {
			const prefix = receiver === undefined ? "" : `${receiver}.`;
			// Without `async: false` the library wraps every caller for promises, which costs time for each person.
			environment.registerFunction(`${prefix}${ownName(name)}${signature}`, run as (...values: unknown[]) => unknown, { async: false });
		}
	return environment;
}

/** One for all policies: making it is the expensive part, and it holds nothing of any policy. */
export const environment = makeEnvironment();
