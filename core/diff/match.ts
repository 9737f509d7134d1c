import type { Wish } from "../desired/desired.ts";
import type { AccountId, PersonKey } from "../model.ts";
import type { HoldReason } from "../plan.ts";
import type { Account } from "../product.ts";
import type { Draft } from "./draft.ts";
import { foldEmail, type World } from "./world.ts";

/** Where a wished person stands. `create` still has to get its name; see usernames.ts. */
export type Match =
	| { readonly state: "account"; readonly account: Account; readonly how: "linked" | "merge" | "journal" | "username" | "email" }
	| { readonly state: "create" }
	| { readonly state: "none" }
	| { readonly state: "held" };

/** Finds every wished person's account: by link, else by what the journal remembers, else by the adoption rule. Never by guess. */
export function matchPeople(world: World, draft: Draft): ReadonlyMap<PersonKey, Match> {
	const matches = new Map<PersonKey, Match>();
	const unlinked: Wish[] = [];
	for (const wish of world.desired.people.values()) {
		const linked = linkedMatch(world, draft, wish);
		if (linked === undefined) unlinked.push(wish);
		else matches.set(wish.person, linked);
	}
	const claims = claimsOf(world, unlinked);
	for (const wish of unlinked) matches.set(wish.person, unlinkedMatch(world, draft, { wish, claims }));
	holdSharedAccounts(world, draft, matches);
	for (const [person, match] of matches)
		if (!recordAdoption(world, draft, { wish: world.desired.people.get(person)!, match })) matches.set(person, { state: "held" });
	return matches;
}

function linkedMatch(world: World, draft: Draft, wish: Wish): Match | undefined {
	const { links } = world.ownership;
	const found = new Set<Account>();
	for (const key of wish.aliases.length === 0 ? [wish.person] : [wish.person, ...wish.aliases]) {
		const id = links.get(key);
		const account = id === undefined ? undefined : world.actual.accounts.get(id);
		if (account !== undefined) found.add(account);
		else if (id !== undefined && !world.can.readsDisabledAccounts)
			return held(draft, wish, [
				"not-owned",
				"the linked account is not listed; this product does not list disabled accounts, so it may still exist",
			]);
	}
	const [account, second] = found;
	if (account === undefined) return disputedMatch(world, draft, wish);
	if (second !== undefined) {
		const names = [...found].map(({ username }) => username).sort();
		return held(draft, wish, [
			"ambiguous",
			`the same person in several sources is linked to several accounts: ${names.join(", ")}; decide which one stays and remove the other`,
		]);
	}
	const unjudged = world.owners.get(account.id)!.find((key) => world.heldKeys.has(key));
	if (unjudged !== undefined)
		return held(draft, wish, ["rejected-at-source", `the account "${account.username}" is also linked to ${unjudged}, who is held`]);
	return { state: "account", account, how: links.get(wish.person) === account.id ? "linked" : "merge" };
}

/** Once tied to the account of somebody else by a value that no longer holds: neither that account nor another is theirs before a person has said so. */
function disputedMatch(world: World, draft: Draft, wish: Wish): Match | undefined {
	const key = [wish.person, ...wish.aliases].find((each) => world.ownership.disputed.has(each));
	if (key === undefined) return undefined;
	const detail = `${key} was tied to somebody else's account by a samePerson that no longer holds; put the value right if it is one person, else: rollcall unlink ${key}`;
	return held(draft, wish, ["ambiguous", detail]);
}

/** Who wants which username and e-mail address, linked or not; only those that somebody without a link wants. */
interface Claims {
	readonly usernames: ReadonlyMap<string, readonly Wish[]>;
	readonly emails: ReadonlyMap<string, readonly Wish[]>;
}
function claimsOf(world: World, unlinked: readonly Wish[]): Claims {
	const nameOf = (wish: Wish) => world.user(world.canonical(wish.fields).username);
	const emailOf = (wish: Wish) => foldEmail(wish.fields.email);
	const usernames = new Map<string, Wish[]>(unlinked.map((wish) => [nameOf(wish), []]));
	const emails = new Map<string, Wish[]>(unlinked.map((wish) => [emailOf(wish), []]));
	for (const wish of unlinked.length === 0 ? [] : world.desired.people.values()) {
		// An inactive person claims nothing that is not theirs already: the record of somebody who left must not stop a namesake who joined.
		if (!wish.active) continue;
		usernames.get(nameOf(wish))?.push(wish);
		emails.get(emailOf(wish))?.push(wish);
	}
	return { usernames, emails };
}

function unlinkedMatch(world: World, draft: Draft, { wish, claims }: { wish: Wish; claims: Claims }): Match {
	const name = world.user(world.canonical(wish.fields).username);
	const rivals = rivalsFor(world, claims, wish);
	if (wish.active && rivals.length > 0) {
		const everybody = [wish.person, ...rivals].sort();
		return held(draft, wish, [
			"ambiguous",
			`${everybody.length} people claim the username "${wish.fields.username}": ${everybody.join(", ")}; give them different usernames in the directory or in the policy`,
		]);
	}
	const namesake = world.byName.get(name);
	const asked = [wish.person, ...wish.aliases].map((key) => world.ownership.openCreates.get(key)).find((each) => each !== undefined);
	if (namesake !== undefined && asked !== undefined && isOurs(world, asked, namesake) && !world.owners.has(namesake.id))
		return { state: "account", account: namesake, how: "journal" };
	if (!wish.active) return rivals.length > 0 ? { state: "none" } : inactiveMatch(world, { wish, claims, namesake });
	return world.rules.adopt === "email" ? byEmail(world, draft, { wish, claims, namesake }) : byUsername(world, draft, { wish, namesake });
}

/** Everybody else who claims the same username, those included who are held: what they want could not be asked. */
function rivalsFor(world: World, claims: Claims, wish: Wish): readonly PersonKey[] {
	const name = world.user(world.canonical(wish.fields).username);
	const wished = claims.usernames
		.get(name)!
		.filter((other) => other !== wish)
		.map((other) => other.person);
	return [...wished, ...(world.heldNames.get(name) ?? [])];
}

/** Somebody switched off in the directory who still has an account nobody manages: taken over where the policy adopts, disabled in the next run. */
function inactiveMatch(world: World, { wish, claims, namesake }: { wish: Wish; claims: Claims; namesake: Account | undefined }): Match {
	const { adopt } = world.rules;
	// A name that the policy did not make may be somebody else's account.
	if (adopt === "never" || wish.raw) return { state: "none" };
	const email = foldEmail(wish.fields.email);
	const account = adopt === "username" ? namesake : claims.emails.get(email)!.length > 0 ? undefined : onlyOne(world.byEmail.get(email));
	if (account === undefined || !account.active || world.owners.has(account.id)) return { state: "none" };
	return { state: "account", account, how: adopt };
}

/** Somebody who left years ago may have had the same name: their account, with all it may do, is not given to a newcomer unseen. */
const switchedOff = (draft: Draft, wish: Wish, account: Account): Match =>
	held(draft, wish, [
		"not-owned",
		`an account "${account.username}" exists, is switched off and not managed; if it is this person's, activate it in the product and it is taken over in the next run; if it is somebody else's, rename it`,
	]);

function byUsername(world: World, draft: Draft, { wish, namesake }: { wish: Wish; namesake: Account | undefined }): Match {
	if (namesake === undefined || world.owners.has(namesake.id)) return { state: "create" };
	if (world.rules.adopt === "username")
		return namesake.active ? { state: "account", account: namesake, how: "username" } : switchedOff(draft, wish, namesake);
	return held(draft, wish, [
		"not-owned",
		`an account "${namesake.username}" exists already and is not managed; set adopt: username to take such accounts over, or give one of the two another username`,
	]);
}

function byEmail(world: World, draft: Draft, found: { wish: Wish; claims: Claims; namesake: Account | undefined }): Match {
	const { wish, claims, namesake } = found;
	const email = foldEmail(wish.fields.email);
	const rivals = email === "" ? [] : claims.emails.get(email)!.filter((other) => other !== wish);
	const accounts = email === "" ? [] : (world.byEmail.get(email) ?? []).filter((a) => !world.owners.has(a.id));
	if (accounts.length > 0 && rivals.length > 0) {
		const everybody = [wish, ...rivals].map((w) => w.person).sort();
		return held(draft, wish, [
			"ambiguous",
			`${everybody.length} people have the e-mail address by which an account would be taken over: ${everybody.join(", ")}`,
		]);
	}
	if (accounts.length > 1) {
		const names = accounts.map((a) => a.username).sort();
		return held(draft, wish, [
			"ambiguous",
			`${names.length} accounts have this person's e-mail address: ${names.join(", ")}; adopt: email needs exactly one`,
		]);
	}
	if (accounts[0] !== undefined)
		return accounts[0].active ? { state: "account", account: accounts[0], how: "email" } : switchedOff(draft, wish, accounts[0]);
	if (namesake !== undefined && !world.owners.has(namesake.id))
		return held(draft, wish, [
			"not-owned",
			`an account "${namesake.username}" exists already, with another e-mail address; adopt: email does not take it over`,
		]);
	return { state: "create" };
}

/** One account must not serve two people, whichever way each of them came to it: two links may be left from a merge that the policy no longer makes. */
function holdSharedAccounts(world: World, draft: Draft, matches: Map<PersonKey, Match>): void {
	const takers = new Map<AccountId, PersonKey[]>();
	for (const [person, match] of matches) {
		if (match.state !== "account") continue;
		const list = takers.get(match.account.id) ?? [];
		list.push(person);
		takers.set(match.account.id, list);
	}
	for (const people of takers.values()) {
		if (people.length < 2) continue;
		const names = [...people].sort().join(", ");
		for (const person of people)
			matches.set(
				person,
				held(draft, world.desired.people.get(person)!, [
					"ambiguous",
					`${people.length} people match one account: ${names}; whoever does not belong to it: rollcall unlink, before one of them leaves`,
				]),
			);
	}
}

/**
 * Links every key of the person that is not linked yet: whoever leaves one of several directories is still known by the other.
 * False when the account may not be taken over (protected, our own): then nothing else is planned for this person either.
 */
function recordAdoption(world: World, draft: Draft, { wish, match }: { wish: Wish; match: Match }): boolean {
	if (match.state !== "account") return true;
	const { account } = match;
	const aliases = wish.aliases.filter((key) => world.ownership.links.get(key) !== account.id);
	if (match.how === "linked" && aliases.length === 0) return true;
	const how = match.how === "linked" ? "merge" : match.how;
	const planned = draft.want({
		kind: "link.adopt",
		subject: { username: account.username, person: wish.person, account: account.id },
		...(aliases.length === 0 ? {} : { aliases }),
		matchedOn: how,
		because: ADOPTED_BECAUSE[how],
	});
	if (planned === undefined) return match.how === "linked";
	const proven = how === "merge" || (how === "journal" && world.can.readableFields.has("email"));
	if (!proven) draft.adopted.add(account.id);
	return true;
}
const ADOPTED_BECAUSE = {
	merge: "the same person is known from another source already",
	journal: "created by Rollcall in an earlier run whose answer was lost",
	username: "has the same username and is not managed yet",
	email: "has the same e-mail address and is not managed yet",
} as const;

const isOurs = (world: World, asked: { username: string; email: string }, found: Account): boolean =>
	world.user(world.canonical({ ...asked, displayName: "" }).username) === world.user(found.username) &&
	(!world.can.readableFields.has("email") || foldEmail(asked.email) === foldEmail(found.email));

function held(draft: Draft, wish: Wish, [because, detail]: readonly [HoldReason, string]): Match {
	draft.hold({ subject: { username: wish.fields.username, person: wish.person }, wanted: "match", because, detail });
	return { state: "held" };
}
const onlyOne = <T>(list: readonly T[] | undefined): T | undefined => (list?.length === 1 ? list[0] : undefined);
