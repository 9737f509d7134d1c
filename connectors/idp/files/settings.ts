import type { ConnectorId } from "../../../core/model.ts";
import type { HttpLog } from "../../http/log.ts";
import type { NetworkSettings } from "../../http/network.ts";
import type { RetryPolicy } from "../../http/retry.ts";
import type { Disk } from "./disk.ts";

export type Format = "csv" | "json" | "jsonl";
/** What a file holds: records of one kind, or (JSON) all three kinds in one object. */
export type Kind = "people" | "groups" | "memberships";

export interface FilesSettings {
	readonly id: ConnectorId;
	/** Absolute paths, as all below. Several files of one kind are read as if they were one; each must exist. */
	readonly people: readonly string[];
	readonly groups: readonly string[];
	readonly memberships: readonly string[];
	/** One JSON object with `people` and perhaps `groups`, `memberships` and `counts`. */
	readonly together?: string;
	/** Absent: by the ending of each file's name. */
	readonly format?: Format;
	/** Absent: whichever of the four gives the columns that are needed. */
	readonly separator?: Separator;
	/** UTF-16 is recognised by its byte order mark, whatever stands here. */
	readonly encoding: "utf-8" | "windows-1252";
	readonly columns: PersonColumns;
	readonly groupColumns: GroupColumns;
	readonly membershipColumns: MembershipColumns;
	/** Further columns that hold several values. */
	readonly lists: readonly string[];
	/** Between the values in one cell of a CSV file. */
	readonly listSeparator?: string;
	readonly activeWhen: readonly string[];
	readonly inactiveWhen: readonly string[];
	/** There is no column that says so: whoever is in the file is active. */
	readonly everybodyActive: boolean;
	/** What memberships name people by. */
	readonly memberIs: "id" | "username";
	/** What memberships name groups by, where there are records of groups. */
	readonly groupIs: "id" | "name";
	/** Members (and groups in memberships) of which there is no record. */
	readonly unknownMembers: "refuse" | "hold" | "ignore";
	/** Records that have an id and are otherwise not understood. */
	readonly badRecords: "refuse" | "hold";
	/** A file without records is refused unless its kind stands here. */
	readonly mayBeEmpty: readonly Kind[];
	readonly proof: Proof;
	/** `timeoutMs`: for one operation on a file. A network file system may hang for ever. */
	readonly network: Pick<NetworkSettings, "timeoutMs">;
	readonly log?: HttpLog;
	/** Of the whole reading, when files change or end early meanwhile. */
	readonly retry?: RetryPolicy;
	/** The real one unless a test stands between. */
	readonly disk?: Disk;
	/** Bytes read at once. */
	readonly chunkBytes?: number;
}

/** By what a file is known to be whole, and files to belong together. */
export interface Proof {
	/** CSV and JSON Lines. Absent: required unless a trailer or checksums say more. */
	readonly finalNewline?: "required" | "optional";
	/** A file touched more recently is watched for that long first. */
	readonly quietForMs: number;
	readonly maxAgeMs?: number;
	/** Between the oldest and the newest file. */
	readonly maxSpreadMs?: number;
	/** CSV: the last line begins with `first`; its cell number `count` (from 1) states how many records there are. */
	readonly trailer?: { readonly first: string; readonly count?: number };
	/** A list as `sha256sum` writes it; or `*` and an ending: one beside each file. */
	readonly checksums?: string;
	/** Written when all files are: exists, and is not older than any of them. */
	readonly done?: string;
}

export type Separator = "," | ";" | "\t" | "|";

/** Names of columns (CSV) or keys (JSON), in any case. A name that is stated must be there; the default of an optional one need not. */
export interface PersonColumns {
	readonly id?: string;
	readonly username?: string;
	readonly email?: string;
	readonly givenName?: string;
	readonly familyName?: string;
	readonly displayName?: string;
	readonly active?: string;
	/** Without default: a column of groups counts only where it is named. */
	readonly groups?: string;
}
export interface GroupColumns {
	readonly id?: string;
	readonly name?: string;
	readonly path?: string;
	readonly members?: string;
	readonly groups?: string;
	readonly parents?: string;
}
export interface MembershipColumns {
	readonly group?: string;
	readonly member?: string;
	/** `person` (or `user`), or `group`. Without it all members are people. */
	readonly type?: string;
}
