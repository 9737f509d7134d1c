import { asSyncError, SyncError } from "../../../core/errors.ts";
import type { WireGroup, WireUser } from "./wire.ts";

/** Ids of users by group id. */
export type Members = ReadonlyMap<string, ReadonlySet<string>>;

/** What users say of their groups, turned round; undefined where no user says anything, so that it proves nothing. */
export function toldByUsers(users: readonly WireUser[]): Members | undefined {
	const members = new Map<string, Set<string>>();
	for (const { id, groups } of users)
		for (const { value } of groups ?? []) {
			const known = members.get(value);
			if (known === undefined) members.set(value, new Set([id]));
			else known.add(id);
		}
	return members.size === 0 ? undefined : members;
}

/** A member list states no total, so it is held against what users say of their groups. */
export function memberIds(group: WireGroup, told: Members | undefined): ReadonlySet<string> {
	const ids = new Set((group.members ?? []).map(({ value }) => value));
	if (told === undefined) return ids;
	const expected = told.get(group.id) ?? new Set();
	const odd = [...ids].find((id) => !expected.has(id)) ?? [...expected].find((id) => !ids.has(id));
	if (odd === undefined) return ids;
	throw new SyncError(
		"target.incomplete",
		`the group "${group.displayName}" and user ${odd} do not agree on whether the user is a member (${ids.size} members by the group, ${expected.size} by the users)`,
		{
			todo: "Run again in some minutes: somebody may be changing it. If it stays, write `memberships: groups` to believe the groups alone.",
			context: { group: group.displayName, user: odd },
		},
	);
}

/** Where no user says anything, two looks at the group must at least agree with each other. */
export function assertSame(group: string, first: ReadonlySet<string>, second: ReadonlySet<string>): void {
	if (first.size === second.size && [...first].every((id) => second.has(id))) return;
	throw new SyncError("target.incomplete", `the group "${group}" had ${first.size} members at one look and ${second.size} at the next`, {
		todo: "Run again at a quieter time: somebody is changing it, or one of the two lists was not whole.",
		context: { group },
	});
}

/** True for what another look may put right. */
export const mayHaveMoved = (error: unknown): boolean => asSyncError(error).code === "target.incomplete";
