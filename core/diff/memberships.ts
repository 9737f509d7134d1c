import type { TargetGroup, Wish } from "../desired/desired.ts";
import { compareText } from "../digest.ts";
import type { AccountId, Digest, GroupName, PersonKey } from "../model.ts";
import type { Subject } from "../operation.ts";
import type { HoldReason } from "../plan.ts";
import type { Account } from "../product.ts";
import type { Draft } from "./draft.ts";
import type { Leaver } from "./leavers.ts";
import type { Match } from "./match.ts";
import { returningTo } from "./returning.ts";
import { foldEmail, type World } from "./world.ts";

export interface Standing {
	readonly matches: ReadonlyMap<PersonKey, Match>;
	readonly creations: ReadonlyMap<PersonKey, Digest>;
	readonly leavers: ReadonlyMap<AccountId, Leaver>;
}

/** A managed group that exists, or will: how the product spells it, and the operation that makes it. */
interface Usable {
	readonly target: TargetGroup;
	readonly name: GroupName;
	readonly requires: Digest | undefined;
}

export function planMemberships(world: World, draft: Draft, standing: Standing): void {
	const groups = planGroups(world, draft);
	planAdditions(world, draft, { standing, groups });
	planRemovals(world, draft, { standing, groups });
}

/** By folded name. Groups that are protected, ignored or missing are left out, with one hold each instead of one a member. */
function planGroups(world: World, draft: Draft): ReadonlyMap<string, Usable> {
	const usable = new Map<string, Usable>();
	for (const [folded, target] of targetsOf(world)) {
		const name = world.groups.get(folded);
		if (world.protectedGroups.has(folded) || world.ignoredGroups.has(folded)) {
			holdGroup(draft, target, [
				"protected",
				`the group ${target.name} is protected or ignored; its members are left alone although the policy maps to it`,
			]);
		} else if (name !== undefined) {
			usable.set(folded, { target, name, requires: undefined });
		} else if (!world.rules.createMissingGroups) {
			holdGroup(draft, target, [
				"group-missing",
				`the product has no group ${target.name}; create it there, or set groups.createMissing: true`,
			]);
		} else {
			const requires = draft.want({
				kind: "group.create",
				group: target.name,
				because: "the policy maps to it and the product has no such group",
			});
			if (requires !== undefined) usable.set(folded, { target, name: target.name, requires });
		}
	}
	return usable;
}
/** The policy may spell one group in several ways: what the product takes for one group is one target. */
function targetsOf(world: World): ReadonlyMap<string, TargetGroup> {
	const targets = new Map<string, TargetGroup>();
	for (const target of [...world.desired.groups.values()].sort((a, b) => compareText(a.name, b.name))) {
		const folded = world.group(target.name);
		const before = targets.get(folded);
		const both = before && { ...before, from: [...before.from, ...target.from], uncertain: before.uncertain ?? target.uncertain };
		targets.set(folded, both ?? target);
	}
	return targets;
}

const holdGroup = (draft: Draft, target: TargetGroup, [because, detail]: readonly [HoldReason, string]): void =>
	draft.hold({ subject: { username: "" }, wanted: `group.create ${target.name}`, because, detail });

function planAdditions(
	world: World,
	draft: Draft,
	{ standing, groups }: { standing: Standing; groups: ReadonlyMap<string, Usable> },
): void {
	const managed = new Set([...world.desired.groups.keys()].map(world.group));
	for (const wish of world.desired.people.values()) {
		if (!wish.active) continue;
		const match = standing.matches.get(wish.person)!;
		const creation = standing.creations.get(wish.person);
		const account = match.state === "account" ? match.account : undefined;
		if (account === undefined && creation === undefined) continue;
		// Nearly everybody is in all of their groups, spelled alike.
		const missing = account === undefined ? wish.groups : wish.groups.filter((name) => !account.groups.includes(name));
		const returning = account === undefined ? [] : returningTo(world, { wish, account }, managed);
		if (missing.length === 0 && creation === undefined && returning.length === 0) continue;
		const has = new Set(account?.groups.map(world.group));
		const subject: Subject = {
			username: account?.username ?? world.canonical(wish.fields).username,
			person: wish.person,
			...(account ? { account: account.id } : {}),
		};
		for (const name of missing) {
			const folded = world.group(name);
			if (has.has(folded)) continue;
			has.add(folded);
			const group = groups.get(folded);
			if (group === undefined) continue;
			const requires = [group.requires, creation].filter((id) => id !== undefined);
			draft.want({
				kind: "member.add",
				subject,
				group: group.name,
				because: `member of ${sourceOf(group.target)} in the directory`,
				...(requires.length > 0 ? { requires } : {}),
			});
		}
		for (const group of returning) {
			if (has.has(world.group(group))) continue;
			has.add(world.group(group));
			draft.want({
				kind: "member.add",
				subject,
				group,
				returned: true,
				because: "returned: Rollcall had taken it away when the person left",
			});
		}
		if (creation !== undefined) planDefaults(world, draft, { has, managed, subject, creation });
	}
}

/** `has`: folded names of the groups that the new account gets anyway; `managed`: of those that the policy maps to. */
function planDefaults(
	world: World,
	draft: Draft,
	{ has, managed, subject, creation }: { has: Set<string>; managed: ReadonlySet<string>; subject: Subject; creation: Digest },
): void {
	for (const name of world.desired.defaultGroups) {
		const folded = world.group(name);
		// A group that the policy maps to is the mapping's: what a default gave, the next run would take away.
		if (has.has(folded) || managed.has(folded)) continue;
		has.add(folded);
		const existing = world.groups.get(folded);
		if (existing !== undefined)
			draft.want({ kind: "member.add", subject, group: existing, requires: [creation], because: "default group of new accounts" });
		else
			draft.hold({
				subject,
				wanted: `member.add ${name}`,
				because: "group-missing",
				detail: `groups.default names ${name}, which the product does not have; create it there or correct the name`,
			});
	}
}

function planRemovals(world: World, draft: Draft, { standing, groups }: { standing: Standing; groups: ReadonlyMap<string, Usable> }): void {
	const inherited = new Set(world.ownership.inherited.map((i) => `${i.account}\u0000${world.group(i.group)}`));
	const adopters = adoptersOf(world, standing);
	const maybeHeld = world.rules.strangers === "keep" ? () => undefined : strangersMayBeHeld(world);
	for (const account of world.actual.accounts.values()) {
		const owner = ownerOf(world, standing, account.id) ?? adopters.get(account.id);
		for (const groupName of account.groups) {
			const group = groups.get(world.group(groupName));
			if (group === undefined) continue;
			const found = verdictOn(world, { account, group, standing, owner, maybeHeld });
			if (found === undefined) continue;
			const subject = { username: account.username, account: account.id, ...(found.person ? { person: found.person } : {}) };
			const through = inherited.has(`${account.id}\u0000${world.group(groupName)}`);
			const hold = through
				? (["inherited", `the membership of ${groupName} comes through a subgroup; remove it there`] as const)
				: found.hold;
			if (hold !== undefined) draft.hold({ subject, wanted: `member.remove ${groupName}`, because: hold[0], detail: hold[1] });
			else draft.want({ kind: "member.remove", subject, group: groupName, because: found.because });
		}
	}
}

/** What is to happen to one membership of a managed group: undefined when it stays without a word. */
interface Removal {
	readonly person: PersonKey | undefined;
	readonly because: string;
	readonly hold: readonly [HoldReason, string] | undefined;
}
interface Membership {
	readonly account: Account;
	readonly group: Usable;
	readonly standing: Standing;
	readonly owner: Wish | "held" | undefined;
	readonly maybeHeld: (account: Account) => string | undefined;
}

function verdictOn(world: World, { account, group, standing, owner, maybeHeld }: Membership): Removal | undefined {
	if (owner === "held") return undefined;
	if (owner !== undefined) return !owner.active && isReleased(world, account, group) ? undefined : verdictOnWished(world, owner, group);
	const leaver = standing.leavers.get(account.id);
	if (leaver !== undefined) {
		if (!world.rules.leavers.stripGroups || isReleased(world, account, group)) return undefined;
		return {
			person: leaver.person,
			because: leaver.because,
			hold: leaver.waiting ? [leaver.waiting.reason, leaver.waiting.detail] : uncertainty(group),
		};
	}
	if (world.rules.strangers === "keep") return undefined;
	const doubt = maybeHeld(account);
	return {
		person: undefined,
		because: "nobody's managed account, and strangers: remove",
		hold: doubt === undefined ? uncertainty(group) : ["rejected-at-source", doubt],
	};
}

function verdictOnWished(world: World, wish: Wish, group: Usable): Removal | undefined {
	if (!wish.active)
		return world.rules.leavers.stripGroups
			? { person: wish.person, because: "the person is switched off in the directory", hold: uncertainty(group) }
			: undefined;
	if (wish.groups.includes(group.target.name)) return undefined;
	const folded = world.group(group.target.name);
	const isIn = (names: readonly GroupName[]) => names.some((name) => world.group(name) === folded);
	if (isIn(wish.groups)) return undefined;
	const doubt = isIn(wish.uncertain)
		? (["rejected-at-source", `it could not be read whether this person belongs to ${sourceOf(group.target)}`] as const)
		: uncertainty(group);
	return { person: wish.person, because: `not a member of ${sourceOf(group.target)} in the directory`, hold: doubt };
}

/** The planner of leavers has taken this one already, or holds it. */
const isReleased = (world: World, account: Account, group: Usable): boolean =>
	account.active && world.licenceGroups?.has(world.group(group.name)) === true;

const uncertainty = (group: Usable): readonly [HoldReason, string] | undefined =>
	group.target.uncertain === undefined
		? undefined
		: ["rejected-at-source", `a directory group that feeds ${group.target.name} could not be read whole: ${group.target.uncertain}`];

/** Whom an account belongs to by the link book; undefined when nobody wished or held is linked to it. */
function ownerOf(world: World, standing: Standing, account: AccountId): Wish | "held" | undefined {
	let owner: Wish | undefined;
	for (const key of world.owners.get(account) ?? []) {
		if (world.heldKeys.has(key)) return "held";
		owner ??= world.wishOf.get(key);
	}
	return owner !== undefined && standing.matches.get(owner.person)!.state === "held" ? "held" : owner;
}

/** Whom an account belongs to because this plan takes it over. */
function adoptersOf(world: World, standing: Standing): ReadonlyMap<AccountId, Wish> {
	const adopters = new Map<AccountId, Wish>();
	for (const [person, match] of standing.matches)
		if (match.state === "account" && match.how !== "linked") adopters.set(match.account.id, world.desired.people.get(person)!);
	return adopters;
}

/**
 * A stranger may be somebody who is not linked yet: by name or address somebody whom the policy selects, or anybody at
 * all while somebody is held, whose name in the product is not known then. Nothing is taken from them (law 1).
 */
function strangersMayBeHeld(world: World): (account: Account) => string | undefined {
	const { links } = world.ownership;
	const isLinked = (keys: readonly PersonKey[]) => keys.some((key) => world.actual.accounts.has(links.get(key)!));
	const held = [...world.desired.held].filter(([key, { aliases }]) => !isLinked([key, ...aliases])).map(([key]) => key);
	const anybody = held.sort(compareText)[0];
	const names = new Set<string>();
	const emails = new Set<string>();
	for (const wish of world.desired.people.values()) {
		if (isLinked([wish.person, ...wish.aliases])) continue;
		const { username, email } = world.canonical(wish.fields);
		names.add(world.user(username));
		if (email !== "" && world.rules.adopt === "email") emails.add(foldEmail(email));
	}
	return (account) => {
		if (names.has(world.user(account.username))) return `has the username of somebody whom the policy selects and who is not linked yet`;
		if (emails.has(foldEmail(account.email))) return `has the e-mail address of somebody whom the policy selects and who is not linked yet`;
		return anybody === undefined ? undefined : `may be the account of ${anybody}, who is held and not linked to any account yet`;
	};
}

/** "/Company/Berlin", or how many groups it is. */
const sourceOf = (target: TargetGroup): string => {
	const [first, second] = target.from;
	if (first === undefined) return "any mapped group";
	return second === undefined ? first.path : `${first.path} (or ${target.from.length - 1} more)`;
};
