import type { Finding, Progress } from "./connector.ts";
import type { SyncError } from "./errors.ts";
import type { AccountId, Digest, GroupName, ProductId } from "./model.ts";
import type { AccountFields, MemberAdd, MemberRemove, ProductOperation } from "./operation.ts";

/** `because` says why not and what the administrator does instead; it is shown as a hold, never as a failure. */
export type Capability = { readonly supported: true } | { readonly supported: false; readonly because: string };

/** How a product compares names. `fold`: case is ignored (compared lower-cased), the stored case is kept. */
export type CaseRule = "fold" | "exact";

/** Plain data, so the planner, the report, the docs and the contract suite read the same table. */
export interface Capabilities {
	/** Product and version as the server states them (`Jira 10.3.4`). */
	readonly server: string;
	readonly operations: Readonly<Record<ProductOperation["kind"], Capability>>;
	readonly updatableFields: ReadonlySet<keyof AccountFields>;
	/** Why a field that is not in `updatableFields` cannot be changed, and what the administrator does instead: shown as a hold. */
	readonly fixedFields?: Readonly<Partial<Record<keyof AccountFields, string>>>;
	/** Fields that `read` tells. One that it does not tell (Confluence: the e-mail address) is compared with what Rollcall last wrote. */
	readonly readableFields: ReadonlySet<keyof AccountFields>;
	/** Fields without which the product refuses a creation; the planner holds such a person instead of failing every run. */
	readonly requiredFields: ReadonlySet<keyof AccountFields>;
	/** False when disabled accounts are invisible: an absent account may then merely be disabled. */
	readonly readsDisabledAccounts: boolean;
	/** The product knows accounts by nothing but their names: whoever gets a freed name has the id of its former holder. */
	readonly idsAreNames?: true;
	readonly names: { readonly usernames: CaseRule; readonly groups: CaseRule };
	/** `membershipBatch`: accounts that one request can add to, or remove from, one group; above 1 the product has `performMembers`. */
	readonly limits: { readonly pageSize: number; readonly concurrency: number; readonly membershipBatch?: number };
}

/**
 * A licence, or another upper bound of the product, as the product tells it. An account takes a seat while it is active and
 * belongs to one of `groups` (to any group, or none, when `groups` is absent).
 */
export interface SeatPool {
	/** As the product calls it (`Jira Software`, `users of the directory`). */
	readonly name: string;
	/** Undefined: without limit. */
	readonly total: number | undefined;
	readonly used: number;
	readonly groups?: ReadonlySet<GroupName>;
	/** True when a new account gets one of `groups` without being asked for it. */
	readonly givenToNewAccounts: boolean;
}

export interface Account extends AccountFields {
	readonly id: AccountId;
	readonly active: boolean;
	/** False for accounts that live in a directory this product cannot write, as far as the product tells; `memberships`: nothing but those. */
	readonly editable: boolean | "memberships";
	/** Memberships as the product lists them, spelled as the product spells the group. */
	readonly groups: readonly GroupName[];
	/** User properties, only those that the policy sets. */
	readonly attributes?: Readonly<Record<string, string>>;
}

export interface Actual {
	readonly product: ProductId;
	readonly takenAt: Date;
	readonly accounts: ReadonlyMap<AccountId, Account>;
	readonly groups: ReadonlySet<GroupName>;
	/** The account that Rollcall itself is logged in with; the planner never touches it. */
	readonly self: AccountId | undefined;
	/** Absent when the product does not tell, or the credential may not see it. */
	readonly seats?: readonly SeatPool[];
	/** Tells this server from others of its kind, whose account ids may be the same ones; absent when the server does not say. */
	readonly site?: string;
	readonly digest: Digest;
}

export interface ReadRequest {
	/** Names of the groups whose members the planner will look at; all of them when absent. */
	readonly groups?: ReadonlySet<string>;
	/** Groups whose existence matters beyond those: looked for even where the product's list of groups is cut off. */
	readonly alsoNamed?: ReadonlySet<string>;
	/** User properties to read, by key. */
	readonly attributes?: readonly string[];
	/** Accounts whose attributes are wanted; user properties cost one request each. Absent: nobody's. */
	readonly attributesOf?: ReadonlySet<AccountId> | "all";
	/** Leavers lose the groups that give them a seat: read the members of `SeatPool.groups` too. */
	readonly seatGroups?: boolean;
	readonly progress?: Progress;
}

/** `already`: the product was in the wanted state before we asked. Both count as success. */
export interface Performed {
	readonly outcome: "done" | "already";
	/** The created account; of a rename the account's new id, where a product knows accounts by nothing but their names. */
	readonly account?: AccountId;
}

/**
 * A product, as far as a dry run may see it: there is nothing here that writes (law 6).
 * Numbered clauses, each tested by test/contract/product.ts:
 *  P1  every account once (active and inactive) and every group, for any page size, or an exception
 *  P2  any single failing request makes `read` throw, never shrink
 *  P3  each supported operation does what it says, seen by `read`
 *  P4  each operation twice: the second is `already`
 *  P5  each unsupported operation throws `target.unsupported` before any request
 *  P6  lost answer after the write, then repeat: ends right
 *  P7  memberships of other groups are untouched
 *  P8  odd characters survive
 *  P9  429 with Retry-After is waited for; a 401 is never repeated
 *  P10 licence full, read-only, duplicate e-mail, project lead: each a clear settled failure
 *  P11 no credential crosses an origin; nothing secret in any log line or error
 *  P12 a capped answer is recognised and refused
 *  P13 several memberships in one request end like one by one, also when one of them is refused or the answer is lost
 *  P14 seats: used and total as the server counts them, and the groups that take one
 *  P15 blockers: who the product would refuse to switch off, and nobody else
 */
export interface ReadableProduct {
	readonly id: ProductId;
	readonly kind: string;
	/** Asked once from the server, then remembered. */
	capabilities(signal: AbortSignal): Promise<Capabilities>;
	/** How this product would store these values. Applied to wishes before comparing, so its own normalising never looks like a change. Pure. */
	canonical(fields: AccountFields): AccountFields;
	/** Why the product takes no account with these values, and what to do: shown as a hold instead of a failure in every run. Pure. */
	unfit?(fields: Partial<AccountFields>): string | undefined;
	check(signal: AbortSignal): Promise<readonly Finding[]>;
	/** Every account and group, or an exception. */
	read(request: ReadRequest, signal: AbortSignal): Promise<Actual>;
	/**
	 * Why each of these accounts cannot be switched off (it leads a project), asked before anything is applied; accounts
	 * without such a reason are absent. Missing on products that refuse nobody.
	 */
	blockers?(accounts: readonly AccountId[], signal: AbortSignal): Promise<ReadonlyMap<AccountId, string>>;
	requests(): number;
	close(): Promise<void>;
}

export interface AtlassianProduct extends ReadableProduct {
	/**
	 * One operation, idempotently. `account` is the resolved subject (absent for groups and creations).
	 * Throws SyncError: `target.*`; `outcomeUnknown` when the request was sent and no answer came.
	 */
	perform(operation: ProductOperation, account: AccountId | undefined, signal: AbortSignal): Promise<Performed>;
	/**
	 * Memberships of one group and one kind, at most `limits.membershipBatch`, in as few requests as the product allows.
	 * One result an operation, in their order. Throws like `perform` when nothing can be said about single ones: a refusal
	 * has then changed nothing (the caller goes on one by one), `outcomeUnknown` is unknown for all of them.
	 */
	performMembers?(batch: readonly MembershipWork[], signal: AbortSignal): Promise<readonly (Performed | SyncError)[]>;
}

export interface MembershipWork {
	readonly operation: MemberAdd | MemberRemove;
	readonly account: AccountId;
}

export const foldName = (rule: CaseRule, name: string): string => (rule === "fold" ? name.toLowerCase() : name);
