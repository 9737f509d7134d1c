import type { AccountId, PersonKey } from "../model.ts";
import { makePlan, type Plan, type Population } from "../plan.ts";
import { planAccounts } from "./accounts.ts";
import { Draft } from "./draft.ts";
import type { DiffInput } from "./input.ts";
import { findLeavers, planLeavers } from "./leavers.ts";
import { type Match, matchPeople } from "./match.ts";
import { planMemberships } from "./memberships.ts";
import { planSeats } from "./seats.ts";
import { planUsernames } from "./usernames.ts";
import { indexWorld, type World } from "./world.ts";

/** Pure: same inputs, same plan, whatever their order (law 4). Never reads a clock, a network or a store. */
export function diff(input: DiffInput): Plan {
	const world = indexWorld(input);
	const draft = new Draft(world);
	const matches = matchPeople(world, draft);
	const names = planUsernames(world, draft, matches);
	const creations = planAccounts(world, draft, { matches, names });
	const leavers = findLeavers(world);
	planLeavers(world, draft, leavers);
	planMemberships(world, draft, { matches, creations, leavers });
	holdUnjudged(world, draft);
	const seats = planSeats(world, draft);
	return makePlan({
		product: input.actual.product,
		posture: input.rules.posture,
		firstRun: world.firstRun,
		sources: input.sources,
		population: populationOf(world, matches),
		operations: draft.operations,
		holds: draft.holds,
		...(seats === undefined ? {} : { seats }),
	});
}

/** People the policy could not judge: one hold each, so that nobody disappears from the report. */
function holdUnjudged(world: World, draft: Draft): void {
	for (const [person, held] of world.desired.held) {
		const account = [person, ...held.aliases].map((key) => world.ownership.links.get(key)).find((id) => id !== undefined);
		draft.hold({
			subject: { username: held.username, person, ...(account ? { account } : {}) },
			wanted: "any change",
			because: held.because,
			detail: held.detail,
		});
	}
}

export function populationOf(world: World, matches: ReadonlyMap<PersonKey, Match>): Population {
	const managed = new Set([...world.desired.groups.keys()].map(world.group));
	const adopted = new Set<AccountId>();
	for (const match of matches.values()) if (match.state === "account" && match.how !== "linked") adopted.add(match.account.id);
	const count = { accounts: 0, linked: 0, memberships: 0, wanted: 0, wantedMemberships: 0 };
	for (const account of world.actual.accounts.values()) {
		if (account.active) count.accounts += 1;
		if (!world.owners.has(account.id) && !adopted.has(account.id)) continue;
		if (account.active) count.linked += 1;
		for (const group of account.groups) if (managed.has(world.group(group))) count.memberships += 1;
	}
	for (const wish of world.desired.people.values()) {
		if (wish.active) count.wanted += 1;
		count.wantedMemberships += wish.groups.length;
	}
	return { ...count, groups: world.actual.groups.size };
}
