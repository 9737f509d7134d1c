import { SUFFIX } from "./setup.ts";

/** One tree of the embedded OpenDJ: the store of realm / is the suffix itself, that of realm /sub lies below it. */
export type Realm = "/" | "/sub";
export const baseOf = (realm: Realm): string => (realm === "/" ? SUFFIX : `o=sub,${SUFFIX}`);

export interface SeedPerson {
	readonly realm: Realm;
	readonly uid: string;
	readonly mail: string;
	/** As stored; absent: no such attribute. */
	readonly status?: string;
	readonly active: boolean;
	/** Further attributes, which the data store shows. */
	readonly further: Readonly<Record<string, readonly string[]>>;
	/** One that it does not show. */
	readonly hidden?: string;
}
export interface SeedGroup {
	readonly realm: Realm;
	readonly name: string;
	/** Numbers in the list of people. */
	readonly people: readonly number[];
	/** Names of groups of the same realm. */
	readonly groups: readonly string[];
	/** Names of nobody, as deletions and renamings leave them behind. */
	readonly dangling: readonly string[];
}
export interface World {
	readonly people: readonly SeedPerson[];
	readonly groups: readonly SeedGroup[];
}

export const PASSWORD = "Passw0rd!";
/** `rollcall`: the least rights; `nobody`: none; `boss`: administrator of the realm, which is too much. */
export const ACCOUNTS = ["rollcall", "nobody", "boss"] as const;
export type AccountName = (typeof ACCOUNTS)[number];

const ODD =
	"müller|o'brien|smith,john|a+b|李雷|Ann Lee|ÅSA|slash/uid|semi;colon|per%cent|quo\"te|back\\slash|star*uid|par(en)s|hash#tag|eq=uals|<angle>|😀smile|user@example.com|.dot".split(
		"|",
	);
/** What may be stored, and what OpenAM makes of it. */
const STATUSES = [
	{ status: "Deleted", active: false },
	{ active: true },
	{ status: "inactive", active: false },
	{ status: "ACTIVE", active: true },
] as const;

/** `size` people in realm / and 31 in realm /sub, one of whom has the name of somebody in /. */
export function makeWorld(size: number): World {
	const people = [...Array.from({ length: size }, (_, i) => personOf(i)), ...Array.from({ length: 31 }, (_, i) => subPerson(i))];
	const at = (first: number, count: number, step = 1) => Array.from({ length: count }, (_, i) => first + i * step);
	const group = (name: string, people: readonly number[], more: Partial<SeedGroup> = {}): SeedGroup => ({
		realm: "/",
		name,
		people,
		groups: [],
		dangling: [],
		...more,
	});
	const teams = 42;
	return {
		people,
		groups: [
			group("big", at(0, Math.min(size, 1_200))),
			group("empty", []),
			group("nested", [30], { groups: ["team-01", "team-02"] }),
			group("cycle-a", [31], { groups: ["cycle-b"] }),
			group("cycle-b", [], { groups: ["cycle-a"] }),
			group("dangling", [32], { dangling: [`uid=ghost,ou=people,${SUFFIX}`, "uid=elsewhere,o=other"] }),
			group("Köln, R+D / 工程部", [0, 2, 4, 11]),
			group("readers", [20]),
			group("admins", [22]),
			...Array.from({ length: teams }, (_, t) =>
				group(`team-${String(t + 1).padStart(2, "0")}`, at(t, Math.ceil((size - t) / teams), teams)),
			),
			group("sub-team", at(size, 11, 3), { realm: "/sub" }),
			group("sub-all", [size + 1], { realm: "/sub", groups: ["sub-team"] }),
			group("sub-nobody", [], { realm: "/sub" }),
			// The name of one in realm /.
			group("big", [size], { realm: "/sub" }),
		],
	};
}

function personOf(i: number): SeedPerson {
	const uid = ODD[i] ?? ACCOUNTS[i - ODD.length] ?? `user${String(i + 1).padStart(5, "0")}`;
	const one = { realm: "/" as const, uid, mail: ODD[i] === undefined ? `${uid}@example.com` : `odd${i}@example.com`, further: {} };
	if (i < ODD.length) return { ...one, status: "Active", active: true };
	const special = STATUSES[i - ODD.length - ACCOUNTS.length];
	if (special !== undefined) return { ...one, ...special };
	const active = i % 25 !== 24;
	const hidden = i === 100 ? { hidden: "R&D" } : {};
	return { ...one, ...hidden, active, status: active ? "Active" : "Inactive", further: { employeeNumber: [String(i + 1)] } };
}

function subPerson(i: number): SeedPerson {
	const one = { realm: "/sub" as const, further: { employeeNumber: [`S${i}`], telephoneNumber: ["+49 30 1", `+49 30 2${i}`] } };
	if (i === 30) return { ...one, uid: "user00031", mail: "namesake@sub.example.com", status: "Active", active: true };
	const uid = `sub${String(i + 1).padStart(3, "0")}`;
	const active = i % 10 !== 9;
	return { ...one, uid, mail: `${uid}@sub.example.com`, status: active ? "Active" : "Inactive", active };
}

const escaped = (value: string): string => value.replace(/[,+"\\<>;=#]/g, "\\$&");
export const personDn = ({ realm, uid }: Pick<SeedPerson, "realm" | "uid">): string => `uid=${escaped(uid)},ou=people,${baseOf(realm)}`;
export const groupDn = ({ realm, name }: Pick<SeedGroup, "realm" | "name">): string => `cn=${escaped(name)},ou=groups,${baseOf(realm)}`;

const CLASSES = [
	"top",
	"person",
	"organizationalperson",
	"inetorgperson",
	"inetuser",
	"iplanet-am-user-service",
	"iplanet-am-managed-person",
];

/** One LDIF record (RFC 2849). Every value in Base64: nobody need know which ones must be. */
function record(dn: string, values: readonly (readonly [name: string, value: string | undefined])[]): string {
	const line = (name: string, value: string) => `${name}:: ${Buffer.from(value, "utf8").toString("base64")}\n`;
	return `${line("dn", dn)}${values.map(([name, value]) => (value === undefined ? "" : line(name, value))).join("")}\n`;
}

export const personLdif = (person: SeedPerson): string =>
	record(personDn(person), [
		...CLASSES.map((name) => ["objectClass", name] as const),
		["uid", person.uid],
		["cn", `Person ${person.uid}`],
		["givenName", "Given"],
		["sn", person.uid],
		["mail", person.mail],
		["inetUserStatus", person.status],
		["departmentNumber", person.hidden],
		...Object.entries(person.further).flatMap(([name, values]) => values.map((value) => [name, value] as const)),
		["userPassword", PASSWORD],
	]);

export function worldLdif({ people, groups }: World): string {
	const sub = baseOf("/sub");
	const unit = (name: string) =>
		record(`ou=${name},${sub}`, [
			["objectClass", "top"],
			["objectClass", "organizationalUnit"],
			["ou", name],
		]);
	return [
		record(sub, [
			["objectClass", "top"],
			["objectClass", "organization"],
			["o", "sub"],
		]),
		unit("people"),
		unit("groups"),
		...people.map(personLdif),
		...groups.map((group) =>
			record(groupDn(group), [
				["objectClass", "top"],
				["objectClass", "groupofuniquenames"],
				["cn", group.name],
				...group.people.map((i) => ["uniqueMember", personDn(people[i]!)] as const),
				...group.groups.map((name) => ["uniqueMember", groupDn({ realm: group.realm, name })] as const),
				...group.dangling.map((dn) => ["uniqueMember", dn] as const),
			]),
		),
	].join("");
}
