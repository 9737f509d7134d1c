import type { Directory } from "./directory.ts";
import type { CrowdQuirks } from "./quirks.ts";
import { type CrowdGroup, type CrowdUser, fold } from "./records.ts";
import { failed } from "./refusals.ts";

/** A user of the application: of the topmost directory that has the name. */
export interface SeenUser {
	readonly user: CrowdUser;
	readonly directory: Directory;
}

/** What one application sees: its directories as if they were one. */
export class ApplicationView {
	readonly #directories: readonly Directory[];
	readonly #quirks: CrowdQuirks;

	constructor(directories: readonly Directory[], quirks: CrowdQuirks) {
		this.#directories = directories;
		this.#quirks = quirks;
	}

	/** Those that answer. @throws Refused 500 when one does not, unless Crowd is told to go on without. */
	get directories(): readonly Directory[] {
		const down = this.#directories.find((directory) => directory.down);
		if (down !== undefined && this.#quirks.down === "fails") throw failed(`Directory '${down.name}' is not functional during fetching`);
		return this.#directories.filter((directory) => !directory.down);
	}

	/** By name, whatever its case. */
	user(name: string): SeenUser | undefined {
		for (const directory of this.directories) {
			const user = directory.user(name);
			if (user !== undefined) return this.#shows(user) ? { user, directory } : undefined;
		}
		return undefined;
	}
	userByKey(key: string): SeenUser | undefined {
		return this.users().find(({ user, directory }) => directory.keyOf(user) === key);
	}
	/** In the order of names. */
	users(): readonly SeenUser[] {
		const seen = new Map<string, SeenUser>();
		for (const directory of this.directories)
			for (const user of directory.users()) if (!seen.has(fold(user.name))) seen.set(fold(user.name), { user, directory });
		return [...seen]
			.filter(([, { user }]) => this.#shows(user))
			.sort(byName)
			.map(([, user]) => user);
	}

	group(name: string): CrowdGroup | undefined {
		return this.directories.map((directory) => directory.group(name)).find((group) => group !== undefined);
	}
	groups(): readonly CrowdGroup[] {
		const seen = new Map<string, CrowdGroup>();
		for (const directory of this.directories)
			for (const group of directory.groups()) if (!seen.has(fold(group.name))) seen.set(fold(group.name), group);
		return [...seen].sort(byName).map(([, group]) => group);
	}

	/** Names as the users spell them. Somebody's memberships count in the directory that the name is seen in. */
	members(group: string): readonly string[] {
		const names = this.directories.flatMap((directory) =>
			(directory.group(group)?.users ?? []).filter((member) => this.user(member)?.directory === directory),
		);
		return names.map((name) => this.user(name)?.user.name ?? name);
	}
	children(group: string): readonly string[] {
		const names = new Set(this.directories.flatMap((directory) => directory.group(group)?.groups ?? []));
		return [...names].map((name) => this.group(name)?.name).filter((name) => name !== undefined);
	}
	parents(group: string): readonly string[] {
		return this.groups()
			.map(({ name }) => name)
			.filter((name) => this.children(name).some((child) => fold(child) === fold(group)));
	}
	/** The group itself, and everything inside, once. */
	within(group: string): readonly string[] {
		const seen = new Map([[fold(group), group]]);
		for (const name of seen.values()) for (const child of this.children(name)) if (!seen.has(fold(child))) seen.set(fold(child), child);
		return [...seen.values()];
	}
	/** And everything around it. */
	around(group: string): readonly string[] {
		const seen = new Map([[fold(group), group]]);
		for (const name of seen.values()) for (const parent of this.parents(name)) if (!seen.has(fold(parent))) seen.set(fold(parent), parent);
		return [...seen.values()];
	}
	groupsOf(user: string): readonly string[] {
		return this.groups()
			.map(({ name }) => name)
			.filter((name) => this.members(name).some((member) => fold(member) === fold(user)));
	}

	#shows(user: CrowdUser): boolean {
		const only = this.#quirks.onlyMembersOf;
		if (only === undefined) return true;
		return only.some((name) => this.#directories.some((directory) => directory.group(name)?.users.includes(fold(user.name))));
	}
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
