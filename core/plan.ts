import { createHash } from "node:crypto";
import { compareText } from "./digest.ts";
import type { AccountId, ConnectorId, Digest, PersonKey, ProductId, SnapshotSize } from "./model.ts";
import { type Operation, phaseOf } from "./operation.ts";
import type { SeatForecast } from "./seats.ts";

export type HoldReason =
	/** The record, or a group it depends on, could not be read whole. */
	| "rejected-at-source"
	/** Linked to a source that the policy does not name (any more): nobody knows whether the person is still there. */
	| "source-not-read"
	| "protected"
	| "own-account"
	| "not-editable"
	| "unsupported"
	/** Two or more people claim one account or name. */
	| "ambiguous"
	/** The account exists and adoption is off, or belongs to somebody else. */
	| "not-owned"
	| "adopted-this-run"
	/** Posture `observe` or `additive`, or the product's first run. */
	| "posture"
	| "first-run"
	/** A leaver that has not been missing often or long enough. */
	| "waiting"
	| "username-taken"
	| "username-cycle"
	/** The group does not exist in the product and `createMissing` is off. */
	| "group-missing"
	/** A membership that comes through a subgroup and cannot be removed directly. */
	| "inherited"
	/** The product refuses to switch this account off, and has said why. */
	| "blocked"
	/** The licence has no seat left for this person. */
	| "no-seat"
	/** An expression failed for this person, or gave a value no account can have. */
	| "invalid-value";

/** Something the directory asks for that will not be done, and why. Never silent. */
export interface Hold {
	readonly subject: { readonly username: string; readonly person?: PersonKey; readonly account?: AccountId };
	/** What was wanted, in the words of the operations (`account.disable`, `member.remove jira-developers`). */
	readonly wanted: string;
	readonly because: HoldReason;
	/** One plain sentence, with everybody concerned and what to do. */
	readonly detail: string;
}

export interface SourceSummary {
	readonly connector: ConnectorId;
	readonly digest: Digest;
	readonly size: SnapshotSize;
}

export type Posture = "observe" | "additive" | "mirror";

/** What is shown, approved, guarded, applied and journalled: one immutable object (law 4). */
export interface Plan {
	readonly product: ProductId;
	readonly posture: Posture;
	/** The product had no links before this plan. */
	readonly firstRun: boolean;
	readonly sources: readonly SourceSummary[];
	/** What the limits' fractions are fractions of. */
	readonly population: Population;
	readonly operations: readonly Operation[];
	readonly holds: readonly Hold[];
	/** Licence seats now and after this plan; absent when the product does not tell. */
	readonly seats?: readonly SeatForecast[];
	/** Covers what would be done and what is held; nothing that varies with time, page order or people not concerned. */
	readonly digest: Digest;
}

export interface Population {
	/** Accounts in the product, active ones. */
	readonly accounts: number;
	/** Active accounts that are linked to a person, those that this plan adopts included. */
	readonly linked: number;
	/** Memberships of linked accounts in groups that the policy manages. */
	readonly memberships: number;
	readonly groups: number;
	/** Active people that the policy selects, and their memberships. */
	readonly wanted: number;
	readonly wantedMemberships: number;
}

export function makePlan(draft: Omit<Plan, "digest">): Plan {
	const rank = renameRanks(draft.operations);
	const operations = [...draft.operations].sort((a, b) => inOrder(a, b, rank));
	const holds = [...draft.holds].sort(byText);
	const sources = [...draft.sources].sort((a, b) => compareText(a.connector, b.connector));
	const plan = { ...draft, sources, operations, holds };
	return { ...plan, digest: planDigest(plan) };
}

/** The digest of a plan as it stands; a file edited by hand no longer matches its own. */
export function planDigest(plan: Omit<Plan, "digest">): Digest {
	const sum = createHash("sha256");
	for (const text of inPieces(linesOf(plan))) sum.update(text);
	return sum.digest("hex").slice(0, 32) as Digest;
}
function* linesOf(plan: Omit<Plan, "digest">): Iterable<string> {
	yield JSON.stringify([plan.product, plan.posture, plan.firstRun]);
	for (const operation of plan.operations) yield JSON.stringify(operation);
	yield "holds";
	for (const hold of plan.holds)
		yield JSON.stringify(hold.because === "waiting" || hold.because === "no-seat" ? withoutDetail(hold) : hold);
}
/** Joins lines into pieces of some size: a call of the hash costs more than a line of text. */
function* inPieces(lines: Iterable<string>): Iterable<string> {
	let piece = "";
	for (const line of lines) {
		piece += `${line}\n`;
		if (piece.length < 65_536) continue;
		yield piece;
		piece = "";
	}
	yield piece;
}
/** Says for how many minutes somebody has been missing: an override must still fit a plan that was made some minutes later. */
const withoutDetail = ({ subject, wanted, because }: Hold): Omit<Hold, "detail"> => ({ subject, wanted, because });

/** Phase first; within the renames an operation comes after the one that frees its name; then by name, so that people can read it. */
function inOrder(a: Operation, b: Operation, rank: ReadonlyMap<Digest, number>): number {
	const phase = phaseOf(a) - phaseOf(b);
	if (phase !== 0) return phase;
	if (a.kind === "account.rename") {
		const order = rank.get(a.id)! - rank.get(b.id)!;
		if (order !== 0) return order;
	}
	return compareText(groupOf(a), groupOf(b)) || compareText(usernameOf(a), usernameOf(b)) || compareText(a.id, b.id);
}
export const groupOf = (operation: Operation): string => ("group" in operation ? operation.group : "");
export const usernameOf = (operation: Operation): string => ("subject" in operation ? operation.subject.username : "");

/** How many renames must come first. Chains only: the planner holds cycles, and a chain is followed once for all its members. */
function renameRanks(operations: readonly Operation[]): ReadonlyMap<Digest, number> {
	const renames = new Map(operations.filter((o) => o.kind === "account.rename").map((o) => [o.id, o]));
	const ranks = new Map<Digest, number>();
	for (const start of renames.values()) {
		const chain: Digest[] = [];
		let id: Digest | undefined = start.id;
		while (id !== undefined && !ranks.has(id)) {
			chain.push(id);
			ranks.set(id, 0);
			id = renames.get(id)?.requires?.find((r) => renames.has(r));
		}
		let rank = id === undefined ? -1 : ranks.get(id)!;
		while (chain.length > 0) ranks.set(chain.pop()!, ++rank);
	}
	return ranks;
}

const byText = (a: Hold, b: Hold): number =>
	compareText(a.subject.username, b.subject.username) ||
	compareText(a.wanted, b.wanted) ||
	compareText(JSON.stringify(a), JSON.stringify(b));
