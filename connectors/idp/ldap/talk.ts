import type { AttributeNeeds } from "../../../core/connector.ts";
import { inFilter } from "../../ldap/filter.ts";
import type { Ask } from "../../ldap/line.ts";
import { Lines } from "../../ldap/lines.ts";
import { wantedAttributes } from "../../ldap/person.ts";
import type { Lists } from "../../ldap/roll.ts";
import { type Profile, profileOf } from "./profile.ts";
import type { LdapSettings } from "./settings.ts";

/** What is asked of one LDAP server. */
export class Talk {
	readonly settings: LdapSettings;
	readonly lines: Lines;

	constructor(settings: LdapSettings) {
		this.settings = settings;
		this.lines = new Lines(settings);
	}

	async profile(signal: AbortSignal): Promise<Profile> {
		return profileOf(this.settings, await this.lines.rootDse(signal));
	}

	lists(profile: Profile, needs: AttributeNeeds): Lists {
		const attributes = wantedAttributes(profile.personAttributes, needs);
		return {
			people: this.settings.peopleBases.map((base): Ask => ({ base, scope: "sub", filter: profile.peopleFilter, attributes })),
			groups: this.settings.groupBases.map(
				(base): Ask => ({ base, scope: "sub", filter: profile.groupFilter, attributes: profile.groupAttributes }),
			),
			idAttribute: profile.names.id,
		};
	}

	/** Whoever has this id or this username: at most a few. */
	named(profile: Profile, idOrName: string, needs: AttributeNeeds): readonly Ask[] {
		const { id, username } = profile.names;
		// eDirectory's GUID is octets, shown as hexadecimal digits.
		const octets = id.toLowerCase() === "guid" && /^[0-9a-f]{32}$/i.test(idOrName) ? Buffer.from(idOrName, "hex") : undefined;
		const anyOf = `(|(${id}=${inFilter(octets ?? idOrName)})(${username}=${inFilter(idOrName)}))`;
		const attributes = wantedAttributes(profile.personAttributes, needs);
		return this.settings.peopleBases.map((base) => ({ base, scope: "sub", filter: `(&${profile.peopleFilter}${anyOf})`, attributes }));
	}
}
