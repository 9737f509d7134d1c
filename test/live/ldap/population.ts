import type { DirectoryTruth } from "../../contract/connector-harness.ts";

/** What the real server holds, as an LDIF file and as the truth that readings are held against. */
export interface Population {
	readonly base: string;
	readonly truth: DirectoryTruth;
	readonly ldif: string;
}
interface Row {
	readonly dn: string;
	readonly lines: readonly string[];
}

export const SUFFIX = "dc=example,dc=com";
const uuid = (place: number, kind: number, index: number): string =>
	`0000${place}000-0000-4000-8${kind}00-${String(index).padStart(12, "0")}`;
/** RFC 2849: what is not plain ASCII is written in Base64. */
const line = (name: string, value: string): string =>
	/^[!-9;=-~][ -~]*$/.test(value) && !value.endsWith(" ")
		? `${name}: ${value}`
		: `${name}:: ${Buffer.from(value, "utf8").toString("base64")}`;
const entry = ({ dn, lines }: Row): string => `${line("dn", dn)}\n${lines.join("\n")}\n\n`;
const unit = (dn: string): Row => ({ dn, lines: ["objectClass: organizationalUnit", line("ou", /^ou=([^,]*)/.exec(dn)?.[1] ?? "")] });

/** The suffix and the accounts that read. */
export function frame(): string {
	const accounts = ["rollcall", "short", "tight", "blind", "stranger"].map((uid) => ({
		dn: `uid=${uid},ou=system,${SUFFIX}`,
		lines: ["objectClass: account", "objectClass: simpleSecurityObject", `uid: ${uid}`, `userPassword: ${uid}-pw`],
	}));
	const policy = ["objectClass: organizationalRole", "objectClass: pwdPolicy", "cn: default", "pwdAttribute: userPassword"];
	return [
		{ dn: SUFFIX, lines: ["objectClass: dcObject", "objectClass: organization", "o: Example", "dc: example"] },
		unit(`ou=system,${SUFFIX}`),
		unit(`ou=policies,${SUFFIX}`),
		{ dn: `cn=default,ou=policies,${SUFFIX}`, lines: policy },
		...accounts,
	]
		.map(entry)
		.join("");
}

/** Locked by the password policy for good, and only for a while. */
const LOCKED = "pwdAccountLockedTime: 000001010000Z";
const LOCKED_FOR_NOW = "pwdAccountLockedTime: 20260101000000Z";

function people(place: number, base: string, count: number) {
	return Array.from({ length: count }, (_, i) => {
		const username = `user${String(i + 1).padStart(5, "0")}`;
		const attributes = {
			objectClass: ["inetOrgPerson"],
			uid: [username],
			cn: [`Person ${i + 1}`],
			givenName: ["Zoë"],
			sn: [`No. ${i + 1}`],
			mail: [`${username}@example.com`],
			...(i % 3 === 0 ? { departmentNumber: [`D${i % 20}`, "D99"] } : {}),
		};
		const active = i % 50 !== 2;
		const locks = active ? (i % 50 === 3 ? [LOCKED_FOR_NOW] : []) : [LOCKED];
		return person({ dn: `uid=${username},ou=people,${base}`, id: uuid(place, 1, i), username, active, attributes, locks });
	});
}

interface NewPerson {
	readonly dn: string;
	readonly id: string;
	readonly username: string;
	readonly active: boolean;
	readonly attributes: Readonly<Record<string, readonly string[]>>;
	readonly locks: readonly string[];
}
function person({ dn, id, username, active, attributes, locks }: NewPerson) {
	const lines = Object.entries(attributes).flatMap(([name, values]) => values.map((value) => line(name, value)));
	// Asked for by name, so they come with the rest.
	const operational = { entryUUID: [id], ...(locks.length === 0 ? {} : { pwdAccountLockedTime: [locks[0]!.split(": ")[1]!] }) };
	return {
		row: { dn, lines: [...lines, "userPassword: {SSHA}bm90aGluZw==", `entryUUID: ${id}`, ...locks] },
		truth: { id, username, active, attributes: { ...attributes, ...operational } },
	};
}

interface NewGroup {
	readonly name: string;
	readonly people?: readonly number[];
	readonly groups?: readonly string[];
	/** Whole lines beside those, and whom they stand for. */
	readonly further?: readonly string[];
	readonly also?: readonly number[];
	readonly kind?: "groupOfNames" | "groupOfUniqueNames" | "posixGroup";
}

/** Thirteen people with every oddity, or thousands. */
export function population(name: "small" | "large", size: { readonly people: number; readonly groups: number }): Population {
	const place = name === "small" ? 1 : 2;
	const base = `ou=${name},${SUFFIX}`;
	const plain = people(place, base, size.people);
	const odd = person({
		dn: `cn=O'Brien\\, Sinéad \\+ \\"R&D\\" 工,ou=people,${base}`,
		id: uuid(place, 1, 999_999),
		username: "sinéad.o'brien+test",
		active: true,
		attributes: { objectClass: ["inetOrgPerson"], uid: ["sinéad.o'brien+test"], cn: ['O\'Brien, Sinéad + "R&D" 工'], sn: ["O'Brien"] },
		locks: [],
	});
	const all = [...plain, odd];
	const groups = name === "small" ? oddGroups(base) : plainGroups(size);
	const idOf = new Map(groups.map((group, index) => [group.name, uuid(place, 2, index)]));
	const rows = groups.map((group) => groupRow(group, { base, id: idOf.get(group.name)!, dns: plain.map(({ row }) => row.dn) }));
	const outside = [
		unit(`ou=outside,${base}`),
		{ dn: `uid=outsider,ou=outside,${base}`, lines: ["objectClass: inetOrgPerson", "uid: outsider", "cn: Outsider", "sn: Outsider"] },
		{ dn: `cn=far,ou=outside,${base}`, lines: ["objectClass: groupOfNames", "cn: far", `member: ${plain[4]!.row.dn}`] },
		unit(`ou=doubtful,${base}`),
		{ dn: `cn=with-far,ou=doubtful,${base}`, lines: ["objectClass: groupOfNames", "cn: with-far", `member: cn=far,ou=outside,${base}`] },
		{
			dn: `cn=remote,ou=doubtful,${base}`,
			lines: ["objectClass: groupOfNames", "cn: remote", `member: cn=there,ou=remote,ou=elsewhere,${base}`],
		},
		unit(`ou=elsewhere,${base}`),
		{
			dn: `ou=remote,ou=elsewhere,${base}`,
			lines: ["objectClass: referral", "objectClass: extensibleObject", "ou: remote", "ref: ldap://127.0.0.1:9/ou=remote,dc=other"],
		},
	];
	const ldif = [unit(base), unit(`ou=people,${base}`), unit(`ou=groups,${base}`), ...all.map(({ row }) => row), ...rows, ...outside]
		.map(entry)
		.join("");
	const truth = {
		people: all.map((one) => one.truth),
		groups: groups.map((group) => ({
			id: idOf.get(group.name)!,
			name: group.name,
			people: [...(group.people ?? []), ...(group.also ?? [])]
				.map((i) => plain[i]!.truth.id)
				.concat(group.name === "odd" ? [odd.truth.id] : []),
			groups: (group.groups ?? []).map((inner) => idOf.get(inner)!),
		})),
	};
	return { base, truth, ldif };
}

function groupRow(group: NewGroup, place: { readonly base: string; readonly id: string; readonly dns: readonly string[] }): Row {
	const kind = group.kind ?? "groupOfNames";
	const members = (group.people ?? []).map((i) => place.dns[i]!);
	const inner = (group.groups ?? []).map((name) => `cn=${name},ou=groups,${place.base}`);
	const attribute = kind === "groupOfUniqueNames" ? "uniqueMember" : "member";
	const named = kind === "posixGroup" ? [] : [...members, ...inner].map((dn) => line(attribute, dn));
	return {
		dn: `cn=${group.name},ou=groups,${place.base}`,
		lines: [`objectClass: ${kind}`, line("cn", group.name), `entryUUID: ${place.id}`, ...named, ...(group.further ?? [])],
	};
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

function oddGroups(base: string): readonly NewGroup[] {
	const nobody = `member: cn=nobody,ou=system,${SUFFIX}`;
	return [
		{ name: "everybody", people: range(13) },
		{ name: "nobody", further: [nobody] },
		{ name: "company", people: [0], groups: ["berlin"] },
		{ name: "berlin", people: [0, 2, 4], groups: ["developers"] },
		{ name: "developers", people: [0, 1, 2] },
		{ name: "cycle-a", people: [0], groups: ["cycle-b"] },
		{ name: "cycle-b", people: [1], groups: ["cycle-a"] },
		{ name: "dangling", people: [2], further: [`member: uid=ghost,ou=people,${base}`] },
		{ name: "outsiders", people: [3], further: [`member: uid=outsider,ou=outside,${base}`] },
		{
			name: "unique",
			people: [1],
			kind: "groupOfUniqueNames",
			also: [0],
			further: [line("uniqueMember", `uid=user00001,ou=people,${base}#'0101'B`)],
		},
		{ name: "posix", kind: "posixGroup", also: [0], further: ["gidNumber: 5001", "memberUid: user00001", "memberUid: root"] },
		// The same name as in the entry, spelled in another way.
		{ name: "odd", further: [line("member", `CN=O\\27Brien\\2C Sin\\C3\\A9ad \\2B \\22R&D\\22 \\E5\\B7\\A5 , OU=people,${base}`)] },
	];
}

/** One with everybody, the others with their share of the people and one inner group. */
function plainGroups(size: { readonly people: number; readonly groups: number }): readonly NewGroup[] {
	const groups: readonly NewGroup[] = range(size.groups - 1).map((g) => ({
		name: g === 0 ? "everybody" : `group${String(g).padStart(4, "0")}`,
		people: g === 0 ? range(size.people) : range(size.people).filter((i) => i % (size.groups - 2) === g - 1),
		groups: g > 1 ? [`group${String(g - 1).padStart(4, "0")}`] : [],
	}));
	return [...groups, { name: "nobody", further: [`member: cn=nobody,ou=system,${SUFFIX}`] }];
}
