import { describe, expect, test } from "@jest/globals";
import type { FilesSource } from "../../../config/sources/files.ts";
import { configText, judge, problems } from "./support.ts";

const source = (lines: string) => configText({ source: `  other:\n    kind: files\n${lines.replace(/^/gm, "    ")}\n` });
const SMALL = "people: [export/people.csv]";
const built = async (lines: string) => {
	const config = await judge(source(lines));
	const folder = config.file.slice(0, config.file.lastIndexOf("/"));
	return { folder, source: config.sources.get("other" as never) as FilesSource };
};

describe("kind: files", () => {
	test("little is needed; paths start at the configuration file", async () => {
		const { folder, source: found } = await built(SMALL);
		expect(found).toEqual({
			id: "other",
			kind: "files",
			people: [`${folder}/export/people.csv`.replace("//", "/")],
			groups: [],
			memberships: [],
			encoding: "utf-8",
			columns: {},
			groupColumns: {},
			membershipColumns: {},
			lists: [],
			activeWhen: ["true"],
			inactiveWhen: ["false"],
			everybodyActive: false,
			memberIs: "id",
			groupIs: "id",
			unknownMembers: "refuse",
			badRecords: "refuse",
			mayBeEmpty: [],
			proof: { quietForMs: 5_000 },
			network: { timeoutMs: 60_000, concurrency: 1 },
		});
	});

	test("what is written counts", async () => {
		const lines = [
			"people: [/srv/a.csv, /srv/b.csv]",
			"groups: [/srv/g.jsonl]",
			"memberships: [/srv/m.csv]",
			"format: csv",
			'separator: "\\t"',
			"encoding: windows-1252",
			"columns: { id: PersonalNr, username: Login, active: Status, groups: Teams }",
			"groupColumns: { id: Unit, name: Unit, parents: In }",
			"membershipColumns: { group: Unit, member: Nr, type: Art }",
			"lists: [Sites]",
			'listSeparator: "|"',
			'activeWhen: ["A", "1"]',
			'inactiveWhen: ["L", ""]',
			"memberIs: username",
			"groupIs: name",
			"unknownMembers: hold",
			"badRecords: hold",
			"mayBeEmpty: [memberships]",
			"finalNewline: optional",
			"quietFor: 0s",
			"maxAge: 26h",
			"maxSpread: 90m",
			"trailer: { first: END, count: 2 }",
			'checksums: "*.sha256"',
			"done: /srv/done",
			"timeout: 90s",
		];
		expect((await built(lines.join("\n"))).source).toMatchObject({
			people: ["/srv/a.csv", "/srv/b.csv"],
			separator: "\t",
			columns: { id: "PersonalNr", username: "Login", active: "Status", groups: "Teams" },
			inactiveWhen: ["L", ""],
			proof: {
				finalNewline: "optional",
				quietForMs: 0,
				maxAgeMs: 93_600_000,
				maxSpreadMs: 5_400_000,
				trailer: { first: "END", count: 2 },
				checksums: "*.sha256",
				done: "/srv/done",
			},
			network: { timeoutMs: 90_000 },
		});
		expect((await built("together: /srv/all.json\nchecksums: /srv/SHA256SUMS")).source).toMatchObject({
			people: [],
			together: "/srv/all.json",
			proof: { checksums: "/srv/SHA256SUMS" },
		});
	});

	test.each([
		["groups: [g.csv]", /there are no people; allowed: `people` or `together`\. Add/],
		["people: people.csv", /found "people\.csv"; allowed: a list of paths.*Put it in brackets/],
		["people: []", /other\.people/],
		[`${SMALL}\ntogether: all.json`, /other\.people: found `people` beside `together`, which holds them/],
		["together: all.json\nmemberships: [m.csv]", /other\.memberships: found `memberships` beside `together`/],
		[`${SMALL}\ngroups: [export/people.csv]`, /other\.groups\[0\]: found the same file twice/],
		[`${SMALL}\nseparator: ":"`, /found ":"; allowed: ",", ";"/],
		[`${SMALL}\nencoding: latin1`, /found "latin1"; allowed: utf-8 or windows-1252/],
		[`${SMALL}\ncolumns: { mail: Mail }`, /there is no key "mail" here; allowed: id, username, email/],
		[`${SMALL}\ncolumns: { userName: x }`, /Did you mean "username"/],
		[`${SMALL}\nactiveWhen: [true]`, /To mean the text, put it in quotes: "true"/],
		[`${SMALL}\nactiveWhen: ["A", "x"]\ninactiveWhen: ["X "]`, /other\.inactiveWhen: "x" says active and inactive/],
		[`${SMALL}\nactiveWhen: ["False"]`, /other\.activeWhen: "false" says active and inactive/],
		[
			`${SMALL}\neverybodyActive: true\ncolumns: { active: Status }`,
			/other\.columns\.active: found `columns\.active` beside everybodyActive: true/,
		],
		[`${SMALL}\neverybodyActive: true\ninactiveWhen: ["L"]`, /other\.inactiveWhen: found `inactiveWhen` beside everybodyActive: true/],
		[`${SMALL}\nmaxAge: 26`, /Write the unit too/],
		[`${SMALL}\nquietFor: 1h`, /from 0s to 10m/],
		[`${SMALL}\ntrailer: { first: END, count: 1 }`, /a whole number from 2 to 100/],
		[`${SMALL}\nmayBeEmpty: [everybody]`, /people, groups or memberships/],
		[`${SMALL}\nnetwork: { timeout: 60s }`, /there is no key "network" here/],
	])("%s", async (lines, message) => {
		expect((await problems(source(lines))).join("\n")).toMatch(message);
	});
});
