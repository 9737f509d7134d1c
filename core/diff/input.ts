import type { Desired } from "../desired/desired.ts";
import type { Mark } from "../mark.ts";
import type { AccountId, ConnectorId, GroupName, PersonKey } from "../model.ts";
import type { AccountFields } from "../operation.ts";
import type { Posture, SourceSummary } from "../plan.ts";
import type { Actual, Capabilities } from "../product.ts";
import type { Absence, Released } from "../store/store.ts";

/** What we own, what we may own without knowing it yet, and what we learnt in earlier runs. All from the store. */
export interface Ownership {
	readonly links: ReadonlyMap<PersonKey, AccountId>;
	/** People whose link is disputed (`LinkOrigin`): not among the links, and given no other account either. */
	readonly disputed: ReadonlySet<PersonKey>;
	/** Creations whose answer was lost: exactly these accounts may be claimed, even where adoption is off. */
	readonly openCreates: ReadonlyMap<PersonKey, AccountFields>;
	readonly absences: ReadonlyMap<PersonKey, Absence>;
	/** Memberships that come through a subgroup, as the product has told us. */
	readonly inherited: readonly { readonly account: AccountId; readonly group: GroupName }[];
	/** Groups that Rollcall took from people when they left, and has not given back. */
	readonly released: ReadonlyMap<PersonKey, Released>;
	/** Marks that were written, by person. */
	readonly marks: ReadonlyMap<PersonKey, string>;
	/** What Rollcall last wrote into fields that the product does not tell; empty for products that tell all. */
	readonly written: ReadonlyMap<AccountId, Partial<AccountFields>>;
}

export interface LeaverRule {
	/** `unlicense`: the account stays active, and loses the groups that give it a licence seat. */
	readonly action: "disable" | "keep" | "unlicense";
	/** For `unlicense`, by the product's names; absent: those that the product itself names (`Actual.seats`). */
	readonly licenceGroups?: readonly string[];
	/** A person must have been missing in this many snapshots in a row, and for at least this long. */
	readonly after: { readonly sightings: number; readonly periodMs: number };
	readonly stripGroups: boolean;
}

export interface DiffRules {
	readonly posture: Posture;
	readonly adopt: "never" | "username" | "email";
	readonly createMissingGroups: boolean;
	readonly strangers: "keep" | "remove";
	readonly leavers: LeaverRule;
	/** By the product's names. */
	readonly protectAccounts: readonly string[];
	readonly protectGroups: readonly string[];
	/** Names that the configuration itself gives must exist in the product; defaults count where they do. */
	readonly protectStated: { readonly accounts: boolean; readonly groups: boolean };
	/** Written into accounts so that a lost store can be rebuilt. */
	readonly mark?: Mark;
	/** `--first-run-removals`. */
	readonly allowFirstRunRemovals: boolean;
}

export interface DiffInput {
	readonly desired: Desired;
	readonly actual: Actual;
	readonly ownership: Ownership;
	readonly can: Capabilities;
	/** Why the product will not switch off some accounts (`ReadableProduct.blockers`). */
	readonly blockers?: ReadonlyMap<AccountId, string>;
	readonly rules: DiffRules;
	/** How the product would store these values (its `canonical`). */
	readonly canonical: (fields: AccountFields) => AccountFields;
	/** Why the product takes no account with these values (its `unfit`). */
	readonly unfit?: (fields: Partial<AccountFields>) => string | undefined;
	/** Sources that this policy reads, also those that are empty. */
	readonly readSources: readonly ConnectorId[];
	readonly sources: readonly SourceSummary[];
	/** When the newest snapshot was taken: the planner's only notion of now. */
	readonly takenAt: Date;
}
