import type { Company, CompanyPerson } from "../world/company.ts";
import { type NewOktaGroup, type NewOktaUser, type OktaGroup, type OktaStatus, type OktaUser, type OrgState, oktaId } from "./records.ts";

export interface OrgOptions {
	readonly clock: () => number;
	/** Called after every change. */
	readonly changed: () => void;
	/** What an earlier run left. */
	readonly state?: OrgState;
}

/**
 * The people, groups and memberships of one organisation. Tests and the demo change it through these methods; the HTTP
 * side reads it. The group Everyone is always there and has everybody who is not deactivated.
 */
export class Org {
	readonly users = new Map<string, OktaUser>();
	readonly groups = new Map<string, OktaGroup>();
	readonly everyone = oktaId("00g", "Everyone");
	/** In the list of groups like any other; its members cannot be listed: https://github.com/okta/terraform-provider-okta/issues/1845 */
	readonly administrators = oktaId("00g", "Okta Administrators");
	/** Counts changes; caches compare it. */
	version = 0;
	readonly #membersOf = new Map<string, Set<string>>();
	readonly #clock: () => number;
	readonly #changed: () => void;
	#created = 0;

	constructor(options: OrgOptions) {
		this.#clock = options.clock;
		this.#changed = options.changed;
		const { state } = options;
		if (state === undefined) {
			this.addGroup({ id: this.everyone, type: "BUILT_IN", profile: { name: "Everyone", description: "All users in your organization" } });
			const description = "Okta manages this group, which contains all administrators in your organization.";
			this.addGroup({ id: this.administrators, type: "BUILT_IN", profile: { name: "Okta Administrators", description } });
			return;
		}
		this.#created = state.created;
		for (const user of state.users) this.users.set(user.id, user);
		for (const group of state.groups) this.groups.set(group.id, group);
		for (const [group, users] of state.members) this.#membersOf.set(group, new Set(users));
	}

	state(): OrgState {
		const members = [...this.#membersOf].map(([group, users]) => [group, [...users]] as const);
		return { created: this.#created, users: [...this.users.values()], groups: [...this.groups.values()], members };
	}

	addUser(user: NewOktaUser): OktaUser {
		const now = this.#clock();
		const kept: OktaUser = { id: this.#newId("00u"), status: "ACTIVE", created: now, lastUpdated: now, ...user };
		this.users.set(kept.id, kept);
		this.#touch();
		return kept;
	}

	/** Members of the profile that are named change; `null` takes a value away. */
	updateUser(id: string, change: { readonly status?: OktaUser["status"]; readonly profile?: Partial<OktaUser["profile"]> }): OktaUser {
		const before = this.user(id);
		const profile = { ...before.profile, ...change.profile } as OktaUser["profile"];
		const after = { ...before, status: change.status ?? before.status, profile, lastUpdated: this.#clock() };
		this.users.set(id, after);
		this.#touch();
		return after;
	}

	/** Gone for good, as after the second DELETE of Okta. */
	removeUser(id: string): void {
		this.users.delete(this.user(id).id);
		for (const members of this.#membersOf.values()) members.delete(id);
		this.#touch();
	}

	addGroup(group: NewOktaGroup): OktaGroup {
		const now = this.#clock();
		const times = { created: now, lastUpdated: now, lastMembershipUpdated: now };
		const kept: OktaGroup = { id: this.#newId("00g"), type: "OKTA_GROUP", ...times, ...group };
		this.groups.set(kept.id, kept);
		this.#touch();
		return kept;
	}

	removeGroup(id: string): void {
		this.groups.delete(id);
		this.#membersOf.delete(id);
		this.#touch();
	}

	addMember(groupId: string, userId: string): void {
		const group = this.group(groupId);
		const members = this.#membersOf.get(groupId) ?? new Set();
		this.#membersOf.set(groupId, members.add(this.user(userId).id));
		this.groups.set(groupId, { ...group, lastMembershipUpdated: this.#clock() });
		this.#touch();
	}

	removeMember(groupId: string, userId: string): void {
		this.#membersOf.get(groupId)?.delete(userId);
		this.groups.set(groupId, { ...this.group(groupId), lastMembershipUpdated: this.#clock() });
		this.#touch();
	}

	/** @throws Error when there is none. */
	user(id: string): OktaUser {
		const user = this.users.get(id);
		if (user === undefined) throw new Error(`the organisation has no user ${id}`);
		return user;
	}

	/** @throws Error when there is none. */
	group(id: string): OktaGroup {
		const group = this.groups.get(id);
		if (group === undefined) throw new Error(`the organisation has no group ${id}`);
		return group;
	}

	userNamed(login: string): OktaUser | undefined {
		return [...this.users.values()].find((user) => user.profile.login.toLowerCase() === login.toLowerCase());
	}

	/** A deactivated user stays in groups: https://support.okta.com/help/s/article/Deactivated-Users-not-Removed-From-Okta-Groups-Automatically */
	membersOf(groupId: string): readonly OktaUser[] {
		if (groupId === this.everyone) return [...this.users.values()].filter((user) => user.status !== "DEPROVISIONED");
		return [...(this.#membersOf.get(groupId) ?? [])].map((id) => this.user(id));
	}

	groupsOf(userId: string): readonly OktaGroup[] {
		return [...this.groups.values()].filter((group) => this.membersOf(group.id).some((user) => user.id === userId));
	}

	/**
	 * The company takes the place of everybody and every group. Okta has no groups inside groups: whoever is in an inner
	 * one is a member of those around it too, as after an import from Active Directory. What has not changed keeps its times.
	 */
	load(company: Company): void {
		const users = company.people.map((person) => this.#userOf(person));
		const own = [this.everyone, this.administrators].map((id) => this.group(id));
		const groups = company.groups.map((group): OktaGroup => {
			const id = oktaId("00g", group.id);
			const now = this.#clock();
			const fresh = { id, type: "OKTA_GROUP" as const, created: now, lastUpdated: now, lastMembershipUpdated: now };
			return { ...(this.groups.get(id) ?? fresh), profile: { name: group.name, kind: group.kind } };
		});
		const around = new Map(company.groups.map((group) => [group.id, group.parentId]));
		this.users.clear();
		this.groups.clear();
		this.#membersOf.clear();
		for (const user of users) this.users.set(user.id, user);
		for (const group of [...own, ...groups]) this.groups.set(group.id, group);
		for (const person of company.people) {
			for (const direct of person.groups)
				for (let at: string | undefined = direct; at !== undefined; at = around.get(at))
					this.#join(oktaId("00g", at), oktaId("00u", person.id));
		}
		this.#touch();
	}

	#join(group: string, user: string): void {
		const members = this.#membersOf.get(group) ?? new Set();
		this.#membersOf.set(group, members.add(user));
	}

	#userOf(person: CompanyPerson): OktaUser {
		const id = oktaId("00u", person.id);
		const before = this.users.get(id);
		const { username, email, employeeId, department, site, title } = person;
		const user = {
			id,
			status: statusOf(person, id),
			created: person.hiredAt,
			profile: {
				login: username,
				...(email === undefined ? {} : { email }),
				firstName: person.givenName ?? null,
				lastName: person.familyName ?? null,
				department,
				title,
				site,
				employeeId,
				...(person.robot ? { kind: "robot" } : {}),
			},
		};
		const same = before !== undefined && JSON.stringify([before.status, before.profile]) === JSON.stringify([user.status, user.profile]);
		return { ...user, lastUpdated: same ? before.lastUpdated : this.#clock() };
	}

	#newId(prefix: string): string {
		this.#created += 1;
		return oktaId(prefix, this.#created);
	}

	#touch(): void {
		this.version += 1;
		this.#changed();
	}
}

/** Mostly ACTIVE, with the other states that work in between; half of those switched off are suspended, half deactivated. */
function statusOf(person: CompanyPerson, id: string): OktaStatus {
	const mark = id.charCodeAt(5) + id.charCodeAt(6);
	if (!person.active) return mark % 2 === 0 ? "SUSPENDED" : "DEPROVISIONED";
	const rare: readonly OktaStatus[] = ["PASSWORD_EXPIRED", "LOCKED_OUT", "PROVISIONED", "RECOVERY"];
	return mark % 10 === 0 ? (rare[(mark / 10) % rare.length] as OktaStatus) : "ACTIVE";
}
