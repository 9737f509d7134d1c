import type { Wish } from "../desired/desired.ts";
import { compareText } from "../digest.ts";
import type { AccountId, Digest, PersonKey } from "../model.ts";
import type { HoldReason } from "../plan.ts";
import type { Account } from "../product.ts";
import type { Draft } from "./draft.ts";
import type { Match } from "./match.ts";
import type { World } from "./world.ts";

/** How a name becomes free for somebody: at once, after a rename of this plan, or not in this run. */
type Way =
	| { readonly free: true; readonly requires: readonly Digest[] }
	| { readonly free: false; readonly because: readonly [HoldReason, string] };

/** Who may have which username in this run, and after which rename. */
export interface Names {
	/** For a creation: undefined when the name is free at once, ids of renames to wait for, or the reason to hold it. */
	forCreation(wish: Wish): Way;
	/** True while people change names in a circle: then nothing about any of them can be trusted. */
	inCircle(account: Account): boolean;
	/** What this plan calls the account: its name now, or the one that it is renamed to by that operation. */
	nameOf(account: Account): { readonly username: string; readonly renamedBy?: Digest };
}

interface Mover {
	readonly wish: Wish;
	readonly account: Account;
	readonly target: string;
}

/**
 * Plans the renames. A name may be held by an account that moves away itself: then that rename comes first. Chains are
 * ordered, cycles are held (no product can swap two names at once), and a name that two people want goes to nobody.
 */
export function planUsernames(world: World, draft: Draft, matches: ReadonlyMap<PersonKey, Match>): Names {
	const movers = collectMovers(world, matches);
	if (!world.can.updatableFields.has("username")) {
		for (const { wish, account } of movers.values())
			draft.hold({
				subject: { username: account.username, person: wish.person, account: account.id },
				wanted: `account.rename ${wish.fields.username}`,
				because: "unsupported",
				detail: world.can.fixedFields?.username ?? `${world.can.server} cannot rename accounts; rename it there by hand`,
			});
		movers.clear();
	}
	const wanted = wantedBy(world, matches, movers);
	const ways = new Map<AccountId, Way | "open">();
	const operations = new Map<AccountId, Digest>();
	for (const start of [...movers.values()].sort((a, b) => compareText(a.account.id, b.account.id))) {
		for (const mover of chainFrom(world, movers, start, ways)) settle(mover);
	}
	return {
		forCreation: (wish) => wayTo(world.user(world.canonical(wish.fields).username)),
		inCircle: (account) => {
			const way = ways.get(account.id);
			return way !== undefined && way !== "open" && !way.free && way.because[0] === "username-cycle";
		},
		nameOf: (account) => {
			const renamedBy = operations.get(account.id);
			if (renamedBy === undefined) return { username: account.username };
			return { username: world.canonical(movers.get(account.id)!.wish.fields).username, renamedBy };
		},
	};

	function settle(mover: Mover): void {
		const rivals = wanted.get(mover.target)!.filter((person) => person !== mover.wish.person);
		const way: Way = rivals.length > 0 ? { free: false, because: ["ambiguous", contested(mover, rivals)] } : wayTo(mover.target);
		ways.set(mover.account.id, way);
		if (way.free) planRename(mover, way.requires);
		else
			draft.hold({
				subject: { username: mover.account.username, person: mover.wish.person, account: mover.account.id },
				wanted: `account.rename ${mover.wish.fields.username}`,
				because: way.because[0],
				detail: way.because[1],
			});
	}

	function planRename(mover: Mover, requires: readonly Digest[]): void {
		const after = { username: world.canonical(mover.wish.fields).username };
		const subject = { username: mover.account.username, person: mover.wish.person, account: mover.account.id };
		const id = draft.want({
			kind: "account.rename",
			subject,
			after,
			because: "the username changed in the directory",
			...(requires.length > 0 ? { requires } : {}),
		});
		if (id === undefined)
			ways.set(mover.account.id, { free: false, because: ["username-taken", `${mover.account.username} cannot be renamed in this run`] });
		else operations.set(mover.account.id, id);
	}

	function wayTo(name: string): Way {
		const holder = world.byName.get(name);
		if (holder === undefined) return { free: true, requires: [] };
		const away = ways.get(holder.id);
		if (away === "open")
			return {
				free: false,
				because: [
					"username-cycle",
					`"${holder.username}" is still in use by somebody who is to be renamed in turn (a swap); rename one of them to a spare name first. Until then their names and addresses stay as they are`,
				],
			};
		if (away !== undefined && !away.free && away.because[0] === "username-cycle") return away;
		if (away?.free) return { free: true, requires: [operations.get(holder.id)!] };
		return { free: false, because: ["username-taken", `the username "${holder.username}" belongs to ${ownerOf(world, holder)}`] };
	}
}

/** Linked or adopted accounts of active people whose username differs by the product's case rule. */
function collectMovers(world: World, matches: ReadonlyMap<PersonKey, Match>): Map<AccountId, Mover> {
	const movers = new Map<AccountId, Mover>();
	for (const wish of world.desired.people.values()) {
		const match = matches.get(wish.person);
		if (match?.state !== "account" || !wish.active) continue;
		const target = world.user(world.canonical(wish.fields).username);
		if (target !== world.user(match.account.username)) movers.set(match.account.id, { wish, account: match.account, target });
	}
	return movers;
}

/** Who else wants the name of a mover: active people who do not have it yet, whether they may get it or not, and those who could not be judged. */
function wantedBy(
	world: World,
	matches: ReadonlyMap<PersonKey, Match>,
	movers: ReadonlyMap<AccountId, Mover>,
): ReadonlyMap<string, readonly PersonKey[]> {
	const wanted = new Map<string, PersonKey[]>();
	for (const { target } of movers.values()) wanted.set(target, [...(world.heldNames.get(target) ?? [])]);
	for (const wish of movers.size === 0 ? [] : world.desired.people.values()) {
		const list = wanted.get(world.user(world.canonical(wish.fields).username));
		if (list === undefined || !wish.active) continue;
		const match = matches.get(wish.person)!;
		if (match.state !== "account" || movers.has(match.account.id)) list.push(wish.person);
	}
	return wanted;
}

/** The mover and everybody who must move before, last first; marks them open, so that a cycle meets an open one. Iterative: chains may be long. */
function chainFrom(
	world: World,
	movers: ReadonlyMap<AccountId, Mover>,
	start: Mover,
	ways: Map<AccountId, Way | "open">,
): readonly Mover[] {
	const chain: Mover[] = [];
	let mover: Mover | undefined = start;
	while (mover !== undefined && !ways.has(mover.account.id)) {
		ways.set(mover.account.id, "open");
		chain.push(mover);
		const holder: Account | undefined = world.byName.get(mover.target);
		mover = holder === undefined ? undefined : movers.get(holder.id);
	}
	return chain.reverse();
}

const contested = (mover: Mover, rivals: readonly PersonKey[]): string =>
	`${rivals.length + 1} people want the username "${mover.wish.fields.username}": ${[mover.wish.person, ...rivals].sort().join(", ")}`;

function ownerOf(world: World, account: Account): string {
	const owners = world.owners.get(account.id);
	if (owners === undefined) return "an account that is not managed";
	const [first] = owners;
	return world.wishOf.has(first!)
		? `another person (${owners.join(", ")})`
		: `somebody who left (${owners.join(", ")}); rename or delete that account by hand if the name is to be used again; if it is the same human being with a new id, \`rollcall unlink ${first}\``;
}
