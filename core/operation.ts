import type { AccountId, Digest, GroupName, PersonKey } from "./model.ts";

/** The fields every product has. Further ones (user properties) are attributes, set one by one. */
export interface AccountFields {
	readonly username: string;
	readonly email: string;
	readonly displayName: string;
}

/** Who an operation is about: always the name to show; the account unless this very plan creates it. */
export interface Subject {
	readonly username: string;
	readonly person?: PersonKey;
	readonly account?: AccountId;
}

interface Op<Kind extends string> {
	readonly kind: Kind;
	/** Hash of what the operation does; the same intention has the same id in every run. */
	readonly id: Digest;
	/** One plain sentence for the report: why the planner wants this. */
	readonly because: string;
	/** Operations of this plan that must have succeeded first. Always earlier in the plan's order. */
	readonly requires?: readonly Digest[];
}

/** Takes an existing account under management. Touches only our own link book, yet is planned, counted and approved like the rest. */
export interface LinkAdopt extends Op<"link.adopt"> {
	readonly subject: Subject & { readonly person: PersonKey; readonly account: AccountId };
	/** The same person in further sources: the account is theirs by these keys too, so that leaving one source is not leaving. */
	readonly aliases?: readonly PersonKey[];
	/** journal: we asked for its creation and never heard back. merge: the same person in a further source. mark: see core/mark.ts. */
	readonly matchedOn: "username" | "email" | "journal" | "merge" | "mark";
	/** The mark that was found in the account: known from now on, as if written. */
	readonly mark?: string;
}
export interface GroupCreate extends Op<"group.create"> {
	readonly group: GroupName;
}
export interface GroupDelete extends Op<"group.delete"> {
	readonly group: GroupName;
}
export interface AccountCreate extends Op<"account.create"> {
	readonly subject: Subject & { readonly person: PersonKey };
	/** As in `link.adopt`. */
	readonly aliases?: readonly PersonKey[];
	readonly after: AccountFields;
}
export interface AccountRename extends Op<"account.rename"> {
	/** `subject.username` is the name before. */
	readonly subject: Subject & { readonly account: AccountId };
	readonly after: { readonly username: string };
}
export interface AccountUpdate extends Op<"account.update"> {
	readonly subject: Subject & { readonly account: AccountId };
	readonly before: Partial<Omit<AccountFields, "username">>;
	readonly after: Partial<Omit<AccountFields, "username">>;
}
export interface AccountEnable extends Op<"account.enable"> {
	readonly subject: Subject & { readonly account: AccountId };
}
export interface AccountDisable extends Op<"account.disable"> {
	readonly subject: Subject & { readonly account: AccountId };
}
export interface AttributeSet extends Op<"attribute.set"> {
	readonly subject: Subject;
	readonly attribute: string;
	readonly before: string | undefined;
	readonly after: string;
}
export interface MemberAdd extends Op<"member.add"> {
	readonly subject: Subject;
	readonly group: GroupName;
	/** Given back to somebody who returned (`MemberRemove.leaver`). */
	readonly returned?: true;
}
export interface MemberRemove extends Op<"member.remove"> {
	readonly subject: Subject & { readonly account: AccountId };
	readonly group: GroupName;
	/** Taken because the person left and the group gives a licence seat; given back when the person returns. */
	readonly leaver?: true;
}

/** What a product can be asked to do. */
export type ProductOperation =
	| GroupCreate
	| GroupDelete
	| AccountCreate
	| AccountRename
	| AccountUpdate
	| AccountEnable
	| AccountDisable
	| AttributeSet
	| MemberAdd
	| MemberRemove;
/** What a plan can contain. */
export type Operation = LinkAdopt | ProductOperation;
export type OperationKind = Operation["kind"];

/**
 * The order of execution, and whether the kind takes something away from somebody.
 * Leavers free licence seats before joiners need them; a rename frees a name before a creation takes it;
 * a mover gains before losing.
 */
export const KINDS = {
	"link.adopt": { phase: 0, destructive: false, verb: "adopt" },
	"group.create": { phase: 1, destructive: false, verb: "create group" },
	"account.disable": { phase: 2, destructive: true, verb: "disable" },
	"account.rename": { phase: 3, destructive: false, verb: "rename" },
	"account.enable": { phase: 4, destructive: false, verb: "enable" },
	"account.create": { phase: 5, destructive: false, verb: "create" },
	"account.update": { phase: 6, destructive: false, verb: "update" },
	"attribute.set": { phase: 7, destructive: false, verb: "set attribute" },
	"member.add": { phase: 8, destructive: false, verb: "add to group" },
	"member.remove": { phase: 9, destructive: true, verb: "remove from group" },
	"group.delete": { phase: 10, destructive: true, verb: "delete group" },
} as const satisfies Record<OperationKind, { phase: number; destructive: boolean; verb: string }>;

export const OPERATION_KINDS = Object.keys(KINDS) as readonly OperationKind[];
/** Where an operation stands in the order of execution: by its kind, but what frees a licence seat comes before those who need one. */
export const phaseOf = (operation: Operation): number =>
	operation.kind === "member.remove" && operation.leaver ? KINDS["account.disable"].phase : KINDS[operation.kind].phase;
export const isDestructive = (operation: Operation): boolean => KINDS[operation.kind].destructive;
