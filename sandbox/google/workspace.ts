import type { Company } from "../world/company.ts";
import { stateOf } from "./load.ts";
import {
	type GoogleGroup,
	type GoogleMember,
	type GoogleSchema,
	type GoogleUnit,
	type GoogleUser,
	groupId,
	type NewGoogleGroup,
	type NewGoogleUser,
	unitId,
	userId,
	type WorkspaceState,
} from "./records.ts";

export interface WorkspaceOptions {
	readonly domain: string;
	/** Called after every change. */
	readonly changed: () => void;
	/** What an earlier run left. */
	readonly state?: WorkspaceState;
}

/** The people, groups, memberships and organisational units of one customer. Tests and the demo change it here; the HTTP side reads it. */
export class Workspace {
	readonly domain: string;
	readonly customerId = "C03sandbx1";
	readonly users = new Map<string, GoogleUser>();
	readonly groups = new Map<string, GoogleGroup>();
	readonly units = new Map<string, GoogleUnit>();
	readonly schemas = new Map<string, GoogleSchema>();
	readonly #members = new Map<string, GoogleMember[]>();
	readonly #changed: () => void;
	#created = 0;

	constructor(options: WorkspaceOptions) {
		this.domain = options.domain;
		this.#changed = options.changed;
		if (options.state === undefined) this.addUnit("/");
		else this.#fill(options.state);
	}

	state(): WorkspaceState {
		return {
			created: this.#created,
			users: [...this.users.values()],
			groups: [...this.groups.values()],
			members: [...this.#members],
			units: [...this.units.values()],
			schemas: [...this.schemas.values()],
		};
	}

	addUser(user: NewGoogleUser): GoogleUser {
		const local = user.primaryEmail.split("@")[0] ?? "";
		const kept: GoogleUser = {
			id: userId(this.#next()),
			name: { givenName: local, familyName: "-", fullName: `${local} -` },
			suspended: false,
			archived: false,
			orgUnitPath: "/",
			...user,
		};
		this.users.set(kept.id, kept);
		this.#changed();
		return kept;
	}

	updateUser(id: string, change: Partial<GoogleUser>): GoogleUser {
		const before = this.users.get(id);
		if (before === undefined) throw new Error(`the organisation has no user ${id}`);
		const after: GoogleUser = { ...before, ...change };
		this.users.set(id, after);
		this.#changed();
		return after;
	}

	/** Memberships go with the user. */
	removeUser(id: string): void {
		this.users.delete(id);
		this.#forget(id);
	}

	addGroup(group: NewGoogleGroup): GoogleGroup {
		const kept: GoogleGroup = { id: groupId(this.#next()), adminCreated: true, ...group };
		this.groups.set(kept.id, kept);
		this.#changed();
		return kept;
	}

	removeGroup(id: string): void {
		this.groups.delete(id);
		this.#members.delete(id);
		this.#forget(id);
	}

	/** A person or a group of this organisation, by id. Cycles are refused by Google and not here. */
	addMember(group: string, id: string): void {
		const user = this.users.get(id);
		const inner = this.groups.get(id);
		if (user === undefined && inner === undefined) throw new Error(`the organisation has neither a user nor a group ${id}`);
		const of = user === undefined ? { type: "GROUP", email: inner?.email ?? "" } : { type: "USER", email: user.primaryEmail };
		this.addRawMember(group, { ...of, id, role: "MEMBER" });
	}

	/** Any member: from outside, of an unknown type, everybody (CUSTOMER). */
	addRawMember(group: string, member: GoogleMember): void {
		if (!this.groups.has(group)) throw new Error(`the organisation has no group ${group}`);
		const members = this.#members.get(group) ?? [];
		members.push(member);
		this.#members.set(group, members);
		this.#changed();
	}

	removeMember(group: string, id: string): void {
		this.#members.set(
			group,
			this.membersOf(group).filter((member) => member.id !== id),
		);
		this.#changed();
	}

	membersOf(group: string): readonly GoogleMember[] {
		return this.#members.get(group) ?? [];
	}

	/** With all units above it. */
	addUnit(path: string): GoogleUnit {
		const known = [...this.units.values()].find((unit) => unit.orgUnitPath === path);
		if (known !== undefined) return known;
		const unit: GoogleUnit = path === "/" ? { orgUnitId: unitId(""), name: this.domain, orgUnitPath: "/" } : this.#below(path);
		this.units.set(unit.orgUnitId, unit);
		this.#changed();
		return unit;
	}

	#below(path: string): GoogleUnit {
		const cut = path.lastIndexOf("/");
		const parent = this.addUnit(cut === 0 ? "/" : path.slice(0, cut));
		const above = { parentOrgUnitId: parent.orgUnitId, parentOrgUnitPath: parent.orgUnitPath };
		return { orgUnitId: unitId(path), name: path.slice(cut + 1), orgUnitPath: path, ...above };
	}

	addSchema(name: string, fields: Readonly<Record<string, "STRING" | "INT64" | "BOOL">>): void {
		const specs = Object.entries(fields).map(([fieldName, fieldType]) => ({
			fieldId: `${name}-${fieldName}`,
			fieldName,
			fieldType,
			multiValued: false,
		}));
		this.schemas.set(name, { schemaId: `schema-${name}`, schemaName: name, fields: specs });
		this.#changed();
	}

	/** By id, primary address or alias. */
	userBy(key: string): GoogleUser | undefined {
		const wanted = key.toLowerCase();
		const named = (user: GoogleUser) => {
			const aliases = Array.isArray(user.aliases) ? (user.aliases as readonly string[]) : [];
			return [user.primaryEmail, ...aliases].some((address) => address.toLowerCase() === wanted);
		};
		return this.users.get(key) ?? [...this.users.values()].find(named);
	}

	/** By id or address. */
	groupBy(key: string): GoogleGroup | undefined {
		return this.groups.get(key) ?? [...this.groups.values()].find((group) => group.email.toLowerCase() === key.toLowerCase());
	}

	/** This company takes the place of everybody, every group and every unit. */
	load(company: Company): void {
		this.#fill(stateOf(company, this.domain));
		this.#changed();
	}

	#fill(state: WorkspaceState): void {
		for (const map of [this.users, this.groups, this.units, this.schemas, this.#members]) map.clear();
		this.#created = state.created;
		for (const user of state.users) this.users.set(user.id, user);
		for (const group of state.groups) this.groups.set(group.id, group);
		for (const [group, members] of state.members) this.#members.set(group, [...members]);
		for (const schema of state.schemas) this.schemas.set(schema.schemaName, schema);
		for (const unit of state.units) this.units.set(unit.orgUnitId, unit);
		if (this.units.size === 0) this.addUnit("/");
	}

	#forget(id: string): void {
		for (const group of this.#members.keys()) this.removeMember(group, id);
		this.#changed();
	}

	#next(): number {
		this.#created += 1;
		return this.#created;
	}
}
