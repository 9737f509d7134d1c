import type { AttributeNeeds, SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { GroupId, PersonId, Snapshot } from "../../../core/model.ts";
import { SnapshotBuilder } from "../../../core/snapshot.ts";
import { fold, type Membership } from "../../usermanagement/memberships.ts";
import { type Found, type Population, readPopulation } from "../../usermanagement/population.ts";
import type { UserManagement } from "../../usermanagement/talk.ts";
import type { WireGroup, WireUser } from "../../usermanagement/wire.ts";
import type { CrowdSourceSettings } from "./settings.ts";
import { directoryIn, groupId, personFrom } from "./translate.ts";

/** One Crowd as this connector sees it. */
export interface Door {
	readonly settings: CrowdSourceSettings;
	readonly talk: UserManagement;
}

export const wantsAttributes = (needs: AttributeNeeds): boolean => needs === "all" || needs.size > 0;

/** Everything that the application sees. People of several directories are one list, in which the topmost directory has a name. */
export async function readSnapshot(door: Door, request: SnapshotRequest, signal: AbortSignal): Promise<Snapshot> {
	const attributes = wantsAttributes(request.attributes);
	const want = { attributes, ...(request.progress === undefined ? {} : { progress: request.progress }) };
	const population = await readPopulation(door.talk, want, signal);
	if (attributes) await assertExpanded(door, population, signal);
	assertDirectories(door.settings, population);
	return build(door.settings, population, request);
}

function build(settings: CrowdSourceSettings, population: Population, request: SnapshotRequest): Snapshot {
	const builder = new SnapshotBuilder(settings.id);
	const ids = new Map<string, PersonId>();
	for (const found of population.users.values()) {
		const id = idOf(settings, found);
		ids.set(found.id, id);
		if (found.value === undefined) builder.rejectPerson(id, found.because ?? "", found.name);
		else builder.person(personFrom(found.value, id, request.attributes));
	}
	for (const found of population.groups.values()) addGroup(builder, { found, population, ids });
	return builder.finish({ takenAt: new Date() });
}

function addGroup(
	builder: SnapshotBuilder,
	of: { readonly found: Found<WireGroup>; readonly population: Population; readonly ids: ReadonlyMap<string, PersonId> },
): void {
	const { found, population, ids } = of;
	const head = { id: groupId(found.name), name: found.name, path: found.name };
	const members: Membership | undefined = population.memberships.get(found.id);
	if (found.value === undefined) builder.rejectGroup(head.id, found.because ?? "", found.name);
	else if (members === undefined) builder.holdGroup({ ...head, groups: [] }, SILENT);
	else {
		// Whoever is in neither list was looked up, and is gone.
		const people = members.users.map((name) => ids.get(fold(name))).filter((id) => id !== undefined);
		const inner: GroupId[] = members.groups.filter((name) => population.groups.has(fold(name))).map(groupId);
		builder.group({ ...head, people, groups: inner });
	}
}

const SILENT = "Crowd lists this group, and its answer with all memberships does not name it";

export function idOf(settings: CrowdSourceSettings, found: Pick<Found<WireUser>, "id" | "name" | "key">): PersonId {
	if (settings.personId === "username") return found.id as PersonId;
	if (found.key !== undefined) return found.key as PersonId;
	throw new SyncError("config.invalid", `Crowd sends no key for "${found.name}", by which people are known for good`, {
		todo: "If this Crowd is too old to send any, set personId: username; somebody who is renamed is then somebody else. See docs/guides/crowd-directory.md.",
		context: { source: settings.id },
	});
}

/** A directory that does not answer may be left out of a search without a word (`crowd.directory.search.return.defaults.on.errors`). */
function assertDirectories(settings: CrowdSourceSettings, { users }: Population): void {
	if (settings.directories === undefined) return;
	const seen = new Set([...users.values()].map(({ key }) => directoryIn(key)));
	const absent = settings.directories.filter((id) => !seen.has(id));
	if (absent.length === 0) return;
	throw new SyncError("source.incomplete", `nobody of directory ${absent.join(", ")} is among the ${users.size} people that Crowd lists`, {
		retry: "later",
		todo: "Nothing was changed. Does that directory answer (Crowd: Directories > its name > Test connection), and does the application still have it? If it was removed on purpose, take it out of `directories`.",
		context: { source: settings.id, people: users.size },
	});
}

/** So many people are asked for one by one. */
const ASKED = 3;

/**
 * A server that does not expand attributes in searches answers with empty lists of them. Nearly everybody has some (Crowd
 * keeps failed log-ins there): where nobody has, some are asked for themselves.
 */
async function assertExpanded({ settings, talk }: Door, { users }: Population, signal: AbortSignal): Promise<void> {
	const values = [...users.values()].flatMap(({ value }) => (value === undefined ? [] : [value]));
	if (values.some(({ attributes }) => (attributes ?? []).length > 0)) return;
	for (const { name } of values.slice(0, ASKED)) {
		const alone = await talk.user({ username: name }, true, signal);
		if ((alone?.attributes ?? []).length === 0) continue;
		throw new SyncError("source.incomplete", `Crowd leaves the attributes of people out of its lists: "${name}" has some`, {
			todo: "Nothing was changed. Do not use attributes of this source in the policy, or update Crowd.",
			context: { source: settings.id },
		});
	}
}
