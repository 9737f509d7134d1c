import type { Realm } from "../keycloak/realm.ts";
import type { KeycloakUser } from "../keycloak/records.ts";
import { Random } from "../kit/random.ts";
import { type CompanyGroup, PersonMaker } from "./company.ts";
import { hire } from "./keycloak.ts";

export type DayEvent = "joined" | "moved" | "left" | "deleted" | "renamed" | "married" | "returned";

export interface DayChange {
	readonly event: DayEvent;
	readonly id: string;
	/** After the change. */
	readonly username: string;
	/** One line for people to read. */
	readonly note: string;
}

export interface DaySize {
	/** Another number, another day. */
	readonly seed: number;
	/** Changes of each kind; what is left out is taken from the size of the realm (about 1 % join, 1 % move, fewer leave). */
	readonly counts?: Partial<Record<DayEvent, number>>;
}

/**
 * One working day in the directory: joiners, movers, leavers (disabled or deleted), a new username, a marriage with a new family name
 * and address, somebody who comes back. The same realm and seed give the same day.
 */
export function workingDay(realm: Realm, day: DaySize): readonly DayChange[] {
	return new Day(realm, day.seed).live(day.counts ?? {});
}

class Day {
	readonly #realm: Realm;
	readonly #random: Random;
	readonly #maker: PersonMaker;
	readonly #changes: DayChange[] = [];
	readonly #touched = new Set<string>();
	/** Everybody who was there when the day began. */
	#morning: readonly KeycloakUser[] | undefined;

	constructor(realm: Realm, seed: number) {
		this.#realm = realm;
		this.#random = new Random(seed);
		const groups = [...realm.groups.values()].map((group): CompanyGroup => {
			const kind = (group.attributes.kind?.[0] ?? "project") as CompanyGroup["kind"];
			return { id: group.id, name: group.name, kind, ...(group.parentId === undefined ? {} : { parentId: group.parentId }) };
		});
		const people = [...realm.users.values()];
		const taken = people.flatMap((user) => [user.username, user.email?.split("@")[0] ?? user.username]);
		const last = people.reduce((most, user) => Math.max(most, Number(user.attributes.employeeId?.[0]?.slice(1) ?? 0)), 0);
		this.#maker = new PersonMaker(this.#random, groups, { seed, taken, last });
	}

	live(counts: Partial<Record<DayEvent, number>>): readonly DayChange[] {
		const people = this.#people().length;
		const standard = {
			joined: 1 + people / 100,
			moved: 1 + people / 100,
			left: 1 + people / 400,
			deleted: people / 500,
			renamed: 1,
			married: 1,
			returned: 1,
		};
		const steps: readonly (readonly [DayEvent, () => void])[] = [
			["returned", () => this.#returned()],
			["moved", () => this.#moved()],
			["left", () => this.#left()],
			["deleted", () => this.#deleted()],
			["renamed", () => this.#renamed()],
			["married", () => this.#married()],
			["joined", () => this.#joined()],
		];
		for (const [event, step] of steps) {
			const count = Math.floor(counts[event] ?? standard[event]);
			for (let done = 0; done < count; done += 1) step();
		}
		return this.#changes;
	}

	/** People that nothing has happened to today; no robots, no service accounts. By id, so the order does not depend on names. */
	#people(): readonly KeycloakUser[] {
		this.#morning ??= [...this.#realm.users.values()]
			.filter((user) => user.serviceAccountOf === undefined && user.attributes.kind === undefined)
			.sort((left, right) => (left.id < right.id ? -1 : 1));
		return this.#morning.filter((user) => !this.#touched.has(user.id));
	}

	#somebody(fits: (user: KeycloakUser) => boolean): KeycloakUser | undefined {
		const pool = this.#people().filter(fits);
		return pool.length === 0 ? undefined : this.#random.pick(pool);
	}

	#note(event: DayEvent, user: KeycloakUser, note: string): void {
		this.#touched.add(user.id);
		this.#changes.push({ event, id: user.id, username: user.username, note });
	}

	#joined(): void {
		const person = { ...this.#maker.next(), active: true };
		hire(this.#realm, person);
		this.#note("joined", this.#realm.user(person.id), `${person.username} joins ${person.department} in ${person.site}`);
	}

	#moved(): void {
		const user = this.#somebody((one) => one.enabled);
		if (user === undefined) return;
		const place = this.#maker.place();
		const before = this.#realm.groupsOf(user.id);
		for (const group of [...before]) if (!place.groups.includes(group)) this.#realm.removeMember(group, user.id);
		for (const group of place.groups) this.#realm.addMember(group, user.id);
		this.#realm.updateUser(user.id, { attributes: { ...user.attributes, department: [place.department], site: [place.site] } });
		this.#note("moved", user, `${user.username} moves to ${place.department} in ${place.site}`);
	}

	#left(): void {
		const user = this.#somebody((one) => one.enabled);
		if (user === undefined) return;
		this.#realm.updateUser(user.id, { enabled: false });
		this.#note("left", user, `${user.username} leaves and is disabled`);
	}

	#deleted(): void {
		const user = this.#somebody((one) => one.enabled);
		if (user === undefined) return;
		this.#realm.removeUser(user.id);
		this.#note("deleted", user, `${user.username} leaves and is deleted`);
	}

	#renamed(): void {
		const user = this.#somebody((one) => one.enabled);
		if (user === undefined) return;
		const username = this.#maker.free(`${user.username.replace(/\+test$/, "")}.${user.attributes.site?.[0] === "Austin" ? "us" : "int"}`);
		const after = this.#realm.updateUser(user.id, { username });
		this.#note("renamed", after, `${user.username} is now called ${username}`);
	}

	#married(): void {
		const user = this.#somebody((one) => one.enabled && one.lastName !== undefined && one.email !== undefined);
		if (user === undefined) return;
		const name = this.#maker.name();
		const email = this.#maker.emailOf(this.#maker.free(`${user.username.split(".")[0]}.${name.ascii[1]}`));
		this.#realm.updateUser(user.id, { lastName: name.family, email });
		this.#note("married", user, `${user.username} marries: ${user.lastName} becomes ${name.family}, ${email}`);
	}

	#returned(): void {
		const user = this.#somebody((one) => !one.enabled);
		if (user === undefined) return;
		this.#realm.updateUser(user.id, { enabled: true });
		this.#note("returned", user, `${user.username} comes back`);
	}
}

/** What a broken import does: so large a part of the people vanishes from the directory. Returns how many. */
export function massDeletion(realm: Realm, fraction: number): number {
	const people = [...realm.users.values()].filter((user) => user.serviceAccountOf === undefined);
	const gone = people.slice(0, Math.floor(people.length * fraction));
	for (const user of gone) realm.removeUser(user.id);
	return gone.length;
}
