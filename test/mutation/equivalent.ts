import type { Mutant } from "./mutants.ts";

/** A change that no test can see, because the program does the same. `nth` when the same change stands in several equal lines. */
export interface Equivalent extends Pick<Mutant, "file" | "text" | "from" | "to"> {
	readonly nth?: number;
	readonly because: string;
}

export const EQUIVALENT: readonly Equivalent[] = [
	...(
		[
			["<", "<="],
			["0", "1"],
		] as const
	).map(([from, to]) => ({
		file: "core/diff/leavers.ts",
		text: "if (other === undefined || compareText(wish.person, other.person) < 0) newcomers.set(name, wish);",
		from,
		to,
		because: "no two people have one key, so two keys never compare as equal",
	})),
	...(["if (account === undefined) continue;", "if (shared.length === 0) return;"] as const).map((text) => ({
		file: "core/run/settled.ts",
		text,
		from: text,
		to: ";",
		because: "whom no link or no second person makes a matter of dispute falls out below; the question saves work",
	})),
	{
		file: "core/run/settled.ts",
		text: "const shared = [...owners].filter(([, people]) => people.size > 1);",
		from: "[...owners].filter(([, people]) => people.size > 1)",
		to: "[...owners]",
		because: "of one person alone nobody is merged beside the others",
	},
	{
		file: "core/run/settled.ts",
		text: "const shared = [...owners].filter(([, people]) => people.size > 1);",
		from: ">",
		to: ">=",
		because: "of one person alone nobody is merged beside the others",
	},
	{
		file: "core/run/settled.ts",
		text: "if (giving === undefined) return;",
		from: "if (giving === undefined) return;",
		to: ";",
		because: "without groups that give a seat nobody has a gift; the question only saves asking the store",
	},
	{
		file: "core/run/settled.ts",
		text: "if (released.size === 0) return;",
		from: "if (released.size === 0) return;",
		to: ";",
		because: "with nothing released nobody is found below; the question only saves reading the links",
	},
	{
		file: "core/run/settled.ts",
		text: "if (back.length > 0) await store.settleReleased(lease, product.id, back);",
		from: ">",
		to: ">=",
		because: "settling nobody changes nothing",
	},
	{
		file: "core/diff/memberships.ts",
		text: "const missing = account === undefined ? wish.groups : wish.groups.filter((name) => !account.groups.includes(name));",
		from: "wish.groups.filter((name) => !account.groups.includes(name))",
		to: "wish.groups",
		because: "the set below knows the groups that somebody is in already; asking first only saves making the set for nearly everybody",
	},
	{
		file: "core/diff/memberships.ts",
		text: "if (missing.length === 0 && creation === undefined && returning.length === 0) continue;",
		from: "if (missing.length === 0 && creation === undefined && returning.length === 0) continue;",
		to: ";",
		because: "without missing groups and without a creation the rest of the loop does nothing",
	},
	{
		file: "core/diff/memberships.ts",
		text: "if (wish.groups.includes(group.target.name)) return undefined;",
		from: "if (wish.groups.includes(group.target.name)) return undefined;",
		to: ";",
		because: "the comparison by folded names below says the same",
	},
	{
		file: "core/diff/world.ts",
		text: "known.set(name, folded);",
		from: "known.set(name, folded);",
		to: ";",
		because: "a memory of what was folded: folding again gives the same",
	},
	{
		file: "core/plan.ts",
		text: "if (piece.length < 65_536) continue;",
		from: "if (piece.length < 65_536) continue;",
		to: ";",
		because: "the hash of a text does not depend on the pieces that it comes in",
	},
	{
		file: "core/plan.ts",
		text: "if (piece.length < 65_536) continue;",
		from: "piece.length < 65_536",
		to: "!(piece.length < 65_536)",
		because: "the hash of a text does not depend on the pieces that it comes in",
	},
	{
		file: "core/plan.ts",
		text: "if (piece.length < 65_536) continue;",
		from: "<",
		to: "<=",
		because: "the hash of a text does not depend on the pieces that it comes in",
	},
	{
		file: "core/plan.ts",
		text: "if (piece.length < 65_536) continue;",
		from: "65_536",
		to: "65537",
		because: "the hash of a text does not depend on the pieces that it comes in",
	},
	{
		file: "core/plan.ts",
		text: 'const renames = new Map(operations.filter((o) => o.kind === "account.rename").map((o) => [o.id, o]));',
		from: 'operations.filter((o) => o.kind === "account.rename")',
		to: "operations",
		because: "a rename requires renames only, and nobody asks for the rank of another operation",
	},
	{
		file: "core/plan.ts",
		text: "ranks.set(id, 0);",
		from: "0",
		to: "1",
		because: "a mark that the chain came by here; the rank itself is set when the chain is known",
	},
	{
		file: "core/plan.ts",
		text: "let rank = id === undefined ? -1 : ranks.get(id)!;",
		from: "1",
		to: "2",
		because: "all ranks are moved by one; only their differences count",
	},
	{
		file: "core/run/approved.ts",
		text: "if (kept.operations.length === plan.operations.length) return new Map();",
		from: "if (kept.operations.length === plan.operations.length) return new Map();",
		to: ";",
		because: "with everything kept there is nothing to give a reason for",
	},
	{
		file: "core/run/approved.ts",
		text: "if (still.has(operation.id)) continue;",
		from: "if (still.has(operation.id)) continue;",
		to: ";",
		because: "what is applied has a settlement, which replaces the reason given here",
	},
	{
		file: "core/run/approved.ts",
		text: '`${person ?? account ?? username}\\u0000${wanted === "match" || wanted === "any change" ? EVERYTHING : wanted}`;',
		from: "?? username",
		to: "",
		because: 'only operations on groups have neither person nor account; then both sides of the comparison read "undefined" instead of ""',
	},
];

export const isEquivalent = (mutant: Mutant, entry: Equivalent): boolean =>
	mutant.file === entry.file &&
	mutant.text === entry.text &&
	mutant.from.trim() === entry.from &&
	mutant.to.trim() === entry.to &&
	mutant.nth === (entry.nth ?? 1);
