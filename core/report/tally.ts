import { compareText } from "../digest.ts";
import type { OperationKind } from "../operation.ts";
import type { Report, ReportCount, ReportHold, ReportOperation } from "./report.ts";

interface Concerned {
	readonly username: string;
	readonly person?: string | undefined;
	readonly account?: string | undefined;
}

/**
 * Who an operation or a hold is about: one key per human being, although some operations name the person, some only the
 * account, and a creation neither account nor anything but the person. Undefined for operations on groups.
 */
export function whoIs(entries: Iterable<Concerned>): (entry: Concerned) => string | undefined {
	const personOf = new Map<string, string>();
	for (const { account, person } of entries) if (account !== undefined && person !== undefined) personOf.set(account, person);
	return ({ username, person, account }) => {
		const known = person ?? (account === undefined ? undefined : personOf.get(account));
		if (known !== undefined) return `person ${known}`;
		if (account !== undefined) return `account ${account}`;
		return username === "" ? undefined : `username ${username}`;
	};
}

/** How many people the operations are about. */
export function peopleIn(operations: readonly ReportOperation[], among: readonly ReportOperation[] = operations): number {
	const who = whoIs(operations);
	const keys = new Set(among.map(who));
	keys.delete(undefined);
	return keys.size;
}

export interface GroupTally {
	readonly group: string;
	readonly gains: number;
	readonly losses: number;
	/** The group itself is created or deleted. */
	readonly fate: "created" | "deleted" | undefined;
}

/** Every group the plan touches, the most changed first. */
export function groupTallies(operations: readonly ReportOperation[]): readonly GroupTally[] {
	const tallies = new Map<string, { gains: number; losses: number; fate: GroupTally["fate"] }>();
	for (const { group, kind } of operations) {
		if (group === undefined) continue;
		const tally = tallies.get(group) ?? { gains: 0, losses: 0, fate: undefined };
		if (kind === "member.add") tally.gains += 1;
		if (kind === "member.remove") tally.losses += 1;
		if (kind === "group.create") tally.fate = "created";
		if (kind === "group.delete") tally.fate = "deleted";
		tallies.set(group, tally);
	}
	const rows = [...tallies].map(([group, tally]) => ({ group, ...tally }));
	return rows.sort((a, b) => b.gains + b.losses - (a.gains + a.losses) || compareText(a.group, b.group));
}

/** Holds by reason, the most frequent first. */
export function holdsByReason(holds: readonly ReportHold[]): readonly (readonly [ReportHold["because"], readonly ReportHold[]])[] {
	return [...Map.groupBy(holds, (hold) => hold.because)].sort((a, b) => b[1].length - a[1].length || compareText(a[0], b[0]));
}

/** What failed or is not known, alike together, the most frequent first. */
export function troublesByReason(trouble: readonly ReportOperation[]): readonly (readonly ReportOperation[])[] {
	const alike = Map.groupBy(trouble, ({ state, error }) => `${state} ${error ?? ""}`);
	return [...alike].sort((a, b) => b[1].length - a[1].length || compareText(a[0], b[0])).map(([, operations]) => operations);
}

/** How many operations of these kinds are planned. */
export function plannedOf(counts: readonly ReportCount[], ...kinds: readonly OperationKind[]): number {
	return counts.filter((c) => kinds.includes(c.kind)).reduce((sum, c) => sum + c.planned, 0);
}

export interface Totals {
	readonly planned: number;
	readonly succeeded: number;
	readonly failed: number;
	readonly unknown: number;
	readonly notRun: number;
}
export function totals(counts: Report["counts"]): Totals {
	const sum = (value: (c: ReportCount) => number): number => counts.reduce((all, c) => all + value(c), 0);
	return {
		planned: sum((c) => c.planned),
		succeeded: sum((c) => c.done + c.already),
		failed: sum((c) => c.failed),
		unknown: sum((c) => c.unknown),
		notRun: sum((c) => c.notRun),
	};
}
