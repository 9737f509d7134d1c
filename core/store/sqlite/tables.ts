import type { Generated } from "kysely";
import type { AccountId, ConnectorId, Digest, GroupName, PersonKey, ProductId } from "../../model.ts";
import type { LinkOrigin, RunOutcome, RunStart, Settlement } from "../store.ts";

/** The tables as the migrations leave them. Times are milliseconds since 1970 UTC; every integer is below 2^53. */
export interface Tables {
	lease: LeaseTable;
	link: LinkTable;
	site: SiteTable;
	absence: AbsenceTable;
	snapshot: SnapshotTable;
	run: RunTable;
	entry: EntryTable;
}

interface LeaseTable {
	name: string;
	holder: string;
	token: number;
	until: number;
	/** JSON of a `Birth`, or empty: which process of this machine holds it. */
	born: string;
}
interface LinkTable {
	product: ProductId;
	person: PersonKey;
	account: AccountId;
	origin: LinkOrigin;
	linked_at: number;
}
interface SiteTable {
	product: ProductId;
	site: string;
}
interface AbsenceTable {
	product: ProductId;
	person: PersonKey;
	since: number;
	sightings: number;
	/** Number of the recording that saw it last; those with an older one are forgotten. */
	round: number;
}
interface SnapshotTable {
	product: ProductId;
	connector: ConnectorId;
	digest: Digest;
	people: number;
	active: number;
	groups: number;
	memberships: number;
	rejects: number;
	taken_at: number;
}
interface RunTable {
	id: Generated<number>;
	product: ProductId;
	lease: string;
	token: number;
	mode: RunStart["mode"];
	trigger: string;
	started_at: number;
	finished_at: number | null;
	outcome: RunOutcome;
	plan_digest: Digest;
	planned: number;
	/** JSON: the guard's verdict, one line each breach. */
	breaches: string;
	/** JSON: planned operations by kind. */
	counts: string;
	note: string | null;
}
interface EntryTable {
	run: number;
	/** 1, 2, 3 … within the run. */
	seq: number;
	operation: Digest;
	kind: string;
	product: ProductId;
	person: PersonKey | null;
	account: AccountId | null;
	group_name: GroupName | null;
	/** JSON of the operation. */
	body: string;
	intended_at: number;
	settled_at: number | null;
	state: Settlement["state"] | null;
	error_code: string | null;
	/** JSON of the settlement. */
	settlement: string | null;
	/** Of creations: 1 once the person was linked afterwards. Of what was taken from leavers: 1 once they have a seat again. */
	explained: number;
}
