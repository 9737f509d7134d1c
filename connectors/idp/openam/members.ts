import { SyncError } from "../../../core/errors.ts";
import type { GroupId, PersonId } from "../../../core/model.ts";
import type { RealmReading } from "./realm.ts";

export type Member = { readonly kind: "person"; readonly id: PersonId } | { readonly kind: "group"; readonly id: GroupId };

/**
 * Who is meant by the DNs that groups hold. They are names of entries of the realm's own data store, which several
 * realms may share; a deletion or renaming leaves them behind (OpenAM 16.0.5 with its embedded store), and they may name
 * what is outside of every realm that is read.
 */
export class Members {
	readonly #ofRealm = new Map<string, Map<string, Member>>();
	readonly #everywhere = new Map<string, Member>();
	#near: Map<string, string> | undefined;

	constructor(readings: readonly RealmReading[]) {
		for (const { realm, people, groups, heldPeople, heldGroups } of readings) {
			const own = new Map<string, Member>();
			for (const { dn, id } of [...people, ...heldPeople]) if (dn !== undefined) own.set(dn, { kind: "person", id: id as PersonId });
			for (const { dn, id } of [...groups, ...heldGroups]) if (dn !== undefined) own.set(dn, { kind: "group", id: id as GroupId });
			this.#ofRealm.set(realm, own);
			for (const [dn, member] of own) if (!this.#everywhere.has(dn)) this.#everywhere.set(dn, member);
		}
	}

	/**
	 * Undefined: nobody of those that were read. Throws `source.malformed` for a name that differs from a known one only in
	 * accents and blanks: whether the directory takes both for the same is not known here.
	 */
	find(realm: string, dn: string): Member | undefined {
		const found = this.#ofRealm.get(realm)?.get(dn) ?? this.#everywhere.get(dn);
		if (found !== undefined) return found;
		this.#near ??= new Map([...this.#everywhere.keys()].map((known) => [bare(known), known]));
		const near = this.#near.get(bare(dn));
		if (near === undefined) return undefined;
		throw new SyncError("source.malformed", `it has the member ${dn}, which is spelt otherwise than ${near}`, {
			todo: "Write the member's name into the group anew.",
		});
	}
}

const bare = (dn: string): string =>
	dn
		.normalize("NFKD")
		.replace(/[\p{M}\s\\]/gu, "")
		.toLowerCase();
