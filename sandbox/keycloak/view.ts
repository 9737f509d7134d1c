import type { Caller, SandboxClient } from "./access.ts";
import { byName } from "./page.ts";
import type { KeycloakQuirks } from "./quirks.ts";
import type { Realm } from "./realm.ts";
import type { KeycloakUser } from "./records.ts";

/** The realm in the order in which it is listed; sorted again only after a change. */
export class RealmOrder {
	readonly #realm: Realm;
	#users: { readonly version: number; readonly all: readonly KeycloakUser[]; readonly people: readonly KeycloakUser[] } | undefined;
	readonly #members = new Map<string, { readonly version: number; readonly rows: readonly KeycloakUser[] }>();
	/** Requests for users so far: the unstable order depends on it. */
	turns = 0;

	constructor(realm: Realm) {
		this.#realm = realm;
	}

	users(): { readonly all: readonly KeycloakUser[]; readonly people: readonly KeycloakUser[] } {
		if (this.#users?.version !== this.#realm.version) {
			const all = [...this.#realm.users.values()].sort(byName((user) => user.username));
			this.#users = { version: this.#realm.version, all, people: all.filter((user) => user.serviceAccountOf === undefined) };
		}
		return this.#users;
	}

	members(groupId: string): readonly KeycloakUser[] {
		const kept = this.#members.get(groupId);
		if (kept?.version === this.#realm.version) return kept.rows;
		const rows = [...this.#realm.membersOf(groupId)].map((id) => this.#realm.user(id)).sort(byName((user) => user.username));
		this.#members.set(groupId, { version: this.#realm.version, rows });
		return rows;
	}
}

/** What one request may see of a realm, and through which quirks. */
export class RealmView {
	readonly realm: Realm;
	readonly caller: Caller;
	readonly quirks: KeycloakQuirks;
	readonly clients: ReadonlyMap<string, SandboxClient>;
	readonly origin: string;
	readonly #order: RealmOrder;

	constructor(order: RealmOrder, parts: Pick<RealmView, "realm" | "caller" | "quirks" | "clients" | "origin">) {
		this.#order = order;
		this.realm = parts.realm;
		this.caller = parts.caller;
		this.quirks = parts.quirks;
		this.clients = parts.clients;
		this.origin = parts.origin;
	}

	/** With service accounts, by username. */
	sortedUsers(): readonly KeycloakUser[] {
		return this.#order.users().all;
	}

	/** Without service accounts, by username. */
	people(): readonly KeycloakUser[] {
		return this.#order.users().people;
	}

	sortedMembers(groupId: string): readonly KeycloakUser[] {
		return this.#order.members(groupId);
	}

	isHidden(user: KeycloakUser): boolean {
		return this.quirks.hiddenUsers.includes(user.username);
	}

	/** With the quirk on, another rotation for every request; otherwise the same list. */
	shuffled(rows: readonly KeycloakUser[]): readonly KeycloakUser[] {
		if (!this.quirks.unstableUserOrder || rows.length === 0) return rows;
		this.#order.turns += 1;
		const shift = (this.#order.turns * 7) % rows.length;
		return [...rows.slice(shift), ...rows.slice(0, shift)];
	}
}
