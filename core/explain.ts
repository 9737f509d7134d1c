import type { PersonStory, PersonTrace } from "./desired/trace.ts";
import type { AccountId, PersonKey } from "./model.ts";
import type { Operation } from "./operation.ts";
import type { Hold, Plan } from "./plan.ts";
import type { Account, Actual } from "./product.ts";

/** One person, from the directory's record to what would be done: the answer of `rollcall explain WHO`. */
export interface Explanation {
	/** Absent: no source knows anybody of that name. */
	readonly story: PersonStory | undefined;
	/** Absent: no account, or none that can be told to be theirs. */
	readonly account: Account | undefined;
	/** People keys that the account is linked to. */
	readonly linkedTo: readonly PersonKey[];
	readonly operations: readonly Operation[];
	readonly holds: readonly Hold[];
}
export interface Known {
	readonly actual: Actual;
	readonly links: ReadonlyMap<PersonKey, AccountId>;
	readonly plan: Plan;
}

/** Everybody that `trace.who` may mean: people of the directories, and accounts of that username, e-mail address or id that belong to none of them. */
export function explain(trace: PersonTrace, known: Known): readonly Explanation[] {
	const people = trace.people.map((story) => explainPerson(story, known));
	const told = new Set(people.map(({ account }) => account?.id));
	const others = [...known.actual.accounts.values()].filter((account) => !told.has(account.id) && isMeant(account, trace.who));
	return [...people, ...others.map((account) => about(undefined, account, known))];
}

function explainPerson(story: PersonStory, known: Known): Explanation {
	const keys = [story.person, ...story.aliases];
	const linked = keys.map((key) => known.links.get(key)).find((id) => id !== undefined);
	const adopted = known.plan.operations.find((o) => o.kind === "link.adopt" && keys.includes(o.subject.person));
	const id = linked ?? (adopted?.kind === "link.adopt" ? adopted.subject.account : undefined);
	return about(story, id === undefined ? undefined : known.actual.accounts.get(id), known);
}

function about(story: PersonStory | undefined, account: Account | undefined, { links, plan }: Known): Explanation {
	const keys = new Set<PersonKey>(story === undefined ? [] : [story.person, ...story.aliases]);
	const linkedTo = account === undefined ? [] : [...links].filter(([, id]) => id === account.id).map(([key]) => key);
	for (const key of linkedTo) keys.add(key);
	const concerns = (subject: { readonly person?: PersonKey; readonly account?: AccountId }): boolean =>
		(subject.person !== undefined && keys.has(subject.person)) || (account !== undefined && subject.account === account.id);
	return {
		story,
		account,
		linkedTo,
		operations: plan.operations.filter((operation) => "subject" in operation && concerns(operation.subject)),
		holds: plan.holds.filter((hold) => concerns(hold.subject)),
	};
}

const isMeant = (account: Account, who: string): boolean => {
	const wanted = who.trim().toLowerCase();
	return account.id === who || account.username.toLowerCase() === wanted || (wanted !== "" && account.email.toLowerCase() === wanted);
};
