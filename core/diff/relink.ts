import { compareText } from "../digest.ts";
import type { Mark } from "../mark.ts";
import type { PersonKey } from "../model.ts";
import { makePlan, type Plan } from "../plan.ts";
import type { Account } from "../product.ts";
import { populationOf } from "./diff.ts";
import { Draft } from "./draft.ts";
import type { DiffInput } from "./input.ts";
import { indexWorld, type World } from "./world.ts";

/** Takes accounts under management again by the marks that Rollcall once wrote into them; plans nothing else. Pure. */
export function relink(input: DiffInput, mark: Mark): Plan {
	const world = indexWorld(input);
	const draft = new Draft(world);
	const marked = [...input.actual.accounts.values()].flatMap((account): Marked[] => {
		const text = account.attributes?.[mark.attribute];
		return text === undefined ? [] : [{ account, person: mark.read(text, account.username) }];
	});
	const claims = Map.groupBy(marked, ({ person }) => person);
	for (const one of marked.sort((a, b) => compareText(a.account.id, b.account.id))) plan(world, draft, { one, claims, mark });
	return makePlan({
		product: input.actual.product,
		posture: input.rules.posture,
		firstRun: world.firstRun,
		sources: input.sources,
		population: populationOf(world, new Map()),
		operations: draft.operations,
		holds: draft.holds,
	});
}

interface Marked {
	readonly account: Account;
	/** Undefined: the mark is not ours, or was written for an account of another name. */
	readonly person: PersonKey | undefined;
}

function plan(
	world: World,
	draft: Draft,
	{ one: { account, person }, claims, mark }: { one: Marked; mark: Mark; claims: ReadonlyMap<PersonKey | undefined, readonly Marked[]> },
): void {
	const subject = { username: account.username, account: account.id };
	const hold = (because: "invalid-value" | "ambiguous" | "source-not-read", detail: string) =>
		draft.hold({ subject: { ...subject, ...(person ? { person } : {}) }, wanted: "link.adopt", because, detail });
	if (person === undefined) {
		hold(
			"invalid-value",
			"the mark does not fit this account: written with another key, for another product of the configuration, before the account was renamed by hand, or not by Rollcall",
		);
		return;
	}
	const owners = world.owners.get(account.id) ?? [];
	const linked = world.ownership.links.get(person);
	if (linked === account.id) return;
	const rivals = claims.get(person)!.length;
	if (rivals > 1) hold("ambiguous", `${rivals} accounts carry the mark of ${person}`);
	else if (linked !== undefined) hold("ambiguous", `${person} is linked to another account already (${linked})`);
	else if (owners.length > 0) hold("ambiguous", `the account is linked to ${owners.join(", ")} already`);
	else if (!world.readSources.some((source) => person.startsWith(`${source}:`)))
		hold("source-not-read", `marked as ${person}, but this product's policy does not read that source`);
	else
		draft.want({
			kind: "link.adopt",
			subject: { ...subject, person },
			matchedOn: "mark",
			mark: account.attributes![mark.attribute]!,
			because: "carries the mark that Rollcall wrote into it",
		});
}
