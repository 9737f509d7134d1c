import type { Progress } from "../../core/connector.ts";
import { SyncError } from "../../core/errors.ts";
import type { Side } from "../http/failure.ts";
import { assertRunning } from "../http/pause.ts";
import { together } from "../http/together.ts";
import { listOnce } from "./listing.ts";
import { fold, type Membership } from "./memberships.ts";
import { PAGE_SIZE } from "./settings.ts";
import type { UserManagement } from "./talk.ts";
import { WireGroup, WireUser } from "./wire.ts";

/** A record by its folded name: understood, or seen and not understood. */
export interface Found<T> {
	readonly id: string;
	readonly name: string;
	/** `userkey`, where the row has one; it may have one although it was not understood. */
	readonly key: string | undefined;
	readonly value: T | undefined;
	/** Why there is no value. */
	readonly because: string | undefined;
}

/** Everything that the application sees, by folded names. */
export interface Population {
	readonly users: ReadonlyMap<string, Found<WireUser>>;
	readonly groups: ReadonlyMap<string, Found<WireGroup>>;
	/** Of each group; one that was listed and is missing here has members that nobody knows. */
	readonly memberships: ReadonlyMap<string, Membership>;
}

export interface Want {
	readonly attributes: boolean;
	readonly progress?: Progress;
}

/** How often a reading that moved under our hands is begun anew. */
const TRIES = 3;
/** So many are looked up one by one; more are no accident. */
const FEW = 50;

/**
 * Users, groups, then all memberships; whole, or an exception. The three must fit: every group is listed *and* has its
 * memberships (empty groups too), every member is listed. Whoever is a member and not listed is looked up: gone is gone,
 * but one who is there proves that the list is not whole. Then everything is read anew, since somebody may just have been
 * created; a third time it is an error (a directory was left out, or the application may not see everybody).
 */
export async function readPopulation(talk: UserManagement, want: Want, signal: AbortSignal): Promise<Population> {
	const { side } = talk.settings;
	let wrong = moved(side);
	for (let attempt = 1; attempt <= TRIES; attempt += 1) {
		const lists = await readLists(talk, want, signal);
		if (lists === undefined) continue;
		const memberships = await talk.memberships(signal);
		const misfits = misfitsOf({ ...lists, memberships });
		const unlisted = await stillThere(talk, misfits, signal);
		assertRunning(signal);
		// A group of whose members nothing was said is held in the end.
		if (unlisted === undefined && (misfits.silent === 0 || attempt === TRIES)) return { ...lists, memberships };
		if (unlisted !== undefined) wrong = notWhole(side, unlisted);
	}
	throw wrong;
}

interface Lists {
	readonly users: Population["users"];
	readonly groups: Population["groups"];
}

async function readLists(talk: UserManagement, want: Want, signal: AbortSignal): Promise<Lists | undefined> {
	const read = (what: "users" | "groups", stop: AbortSignal) => readList(talk, { ...want, what }, stop);
	const [users, groups] = await together({ items: ["users", "groups"] as const, width: 2 }, read, signal);
	return users === undefined || groups === undefined ? undefined : ({ users, groups } as Lists);
}

/** Everybody's record as the list has it now; undefined: the list moved while it was read. */
export async function listUsers(talk: UserManagement, signal: AbortSignal): Promise<Population["users"] | undefined> {
	return (await readList(talk, { attributes: false, what: "users" }, signal)) as Population["users"] | undefined;
}

async function readList(talk: UserManagement, want: Want & { readonly what: "users" | "groups" }, signal: AbortSignal) {
	const { side, pageSize: size = PAGE_SIZE } = talk.settings;
	const { what } = want;
	const schema = what === "users" ? WireUser : WireGroup;
	let done = 0;
	const page = async (span: { start: number; max: number }, inner: AbortSignal) => {
		const rows = (await talk[what]({ ...span, attributes: want.attributes }, inner)).map((row) => foundIn(row, { side, what, schema }));
		done = Math.max(done, span.start + rows.length);
		want.progress?.({ stage: what === "users" ? "people" : "groups", done });
		return rows;
	};
	return await listOnce({ side, what, size, page }, signal);
}

/** A record without a name cannot be held: nobody would know whom to leave alone. */
function foundIn(
	row: unknown,
	of: { readonly side: Side; readonly what: "users" | "groups"; readonly schema: typeof WireUser | typeof WireGroup },
): Found<WireUser | WireGroup> {
	const { name, key } = row instanceof Object ? (row as Record<string, unknown>) : {};
	if (typeof name !== "string" || name === "") {
		throw new SyncError(`${of.side}.malformed`, `a row of the list of ${of.what} has no name`, {
			todo: "The server's version may be newer than what Rollcall knows. Please report it.",
		});
	}
	const head = { id: fold(name), name, key: typeof key === "string" && key !== "" ? key : undefined };
	const parsed = of.schema.safeParse(row);
	if (parsed.success) return { ...head, value: parsed.data, because: undefined };
	const [issue] = parsed.error.issues;
	return {
		...head,
		value: undefined,
		because: `the answer has no usable ${issue?.path.join(".") || "record"}: ${issue?.message ?? "unknown shape"}`,
	};
}

interface Misfits {
	/** Members that the list of users does not name. */
	readonly users: readonly string[];
	/** Groups that have members or are inside others, and are not listed. */
	readonly groups: readonly string[];
	/** How many groups are listed, and nothing was said of their members. */
	readonly silent: number;
}

function misfitsOf({ users, groups, memberships }: Population): Misfits {
	const strangers = new Map<string, string>();
	const unlisted = new Map<string, string>();
	for (const [id, membership] of memberships) {
		if (!groups.has(id)) unlisted.set(id, membership.group);
		for (const name of membership.users) if (!users.has(fold(name))) strangers.set(fold(name), name);
		for (const name of membership.groups) if (!groups.has(fold(name))) unlisted.set(fold(name), name);
	}
	let silent = 0;
	for (const id of groups.keys()) if (!memberships.has(id)) silent += 1;
	return { users: [...strangers.values()], groups: [...unlisted.values()], silent };
}

/** Who of them the server knows by name, in words; undefined: nobody, they were deleted meanwhile. */
async function stillThere(talk: UserManagement, { users, groups }: Misfits, signal: AbortSignal): Promise<string | undefined> {
	if (users.length + groups.length > FEW) return `${users.length} members and ${groups.length} groups`;
	const asked = [...users.map((username) => ({ username })), ...groups.map((groupname) => ({ groupname }))];
	const there = await together(
		{ items: asked, width: talk.settings.network.concurrency },
		async (one, stop) => ("username" in one ? await talk.user(one, false, stop) : await talk.group(one.groupname, stop)),
		signal,
	);
	const known = there.find((one) => one !== undefined);
	return known === undefined ? undefined : `"${known.name}"`;
}

const notWhole = (side: Side, who: string): SyncError =>
	new SyncError(`${side}.incomplete`, `memberships name ${who}, whom the list itself does not`, {
		retry: "spent",
		todo: "Nothing was changed. Probably a directory did not answer and was left out, or the application may not see everybody: run `rollcall check`, and look at the server's log.",
	});

const moved = (side: Side): SyncError =>
	new SyncError(`${side}.incomplete`, `users or groups came and went while the lists were read, ${TRIES} times over`, {
		retry: "spent",
		todo: "Nothing was changed. Run again at a quieter time; if it stays, something answers from a cache or ignores start-index.",
	});
