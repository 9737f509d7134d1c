import type { AccountId, ConnectorId, Digest, GroupName, PersonKey, ProductId } from "../../core/model.ts";
import type { AccountFields, MemberAdd, MemberRemove, Operation, OperationKind } from "../../core/operation.ts";
import { accountTaken, leaseLost, marginTooLong, NEVER_HEARD, notInRun, runNotOpen } from "../../core/store/refusals.ts";
import type {
	Absence,
	Lease,
	LinkOrigin,
	Released,
	RunDetail,
	RunId,
	RunOutcome,
	RunStart,
	RunSummary,
	Settlement,
	ShelfEntry,
	Store,
} from "../../core/store/store.ts";
import { releasedBy } from "../../core/store/store.ts";

interface Granted {
	holder: string;
	token: number;
	until: number;
}
interface Entry {
	readonly seq: number;
	readonly operation: Operation;
	readonly product: ProductId;
	readonly intendedAt: Date;
	settledAt: Date | undefined;
	settlement: Settlement | undefined;
}
interface Run extends Omit<RunSummary, "settled" | "finishedAt" | "outcome" | "note"> {
	readonly lease: { readonly name: string; readonly token: number };
	readonly breaches: readonly string[];
	readonly counts: RunDetail["counts"];
	readonly plan: readonly Operation[];
	readonly entries: Map<Digest, Entry>;
	finishedAt: Date | undefined;
	outcome: RunOutcome;
	note: string | undefined;
}
interface Linked {
	readonly account: AccountId;
	readonly origin: LinkOrigin;
	/** The newest journal entry when the link was made: older creations are explained by it. */
	readonly after: number;
}

/** What survives a crash. Give it to another MemoryStore to be a second process on the same store. */
export class MemoryWorld {
	readonly leases = new Map<string, Granted>();
	readonly links = new Map<ProductId, Map<PersonKey, Linked>>();
	readonly sites = new Map<ProductId, string>();
	readonly absences = new Map<ProductId, Map<PersonKey, Absence>>();
	readonly shelf = new Map<string, ShelfEntry>();
	readonly runs: Run[] = [];
	/** Every creation and every removal ever intended, oldest first: what the next plan asks about. */
	readonly creates: Entry[] = [];
	readonly removals: Entry[] = [];
	/** Every other change of an account's fields or memberships that a later plan may ask about, oldest first. */
	readonly changes: Entry[] = [];
	readonly settledReleases = new Set<Entry>();
	entries = 0;
}

const WEEK_MS = 7 * 24 * 3_600_000;

/** A whole Store in memory, for property tests. Time is `now`, in milliseconds since 1970. */
export class MemoryStore implements Store {
	readonly world: MemoryWorld;
	readonly #now: () => number;

	constructor(options: { readonly world?: MemoryWorld; readonly now?: () => number } = {}) {
		this.world = options.world ?? new MemoryWorld();
		this.#now = options.now ?? Date.now;
	}

	/** As if the holder had been killed and the lease had run out: its writes are refused once somebody else has acquired it. */
	lapse(name: string): void {
		const granted = this.world.leases.get(name);
		if (granted !== undefined) granted.until = 0;
	}

	async acquire(name: string, holder: string, ttlMs: number): Promise<Lease | undefined> {
		const before = this.world.leases.get(name);
		if (before !== undefined && before.until > this.#now()) return undefined;
		const granted: Granted = { holder, token: (before?.token ?? 0) + 1, until: this.#now() + ttlMs };
		this.world.leases.set(name, granted);
		const token = granted.token;
		const renew = async (): Promise<void> => {
			this.#fence({ name, token });
			granted.until = this.#now() + ttlMs;
		};
		return {
			name,
			token,
			renew,
			assertHeld: async (marginMs) => {
				if (marginMs > ttlMs) throw marginTooLong({ name, token }, marginMs, ttlMs);
				this.#fence({ name, token });
				if (granted.until - this.#now() < Math.max(marginMs, ttlMs / 2)) await renew();
			},
			release: async () => {
				if (this.world.leases.get(name)?.token === token) this.world.leases.set(name, { holder: "", token: token + 1, until: 0 });
			},
		};
	}

	async holderOf(name: string) {
		const granted = this.world.leases.get(name);
		return granted === undefined || granted.until <= this.#now() ? undefined : { holder: granted.holder, until: new Date(granted.until) };
	}

	#fence(lease: { readonly name: string; readonly token: number }): void {
		if (this.world.leases.get(lease.name)?.token !== lease.token) throw leaseLost(lease);
	}

	async links(product: ProductId): Promise<ReadonlyMap<PersonKey, AccountId>> {
		const links = new Map<PersonKey, AccountId>();
		for (const [person, { account }] of this.world.links.get(product) ?? []) links.set(person, account);
		return links;
	}

	async link(lease: Lease, product: ProductId, person: PersonKey, account: AccountId, origin: LinkOrigin): Promise<void> {
		this.#fence(lease);
		const links = this.world.links.get(product) ?? new Map<PersonKey, Linked>();
		if (origin !== "merged" && origin !== "disputed")
			for (const [owner, linked] of links) if (linked.account === account && owner !== person) throw accountTaken(account, person, owner);
		links.set(person, { account, origin, after: this.world.entries });
		this.world.links.set(product, links);
	}

	async origins(product: ProductId): Promise<ReadonlyMap<PersonKey, LinkOrigin>> {
		return new Map([...(this.world.links.get(product) ?? [])].map(([person, { origin }]) => [person, origin]));
	}

	async unlink(lease: Lease, product: ProductId, person: PersonKey): Promise<boolean> {
		this.#fence(lease);
		return this.world.links.get(product)?.delete(person) ?? false;
	}

	async absences(product: ProductId): Promise<ReadonlyMap<PersonKey, Absence>> {
		return new Map(this.world.absences.get(product));
	}

	async site(product: ProductId): Promise<string | undefined> {
		return this.world.sites.get(product);
	}
	async rememberSite(lease: Lease, product: ProductId, site: string): Promise<void> {
		this.#fence(lease);
		this.world.sites.set(product, site);
	}

	async recordAbsences(lease: Lease, product: ProductId, missing: readonly PersonKey[], at: Date): Promise<void> {
		this.#fence(lease);
		const before = this.world.absences.get(product);
		const after = new Map<PersonKey, Absence>();
		for (const person of new Set(missing)) {
			const known = before?.get(person);
			after.set(person, { since: known?.since ?? at, sightings: (known?.sightings ?? 0) + 1 });
		}
		this.world.absences.set(product, after);
	}

	async putSnapshot(lease: Lease, product: ProductId, connector: ConnectorId, entry: ShelfEntry): Promise<void> {
		this.#fence(lease);
		this.world.shelf.set(JSON.stringify([product, connector]), entry);
	}

	async lastGood(product: ProductId, connector: ConnectorId): Promise<ShelfEntry | undefined> {
		return this.world.shelf.get(JSON.stringify([product, connector]));
	}

	async open(lease: Lease, start: RunStart): Promise<RunId> {
		this.#fence(lease);
		const counts: Partial<Record<OperationKind, number>> = {};
		for (const { kind } of start.plan.operations) counts[kind] = (counts[kind] ?? 0) + 1;
		const id = String(this.world.runs.length + 1) as RunId;
		this.world.runs.push({
			id,
			product: start.product,
			mode: start.mode,
			trigger: start.trigger,
			startedAt: new Date(this.#now()),
			planDigest: start.plan.digest,
			planned: start.plan.operations.length,
			lease: { name: lease.name, token: lease.token },
			breaches: [...start.breaches],
			counts,
			plan: start.plan.operations,
			entries: new Map(),
			finishedAt: undefined,
			outcome: "running",
			note: undefined,
		});
		return id;
	}

	#openRun(lease: Lease, id: RunId): Run {
		this.#fence(lease);
		const run = this.world.runs[Number(id) - 1];
		if (run?.id !== id || run.outcome !== "running") throw runNotOpen(id);
		return run;
	}

	#enter(run: Run, operation: Operation): Entry {
		const known = run.entries.get(operation.id);
		if (known !== undefined) return known;
		this.world.entries += 1;
		const entry: Entry = {
			seq: this.world.entries,
			operation,
			product: run.product,
			intendedAt: new Date(this.#now()),
			settledAt: undefined,
			settlement: undefined,
		};
		run.entries.set(operation.id, entry);
		if (operation.kind === "account.create") this.world.creates.push(entry);
		if (operation.kind === "member.remove") this.world.removals.push(entry);
		if (["account.create", "account.update", "attribute.set", "link.adopt", "member.add", "member.remove"].includes(operation.kind))
			this.world.changes.push(entry);
		return entry;
	}

	async intend(lease: Lease, run: RunId, operation: Operation): Promise<void> {
		const entry = this.#enter(this.#openRun(lease, run), operation);
		entry.settlement = undefined;
		entry.settledAt = undefined;
	}

	async settle(lease: Lease, id: RunId, operation: Digest, settlement: Settlement): Promise<void> {
		const run = this.#openRun(lease, id);
		let entry = run.entries.get(operation);
		if (entry === undefined) {
			const planned = settlement.state === "not-run" ? run.plan.find((each) => each.id === operation) : undefined;
			if (planned === undefined) throw notInRun(id, operation);
			entry = this.#enter(run, planned);
		}
		entry.settlement = settlement;
		entry.settledAt = new Date(this.#now());
	}

	async close(lease: Lease, run: RunId, outcome: Exclude<RunOutcome, "running">, note?: string): Promise<void> {
		this.#end(this.#openRun(lease, run), outcome, note);
	}

	#end(run: Run, outcome: RunOutcome, note: string | undefined): void {
		for (const entry of run.entries.values()) {
			if (entry.settlement !== undefined) continue;
			entry.settlement = { state: "unknown", error: NEVER_HEARD };
			entry.settledAt = new Date(this.#now());
		}
		run.outcome = outcome;
		run.finishedAt = new Date(this.#now());
		run.note = note;
	}

	async recover(lease: Lease, product: ProductId): Promise<readonly RunId[]> {
		this.#fence(lease);
		const left = this.world.runs.filter(
			(run) => run.product === product && run.outcome === "running" && !(run.lease.name === lease.name && run.lease.token === lease.token),
		);
		for (const run of left) this.#end(run, "crashed", undefined);
		return left.map((run) => run.id);
	}

	async openCreates(product: ProductId): Promise<ReadonlyMap<PersonKey, AccountFields>> {
		const open = new Map<PersonKey, AccountFields>();
		for (const { operation, seq, settlement, product: owner } of this.world.creates) {
			if (owner !== product || operation.kind !== "account.create") continue;
			if (settlement?.state === "failed" || settlement?.state === "not-run") continue;
			const link = this.world.links.get(product)?.get(operation.subject.person);
			if (link === undefined || link.after < seq) open.set(operation.subject.person, operation.after);
		}
		return open;
	}

	async inherited(product: ProductId): Promise<readonly { readonly account: AccountId; readonly group: GroupName }[]> {
		const found = new Map<string, { account: AccountId; group: GroupName }>();
		for (const { operation, settlement, settledAt, product: owner } of this.world.removals) {
			if (owner !== product || operation.kind !== "member.remove" || settlement === undefined) continue;
			const pair = { account: operation.subject.account, group: operation.group };
			const key = JSON.stringify([pair.account, pair.group]);
			if (settlement.state === "done" || settlement.state === "already") found.delete(key);
			const refused = settlement.state === "failed" && settlement.error.code === "target.inherited";
			if (refused && settledAt !== undefined && settledAt.getTime() > this.#now() - WEEK_MS) found.set(key, pair);
		}
		return [...found.values()];
	}

	async settleReleased(lease: Lease, product: ProductId, people: readonly PersonKey[]): Promise<void> {
		this.#fence(lease);
		for (const entry of this.#releases(product))
			if (people.includes((entry.operation as MemberAdd).subject.person!)) this.world.settledReleases.add(entry);
	}

	async released(product: ProductId): Promise<ReadonlyMap<PersonKey, Released>> {
		return releasedBy(
			this.#releases(product).map(({ operation, settlement }) => {
				const { subject, group, kind } = operation as MemberAdd | MemberRemove;
				return { person: subject.person!, group, kind, state: settlement?.state };
			}),
		);
	}

	#releases(product: ProductId): readonly Entry[] {
		return this.world.changes.filter((entry) => {
			const { operation } = entry;
			if (entry.product !== product || this.world.settledReleases.has(entry)) return false;
			return (operation.kind === "member.remove" && operation.leaver) || (operation.kind === "member.add" && operation.returned);
		});
	}

	async marks(product: ProductId, attribute: string): Promise<ReadonlyMap<PersonKey, string>> {
		const marks = new Map<PersonKey, string>();
		for (const { operation } of this.#succeeded(product))
			if (operation.kind === "attribute.set" && operation.attribute === attribute && operation.subject.person !== undefined)
				marks.set(operation.subject.person, operation.after);
			else if (operation.kind === "link.adopt" && operation.mark !== undefined) marks.set(operation.subject.person, operation.mark);
		return marks;
	}

	async written(product: ProductId): Promise<ReadonlyMap<AccountId, Partial<AccountFields>>> {
		const written = new Map<AccountId, Record<string, string>>();
		for (const { operation, settlement, product: owner } of this.world.changes) {
			if (owner !== product || (operation.kind !== "account.create" && operation.kind !== "account.update")) continue;
			if (settlement === undefined || settlement.state === "failed" || settlement.state === "not-run") continue;
			const account = operation.subject.account ?? (settlement as { account?: AccountId }).account;
			if (account === undefined) continue;
			const fields = written.get(account) ?? {};
			for (const [field, value] of Object.entries(operation.after)) {
				if (settlement.state === "unknown") delete fields[field];
				else fields[field] = value;
			}
			written.set(account, fields);
		}
		return written;
	}

	#succeeded(product: ProductId): readonly Entry[] {
		return this.world.changes.filter(
			({ product: owner, settlement }) => owner === product && (settlement?.state === "done" || settlement?.state === "already"),
		);
	}

	async runs(product: ProductId | undefined, limit: number): Promise<readonly RunSummary[]> {
		const chosen = this.world.runs.filter((run) => product === undefined || run.product === product);
		return chosen.reverse().slice(0, limit).map(summary);
	}

	async run(id: RunId): Promise<RunDetail | undefined> {
		const run = this.world.runs[Number(id) - 1];
		if (run?.id !== id) return undefined;
		const entries = [...run.entries.values()].map(({ product: _, ...entry }, index) => ({ ...entry, seq: index + 1 }));
		return { ...summary(run), breaches: run.breaches, counts: run.counts, entries };
	}

	async shut(): Promise<void> {}
}

function summary(run: Run): RunSummary {
	const settled: Partial<Record<Settlement["state"], number>> = {};
	for (const { settlement } of run.entries.values())
		if (settlement !== undefined) settled[settlement.state] = (settled[settlement.state] ?? 0) + 1;
	const { id, product, mode, trigger, startedAt, finishedAt, outcome, planDigest, planned, note } = run;
	return { id, product, mode, trigger, startedAt, finishedAt, outcome, planDigest, planned, settled, note };
}
