import { expect, test } from "@jest/globals";
import type { Desired, HeldPerson } from "../../../core/desired/desired.ts";
import type { AccountId, PersonKey } from "../../../core/model.ts";
import { missingPeople } from "../../../core/run/missing.ts";
import { desiredOf, wish } from "../../support/worlds.ts";

const person = (name: string) => name as PersonKey;
const held = (...aliases: PersonKey[]): HeldPerson => ({ username: "b", because: "invalid-value", detail: "no e-mail address", aliases });

test("only whom no source knows is missing: the wished, the held, the filtered out and all their other keys are known", () => {
	const everybody: Desired = {
		...desiredOf([]),
		people: new Map([[person("idp:a"), { ...wish(1), person: person("idp:a"), aliases: [person("crew:a")] }]]),
		held: new Map([[person("idp:b"), held(person("crew:b"), person("temps:b"))]]),
		excluded: new Map([[person("idp:c"), { username: "c", because: "person.active" }]]),
	};
	const linked = ["idp:a", "crew:a", "idp:b", "crew:b", "temps:b", "idp:c", "idp:d", "crew:d"];
	const links = new Map(linked.map((name) => [person(name), `account of ${name}` as AccountId]));
	expect(missingPeople(everybody, links)).toEqual(["idp:d", "crew:d"]);
});
