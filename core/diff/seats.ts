import { compareText } from "../digest.ts";
import type { AccountId, Digest, PersonKey } from "../model.ts";
import type { Operation } from "../operation.ts";
import type { SeatPool } from "../product.ts";
import type { SeatForecast } from "../seats.ts";
import type { Draft } from "./draft.ts";
import type { World } from "./world.ts";

/**
 * Counts the seats that the planned operations free and take, and holds those for whom none is left. A seat counts as freed
 * only when nothing else can keep it taken, and as needed when it may be: so the plan never asks for more than there are.
 */
export function planSeats(world: World, draft: Draft): readonly SeatForecast[] | undefined {
	const counted = world.actual.seats?.map((seats) => countPool(new Pool(world, seats), draft));
	if (counted === undefined) return undefined;
	const without = lackingSomewhere(counted);
	const held = new Set<string>();
	const forecasts = counted.map(({ pool, freed, claims }, index): SeatForecast => {
		const { name, total, used } = pool.seats;
		const lacking = without[index]!;
		// Who is held for another pool needs nothing here.
		const others = claims.filter(({ who }) => !lacking.has(who) && without.some((each) => each.has(who)));
		return { name, total, used, freed, taken: claims.length - lacking.size - others.length, lacking: lacking.size };
	});
	for (const [index, forecast] of forecasts.entries()) {
		const claims = counted[index]!.claims.filter(({ who }) => without[index]!.has(who) && !held.has(who));
		for (const { who } of claims) held.add(who);
		holdClaims(draft, claims, forecast);
	}
	return forecasts;
}

interface Counted {
	readonly pool: Pool;
	readonly freed: number;
	readonly claims: readonly Claim[];
}
const countPool = (pool: Pool, { operations }: Draft): Counted => ({
	pool,
	freed: pool.freedBy(operations),
	claims: pool.claimsIn(operations),
});

/** For each pool, who finds no seat in it. Whoever lacks one elsewhere leaves theirs here to the next: so it is counted until nothing changes. */
function lackingSomewhere(counted: readonly Counted[]): readonly ReadonlySet<string>[] {
	let without: readonly ReadonlySet<string>[] = counted.map(() => new Set());
	for (let round = 0; round <= counted.length; round += 1) {
		const before = without;
		without = counted.map(({ pool, freed, claims }, index) => {
			const { total, used } = pool.seats;
			if (total === undefined) return new Set();
			const wanting = claims.filter(({ who }) => !before.some((each, other) => other !== index && each.has(who)));
			return new Set(wanting.slice(Math.max(0, total - used + freed)).map(({ who }) => who));
		});
	}
	return without;
}

/** Somebody who needs a seat that they do not have: the operation to hold, and what else would take the seat. */
interface Claim {
	readonly first: Operation & { readonly subject: { readonly username: string } };
	readonly all: ReadonlySet<Operation>;
	/** Account or person. */
	readonly who: string;
}

function holdClaims(draft: Draft, claims: readonly Claim[], { name, total, used, freed, taken, lacking }: SeatForecast): void {
	const gone = new Set<Digest>(claims.flatMap(({ all }) => [...all].map((operation) => operation.id)));
	// Whatever waits for something that is held is not part of the plan either; what is waited for was drafted earlier.
	for (const operation of draft.operations) if (operation.requires?.some((id) => gone.has(id))) gone.add(operation.id);
	draft.drop(gone);
	const people = lacking === 1 ? "1 person gets" : `${lacking} people get`;
	const detail = `${name} has ${total} seats: ${used} taken, ${freed} freed by this plan, ${taken + lacking} needed, so ${people} none; free seats or extend the licence, and the next run goes on`;
	for (const { first } of claims) {
		const wanted = "group" in first ? `${first.kind} ${first.group}` : first.kind;
		draft.hold({ subject: first.subject, wanted, because: "no-seat", detail });
	}
}

/** One pool of seats over one world. */
class Pool {
	readonly seats: SeatPool;
	readonly #world: World;
	/** Folded; undefined: every active account takes a seat. */
	readonly #groups: ReadonlySet<string> | undefined;
	/** Whether the members of every group that gives a seat were read. */
	readonly #known: boolean;

	constructor(world: World, seats: SeatPool) {
		this.seats = seats;
		this.#world = world;
		this.#groups = seats.groups && new Set([...seats.groups].map(world.group));
		const managed = new Set([...world.desired.groups.keys()].map(world.group));
		const licence = world.licenceGroups;
		this.#known = [...(this.#groups ?? [])].every((group) => managed.has(group) || licence?.has(group));
	}

	freedBy(operations: readonly Operation[]): number {
		const losing = new Map<AccountId, Set<string>>();
		let freed = 0;
		for (const operation of operations) {
			if (operation.kind === "account.disable" && this.#seatedBy(operation.subject.account) > 0) freed += 1;
			// A mover loses after everybody has gained: that seat is there in the next run.
			if (operation.kind !== "member.remove" || !operation.leaver || !this.#gives(operation.group)) continue;
			const lost = losing.get(operation.subject.account) ?? new Set();
			losing.set(operation.subject.account, lost.add(this.#world.group(operation.group)));
		}
		if (!this.#known) return freed;
		const disabled = new Set(operations.map((each) => (each.kind === "account.disable" ? each.subject.account : undefined)));
		for (const [account, lost] of losing) if (!disabled.has(account) && lost.size === this.#seatedBy(account)) freed += 1;
		return freed;
	}

	/** By how many of the groups; 1 where every active account takes a seat. */
	#seatedBy(id: AccountId): number {
		const account = this.#world.actual.accounts.get(id);
		if (account?.active !== true) return 0;
		if (this.#groups === undefined) return 1;
		return new Set(account.groups.map(this.#world.group).filter((group) => this.#groups!.has(group))).size;
	}

	#gives = (group: string): boolean => this.#groups?.has(this.#world.group(group)) === true;

	/** In the order in which seats are given: who has an account before who has none, then by name. */
	claimsIn(operations: readonly Operation[]): readonly Claim[] {
		const claims = new Map<AccountId | PersonKey, Set<Operation>>();
		const claim = (who: AccountId | PersonKey, operation: Operation) =>
			claims.set(who, (claims.get(who) ?? new Set<Operation>()).add(operation));
		const created = new Map<PersonKey, Operation>();
		const enabled = new Map<AccountId, Operation>();
		for (const operation of operations) {
			if (operation.kind === "account.create") {
				created.set(operation.subject.person, operation);
				if (this.#groups === undefined || this.seats.givenToNewAccounts) claim(operation.subject.person, operation);
			}
			if (operation.kind === "account.enable") {
				enabled.set(operation.subject.account, operation);
				if (this.#mayBeSeated(operation.subject.account)) claim(operation.subject.account, operation);
			}
			if (operation.kind !== "member.add" || !this.#gives(operation.group)) continue;
			const { account, person } = operation.subject;
			if (account === undefined) claim(person!, created.get(person!) ?? operation);
			else if (this.#seatedBy(account) === 0) {
				const enable = enabled.get(account);
				if (enable !== undefined && !claims.has(account)) claim(account, enable);
				if (enable !== undefined || this.#active(account)) claim(account, operation);
			}
		}
		return [...claims]
			.map(([who, all]) => ({ first: [...all][0] as Claim["first"], all, who }))
			.sort((a, b) => order(a) - order(b) || compareText(a.first.subject.username, b.first.subject.username));
	}
	#active = (id: AccountId): boolean => this.#world.actual.accounts.get(id)?.active === true;
	/** Once it is active again: by a group that it is known to be in, or may be in. */
	#mayBeSeated = (id: AccountId): boolean =>
		this.#groups === undefined || !this.#known || this.#world.actual.accounts.get(id)!.groups.some(this.#gives);
}

const order = ({ first }: Claim): number => Number(first.kind === "account.create");
