import type { SnapshotRequest } from "../../../core/connector.ts";
import type { Person } from "../../../core/model.ts";
import { fold } from "../../usermanagement/memberships.ts";
import type { WireUser } from "../../usermanagement/wire.ts";
import { type Door, idOf, wantsAttributes } from "./snapshot.ts";
import { directoryIn, personFrom } from "./translate.ts";

/** Somebody by key, else by username. */
export async function readPerson(
	{ settings, talk }: Door,
	who: { readonly idOrName: string; readonly request: SnapshotRequest },
	signal: AbortSignal,
): Promise<Person | undefined> {
	const { idOrName, request } = who;
	const attributes = wantsAttributes(request.attributes);
	const byKey = settings.personId === "username" || directoryIn(idOrName) === undefined;
	const user: WireUser | undefined =
		(byKey ? undefined : await talk.user({ key: idOrName }, attributes, signal)) ??
		(await talk.user({ username: idOrName }, attributes, signal));
	if (user === undefined) return undefined;
	const id = idOf(settings, { id: fold(user.name), name: user.name, key: user.key ?? undefined });
	return personFrom(user, id, request.attributes);
}
