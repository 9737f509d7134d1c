import type { Progress } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { PersonId } from "../../../core/model.ts";
import type { Query } from "../../http/address.ts";
import { type Held, readEachGroup } from "../../http/each-group.ts";
import { type Members, membersOf, type Strangers } from "./members.ts";
import type { People } from "./people.ts";
import type { Talk } from "./talk.ts";
import { type FoundGroup, groupFrom, type Known, personFrom } from "./translate.ts";
import { known, readWhole, unlessRefused } from "./whole.ts";

export interface Grouping {
	readonly groups: ReadonlyMap<string, Known<FoundGroup>>;
	/** Of every group that was understood. */
	readonly members: ReadonlyMap<string, Members>;
}

/** What is read, and how it goes on. */
export interface Run {
	readonly people: People;
	readonly strangers: Strangers;
	readonly progress: Progress | undefined;
	readonly signal: AbortSignal;
}
type Looked = ReadonlyMap<string, FoundGroup | Held>;

/**
 * Groups, and who is in them. Servers put memberships where they like: into the list of groups, into each group by
 * itself only, or into people's records only, and a group without `members` may be empty or just not tell (RFC 7643
 * section 2.5). So a group that lists nobody is also asked for by itself; where that shows somebody, the list is not
 * believed for any group; where no group shows anybody, people's own records are looked at. Where nothing shows a
 * membership, all groups are held.
 */
export async function readMemberships(talk: Talk, run: Run): Promise<Grouping> {
	const mode = talk.settings.memberships;
	const groups = await readGroups(talk, mode === "auto" || mode === "list", run);
	const good = [...groups.values()].flatMap((row) => (row.kind === "good" ? [row.value] : []));
	if (mode === "people") return { groups, members: await fromPeople(talk, { groups, good }, run) };
	const silent = good.filter(({ members }) => mode === "single" || (mode === "auto" && members.length === 0));
	const first = await lookAt(talk, silent, run);
	// One that could not be read may be the very one that would have shown it.
	const hidden = mode === "auto" && [...first.values()].some((found) => "held" in found || found.members.length > 0);
	const rest = hidden ? good.filter(({ id }) => !first.has(id)) : [];
	const looked: Looked = new Map([...first, ...(await lookAt(talk, rest, run))]);
	const whole = good.map((group) => looked.get(group.id) ?? group);
	const untold = whole.every((found) => "held" in found || found.members.length === 0);
	if (mode === "auto" && untold && good.length > 0) return { groups, members: await fromPeople(talk, { groups, good }, run) };
	const roll = { people: run.people, groups, strangers: run.strangers };
	const entries = good.map((group, at) => {
		const found = whole[at] ?? group;
		return [group.id, "held" in found ? found : membersOf(found, roll, talk.settings.unknownMembers)] as const;
	});
	return { groups, members: new Map(entries) };
}

const progressOf = (run: Run, stage: string) => (done: number, total: number | undefined) =>
	run.progress?.({ stage, done, ...(total === undefined ? {} : { total }) });

async function readGroups(talk: Talk, withMembers: boolean, run: Run): Promise<Grouping["groups"]> {
	const { groups: path } = await talk.provider(run.signal);
	const seen = progressOf(run, "groups");
	const list = (query: Query) =>
		readWhole(talk, { what: "groups", path, query, row: (raw) => known(groupFrom(raw), path), seen }, run.signal);
	return withMembers
		? await list({})
		: await unlessRefused(
				() => list({ excludedAttributes: "members" }),
				() => list({}),
			);
}

/** Each by itself. One that cannot be read, or that the server no longer knows, is held. */
async function lookAt(talk: Talk, groups: readonly FoundGroup[], run: Run): Promise<Looked> {
	const { groups: path } = await talk.provider(run.signal);
	return await readEachGroup(groups, async ({ id, name }, signal) => found(await talk.single({ path, id }, signal), { id, name, path }), {
		width: talk.settings.network.concurrency,
		progress: run.progress,
		signal: run.signal,
	});
}

function found(raw: unknown, asked: { readonly id: string; readonly name: string; readonly path: string }): FoundGroup {
	const row = raw === undefined ? undefined : groupFrom(raw);
	if (row?.kind === "good" && row.id === asked.id) return row.value;
	const because =
		row === undefined
			? "the server lists it, and does not know it when asked for it"
			: row.kind === "good"
				? `asked for it, the server answered with group ${row.id}`
				: row.because;
	throw new SyncError("source.incomplete", `GET ${asked.path}/${asked.id} (group ${asked.name}): ${because}`, { retry: "later" });
}

interface Listed {
	readonly groups: Grouping["groups"];
	readonly good: readonly FoundGroup[];
}

/** By `groups` of people (RFC 7643 section 4.1.2). Groups inside groups are not seen this way, but whom they bring is. */
async function fromPeople(talk: Talk, { groups, good }: Listed, run: Run): Promise<Grouping["members"]> {
	const { users: path } = await talk.provider(run.signal);
	const row = (raw: unknown) => known(personFrom(raw, new Set()), path);
	const seen = progressOf(run, "memberships");
	const list = (query: Query) => readWhole(talk, { what: "memberships of people", path, query, row, seen }, run.signal);
	const records = await unlessRefused(
		() => list({ attributes: "id,userName,active,groups" }),
		() => list({}),
	);
	const members = new Map<string, PersonId[]>(good.map(({ id }) => [id, []]));
	let told = false;
	for (const record of records.values()) {
		if (record.kind !== "good") continue;
		if (!run.people.has(record.id)) run.strangers.people.add(record.id);
		for (const { id, indirect } of record.value.groups ?? []) {
			told = true;
			if (!indirect) members.get(id)?.push(record.id as PersonId);
			if (!groups.has(id)) run.strangers.groups.add(id);
		}
	}
	if (told) return new Map([...members].map(([id, people]) => [id, { people, groups: [] }]));
	const held = "no membership is shown anywhere: not in the list of groups, not in a group by itself, not in anybody's record";
	return new Map(good.map(({ id }) => [id, { held }]));
}
