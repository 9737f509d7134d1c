import { KINDS, type OperationKind } from "../operation.ts";
import type { HoldReason, Posture } from "../plan.ts";
import type { Report, ReportBreach, ReportCount, ReportOperation } from "./report.ts";

/** What an operation does to somebody, which decides its colour and its sign in every rendering. */
export type Tone = "gain" | "loss" | "change" | "link";

export interface KindWords {
	/** `3 created`. */
	readonly past: string;
	/** Heading of the section: `Create accounts`. */
	readonly title: string;
	/** One sentence for somebody who sees the word for the first time. */
	readonly meaning: string;
	readonly tone: Tone;
}

export const KIND_WORDS: Readonly<Record<OperationKind, KindWords>> = {
	"link.adopt": {
		past: "adopted",
		title: "Adopt existing accounts",
		meaning: "The account exists already and is taken under management. Nothing is taken from it in this run.",
		tone: "link",
	},
	"group.create": { past: "created", title: "Create groups", meaning: "A new group, empty at first.", tone: "gain" },
	"account.disable": {
		past: "disabled",
		title: "Disable accounts",
		meaning: "The person can no longer log in. The account and its history stay.",
		tone: "loss",
	},
	"account.rename": {
		past: "renamed",
		title: "Rename accounts",
		meaning: "The username changes. The account, its rights and its history stay.",
		tone: "change",
	},
	"account.enable": { past: "enabled", title: "Enable accounts", meaning: "The person can log in again.", tone: "gain" },
	"account.create": { past: "created", title: "Create accounts", meaning: "A new account for a person of the directory.", tone: "gain" },
	"account.update": {
		past: "updated",
		title: "Update accounts",
		meaning: "The e-mail address or the shown name follows the directory.",
		tone: "change",
	},
	"attribute.set": { past: "set", title: "Set attributes", meaning: "A property of the account follows the directory.", tone: "change" },
	"member.add": { past: "added", title: "Add to groups", meaning: "The person becomes a member of the group.", tone: "gain" },
	"member.remove": {
		past: "removed",
		title: "Remove from groups",
		meaning: "The person is no longer a member of the group and loses what it grants.",
		tone: "loss",
	},
	"group.delete": { past: "deleted", title: "Delete groups", meaning: "The group itself goes away.", tone: "loss" },
};

/** The sign before a row; together with the words, so that nothing hangs on colour alone. */
export const SIGN: Readonly<Record<Tone, string>> = { gain: "+", loss: "−", change: "~", link: "=" };

export const HOLD_WORDS: Readonly<Record<HoldReason, string>> = {
	"rejected-at-source": "could not be read whole in the directory",
	"source-not-read": "linked to a source that the policy no longer reads",
	protected: "protected by the configuration",
	"own-account": "the account Rollcall itself logs in with",
	"not-editable": "the account lives in a directory the product cannot write",
	unsupported: "the product cannot do this",
	ambiguous: "several people claim one account or name",
	"not-owned": "the account exists and is not under management",
	"adopted-this-run": "taken over in this run, so nothing is taken away yet",
	posture: "the posture does not allow it",
	"first-run": "first run: nothing is taken away",
	waiting: "a leaver who has not been missing long enough yet",
	"username-taken": "the username is taken by another account",
	"username-cycle": "usernames change places in a circle",
	"group-missing": "the group does not exist in the product",
	inherited: "the membership comes through a subgroup",
	blocked: "the product refuses to switch this account off",
	"no-seat": "no licence seat is left",
	"invalid-value": "the policy gave no usable value",
};

export const STATE_WORDS: Readonly<Record<NonNullable<ReportOperation["state"]>, string>> = {
	done: "done",
	already: "already so",
	failed: "failed",
	unknown: "outcome unknown",
	"not-run": "not run",
};

export const POSTURE_WORDS: Readonly<Record<Posture, string>> = {
	observe: "observe (writes nothing)",
	additive: "additive (takes nothing away)",
	mirror: "mirror",
};

export const MODE_WORDS: Readonly<Record<Report["mode"], string>> = { diff: "dry run", sync: "sync", apply: "apply a plan" };

/** Short words for the verdict and the outcome: the badge of every rendering. */
export function outcomeWords(report: Report): { readonly label: string; readonly tone: "good" | "bad" | "warn" | "neutral" } {
	if (report.outcome === "refused") return { label: "Refused by the guard", tone: "bad" };
	if (report.outcome === "failures") return { label: "Finished with failures", tone: "bad" };
	if (report.outcome === "stopped") return { label: "Stopped before the end", tone: "warn" };
	if (report.outcome === "nothing-to-do") return { label: "Nothing to do", tone: "good" };
	if (report.outcome === "done") return { label: "Done", tone: "good" };
	return { label: "Differences found", tone: "neutral" };
}

/** One sentence on what the guard said. */
export function verdictWords(report: Report): string {
	const { state, breaches } = report.verdict;
	const broken = count(breaches.length, "limit");
	if (state === "overridden") return `The plan breaks ${broken}, and an override named exactly this plan.`;
	if (state === "clear") return "The guard let this plan pass: it stays within every limit.";
	if (report.mode === "diff") return `The guard would refuse this plan: it breaks ${broken}.`;
	return `The guard refused this plan: it breaks ${broken}. Nothing was written.`;
}

const english = new Intl.NumberFormat("en");
/** `1,204`: the same on every machine. */
export const number = (value: number): string => english.format(value);

/** `1 person`, `2 people`, `1,204 accounts`. */
export function count(value: number, one: string, many = `${one}s`): string {
	return `${number(value)} ${value === 1 ? one : many}`;
}

/** `0.4 s`, `12 s`, `3 min 5 s`. */
export function duration(seconds: number): string {
	if (seconds < 10) return `${(Math.round(seconds * 10) / 10).toString()} s`;
	const whole = Math.round(seconds);
	return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** `2026-03-02 08:31:05 UTC`; a string that is no ISO 8601 date comes back as it is. */
export function moment(iso: string): string {
	const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/.exec(iso);
	return match === null ? iso : `${match[1]} ${match[2]} UTC`;
}

/** `account.disable` and `member.remove jira-developers` of a hold, in words. */
export function wantedWords(wanted: string): string {
	const space = wanted.indexOf(" ");
	const kind = space < 0 ? wanted : wanted.slice(0, space);
	if (!Object.hasOwn(KINDS, kind)) return wanted;
	const rest = space < 0 ? "" : wanted.slice(space + 1);
	return rest === "" ? KINDS[kind as OperationKind].verb : `${KINDS[kind as OperationKind].verb} ${rest}`;
}

/** `Disable: 212 planned, 55 allowed`; for what is no operation (`staff: people`) the message has the numbers. */
export function breachTitle({ what, planned, allowed }: ReportBreach): string {
	if (!Object.hasOwn(KINDS, what)) return what;
	return `${capital(KINDS[what as OperationKind].verb)}: ${number(planned)} planned, ${number(allowed)} allowed`;
}

/** Whether the plan was carried out, at least in part; false for dry runs and refused plans. */
export const wasApplied = (report: Report): boolean => report.counts.some((c) => settled(c) > 0);

const settled = (c: ReportCount): number => c.done + c.already + c.failed + c.unknown + c.notRun;

/** Went wrong and deserves to be read first. */
export const isTrouble = (operation: ReportOperation): boolean => operation.state === "failed" || operation.state === "unknown";

export const capital = (text: string): string => (text === "" ? text : text[0]!.toUpperCase() + text.slice(1));

/** `Jira Software: 98 of 100 seats taken, 97 after this plan, 3 free`. */
export function seatWords({ name, total, used, after, lacking }: Report["seats"][number]): string {
	if (total === undefined) return `${name}: ${count(used, "seat")} taken, ${number(after)} after this plan; no limit`;
	const short = lacking === 0 ? "" : `, ${number(lacking)} too few`;
	return `${name}: ${number(used)} of ${number(total)} seats taken, ${number(after)} after this plan, ${number(Math.max(0, total - after))} free then${short}`;
}
