import { SyncError } from "../../../core/errors.ts";
import type { DirectoryBounds } from "./settings.ts";

/** Counts what the directory holds, and refuses what would go beyond its bounds before anything is sent. Before the first reading nothing is known, and nothing refused. */
export class Room {
	readonly bounds: DirectoryBounds;
	#users: number | undefined;
	#groups: number | undefined;
	/** At least so many: of the groups whose members were read. */
	#memberships: number | undefined;

	constructor(bounds: DirectoryBounds) {
		this.bounds = bounds;
	}

	learn(counts: { readonly users: number; readonly groups: number; readonly memberships: number }): void {
		this.#users = counts.users;
		this.#groups = counts.groups;
		this.#memberships = counts.memberships;
	}
	added(what: { readonly users?: number; readonly groups?: number; readonly memberships?: number }): void {
		if (this.#users !== undefined) this.#users += what.users ?? 0;
		if (this.#groups !== undefined) this.#groups += what.groups ?? 0;
		if (this.#memberships !== undefined) this.#memberships += what.memberships ?? 0;
	}

	assertUser(username: string): void {
		if ((this.#users ?? 0) >= this.bounds.users) throw full(`no user "${username}" was created`, "users", this.bounds.users);
	}
	assertGroup(name: string): void {
		if ((this.#groups ?? 0) >= this.bounds.groups) throw full(`no group "${name}" was created`, "groups", this.bounds.groups);
	}
	assertMembers(name: string, members: number, more: number): void {
		const { membersPerGroup, memberships } = this.bounds;
		if (members + more > membersPerGroup)
			throw full(`nobody was added to "${name}", which has ${members} members`, "members of a group", membersPerGroup);
		if ((this.#memberships ?? 0) + more > memberships)
			throw full(`nobody was added to "${name}"`, "memberships of all groups together", memberships);
	}
}

const full = (what: string, of: string, bound: number): SyncError =>
	new SyncError("target.rejected", `${what}: the directory's bound of ${bound} ${of} is reached`, {
		todo: `Remove what nobody needs at admin.atlassian.com, or correct \`bounds\` when Atlassian grants this directory more. Nothing was sent.`,
	});
