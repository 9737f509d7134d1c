import type { Wish } from "../desired/desired.ts";
import { compareText } from "../digest.ts";
import type { AccountId, PersonKey } from "../model.ts";
import type { Account } from "../product.ts";
import type { Draft } from "./draft.ts";
import { foldEmail, type World } from "./world.ts";

/** A linked account whose person no source wishes any more. */
export interface Leaver {
	readonly account: Account;
	readonly person: PersonKey;
	readonly because: string;
	/** Set while the person has not been missing long enough, or a source was not read: nothing is taken yet. */
	readonly waiting: { readonly reason: "waiting" | "source-not-read" | "ambiguous"; readonly detail: string } | undefined;
}

/** Everybody who has an account of ours and is wished by nobody. People that are held are not among them. */
export function findLeavers(world: World): ReadonlyMap<AccountId, Leaver> {
	const leavers = new Map<AccountId, Leaver>();
	const newcomers = newcomersByName(world);
	const unreadable = unreadableNewcomers(world);
	for (const [id, keys] of world.owners) {
		const account = world.actual.accounts.get(id);
		if (account === undefined || keys.some((key) => world.wishOf.has(key) || world.heldKeys.has(key))) continue;
		const leaver = leaverOf(world, account, keys);
		const again = newcomers.get(world.user(account.username));
		const unread = unreadable(world.user(account.username));
		if (again !== undefined && isTheSame(world, account, again)) leavers.set(id, { ...leaver, waiting: sameAgain(again, leaver) });
		else leavers.set(id, unread === undefined ? leaver : { ...leaver, waiting: maybeAgain(unread) });
	}
	return leavers;
}

/** Active people without an account of their own, by the username that they want. */
function newcomersByName(world: World): ReadonlyMap<string, Wish> {
	const newcomers = new Map<string, Wish>();
	for (const wish of world.desired.people.values()) {
		if (!wish.active || [wish.person, ...wish.aliases].some((key) => world.ownership.links.has(key))) continue;
		const name = world.user(world.canonical(wish.fields).username);
		const other = newcomers.get(name);
		if (other === undefined || compareText(wish.person, other.person) < 0) newcomers.set(name, wish);
	}
	return newcomers;
}

/** Newcomers whose record could not be read: of the name that is asked for, or of none at all. What nobody can read takes nothing from anybody (law 1). */
function unreadableNewcomers(world: World): (name: string) => PersonKey | undefined {
	const isNew = (key: PersonKey) => ![key, ...world.desired.held.get(key)!.aliases].some((each) => world.ownership.links.has(each));
	const first = (keys: readonly PersonKey[]) => keys.filter(isNew).sort(compareText)[0];
	const nameless = first([...world.desired.held].flatMap(([key, { username }]) => (username === "" ? [key] : [])));
	return (name) => first(world.heldNames.get(name) ?? []) ?? nameless;
}
const maybeAgain = (unread: PersonKey): Leaver["waiting"] => ({
	reason: "ambiguous",
	detail: `${unread} is new and could not be read: it may be the same human being with a new id; mend that record, and this goes on`,
});

function isTheSame(world: World, account: Account, { fields }: Wish): boolean {
	if (!world.can.readableFields.has("email")) return true;
	return fields.email !== "" && foldEmail(world.canonical(fields).email) === foldEmail(account.email);
}

/** Somebody renumbered, or hired again: an id is new, the human being is not. Nothing is taken before a person has said so. */
const sameAgain = ({ person }: Wish, leaver: Leaver): Leaver["waiting"] => ({
	reason: "ambiguous",
	detail: `${person} has the very username and e-mail address of this account: the same human being with a new id? Then \`rollcall unlink ${leaver.person}\`, and the account can be adopted; if not, give one of the two another username`,
});

function leaverOf(world: World, account: Account, keys: readonly PersonKey[]): Leaver {
	const excluded = keys.find((key) => world.desired.excluded.has(key));
	if (excluded !== undefined)
		return { account, person: excluded, because: world.desired.excluded.get(excluded)!.because, waiting: waitingFor(world, keys) };
	const waiting = waitingFor(world, keys);
	const because = waiting?.reason === "source-not-read" ? "the person's source is not read" : "the person left the directory";
	return { account, person: keys[0]!, because, waiting };
}

/** What a source says about somebody counts only once it is clear what the others say whose record of them is missing. */
export function waitingFor(world: World, keys: readonly PersonKey[]): Leaver["waiting"] {
	const missing = keys.filter((key) => !world.wishOf.has(key) && !world.desired.excluded.has(key));
	const unread = missing.find((key) => !world.readSources.some((source) => key.startsWith(`${source}:`)));
	if (unread !== undefined) {
		const detail = `linked as ${unread}, but this product's policy no longer reads that source; put it back into people.from, or disable the account by hand`;
		return { reason: "source-not-read", detail };
	}
	return missing.length === 0 ? undefined : missingLongEnough(world, missing);
}

/** Counts this snapshot as one more sighting of the absence; the store records it after the run. */
function missingLongEnough(world: World, keys: readonly PersonKey[]): Leaver["waiting"] {
	const { sightings, periodMs } = world.rules.leavers.after;
	if (sightings <= 1 && periodMs === 0) return undefined;
	// Somebody known by several keys is missing only since the last of them is.
	const absences = keys.map((key) => world.ownership.absences.get(key));
	const seen = Math.min(...absences.map((absence) => absence?.sightings ?? 0)) + 1;
	const forMs = Math.min(...absences.map((absence) => (absence === undefined ? 0 : world.takenAt.getTime() - absence.since.getTime())));
	if (seen >= sightings && forMs >= periodMs) return undefined;
	return {
		reason: "waiting",
		detail: `missing in ${seen} of ${sightings} snapshots, for ${minutes(forMs)} of ${minutes(periodMs)} (leavers.after)`,
	};
}
const minutes = (ms: number): string => (ms >= 7_200_000 ? `${Math.floor(ms / 3_600_000)} h` : `${Math.floor(ms / 60_000)} min`);

export function planLeavers(world: World, draft: Draft, leavers: ReadonlyMap<AccountId, Leaver>): void {
	for (const leaver of leavers.values()) if (leaver.account.active) offboard(world, draft, leaver);
}

/** What the policy does to the active account of somebody who left or is switched off in the directory. */
export function offboard(world: World, draft: Draft, { account, person, because, waiting }: Leaver): void {
	const { action } = world.rules.leavers;
	if (action === "keep") return;
	const subject = { username: account.username, person, account: account.id };
	const hold = (wanted: string, why: NonNullable<Leaver["waiting"]>) =>
		draft.hold({ subject, wanted, because: why.reason, detail: why.detail });
	if (action === "disable") {
		if (waiting !== undefined) hold("account.disable", waiting);
		else draft.want({ kind: "account.disable", subject, because });
		return;
	}
	if (world.licenceGroups === undefined) {
		const detail = `${world.can.server} does not tell which groups give a licence; name them in leavers.licenceGroups`;
		draft.hold({ subject, wanted: "member.remove", because: "unsupported", detail });
		return;
	}
	const giving = account.groups.filter((group) => world.licenceGroups!.has(world.group(group)));
	const kept = giving.find((group) => world.protectedGroups.has(world.group(group)) || world.ignoredGroups.has(world.group(group)));
	if (kept !== undefined) {
		// Half of it would take something away and shut nobody out.
		const detail = `${kept} gives a licence too and is out of bounds (protect.groups or groups.ignore): take it by hand, and the others follow`;
		for (const group of giving) draft.hold({ subject, wanted: `member.remove ${group}`, because: "protected", detail });
		return;
	}
	for (const group of giving) {
		if (waiting !== undefined) hold(`member.remove ${group}`, waiting);
		else if (world.inherited.has(`${account.id}\u0000${world.group(group)}`))
			draft.hold({
				subject,
				wanted: `member.remove ${group}`,
				because: "inherited",
				detail: `the membership of ${group} comes through a subgroup; remove it there`,
			});
		else draft.want({ kind: "member.remove", subject, group, leaver: true, because });
	}
}
