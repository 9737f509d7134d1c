import type { Population } from "../../../sandbox/jira/population.ts";
import type { Realm } from "../../../sandbox/keycloak/realm.ts";

const idOf = (username: string): string =>
	`00000000-0000-4000-8000-${Buffer.from(username).toString("hex").padStart(12, "0").slice(0, 12)}`;

/** Who is where when a test begins. `svc-build` is left out by the filter. */
const PEOPLE: readonly (readonly [username: string, department: string, groups: readonly string[]])[] = [
	["alice", "Engineering", ["Engineering", "project-apollo"]],
	["bob", "Platform", ["Platform"]],
	["carla", "Platform", ["Platform"]],
	["dan", "Engineering", ["Engineering"]],
	["eve", "Sales", ["Sales"]],
	["frank", "Sales", ["Sales", "project-apollo"]],
	["grace", "Platform", ["Platform", "project-apollo"]],
	["heidi", "Engineering", ["Engineering"]],
	["ivan", "Sales", []],
	["judy", "Sales", ["Sales"]],
	["svc-build", "Robots", ["Engineering"]],
];

export function hireEverybody(realm: Realm): void {
	for (const name of ["all-staff", "Engineering", "Sales", "project-apollo"]) realm.addGroup({ name });
	realm.addGroup({ name: "Platform", parentId: realm.groupAt("/Engineering")!.id });
	for (const [username, department, groups] of PEOPLE) hire(realm, username, { department, groups: ["all-staff", ...groups] });
}

export function hire(realm: Realm, username: string, place: { readonly department: string; readonly groups: readonly string[] }): void {
	const name = username.replace(/^./, (letter) => letter.toUpperCase());
	const { department, groups } = place;
	realm.addUser({
		id: idOf(username),
		username,
		firstName: name,
		lastName: "Example",
		email: `${username}@example.com`,
		enabled: true,
		attributes: { department: [department] },
	});
	for (const group of groups) realm.addMember(groupNamed(realm, group), idOf(username));
}

export const groupNamed = (realm: Realm, name: string): string => [...realm.groups.values()].find((group) => group.name === name)!.id;
export const person = (realm: Realm, username: string): string => realm.userNamed(username)!.id;

/** A Jira that has been in use: heidi has an account, spelt otherwise and with an old address; olga has one that no directory knows. */
export function fillJiraBefore(population: Population): void {
	const heidi = population.addAccount({ name: "Heidi", displayName: "Heidi Example", emailAddress: "heidi@old.example.com" });
	population.addGroup("contractors");
	population.addMember("contractors", heidi.id);
	population.addMember(
		"contractors",
		population.addAccount({ name: "olga", displayName: "Olga", emailAddress: "olga@vendor.example.net" }).id,
	);
}

/** Something of every kind: joiners, a chain of new usernames, a marriage, leavers of both sorts, a mover, somebody switched on again. */
export function secondDay(realm: Realm, population: Population): void {
	const zeus = realm.addGroup({ name: "project-zeus" }).id;
	hire(realm, "mia", { department: "Platform", groups: ["all-staff", "Platform", "project-zeus"] });
	hire(realm, "noah", { department: "Sales", groups: ["all-staff"] });
	hire(realm, "olga", { department: "Sales", groups: ["all-staff", "project-apollo"] });
	realm.updateUser(person(realm, "bob"), { username: "bobby" });
	realm.updateUser(person(realm, "carla"), { username: "bob" });
	realm.updateUser(person(realm, "alice"), { lastName: "Married", email: "alice.married@example.com" });
	realm.updateUser(person(realm, "dan"), { enabled: false });
	realm.removeUser(person(realm, "eve"));
	population.updateAccount(population.named("frank")!.id, { active: false });
	const grace = person(realm, "grace");
	for (const group of ["Platform", "project-apollo"]) realm.removeMember(groupNamed(realm, group), grace);
	for (const group of [groupNamed(realm, "Sales"), zeus]) realm.addMember(group, grace);
	realm.updateUser(grace, { attributes: { department: ["Sales"] } });
}
