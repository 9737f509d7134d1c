import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { GroupId, PersonId, Snapshot } from "../../../core/model.ts";
import { SnapshotBuilder } from "../../../core/snapshot.ts";
import type { Strangers } from "./members.ts";
import { type Grouping, readMemberships } from "./memberships.ts";
import { type People, readPeople } from "./people.ts";
import { knownStrangers, notWhole } from "./strangers.ts";
import type { Talk } from "./talk.ts";
import { TRIES } from "./whole.ts";

/**
 * People, then groups and memberships. A member whom the lists do not name and the server knows came into being between
 * the two: everything is read anew. SCIM offers no reading at one moment; whoever moves from a group not yet read into
 * one that has been can be seen in neither.
 */
export async function readSnapshot(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<Snapshot> {
	for (let attempt = 1; ; attempt += 1) {
		const people = await readPeople(talk, request, signal);
		const strangers: Strangers = { people: new Set(), groups: new Set() };
		const grouping = await readGroupsOf(talk, { people, strangers, progress: request.progress, signal });
		const there = await knownStrangers(talk, strangers, signal);
		if (there === 0) return build(talk, people, grouping);
		if (attempt === TRIES) throw notWhole(talk, there);
	}
}

const NO_GROUPS: Grouping = { groups: new Map(), members: new Map() };
const readGroupsOf = (talk: Talk, run: Parameters<typeof readMemberships>[1]): Promise<Grouping> =>
	talk.settings.groups === "none" ? Promise.resolve(NO_GROUPS) : readMemberships(talk, run);

function build(talk: Talk, people: People, { groups, members }: Grouping): Snapshot {
	const builder = new SnapshotBuilder(talk.settings.id);
	for (const row of people.values()) {
		if (row.kind === "good") builder.person(row.value.person);
		else builder.rejectPerson(row.id as PersonId, row.because, row.label);
	}
	for (const row of groups.values()) {
		if (row.kind === "bad") {
			builder.rejectGroup(row.id as GroupId, row.because, row.label);
			continue;
		}
		const { id, name } = row.value;
		const found = members.get(id);
		if (found === undefined) throw new SyncError("bug", `the members of group ${name} were not read`);
		if ("held" in found) builder.holdGroup({ id, name, path: name, groups: [] }, found.held);
		else {
			// Strangers that the server does not know either are gone.
			const inner = found.groups.filter((one) => groups.has(one));
			builder.group({ id, name, path: name, people: found.people.filter((one) => people.has(one)), groups: inner });
		}
	}
	return builder.finish({ people: people.size, groups: groups.size, takenAt: new Date() });
}
