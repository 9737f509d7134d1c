import type { Wish } from "../desired/desired.ts";
import type { Digest, PersonKey } from "../model.ts";
import type { AccountFields } from "../operation.ts";
import type { Account } from "../product.ts";
import type { Draft } from "./draft.ts";
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
		if (match.state === "account") planExisting(world, draft, { wish, account: match.account });
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
		after,
		because: "the person has no account",
		...(way.requires.length > 0 ? { requires: way.requires } : {}),
	});
	if (id !== undefined)
		for (const [attribute, value] of Object.entries(wish.attributes))
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

function planExisting(world: World, draft: Draft, { wish, account }: { wish: Wish; account: Account }): void {
	const subject = { username: account.username, person: wish.person, account: account.id };
	if (!wish.active) {
		if (account.active && world.rules.leavers.action === "disable")
			draft.want({ kind: "account.disable", subject, because: "the person is switched off in the directory" });
		return;
	}
	if (!account.active) draft.want({ kind: "account.enable", subject, because: "the person is active in the directory" });
	const change = changedFields(world, account, wish);
	if (change !== undefined) draft.want({ kind: "account.update", subject, ...change, because: "the directory says otherwise" });
	for (const [attribute, after] of Object.entries(wish.attributes)) {
		const before = account.attributes?.[attribute];
		if (before !== after) draft.want({ kind: "attribute.set", subject, attribute, before, after, because: "the directory says otherwise" });
	}
}

/** An empty wish changes nothing: the directory not knowing an address is no order to blank it. */
function changedFields(world: World, account: Account, wish: Wish) {
	const wanted = world.canonical(wish.fields);
	const differs = {
		email: wanted.email !== "" && wanted.email !== account.email && foldEmail(wanted.email) !== foldEmail(account.email),
		displayName: wanted.displayName !== "" && wanted.displayName !== account.displayName,
	};
	const keys = (["email", "displayName"] as const).filter((key) => differs[key] && world.can.updatableFields.has(key));
	if (keys.length === 0) return undefined;
	const pick = (from: AccountFields) => Object.fromEntries(keys.map((key) => [key, from[key]])) as Partial<Omit<AccountFields, "username">>;
	return { before: pick(account), after: pick(wanted) };
}

const fieldsOf = ({ username, email, displayName }: AccountFields): AccountFields => ({ username, email, displayName });
