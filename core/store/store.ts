import type { AccountId, ConnectorId, Digest, GroupName, PersonKey, ProductId, SnapshotSize } from "../model.ts";
import type { AccountFields, Operation, OperationKind } from "../operation.ts";
import type { Plan } from "../plan.ts";

export type RunId = string & { readonly __brand: "RunId" };

/**
 * The right to run one product now. `token` grows with every grant; a write that carries an older token is refused,
 * so a process that was paused past its lease writes nothing when it wakes.
 */
export interface Lease {
	readonly name: string;
	readonly token: number;
	/**
	 * Throws `store.lease-lost` unless the lease is held for at least `marginMs` longer, judged by a monotonic clock
	 * and, when the local estimate runs low, by renewing in the store. Cheap enough to call before every request.
	 */
	assertHeld(marginMs: number): Promise<void>;
	renew(): Promise<void>;
	release(): Promise<void>;
}

export interface Leases {
	/** Undefined when somebody else holds it: see `holderOf`. Time is the store's own clock. */
	acquire(name: string, holder: string, ttlMs: number): Promise<Lease | undefined>;
	holderOf(name: string): Promise<{ readonly holder: string; readonly until: Date } | undefined>;
}

/** `disputed`: merged once, and the records no longer say that it is one person; such a link owns nothing until they do, or it is taken out. */
export type LinkOrigin = "created" | "adopted" | "merged" | "disputed";

export interface LinkBook {
	links(product: ProductId): Promise<ReadonlyMap<PersonKey, AccountId>>;
	/** One account may have several people keys only when they are the same person in several sources. */
	link(lease: Lease, product: ProductId, person: PersonKey, account: AccountId, origin: LinkOrigin): Promise<void>;
	/** How each link came about. */
	origins(product: ProductId): Promise<ReadonlyMap<PersonKey, LinkOrigin>>;
	/** Forgets whose account it is; the account itself is not touched. False: there was no such link. */
	unlink(lease: Lease, product: ProductId, person: PersonKey): Promise<boolean>;
	/** Which server the links belong to (`Actual.site`): another one may use the same account ids for other people. */
	site(product: ProductId): Promise<string | undefined>;
	rememberSite(lease: Lease, product: ProductId, site: string): Promise<void>;
	/** People missing from the directory: since when, and in how many snapshots in a row. */
	absences(product: ProductId): Promise<ReadonlyMap<PersonKey, Absence>>;
	/** Replaces the record: `missing` are counted once more, everybody else is forgotten. `at`: when the snapshot was taken. */
	recordAbsences(lease: Lease, product: ProductId, missing: readonly PersonKey[], at: Date): Promise<void>;
}
export interface Absence {
	readonly since: Date;
	readonly sightings: number;
}

export interface ShelfEntry {
	readonly digest: Digest;
	readonly size: SnapshotSize;
	readonly takenAt: Date;
}

/** Summaries of the snapshots that the guard has let pass, per product. */
export interface SnapshotShelf {
	putSnapshot(lease: Lease, product: ProductId, connector: ConnectorId, entry: ShelfEntry): Promise<void>;
	lastGood(product: ProductId, connector: ConnectorId): Promise<ShelfEntry | undefined>;
}

/** How one operation ended. `unknown`: the request left and no answer came, or a crash came between. */
export type Settlement =
	| { readonly state: "done" | "already"; readonly account?: AccountId }
	| { readonly state: "failed" | "unknown"; readonly error: { readonly code: string; readonly message: string; readonly todo?: string } }
	| {
			readonly state: "not-run";
			readonly because: string /** Wanted when the plan was approved, and no longer, or done since. */;
			readonly drifted?: true;
	  };

export type RunOutcome = "running" | "nothing-to-do" | "done" | "refused" | "failures" | "stopped" | "crashed" | "error";

export interface RunStart {
	readonly product: ProductId;
	readonly mode: "sync" | "apply";
	readonly plan: Plan;
	/** The guard's verdict in words, one line each breach; empty when clear. */
	readonly breaches: readonly string[];
	/** Who started it (`timer`, `daemon`, `cli`), for the history. */
	readonly trigger: string;
}
export interface RunSummary {
	readonly id: RunId;
	readonly product: ProductId;
	readonly mode: string;
	readonly trigger: string;
	readonly startedAt: Date;
	readonly finishedAt: Date | undefined;
	readonly outcome: RunOutcome;
	readonly planDigest: Digest;
	readonly planned: number;
	readonly settled: Readonly<Partial<Record<Settlement["state"], number>>>;
	readonly note: string | undefined;
}
export interface RunEntry {
	readonly seq: number;
	readonly operation: Operation;
	readonly intendedAt: Date;
	readonly settledAt: Date | undefined;
	/** Undefined: intended, never settled. */
	readonly settlement: Settlement | undefined;
}
export interface RunDetail extends RunSummary {
	readonly breaches: readonly string[];
	readonly counts: Readonly<Partial<Record<OperationKind, number>>>;
	readonly entries: readonly RunEntry[];
}

export interface Released {
	/** Taken, or perhaps taken, and not given back. */
	readonly open: readonly GroupName[];
	/** Given back by us, or never gone because the removal failed: having one of them is nobody else's doing. */
	readonly ours: readonly GroupName[];
}

/** One step of a leaver's groups, oldest first. */
export interface ReleaseStep {
	readonly person: PersonKey;
	readonly group: GroupName;
	readonly kind: "member.remove" | "member.add";
	readonly state: Settlement["state"] | undefined;
}
/** Replays the steps. Whoever has nothing open is left out. */
export function releasedBy(steps: Iterable<ReleaseStep>): ReadonlyMap<PersonKey, Released> {
	const people = new Map<PersonKey, { open: Set<GroupName>; ours: Set<GroupName> }>();
	for (const { person, group, kind, state } of steps) {
		if (state === "not-run") continue;
		const one = people.get(person) ?? { open: new Set(), ours: new Set() };
		people.set(person, one);
		const failed = state === "failed";
		const known = state === "done" || state === "already";
		if (kind === "member.remove") {
			(failed ? one.ours : one.open).add(group);
			if (!failed) one.ours.delete(group);
		} else if (!failed) {
			one.ours.add(group);
			if (known) one.open.delete(group);
		}
	}
	const found = [...people].filter(([, { open }]) => open.size > 0);
	return new Map(found.map(([person, { open, ours }]) => [person, { open: [...open].sort(), ours: [...ours].sort() }]));
}

/** What every writing run leaves behind. Times are the store's own clock. */
export interface Journal {
	open(lease: Lease, start: RunStart): Promise<RunId>;
	/** Returns only when flushed to the disk: the request leaves afterwards (law 7). */
	intend(lease: Lease, run: RunId, operation: Operation): Promise<void>;
	settle(lease: Lease, run: RunId, operation: Digest, settlement: Settlement): Promise<void>;
	close(lease: Lease, run: RunId, outcome: Exclude<RunOutcome, "running">, note?: string): Promise<void>;
	/** Closes the runs of this product that a crash left open; what they intended and never settled becomes `unknown`. Returns their ids. */
	recover(lease: Lease, product: ProductId): Promise<readonly RunId[]>;
	/** Creations whose outcome was never learnt and that no later link explains. The next plan may claim exactly these accounts, even where adoption is off. */
	openCreates(product: ProductId): Promise<ReadonlyMap<PersonKey, AccountFields>>;
	/** Removals that the product refused because the membership comes through a subgroup, in the last seven days. */
	inherited(product: ProductId): Promise<readonly { readonly account: AccountId; readonly group: GroupName }[]>;
	/** Of these people nothing is left to give back: their people are wanted again and have a seat, whoever gave it. */
	settleReleased(lease: Lease, product: ProductId, people: readonly PersonKey[]): Promise<void>;
	/** What was taken from people because they left (`MemberRemove.leaver`), until it is settled; by person, since account ids may be names. */
	released(product: ProductId): Promise<ReadonlyMap<PersonKey, Released>>;
	/** The values of one attribute as they were last written, by person. */
	marks(product: ProductId, attribute: string): Promise<ReadonlyMap<PersonKey, string>>;
	/** What was last written into each account's fields, as far as this journal goes back. */
	written(product: ProductId): Promise<ReadonlyMap<AccountId, Partial<AccountFields>>>;
	runs(product: ProductId | undefined, limit: number): Promise<readonly RunSummary[]>;
	run(id: RunId): Promise<RunDetail | undefined>;
}

export interface Store extends Leases, LinkBook, SnapshotShelf, Journal {
	shut(): Promise<void>;
}

/** What a dry run gets: the store without anything that writes. */
export type StoreReader = Pick<
	Store,
	"links" | "origins" | "site" | "absences" | "lastGood" | "openCreates" | "inherited" | "released" | "marks" | "written"
>;
