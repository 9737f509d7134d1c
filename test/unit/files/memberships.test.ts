import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Folder } from "./folder.ts";

let folder: Folder;
beforeEach(() => {
	folder = new Folder();
	folder.write("people.csv", "id,username,active\n1,ann,true\n2,ben,true\n3,cem,false\n");
});
afterEach(() => folder.remove());

describe("memberships", () => {
	test("in a file of their own, without records of groups: names are groups", async () => {
		folder.write("m.csv", "group,member\ndev,1\ndev,3\nops,2\ndev,1\n");
		expect(await folder.groups({ memberships: ["m.csv"] })).toEqual({ dev: "1 3", ops: "2" });
		const [dev] = (await folder.read({ memberships: ["m.csv"] })).groups.values();
		expect(dev).toMatchObject({ id: "dev", name: "dev", path: "dev" });
	});

	test("in a column of people, with a separator; together with a file", async () => {
		folder.write("people.csv", "id,username,active,Teams\n1,ann,true,dev | ops|\n2,ben,true,\n3,cem,true,ops\n");
		const settings = { columns: { groups: "teams" }, listSeparator: "|" };
		expect(await folder.groups(settings)).toEqual({ dev: "1", ops: "1 3" });
		folder.write("m.csv", "group,member\ndev,2\n");
		expect(await folder.groups({ ...settings, memberships: ["m.csv"] })).toEqual({ dev: "1 2", ops: "1 3" });
		expect(await folder.refused({ columns: { groups: "teams" } })).toMatch(/people\.csv:1: the column "Teams" holds several values/);
	});

	test("in columns of groups: members, inner groups, parents; groups within groups, and round in circles", async () => {
		folder.write("g.csv", "id;name;path;members;groups;parents\na;A;/A;1,2;b,c;\nb;B;;3;;c\nc;C;;;;a\nempty;E;;;;\n");
		expect(await folder.groups({ groups: ["g.csv"], listSeparator: "," })).toEqual({ a: "1 2 [b] [c]", b: "3", c: "[b]", empty: "" });
		folder.write("g.csv", "id;name;parents\na;A;b\nb;B;a\n");
		expect(await folder.groups({ groups: ["g.csv"], listSeparator: "," })).toEqual({ a: "[b]", b: "[a]" });
		expect(await folder.refused({ groups: ["g.csv"] })).toMatch(/g\.csv:1: the column "parents" holds several values/);
	});

	test("inner groups by type", async () => {
		folder.write("g.csv", "id,name\na,A\nb,B\n");
		folder.write("m.csv", "group,member,type\na,b,GROUP\nb,1,user\nb,2,\nb,3,person\n");
		expect(await folder.groups({ groups: ["g.csv"], memberships: ["m.csv"] })).toEqual({ a: "[b]", b: "1 2 3" });
		folder.write("m.csv", "group,member,type\na,b,machine\n");
		expect(await folder.refused({ groups: ["g.csv"], memberships: ["m.csv"] })).toBe(
			'source.malformed m.csv:2: type is "machine"; it can be person, user or group',
		);
	});

	test("by username and by group's name; names that several have are not guessed", async () => {
		folder.write("g.csv", "id,name\nG1,dev\nG2,ops\n");
		folder.write("m.csv", "group,member\ndev,ann\nops,cem\n");
		const settings = { groups: ["g.csv"], memberships: ["m.csv"], memberIs: "username", groupIs: "name" } as const;
		expect(await folder.groups(settings)).toEqual({ G1: "1", G2: "3" });
		folder.write("g.csv", "id,name\nG1,dev\nG2,dev\n");
		expect(await folder.refused(settings)).toMatch(/^source\.malformed m\.csv:2: "dev" is the name of more than one group: G1, G2/);
		folder.write("g.csv", "id,name\nG1,dev\nG2,ops\n");
		folder.write("people.csv", "id,username,active\n1,ann,true\n2,ann,true\n3,cem,true\n");
		expect(await folder.refused(settings)).toBe('source.malformed m.csv:2: "ann" is the name of more than one person: 1, 2');
	});

	test("no member, no group, a group's name twice", async () => {
		folder.write("m.csv", "group,member\ndev,\n,1\n");
		expect(await folder.refused({ memberships: ["m.csv"] })).toBe(
			"source.malformed m.csv:2: there is no member; ".concat(`${"m.csv:3: there is no group"}`),
		);
		folder.write("g.csv", "id,name\na,A\na,B\n");
		expect(await folder.refused({ groups: ["g.csv"] })).toBe('source.malformed g.csv:3: the group "a" has been in g.csv:2 already');
		folder.write("g.csv", "id,name\na,\n");
		expect(await folder.refused({ groups: ["g.csv"] })).toBe("source.malformed g.csv:2: there is no name");
	});

	test("one column may be id and name", async () => {
		folder.write("g.csv", "unit\ndev\nops\n");
		expect(await folder.groups({ groups: ["g.csv"], groupColumns: { id: "unit", name: "unit" } })).toEqual({ dev: "", ops: "" });
	});
});

describe("members and groups without a record", () => {
	beforeEach(() => {
		folder.write("g.csv", "id,name\na,A\nb,B\n");
	});
	const settings = (unknownMembers: "refuse" | "hold" | "ignore") => ({ groups: ["g.csv"], memberships: ["m.csv"], unknownMembers });

	test("are refused, with file and line", async () => {
		folder.write("m.csv", "group,member,type\na,1,\na,9,\nc,1,\nb,d,group\n");
		expect(await folder.refused(settings("refuse"))).toBe(
			'source.malformed m.csv:3: there is no person "9"; m.csv:4: there is no group "c"; m.csv:5: there is no group "d"',
		);
	});

	test("hold their groups, where that is said", async () => {
		folder.write("m.csv", "group,member,type\na,1,\na,9,\nb,2,\n");
		const snapshot = await folder.read(settings("hold"));
		expect([...snapshot.groups.values()].map(({ id, held, people }) => [id, held?.replace(`${folder.path}/`, ""), people])).toEqual([
			["a", 'm.csv:3: there is no person "9"', []],
			["b", undefined, ["2"]],
		]);
		expect(snapshot.rejects.map(({ kind, id }) => [kind, id])).toEqual([["group", "a"]]);
	});

	test("of groups are refused even where members are held: nobody knows which group the missing one was inside of", async () => {
		folder.write("m.csv", "group,member,type\na,1,\nc,1,\n");
		expect(await folder.refused(settings("hold"))).toBe('source.malformed m.csv:3: there is no group "c"');
		folder.write("m.csv", "group,member,type\na,1,\n");
		folder.write("g.csv", "id,name,parent\na,A,\nb,B,z\n");
		const parents = { ...settings("hold"), groupColumns: { id: "id", name: "name", parents: "parent" }, listSeparator: "|" };
		expect(await folder.refused(parents as never)).toBe('source.malformed g.csv:3: there is no group "z"');
	});

	test("are left out, where that is said; a group around an unknown group is held even so", async () => {
		folder.write("m.csv", "group,member,type\na,1,\na,9,\nc,1,\nb,d,group\nb,2,\n");
		expect(await folder.groups(settings("ignore"))).toEqual({
			a: "1",
			b: `${folder.at("m.csv")}:5: contains the group "d", of which there is no record`,
		});
	});

	test("a person or group whose record is held is not unknown", async () => {
		folder.write("people.csv", "id,username,active\n1,ann,true\n2,ben,perhaps\n");
		folder.write("g.csv", "id,name\na,A\nb,\n");
		folder.write("m.csv", "group,member,type\na,1,\na,2,\na,b,group\nb,1,\n");
		const snapshot = await folder.read({ ...settings("refuse"), badRecords: "hold" });
		expect(snapshot.groups.get("a" as never)).toMatchObject({ people: ["1", "2"], groups: ["b"] });
		expect(snapshot.rejects.map(({ kind, id }) => [kind, id])).toEqual([
			["group", "b"],
			["person", "2"],
		]);
	});
});

describe("one person", () => {
	test("by id, else by username; undefined when there is none", async () => {
		folder.write("people.csv", "id,username,active,site\n1,ann,true,x\n2,1,false,y\n3,Cem,true,z\n");
		const person = async (who: string) => folder.connector().person!(who, { attributes: new Set(["site"]) }, new AbortController().signal);
		expect(await person("1")).toMatchObject({ id: "1", username: "ann", attributes: { site: ["x"] } });
		expect(await person("ann")).toMatchObject({ id: "1" });
		expect(await person("Cem")).toMatchObject({ id: "3" });
		expect([await person("cem"), await person("9"), await person("")]).toEqual([undefined, undefined, undefined]);
	});

	test("is not guessed, nor told from a file that is not whole or a record that is not understood", async () => {
		folder.write("people.csv", "id,username,active\n1,ann,true\n2,ann,true\n3,cem,perhaps\n");
		const person = (who: string, more = {}) =>
			folder.connector({ badRecords: "hold", ...more }).person!(who, { attributes: "all" }, new AbortController().signal);
		await expect(person("ann")).rejects.toThrow(/ann is the username of several people: .*people\.csv:2 and .*people\.csv:3$/);
		await expect(person("3")).rejects.toThrow(/people\.csv:4: active is "perhaps"/);
		await expect(person("cem")).rejects.toThrow(/people\.csv:4: active is "perhaps"/);
		expect(await person("1")).toMatchObject({ id: "1" });
		await expect(person("1", { badRecords: "refuse" })).rejects.toThrow(/people\.csv:4/);
		folder.write("people.csv", "id,username,active\n1,ann,true\n2,ben,tr");
		await expect(person("1")).rejects.toThrow(/does not end with a line break/);
	});
});
