import { describe, expect, test } from "@jest/globals";
import type { ConnectorId, GroupId, Person, PersonId } from "../../../core/model.ts";
import { SnapshotBuilder } from "../../../core/snapshot.ts";

const person = (n: number, more: Partial<Person> = {}): Person => ({
	id: `p${n}` as PersonId,
	username: `user${n}`,
	email: `u${n}@a.test`,
	givenName: undefined,
	familyName: undefined,
	displayName: undefined,
	active: true,
	attributes: {},
	...more,
});
const group = (n: number, people: readonly string[] = [], groups: readonly string[] = []) => ({
	id: `g${n}` as GroupId,
	name: `group${n}`,
	path: `/group${n}`,
	people: people as PersonId[],
	groups: groups as GroupId[],
});
const builder = () => new SnapshotBuilder("staff" as ConnectorId);
const takenAt = new Date(5);
const made = (fill: (b: SnapshotBuilder) => void, stated: { people?: number; groups?: number } = {}) => {
	const b = builder();
	fill(b);
	return b.finish({ takenAt, ...stated });
};

describe("a snapshot", () => {
	test("has what was read, and its size", () => {
		const snapshot = made((b) => {
			b.person(person(1));
			b.person(person(2, { active: false }));
			b.group(group(1, ["p1", "p2"], ["g2"]));
			b.group(group(2, ["p1"]));
			b.rejectPerson("p9" as PersonId, "no username", "nine");
		});
		expect(snapshot).toMatchObject({ connector: "staff", takenAt, size: { people: 2, active: 1, groups: 2, memberships: 3, rejects: 1 } });
		expect([...snapshot.people.keys(), ...snapshot.groups.keys()]).toEqual(["p1", "p2", "g1", "g2"]);
		expect(snapshot.rejects).toEqual([{ kind: "person", id: "p9", label: "nine", because: "no username" }]);
	});
	test("tells people who could not be understood apart from those who are gone, each once", () => {
		const rejected = (fill: (b: SnapshotBuilder) => void) => made(fill).size.rejectedPeople;
		expect(rejected((b) => b.person(person(1)))).toBeUndefined();
		expect("rejectedPeople" in made((b) => b.person(person(1))).size).toBe(false);
		expect(rejected((b) => b.rejectPerson("p9" as PersonId, "no username"))).toBe(1);
		const some = (b: SnapshotBuilder) => {
			for (const id of ["p8", "p9", "p9"]) b.rejectPerson(id as PersonId, "no username");
			b.rejectGroup("g1" as GroupId, "no name");
		};
		expect(rejected(some)).toBe(2);
	});
	test("keeps each member and each inner group once, sorted", () => {
		const snapshot = made((b) => {
			b.group(group(1, ["p2", "p1", "p2"], ["g3", "g2", "g3"]));
			b.group(group(2));
			b.group(group(3));
		});
		expect(snapshot.groups.get("g1" as GroupId)).toMatchObject({ people: ["p1", "p2"], groups: ["g2", "g3"] });
	});
	test("leaves out labels that could not be read, and sorts rejects by kind and id", () => {
		const snapshot = made((b) => {
			b.rejectPerson("p2" as PersonId, "x");
			b.rejectGroup("g7" as GroupId, "y", "seven");
			b.rejectPerson("p1" as PersonId, "x");
			b.rejectGroup("g6" as GroupId, "y");
		});
		expect(snapshot.rejects).toEqual([
			{ kind: "group", id: "g6", because: "y" },
			{ kind: "group", id: "g7", label: "seven", because: "y" },
			{ kind: "person", id: "p1", because: "x" },
			{ kind: "person", id: "p2", because: "x" },
		]);
	});
});

describe("a record that comes twice", () => {
	test("is one record when nothing differs, whatever the order of members or attributes", () => {
		const snapshot = made(
			(b) => {
				b.person(person(1, { attributes: { a: ["1"], b: ["2"] } }));
				b.person(person(1, { attributes: { b: ["2"], a: ["1"] } }));
				b.group(group(1, ["p1", "p2"]));
				b.group(group(1, ["p2", "p1"]));
			},
			{ people: 1, groups: 1 },
		);
		expect(snapshot.size).toMatchObject({ people: 1, groups: 1 });
	});
	test.each([
		["username", { username: "x" }],
		["e-mail address", { email: "x@a.test" }],
		["absent e-mail address", { email: undefined }],
		["given name", { givenName: "x" }],
		["family name", { familyName: "x" }],
		["display name", { displayName: "x" }],
		["state", { active: false }],
		["attribute", { attributes: { a: ["1"] } }],
	])("with another %s stops the reading: a person", (_what, more) => {
		const b = builder();
		b.person(person(1));
		expect(() => b.person(person(1, more))).toThrow(
			expect.objectContaining({
				code: "source.malformed",
				retry: "later",
				message: expect.stringMatching(/^staff: person p1 \((user1|x)\) came twice with different content$/),
				context: { source: "staff", kind: "person", id: "p1" },
				todo: expect.stringContaining("the next run reads it anew"),
			}),
		);
	});
	test.each([
		["name", { name: "x" }],
		["path", { path: "/x" }],
		["member", { people: ["p9" as PersonId] }],
		["inner group", { groups: ["g9" as GroupId] }],
	])("with another %s stops the reading: a group", (_what, more) => {
		const b = builder();
		b.group(group(1));
		expect(() => b.group({ ...group(1), ...more })).toThrow(
			expect.objectContaining({
				code: "source.malformed",
				message: expect.stringMatching(/^staff: group g1 \(\/(group1|x)\) came twice with different content$/),
			}),
		);
	});
	test("whole once and held once stops the reading", () => {
		const b = builder();
		b.group(group(1));
		expect(() => b.holdGroup(group(1), "page 2 failed")).toThrow("came twice with different content");
	});
	test("held twice for the same reason is one", () => {
		expect(
			made((b) => {
				b.holdGroup(group(1), "page 2 failed");
				b.holdGroup(group(1), "page 2 failed");
			}).size,
		).toMatchObject({ groups: 1, rejects: 1 });
	});
});

describe("a total that the server states", () => {
	const two = (b: SnapshotBuilder) => {
		b.person(person(1));
		b.rejectPerson("p2" as PersonId, "no username");
		b.group(group(1));
		b.rejectGroup("g2" as GroupId, "no name");
	};
	test("is met by what was read and what was rejected together", () => {
		expect(made(two, { people: 2, groups: 2 }).size.people).toBe(1);
	});
	test.each([
		["people", { people: 3 }, "staff: the directory states 3 people, but 2 were read"],
		["people", { people: 1 }, "staff: the directory states 1 people, but 2 were read"],
		["groups", { groups: 3 }, "staff: the directory states 3 groups, but 2 were read"],
		["people", { people: 0 }, "staff: the directory states 0 people, but 2 were read"],
	])("of %s that is not met stops the reading (%j)", (_what, stated, message) => {
		expect(() => made(two, stated)).toThrow(
			expect.objectContaining({ code: "source.incomplete", retry: "later", message, todo: expect.stringContaining("Nothing was changed") }),
		);
	});
	test("counts a record that was read and rejected once", () => {
		const both = (b: SnapshotBuilder) => {
			b.person(person(1));
			b.rejectPerson("p1" as PersonId, "half of it is odd");
			b.holdGroup(group(1), "page 2 failed");
		};
		expect(made(both, { people: 1, groups: 1 }).rejects.length).toBe(2);
	});
});

describe("a group whose members could not be read whole", () => {
	test("is there, empty, with the reason, and is reported", () => {
		const snapshot = made((b) => {
			b.group(group(2));
			b.holdGroup(group(1, ["p1"], ["g2", "g2"]), "page 2 failed");
		});
		expect(snapshot.groups.get("g1" as GroupId)).toEqual({
			id: "g1",
			name: "group1",
			path: "/group1",
			people: [],
			groups: ["g2"],
			held: "page 2 failed",
		});
		expect(snapshot.rejects).toEqual([{ kind: "group", id: "g1", label: "group1", because: "page 2 failed" }]);
	});
});

describe("an inner group that was not read", () => {
	test("stops the reading: its members would look gone", () => {
		expect(() => made((b) => b.group(group(1, [], ["g9"])))).toThrow(
			expect.objectContaining({
				code: "source.incomplete",
				message: "staff: group /group1 contains group g9, which was not read",
				context: { source: "staff", group: "g1", inner: "g9" },
			}),
		);
	});
	test("is known when it was rejected", () => {
		const snapshot = made((b) => {
			b.group(group(1, [], ["g9"]));
			b.rejectGroup("g9" as GroupId, "no name");
		});
		expect(snapshot.size).toMatchObject({ groups: 1, rejects: 1 });
	});
	test("is not known because a person of that id was rejected", () => {
		expect(() =>
			made((b) => {
				b.group(group(1, [], ["g9"]));
				b.rejectPerson("g9" as PersonId, "no name");
			}),
		).toThrow("contains group g9");
	});
});

describe("the digest", () => {
	const parts: readonly ((b: SnapshotBuilder) => void)[] = [
		(b) => b.person(person(1)),
		(b) => b.person(person(2)),
		(b) => b.group(group(1, ["p1", "p2"])),
		(b) => b.holdGroup(group(2), "page 2 failed"),
		(b) => b.rejectPerson("p9" as PersonId, "no username"),
		(b) => b.rejectGroup("g9" as GroupId, "no name"),
	];
	const digestOf = (order: readonly ((b: SnapshotBuilder) => void)[]) =>
		made((b) => {
			for (const part of order) part(b);
		}).digest;
	const digest = digestOf(parts);
	test("is the same for any order of pages", () => {
		expect(digestOf([...parts].reverse())).toBe(digest);
		expect(digest).toMatch(/^[0-9a-f]{32}$/);
	});
	test("does not cover when the snapshot was taken", () => {
		const b = builder();
		for (const part of parts) part(b);
		expect(b.finish({ takenAt: new Date(99) }).digest).toBe(digest);
	});
	test("changes with every part", () => {
		for (const part of parts) expect(digestOf(parts.filter((each) => each !== part))).not.toBe(digest);
	});
	test("changes with a reason and with the source", () => {
		expect(digestOf([...parts.slice(0, -1), (b) => b.rejectGroup("g9" as GroupId, "other")])).not.toBe(digest);
		const crew = new SnapshotBuilder("crew" as ConnectorId);
		for (const part of parts) part(crew);
		expect(crew.finish({ takenAt }).digest).not.toBe(digest);
	});
});
