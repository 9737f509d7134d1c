import type { ConnectorId, Group, GroupId, Person, PersonId, Snapshot } from "../../../core/model.ts";
import { compilePolicy } from "../../../core/policy/compile.ts";
import type { GroupMapText, GroupPolicyText, Policy, PolicyText, Precedence } from "../../../core/policy/policy.ts";
import { SnapshotBuilder } from "../../../core/snapshot.ts";

export interface GroupDraft {
	readonly people?: readonly string[];
	readonly groups?: readonly string[];
	readonly name?: string;
	readonly path?: string;
	readonly held?: string;
}
export interface DirectoryDraft {
	readonly people?: Readonly<Record<string, Partial<Omit<Person, "id">>>>;
	readonly groups?: Readonly<Record<string, GroupDraft>>;
	/** Id → username, where one could be read. */
	readonly rejectedPeople?: Readonly<Record<string, string | undefined>>;
	readonly rejectedGroups?: Readonly<Record<string, string | undefined>>;
}

/** A directory in a few lines: ids stand for what is not said. */
export function directory(source: string, draft: DirectoryDraft): Snapshot {
	const builder = new SnapshotBuilder(source as ConnectorId);
	for (const [id, rest] of Object.entries(draft.people ?? {})) builder.person(personOf(id, rest));
	for (const [id, { name, path, people, groups, held }] of Object.entries(draft.groups ?? {})) {
		const group = { id: id as GroupId, name: name ?? id, path: path ?? `/${name ?? id}`, groups: (groups ?? []) as GroupId[] };
		if (held !== undefined) builder.holdGroup(group, held);
		else builder.group({ ...group, people: (people ?? []) as PersonId[] } satisfies Omit<Group, "held">);
	}
	for (const [id, label] of Object.entries(draft.rejectedPeople ?? {})) builder.rejectPerson(id as PersonId, "it has no username", label);
	for (const [id, label] of Object.entries(draft.rejectedGroups ?? {})) builder.rejectGroup(id as GroupId, "it has no path", label);
	return builder.finish({ takenAt: new Date(0) });
}

const personOf = (id: string, rest: Partial<Omit<Person, "id">>): Person => ({
	id: id as PersonId,
	username: id,
	email: `${id}@example.org`,
	givenName: undefined,
	familyName: undefined,
	displayName: undefined,
	active: true,
	attributes: {},
	...rest,
});

type Texts = Readonly<Record<string, string>>;
export interface PolicyDraft {
	readonly from?: readonly string[];
	/** CEL by setting. */
	readonly say?: Texts;
	readonly attributes?: Texts;
	readonly map?: readonly (readonly [match: string, to: string] | { readonly path: string; readonly to: string })[];
	readonly groups?: Partial<Omit<GroupPolicyText, "map">>;
	readonly active?: PolicyText["active"];
	readonly precedence?: {
		readonly fields?: Readonly<Record<string, readonly string[]>>;
		readonly attributes?: Readonly<Record<string, readonly string[]>>;
	};
}

export function policyOf({ from = ["staff"], say = {}, attributes = {}, map = [], groups = {}, active, precedence }: PolicyDraft): Policy {
	const at = (text: string, line: number) => ({ text, file: "rollcall.yaml", line, column: 14 });
	const each = (texts: Texts, line: number) => Object.fromEntries(Object.entries(texts).map(([key, text], i) => [key, at(text, line + i)]));
	const rules = map.map(
		(rule, i): GroupMapText =>
			"path" in rule ? { path: at(rule.path, 20 + i), to: at(rule.to, 20 + i) } : { match: at(rule[0], 20 + i), to: at(rule[1], 20 + i) },
	);
	const text: PolicyText = {
		from: from as ConnectorId[],
		...(active === undefined ? {} : { active }),
		...(precedence === undefined ? {} : { precedence: { fields: {}, attributes: {}, ...precedence } as Precedence }),
		...each(say, 10),
		attributes: each(attributes, 15),
		groups: { nested: true, createMissing: true, default: [], ignore: [], strangers: "keep", ...groups, map: rules },
	};
	return compilePolicy(text);
}
