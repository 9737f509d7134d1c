import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { Person, Snapshot } from "../../../core/model.ts";
import { assemble, type FoundPerson } from "../../ldap/assemble.ts";
import type { Entry } from "../../ldap/entry.ts";
import { type Moment, momentOf } from "../../ldap/filter.ts";
import { takeRoll, withoutId } from "../../ldap/roll.ts";
import { judgeStrangers } from "../../ldap/strangers.ts";
import type { Profile } from "./profile.ts";
import type { Talk } from "./talk.ts";
import { groupFrom, personFrom } from "./translate.ts";
import { ANY_GROUP } from "./vendors.ts";

export async function readSnapshot(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<Snapshot> {
	talk.lines.unpin();
	const profile = await talk.profile(signal);
	const roll = await takeRoll(talk.lines, talk.lists(profile, request.attributes), request, signal);
	const how = { profile, moment: momentOf(new Date()) };
	const people = roll.people.map((entry) => person(talk, entry, { ...how, request }));
	if (people.length === 0) throw nobody(talk);
	const groups = roll.groups.map((entry) => {
		const group = groupFrom(entry, profile);
		if (group === undefined) throw withoutId(talk.lines, entry, profile.names.id);
		return group;
	});
	const { settings } = talk;
	const rules = {
		namingContexts: profile.root.namingContexts,
		groupFilter: settings.groupFilter === undefined ? ANY_GROUP : `(|${settings.groupFilter}${ANY_GROUP})`,
		unknown: settings.unknownMembers ?? "ignore",
	};
	const judge = (strangers: ReadonlyMap<string, string>) => judgeStrangers(talk.lines, { strangers, rules }, signal);
	return await assemble({ connector: settings.id, people, groups, judge });
}

function person(talk: Talk, entry: Entry, how: { profile: Profile; moment: Moment; request: SnapshotRequest }): FoundPerson {
	const found = personFrom(entry, how, how.request.attributes);
	if (found.kind === "unusable") throw withoutId(talk.lines, entry, how.profile.names.id);
	return { entry, found };
}

/** An account without rights sees existing, empty bases. Nobody syncs a directory without people. */
function nobody(talk: Talk): SyncError {
	const { id, account } = talk.settings;
	return new SyncError("source.denied", `${id}: the server shows nobody to ${account}`, {
		context: { source: id },
		todo: `Let ${account} read the people below ${talk.settings.peopleBases.join(" and ")}, and check peopleFilter: an empty directory is never synced.`,
	});
}

/** Somebody by id, else by username, in all bases. Throws when two answer to it, or the record cannot be understood. */
export async function readPerson(
	talk: Talk,
	who: { readonly idOrName: string; readonly request: SnapshotRequest },
	signal: AbortSignal,
): Promise<Person | undefined> {
	if (who.idOrName === "") return undefined;
	const profile = await talk.profile(signal);
	const how = { profile, moment: momentOf(new Date()), request: who.request };
	const found = new Map<string, FoundPerson>();
	for (const ask of talk.named(profile, who.idOrName, who.request.attributes)) {
		for (const entry of await talk.lines.list(ask, {}, signal)) found.set(entry.key, person(talk, entry, how));
	}
	const matching = [...found.values()];
	const byId = matching.filter((one) => idOfFound(one) === who.idOrName);
	const [one, another] = byId.length > 0 ? byId : matching;
	if (one === undefined) return undefined;
	if (another !== undefined)
		throw new SyncError("source.malformed", `${who.idOrName} is the username of several people: ${one.entry.dn} and ${another.entry.dn}`, {
			todo: "Ask by the id instead.",
		});
	if (one.found.kind === "good") return one.found.value;
	throw new SyncError("source.malformed", `${one.entry.dn} could not be understood: ${one.found.because}`, {
		todo: "Look at this entry in the directory.",
	});
}

const idOfFound = ({ found }: FoundPerson): string => (found.kind === "good" ? found.value.id : found.id);
