import { type Abilities, type ConfluenceVersion, documented, isSince } from "./capabilities.ts";
import type { Ability } from "./settings.ts";
import type { ConfluenceTalk } from "./talk.ts";

/** No account: a GET on these addresses is refused by its method, before anybody looks for the account. */
const SOMEBODY = "/admin/user/rollcall-probe";

/** What the version does not settle, as the server says it; nothing is changed by asking. */
export async function abilitiesOf(
	talk: ConfluenceTalk,
	version: ConfluenceVersion,
	stated: { readonly switching: Ability; readonly updating: Ability },
	signal: AbortSignal,
): Promise<Abilities> {
	const usual = documented(version);
	// Before 8.2 there is nothing below /admin/user at all.
	const worthAsking = isSince(version, 8, 2);
	const able = async (ability: Ability, path: string, otherwise: boolean): Promise<boolean> => {
		if (ability !== "probe") return ability === "yes";
		if (!worthAsking) return false;
		return (await talk.allowed(path, signal))?.includes("PUT") ?? otherwise;
	};
	return {
		switches: await able(stated.switching, `${SOMEBODY}/disable`, usual.switches),
		updates: await able(stated.updating, SOMEBODY, usual.updates),
	};
}
