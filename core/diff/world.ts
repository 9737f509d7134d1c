import type { Wish } from "../desired/desired.ts";
import { compareText } from "../digest.ts";
import { SyncError } from "../errors.ts";
import type { AccountId, GroupName, PersonKey } from "../model.ts";
import { type Account, foldName } from "../product.ts";
import type { DiffInput } from "./input.ts";

/** The inputs of one diff, indexed once. Names are compared by the product's own case rule, and only through here. */
export interface World extends DiffInput {
	readonly firstRun: boolean;
	user(name: string): string;
	group(name: string): string;
	readonly byName: ReadonlyMap<string, Account>;
	/** Empty unless accounts are adopted by it. */
	readonly byEmail: ReadonlyMap<string, readonly Account[]>;
	/** The product's groups by folded name, in the product's own spelling. */
	readonly groups: ReadonlyMap<string, GroupName>;
	/** People keys linked to an account, sorted: the plan must not depend on the order of the book. */
	readonly owners: ReadonlyMap<AccountId, readonly PersonKey[]>;
	/** Every key of a wished person, aliases included. */
	readonly wishOf: ReadonlyMap<PersonKey, Wish>;
	/** Every key of a held person, aliases included. */
	readonly heldKeys: ReadonlySet<PersonKey>;
	/** Held people by the folded name that the directory gives them: they may want it, which could not be asked. */
	readonly heldNames: ReadonlyMap<string, readonly PersonKey[]>;
	readonly protectedAccounts: ReadonlySet<AccountId>;
	readonly protectedGroups: ReadonlySet<string>;
	readonly ignoredGroups: ReadonlySet<string>;
	/** Groups that give a licence seat and are taken from leavers, folded; undefined unless the policy says so and they are known. */
	readonly licenceGroups: ReadonlySet<string> | undefined;
	/** Account and folded group: memberships that come through a subgroup. */
	readonly inherited: ReadonlySet<string>;
}

export const foldEmail = (email: string): string => email.trim().toLowerCase();

/** Throws `config.invalid` when the policy protects something that does not exist: a mistyped protection protects nobody. */
export function indexWorld(input: DiffInput): World {
	const user = (name: string) => foldName(input.can.names.usernames, name);
	const group = memo((name) => foldName(input.can.names.groups, name));
	const byName = new Map<string, Account>();
	const byEmail = new Map<string, Account[]>();
	for (const account of input.actual.accounts.values()) {
		byName.set(user(account.username), account);
		if (input.rules.adopt === "email" && account.email !== "") push(byEmail, foldEmail(account.email), account);
	}
	const owners = new Map<AccountId, PersonKey[]>();
	for (const [person, account] of input.ownership.links) push(owners, account, person);
	for (const keys of owners.values()) keys.sort(compareText);
	const wishOf = new Map<PersonKey, Wish>();
	for (const wish of input.desired.people.values()) for (const key of [wish.person, ...wish.aliases]) wishOf.set(key, wish);
	const heldKeys = new Set<PersonKey>();
	const heldNames = new Map<string, PersonKey[]>();
	for (const [key, held] of input.desired.held) {
		for (const each of [key, ...held.aliases]) heldKeys.add(each);
		if (held.username !== "") push(heldNames, user(held.username), key);
	}
	const groups = new Map([...input.actual.groups].map((name) => [group(name), name]));
	return {
		...input,
		firstRun: input.ownership.links.size === 0,
		user,
		group,
		byName,
		byEmail,
		groups,
		owners,
		wishOf,
		heldKeys,
		heldNames,
		protectedAccounts: protectedAccounts(input, byName, user),
		protectedGroups: protectedGroups(input, groups, group),
		ignoredGroups: new Set(input.desired.ignoredGroups.map(group)),
		licenceGroups: checkedLicenceGroups(input, groups, group),
		inherited: new Set(input.ownership.inherited.map((each) => `${each.account}\u0000${group(each.group)}`)),
	};
}

function protectedAccounts(
	{ rules }: DiffInput,
	byName: ReadonlyMap<string, Account>,
	user: (n: string) => string,
): ReadonlySet<AccountId> {
	const found = new Set<AccountId>();
	for (const name of rules.protectAccounts) {
		const account = byName.get(user(name));
		if (account !== undefined) found.add(account.id);
		else if (rules.protectStated.accounts) throw notThere("protect.accounts", name, "account");
	}
	return found;
}

function protectedGroups({ rules }: DiffInput, groups: ReadonlyMap<string, GroupName>, fold: (n: string) => string): ReadonlySet<string> {
	for (const name of rules.protectGroups)
		if (rules.protectStated.groups && !groups.has(fold(name))) throw notThere("protect.groups", name, "group");
	return new Set(rules.protectGroups.map(fold));
}

function checkedLicenceGroups(
	input: DiffInput,
	groups: ReadonlyMap<string, GroupName>,
	fold: (n: string) => string,
): ReadonlySet<string> | undefined {
	const { action, licenceGroups: stated = [] } = input.rules.leavers;
	const managed = new Set([...input.desired.groups.keys()].map(fold));
	for (const name of action === "unlicense" ? stated : [])
		if (!groups.has(fold(name)) && !managed.has(fold(name))) throw notThere("leavers.licenceGroups", name, "group");
	return licenceGroups(input, fold);
}

/** Folded names of the groups that give a licence seat, where leavers lose them; undefined where they do not, or nobody knows which. */
export function licenceGroups(
	{ rules, actual }: Pick<DiffInput, "rules" | "actual">,
	fold: (n: string) => string,
): ReadonlySet<string> | undefined {
	const { action, licenceGroups: stated } = rules.leavers;
	if (action !== "unlicense") return undefined;
	const named = stated ?? actual.seats?.flatMap((pool) => [...(pool.groups ?? [])]) ?? [];
	return named.length === 0 ? undefined : new Set(named.map(fold));
}

const notThere = (setting: string, name: string, what: string): SyncError =>
	new SyncError("config.invalid", `${setting} names "${name}", but the product has no such ${what}`, {
		context: { setting, name },
		todo: `Correct the name in the configuration, or take it out if the ${what} is gone for good. A mistyped name would protect nobody, so nothing was changed.`,
	});

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
	const list = map.get(key);
	if (list === undefined) map.set(key, [value]);
	else list.push(value);
}

/** Folding is asked for every membership; there are far fewer names. */
function memo(fold: (name: string) => string): (name: string) => string {
	const known = new Map<string, string>();
	return (name) => {
		let folded = known.get(name);
		if (folded === undefined) {
			folded = fold(name);
			known.set(name, folded);
		}
		return folded;
	};
}
