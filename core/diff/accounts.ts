import type { Wish } from "../desired/desired.ts";
import type { Digest, PersonKey } from "../model.ts";
import type { AccountFields } from "../operation.ts";
import type { Account } from "../product.ts";
import type { Draft } from "./draft.ts";
import { offboard, waitingFor } from "./leavers.ts";
import type { Match } from "./match.ts";
import type { Names } from "./usernames.ts";
import { foldEmail, type World } from "./world.ts";

/** Creates, enables, disables and updates; returns the creations, which the memberships have to wait for. */
export function planAccounts(
	world: World,
	draft: Draft,
	found: { matches: ReadonlyMap<PersonKey, Match>; names: Names },
): ReadonlyMap<PersonKey, Digest> {
	const creations = new Map<PersonKey, Digest>();
	for (const wish of world.desired.people.values()) {
		const match = found.matches.get(wish.person)!;
		if (match.state === "account") {
			planExisting(world, draft, { wish, account: match.account, names: found.names });
			planMark(world, draft, { wish, account: match.account, names: found.names, known: match.how === "linked" });
		}
		if (match.state !== "create" || !wish.active) continue;
		const created = planCreation(world, draft, { wish, names: found.names });
		if (created !== undefined) creations.set(wish.person, created);
	}
	return creations;
}

function planCreation(world: World, draft: Draft, { wish, names }: { wish: Wish; names: Names }): Digest | undefined {
	const after = fieldsOf(world.canonical(wish.fields));
	const subject = { username: after.username, person: wish.person };
	const hold = (because: "username-taken" | "username-cycle" | "ambiguous" | "invalid-value", detail: string) =>
		draft.hold({ subject, wanted: "account.create", because, detail });
	for (const field of world.can.requiredFields) {
		if (after[field] !== "") continue;
		hold(
			"invalid-value",
			`${world.can.server} creates no account without ${field}; the directory gives none for this person (set people.${field} in the policy, or fill it in in the directory)`,
		);
		return undefined;
	}
	const way = names.forCreation(wish);
	if (!way.free) {
		hold(way.because[0] as "username-taken", way.because[1]);
		return undefined;
	}
	const id = draft.want({
		kind: "account.create",
		subject,
		...(wish.aliases.length === 0 ? {} : { aliases: wish.aliases }),
		after,
		because: "the person has no account",
		...(way.requires.length > 0 ? { requires: way.requires } : {}),
	});
	const mark = world.rules.mark;
	const attributes = { ...wish.attributes, ...(mark === undefined ? {} : { [mark.attribute]: mark.write(wish.person, after.username) }) };
	if (id !== undefined)
		for (const [attribute, value] of Object.entries(attributes))
			draft.want({
				kind: "attribute.set",
				subject,
				attribute,
				before: undefined,
				after: value,
				requires: [id],
				because: "the account is new",
			});
	return id;
}

function planExisting(world: World, draft: Draft, { wish, account, names }: { wish: Wish; account: Account; names: Names }): void {
	const subject = { username: account.username, person: wish.person, account: account.id };
	if (!wish.active) {
		const because = "the person is switched off in the directory";
		if (account.active)
			offboard(world, draft, { account, person: wish.person, because, waiting: waitingFor(world, world.owners.get(account.id) ?? []) });
		return;
	}
	if (!account.active) draft.want({ kind: "account.enable", subject, because: "the person is active in the directory" });
	if (!names.inCircle(account)) planFields(world, draft, { wish, account });
	for (const [attribute, after] of Object.entries(wish.attributes)) {
		const before = account.attributes?.[attribute];
		if (before !== after) draft.want({ kind: "attribute.set", subject, attribute, before, after, because: "the directory says otherwise" });
	}
}

/** Compared with what was written, not with what the account has: reading an attribute costs a request each. */
function planMark(
	world: World,
	draft: Draft,
	{ wish, account, names, known }: { wish: Wish; account: Account; names: Names; known: boolean },
): void {
	const { mark } = world.rules;
	if (mark === undefined || !wish.active) return;
	const { username, renamedBy } = names.nameOf(account);
	const after = mark.write(wish.person, username);
	// What was written for the person stands in the account that was theirs then.
	const before = known ? world.ownership.marks.get(wish.person) : undefined;
	if (before === after) return;
	const subject = { username: account.username, person: wish.person, account: account.id };
	const requires = renamedBy === undefined ? {} : { requires: [renamedBy] };
	const because = "says whose account it is, should the store be lost";
	draft.want({ kind: "attribute.set", subject, attribute: mark.attribute, before, after, ...requires, because });
}

const CHANGEABLE = ["email", "displayName"] as const;
type Changeable = (typeof CHANGEABLE)[number];

/** Plans the fields that differ; one that the product cannot change is held with the way out. */
function planFields(world: World, draft: Draft, { wish, account }: { wish: Wish; account: Account }): void {
	const subject = { username: account.username, person: wish.person, account: account.id };
	const wanted = world.canonical(wish.fields);
	const known = knownFields(world, account);
	const differing = CHANGEABLE.filter((field) => differs(field, wanted, known));
	const keys = differing.filter((field) => world.can.updatableFields.has(field));
	for (const field of differing) {
		// What can be neither read nor written is no difference that anybody could settle.
		if (keys.includes(field) || known[field] === undefined) continue;
		const detail = world.can.fixedFields?.[field] ?? `${world.can.server} cannot change ${field}; change it there by hand`;
		draft.hold({ subject, wanted: `account.update ${field}`, because: "unsupported", detail });
	}
	if (keys.length === 0) return;
	const pick = (from: Partial<AccountFields>) => Object.fromEntries(keys.map((key) => [key, from[key]]));
	const untold = keys.filter((key) => known[key] === undefined);
	const because =
		untold.length === 0
			? "the directory says otherwise"
			: `the product does not tell ${untold.join(" and ")}, and Rollcall has not written it yet`;
	draft.want({ kind: "account.update", subject, before: pick(known), after: pick(wanted), because });
}

/** What the account has: as the product tells it, else as Rollcall last wrote it; undefined where neither is known. */
function knownFields(world: World, account: Account): Partial<Record<Changeable, string>> {
	const written = world.ownership.written.get(account.id);
	const known: Partial<Record<Changeable, string>> = {};
	for (const field of CHANGEABLE) {
		const value = world.can.readableFields.has(field) ? account[field] : written?.[field];
		if (value !== undefined) known[field] = value;
	}
	return known;
}

/** An empty wish changes nothing: the directory not knowing an address is no order to blank it. */
function differs(field: Changeable, wanted: AccountFields, known: Partial<Record<Changeable, string>>): boolean {
	const [want, has] = [wanted[field], known[field]];
	if (want === "" || want === has) return false;
	return field !== "email" || has === undefined || foldEmail(want) !== foldEmail(has);
}

const fieldsOf = ({ username, email, displayName }: AccountFields): AccountFields => ({ username, email, displayName });
