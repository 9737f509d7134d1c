import type { AttributeNeeds } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import { filterOf, inFilter } from "../../ldap/filter.ts";
import type { Ask } from "../../ldap/line.ts";
import { Lines } from "../../ldap/lines.ts";
import { wantedAttributes } from "../../ldap/person.ts";
import type { Lists } from "../../ldap/roll.ts";
import type { RootDse } from "../../ldap/root-dse.ts";
import { type ActiveDirectorySettings, type Domain, GROUP_FILTER, PEOPLE_FILTER } from "./settings.ts";
import { groupAttributes, namesOf, personAttributes } from "./translate.ts";

/** One domain as it answered. */
export interface OpenDomain {
	readonly lines: Lines;
	readonly root: RootDse;
	/** The domain's own name; everything in the domain lies below it. */
	readonly base: string;
	readonly peopleBases: readonly string[];
	readonly groupBases: readonly string[];
}

/** What is asked of the domain controllers. */
export class Talk {
	readonly settings: ActiveDirectorySettings;
	readonly peopleFilter: string;
	readonly groupFilter: string;
	readonly #domains: readonly { readonly domain: Domain; readonly lines: Lines }[];

	constructor(settings: ActiveDirectorySettings) {
		this.settings = settings;
		this.#domains = [settings, ...(settings.furtherDomains ?? [])].map((domain) => ({
			domain,
			lines: new Lines({ ...settings, url: domain.url }),
		}));
		this.peopleFilter = settings.peopleFilter ?? PEOPLE_FILTER;
		this.groupFilter = settings.groupFilter ?? GROUP_FILTER;
		filterOf(this.peopleFilter, "peopleFilter");
		filterOf(this.groupFilter, "groupFilter");
	}

	requests(): number {
		return this.#domains.reduce((sum, { lines }) => sum + lines.requests(), 0);
	}

	close(): void {
		for (const { lines } of this.#domains) lines.close();
	}

	/** One connection's answer binds the rest: all questions of one reading go to the same domain controller. */
	async domains(signal: AbortSignal): Promise<readonly OpenDomain[]> {
		const open: OpenDomain[] = [];
		for (const { domain, lines } of this.#domains) {
			lines.unpin();
			const root = await lines.rootDse(signal);
			const base = root.defaultNamingContext;
			if (root.vendor !== "activedirectory" || base === undefined)
				throw new SyncError("config.invalid", `${lines.address.shown} is ${root.shown}, not a domain controller`, {
					todo: "Write kind: ldap for other directories, or name a domain controller.",
				});
			open.push({ lines, root, base, peopleBases: domain.peopleBases ?? [base], groupBases: domain.groupBases ?? [base] });
		}
		return open;
	}

	lists(domain: OpenDomain, needs: AttributeNeeds): Lists {
		const attributes = wantedAttributes(personAttributes(namesOf(this.settings)), needs);
		const ask = (base: string, filter: string, wanted: readonly string[]): Ask => ({
			base,
			scope: "sub",
			filter,
			attributes: wanted,
			domainScope: true,
		});
		return {
			people: domain.peopleBases.map((base) => ask(base, this.peopleFilter, attributes)),
			groups: domain.groupBases.map((base) => ask(base, this.groupFilter, groupAttributes(this.settings))),
			idAttribute: "objectGUID",
		};
	}

	/** Whoever has this username; in Active Directory also by the name before the `@`'s whole form. */
	named(domain: OpenDomain, username: string, needs: AttributeNeeds): readonly Ask[] {
		const filter = `(&${this.peopleFilter}(${namesOf(this.settings).username}=${inFilter(username)}))`;
		return this.lists(domain, needs).people.map((ask) => ({ ...ask, filter }));
	}
}
