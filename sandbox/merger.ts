import { type CompanyDirectory, startDirectory } from "./directories.ts";
import { Realm } from "./keycloak/realm.ts";
import type { Company, CompanyPerson } from "./world/company.ts";
import { fillRealm } from "./world/keycloak.ts";
import { companyOf } from "./world/realm-company.ts";

/** Where a company's people are: in one directory or, after a merger, in several. */
export interface Origin extends Pick<CompanyDirectory, "model" | "show"> {
	/** The first of them, for faults. */
	readonly sandbox: CompanyDirectory["sandbox"];
	/** By the names for the configuration, in order of precedence. */
	readonly sources: Readonly<Record<string, CompanyDirectory["source"]>>;
	/** How many people are in all of them, where there are several. */
	readonly shared: number;
	close(): Promise<void>;
}

/** Starts the stand-ins named in `DIRECTORIES`. In several each has all groups, with those of its own people inside. */
export async function startOrigin(names: readonly string[], world: Company): Promise<Origin> {
	if (names.length > 1) return merged(names, world);
	const { source, ...directory } = await startDirectory(names[0]!, world);
	return { ...directory, sources: { staff: source }, shared: 0, close: () => directory.sandbox.close() };
}

async function merged(names: readonly string[], world: Company): Promise<Origin> {
	const parts: CompanyDirectory[] = [];
	const close = async () => void (await Promise.all(parts.map(({ sandbox }) => sandbox.close())));
	try {
		for (const name of names) parts.push(await startDirectory(name, shareOf(world, parts.length, names.length)));
	} catch (error) {
		await close();
		throw error;
	}
	const model = new Realm("model");
	fillRealm(model, world);
	const show = () => {
		const now = companyOf(model, world.seed);
		for (const [index, part] of parts.entries()) {
			refill(part.model, shareOf(now, index, parts.length));
			part.show();
		}
	};
	const sources = Object.fromEntries(names.map((name, index) => [name, parts[index]!.source]));
	const shared = world.people.filter((person) => placeOf(person, parts.length) === "all").length;
	return { sandbox: parts[0]!.sandbox, sources, model, show, shared, close };
}

/** By the id, which stays: every fifth person is in all directories, each of the others in one. */
function placeOf({ id }: CompanyPerson, parts: number): number | "all" {
	const number = Number.parseInt(id.replaceAll("-", "").slice(-8), 16);
	return number % 5 === 0 ? "all" : Math.floor(number / 5) % parts;
}

const shareOf = (world: Company, part: number, parts: number): Company => ({
	...world,
	people: world.people.filter((person) => [part, "all"].includes(placeOf(person, parts))),
});

/** The same ids with other content; what is no longer there is gone. */
function refill(realm: Realm, company: Company): void {
	for (const user of [...realm.users.values()]) if (user.serviceAccountOf === undefined) realm.removeUser(user.id);
	for (const group of [...realm.groups.values()]) if (realm.groups.has(group.id)) realm.removeGroup(group.id);
	fillRealm(realm, company);
}
