import type { PersonKey } from "../model.ts";
import type { HeldPerson } from "./desired.ts";
import type { Outcome } from "./doubt.ts";
import { keyOf, nameOf, type PersonRef, personOf, type Source } from "./sources.ts";

/** Everybody once. The first record of each is the one with the say: that of the first source that knows the person. */
export interface Everybody {
	readonly people: Iterable<readonly PersonRef[]>;
	/** People of whom it cannot be said who they are. */
	readonly held: ReadonlyMap<PersonKey, HeldPerson>;
}

/** `recognise`: by what a person is known in several sources; "" stands for nobody else. Absent: every record is a person. */
export function mergePeople(sources: readonly Source[], recognise: ((ref: PersonRef) => Outcome<string>) | undefined): Everybody {
	if (recognise === undefined) return { people: Iterator.from(records(sources)).map((ref) => [ref]), held: new Map() };
	const held = new Map<PersonKey, HeldPerson>();
	const known = new Map<string, PersonRef[]>();
	const people: PersonRef[][] = [];
	for (const ref of records(sources)) {
		const outcome = recognise(ref);
		if (outcome.kind !== "value") {
			held.set(keyOf(ref), notRecognised(ref, outcome));
			continue;
		}
		const same = outcome.value === "" ? undefined : known.get(outcome.value);
		if (same !== undefined) {
			same.push(ref);
			continue;
		}
		const person = [ref];
		people.push(person);
		if (outcome.value !== "") known.set(outcome.value, person);
	}
	for (const [value, refs] of known) if (!oncePerSource(refs)) for (const ref of refs) held.set(keyOf(ref), ambiguous(value, ref, refs));
	return { people: people.filter((refs) => oncePerSource(refs)), held };
}

/** By precedence, then by id. */
function* records(sources: readonly Source[]): Generator<PersonRef> {
	for (const [rank, source] of sources.entries())
		for (let number = 0; number < source.people.length; number++) yield { source, rank, number };
}

/** Records come source by source, so two of one source stand side by side. */
const oncePerSource = (refs: readonly PersonRef[]): boolean => refs.every((ref, i) => i === 0 || refs[i - 1]!.rank !== ref.rank);

const NAMED = 10;

function ambiguous(value: string, ref: PersonRef, refs: readonly PersonRef[]): HeldPerson {
	const names = refs.slice(0, NAMED).map(nameOf).join(", ") + (refs.length > NAMED ? ` and ${refs.length - NAMED} more` : "");
	return {
		username: personOf(ref).username,
		because: "ambiguous",
		detail: `samePerson gives "${value}" for ${refs.length} records, more than one of them in one source: ${names}; make the value differ in the directory, or recognise people by something else`,
		aliases: [],
	};
}

const notRecognised = (ref: PersonRef, outcome: Exclude<Outcome<string>, { kind: "value" }>): HeldPerson => ({
	username: personOf(ref).username,
	because: outcome.kind === "failed" ? "invalid-value" : "rejected-at-source",
	detail:
		outcome.kind === "failed"
			? `samePerson failed for ${nameOf(ref)}: ${outcome.message}`
			: `who ${nameOf(ref)} is in other sources hangs on groups that are not known: ${outcome.message}`,
	aliases: [],
});
