import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { Person, Snapshot } from "../../../core/model.ts";
import { type RetryPolicy, retrying } from "../../http/retry.ts";
import { assemble } from "./assemble.ts";
import { placeText } from "./failure.ts";
import { gather } from "./gather.ts";
import type { Talk } from "./talk.ts";

/** An export that is being replaced at this very moment is read again; one that takes longer waits for the next run. */
const AGAIN: RetryPolicy = { attempts: 3, baseMs: 1000, capMs: 5000, budgetMs: 15_000 };

export function readSnapshot(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<Snapshot> {
	const { settings } = talk;
	return retrying(async () => assemble(settings, await gather(talk, { request }, signal)), settings.retry ?? AGAIN, signal);
}

/** Somebody by id, else by username: the people's files are read whole, for a file has no other way to be proven. */
export async function readPerson(
	talk: Talk,
	who: { readonly idOrName: string; readonly request: SnapshotRequest },
	signal: AbortSignal,
): Promise<Person | undefined> {
	if (who.idOrName === "") return undefined;
	const { settings } = talk;
	const { people, badPeople } = await retrying(
		() => gather(talk, { request: who.request, only: "people" }, signal),
		settings.retry ?? AGAIN,
		signal,
	);
	const byId = people.get(who.idOrName);
	if (byId !== undefined) return byId.value.person;
	const bad = badPeople.get(who.idOrName);
	if (bad !== undefined) throw notUnderstood(bad.because);
	const named = [...people.values()].filter(({ value }) => value.person.username === who.idOrName);
	const [one, other] = named;
	if (one !== undefined && other !== undefined)
		throw new SyncError(
			"source.malformed",
			`${who.idOrName} is the username of several people: ${placeText(one.place)} and ${placeText(other.place)}`,
			{ todo: "Ask by the id instead." },
		);
	const unclear = [...badPeople.values()].find(({ label }) => label === who.idOrName);
	if (unclear !== undefined) throw notUnderstood(unclear.because);
	return one?.value.person;
}

const notUnderstood = (because: string): SyncError =>
	new SyncError("source.malformed", `the record could not be understood: ${because}`, { todo: "Correct it in the export." });
