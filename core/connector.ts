import type { ConnectorId, Person, Snapshot } from "./model.ts";

/** What a directory can and cannot tell us. Declared, generated into the docs, and proved by the contract suite. */
export interface DirectoryTraits {
	/** The server states a total that our count is checked against. */
	readonly statesTotal: boolean;
	readonly nestedGroups: boolean;
	/** Suspended or disabled people appear in listings (otherwise they look deleted). */
	readonly listsInactive: boolean;
	/** Can say what changed since a cursor. */
	readonly incremental: boolean;
}

/** Which custom attributes the policy reads; connectors ask the server for these only. */
export type AttributeNeeds = ReadonlySet<string> | "all";

export interface SnapshotRequest {
	readonly attributes: AttributeNeeds;
	readonly progress?: Progress;
}

/** Called often and cheaply; `total` is absent while it is not known. */
export type Progress = (step: { readonly stage: string; readonly done: number; readonly total?: number }) => void;

/** One line of a `check`: what was looked at and how it stands. `todo` is present unless `level` is ok. */
export interface Finding {
	readonly level: "ok" | "warning" | "error";
	/** Short stable name (`rights.missing`, `clock.skew`, `server.version`). */
	readonly name: string;
	readonly message: string;
	readonly todo?: string;
}

/**
 * A directory. Numbered clauses of this contract, each tested by test/contract/connector.ts:
 *  C1  every person once, whatever the page size
 *  C2  same digest for any page order
 *  C3  any single failing request makes the snapshot throw or hold, never shrink
 *  C4  a stated total that disagrees throws
 *  C5  repeated or endless pages throw in bounded time
 *  C6  inactive people are present
 *  C7  nested groups are edges; cycles do not hang
 *  C8  a token that expires while reading is not noticed
 *  C9  429 with Retry-After is waited for
 *  C10 HTML with status 200 is `source.malformed`
 *  C11 no credential crosses an origin
 *  C12 abort stops within one request
 *  C13 nothing secret in any log line or error
 *  C14 only the attributes that were asked for are in the snapshot
 */
export interface Connector {
	readonly id: ConnectorId;
	readonly kind: string;
	readonly traits: DirectoryTraits;
	/** Credentials, reachability, rights, clock. Cheap; at most one page of anything. Throws only when nothing can be said. */
	check(signal: AbortSignal): Promise<readonly Finding[]>;
	/** The whole directory, or an exception. Never fewer people than the server holds. */
	snapshot(request: SnapshotRequest, signal: AbortSignal): Promise<Snapshot>;
	/** One person by immutable id or username, read fresh; undefined: the directory says there is none. */
	person?(idOrName: string, request: SnapshotRequest, signal: AbortSignal): Promise<Person | undefined>;
	/** Counts of what was sent, for the report. */
	requests(): number;
	close(): Promise<void>;
}
