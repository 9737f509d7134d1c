import { digestOf } from "../digest.ts";
import type { AccountId, Digest } from "../model.ts";
import { KINDS, type Operation, type ProductOperation } from "../operation.ts";
import type { Hold, HoldReason } from "../plan.ts";
import type { World } from "./world.ts";

/** Distributes over the union, so each variant keeps its own fields. */
type WithoutId<O> = O extends Operation ? Omit<O, "id"> : never;
export type Proposal = WithoutId<Operation>;

/** Collects what is wanted; everything that may stop an operation whatever its kind is asked here, once. */
export class Draft {
	readonly operations: Operation[] = [];
	readonly holds: Hold[] = [];
	/** Accounts that this plan takes over: nothing is taken from them in the same run (law 3). */
	readonly adopted = new Set<AccountId>();
	readonly #world: World;

	constructor(world: World) {
		this.#world = world;
	}

	/** The operation's id when it is planned; undefined when it is held. */
	want(proposal: Proposal): Digest | undefined {
		const [because, detail] = this.#refusal(proposal) ?? [];
		if (because !== undefined) {
			this.hold({ subject: subjectOf(proposal), wanted: wantedOf(proposal), because, detail: detail! });
			return undefined;
		}
		const id = idOf(this.#world.actual.product, proposal);
		this.operations.push({ id, ...proposal } as Operation);
		return id;
	}

	/** Takes back what was planned. */
	drop(ids: ReadonlySet<Digest>): void {
		const kept = this.operations.filter(({ id }) => !ids.has(id));
		this.operations.splice(0, this.operations.length);
		for (const operation of kept) this.operations.push(operation);
	}

	hold(hold: Hold): void {
		this.holds.push(hold);
	}

	#refusal(proposal: Proposal): readonly [HoldReason, string] | undefined {
		const account = "subject" in proposal ? proposal.subject.account : undefined;
		return (
			this.#protected(proposal, account) ??
			this.#impossible(proposal, account) ??
			(KINDS[proposal.kind].destructive ? this.#tooEarlyToTake(account) : undefined)
		);
	}

	#protected(proposal: Proposal, account: AccountId | undefined): readonly [HoldReason, string] | undefined {
		const { actual, protectedAccounts, protectedGroups, ignoredGroups, group } = this.#world;
		if (account !== undefined && account === actual.self)
			return ["own-account", "this is the account Rollcall itself is logged in with; it is never touched"];
		if (account !== undefined && protectedAccounts.has(account)) return ["protected", "the account is listed in protect.accounts"];
		if (!("group" in proposal)) return undefined;
		if (protectedGroups.has(group(proposal.group))) return ["protected", `the group ${proposal.group} is listed in protect.groups`];
		if (ignoredGroups.has(group(proposal.group))) return ["protected", `the group ${proposal.group} is listed in groups.ignore`];
		return undefined;
	}

	#impossible(proposal: Proposal, account: AccountId | undefined): readonly [HoldReason, string] | undefined {
		if (proposal.kind === "link.adopt") return undefined;
		const capability = this.#world.can.operations[proposal.kind as ProductOperation["kind"]];
		if (!capability.supported) return ["unsupported", capability.because];
		const unfit = "after" in proposal && typeof proposal.after === "object" ? this.#world.unfit?.(proposal.after) : undefined;
		if (unfit !== undefined) return ["invalid-value", unfit];
		const leaving = proposal.kind === "account.disable" || (proposal.kind === "member.remove" && proposal.leaver === true);
		const blocker = leaving ? this.#world.blockers?.get(account!) : undefined;
		if (blocker !== undefined) return ["blocked", blocker];
		const { editable = true } = (account === undefined ? undefined : this.#world.actual.accounts.get(account)) ?? {};
		if (editable === "memberships" && proposal.kind !== "member.add" && proposal.kind !== "member.remove")
			return ["not-editable", "the product can change this account's memberships and nothing else about it; change it where it lives"];
		if (!editable) return ["not-editable", "the account lives in a directory that the product cannot write; change it there"];
		return undefined;
	}

	#tooEarlyToTake(account: AccountId | undefined): readonly [HoldReason, string] | undefined {
		const { rules, firstRun } = this.#world;
		if (rules.posture === "additive") return ["posture", 'the posture is "additive": nothing is taken away; "mirror" would do it'];
		if (firstRun && !rules.allowFirstRunRemovals)
			return ["first-run", "a product's first run takes nothing away; the next run will (or --first-run-removals)"];
		if (account !== undefined && this.adopted.has(account))
			return ["adopted-this-run", "the account is taken over in this run; the next run may take things away"];
		return undefined;
	}
}

/** Covers what the operation does, not the words beside it, so that the same intention has the same id in every run. */
function idOf(product: string, proposal: Proposal): Digest {
	const who = "subject" in proposal ? (proposal.subject.account ?? proposal.subject.person) : undefined;
	const group = "group" in proposal ? proposal.group : undefined;
	const after = "after" in proposal ? proposal.after : undefined;
	const extra = "attribute" in proposal ? proposal.attribute : proposal.kind === "link.adopt" ? proposal.subject.person : undefined;
	const aliases = "aliases" in proposal ? proposal.aliases : undefined;
	// What is remembered of it is part of what it does.
	const { leaver, returned } = proposal as { readonly leaver?: true; readonly returned?: true };
	const more = extra ?? leaver ?? returned;
	return digestOf([product, proposal.kind, who, group, after, more, ...(aliases === undefined ? [] : [aliases])]);
}

const subjectOf = (proposal: Proposal): Hold["subject"] => ("subject" in proposal ? proposal.subject : { username: "" });

/** What was wanted, as holds say it: `member.add devs`, `account.rename anna`, `account.disable`. */
export function wantedOf(proposal: Proposal | Operation): string {
	if ("group" in proposal) return `${proposal.kind} ${proposal.group}`;
	if (proposal.kind === "account.rename") return `${proposal.kind} ${proposal.after.username}`;
	return proposal.kind === "attribute.set" ? `${proposal.kind} ${proposal.attribute}` : proposal.kind;
}
