import type { GroupId, PersonId, Snapshot } from "../../../core/model.ts";
import { SnapshotBuilder } from "../../../core/snapshot.ts";
import { type Place, placeText } from "./failure.ts";
import type { At, Gathered } from "./gather.ts";
import { Problems } from "./problems.ts";
import type { FilesSettings } from "./settings.ts";

/** Puts memberships and groups together. Throws `source.malformed` where they name what is not there, unless that is to be held or ignored. */
export function assemble(settings: FilesSettings, gathered: Gathered): Snapshot {
	const builder = new SnapshotBuilder(settings.id);
	for (const { value } of gathered.people.values()) builder.person(value.person);
	for (const [id, { because, label }] of gathered.badPeople) builder.rejectPerson(id as PersonId, because, label);
	for (const [id, { because, label }] of gathered.badGroups) builder.rejectGroup(id as GroupId, because, label);
	new Weaving(settings, gathered, builder).weave();
	return builder.finish({ takenAt: new Date() });
}

interface Draft {
	readonly id: GroupId;
	readonly name: string;
	readonly path: string;
	readonly people: PersonId[];
	readonly groups: GroupId[];
	because?: string;
}
/** `draft` is absent where the record is not understood: members of such a group are not known. */
interface Target {
	readonly id: GroupId;
	readonly draft?: Draft;
}

/** Memberships, wherever they are written: their own file, a column of people, columns of groups. */
class Weaving {
	readonly #settings: FilesSettings;
	readonly #gathered: Gathered;
	readonly #builder: SnapshotBuilder;
	readonly #problems = new Problems();
	readonly #drafts = new Map<string, Draft>();
	readonly #personIds: ReadonlyMap<string, readonly string[]>;
	readonly #groupIds: ReadonlyMap<string, readonly string[]>;

	constructor(settings: FilesSettings, gathered: Gathered, builder: SnapshotBuilder) {
		this.#settings = settings;
		this.#gathered = gathered;
		this.#builder = builder;
		for (const [id, { value }] of gathered.groups ?? []) this.#draft(id, value);
		this.#personIds = namesOf(
			settings.memberIs,
			[...gathered.people].map(([id, { value }]) => [id, value.person.username]),
			gathered.badPeople,
		);
		this.#groupIds = namesOf(
			settings.groupIs,
			[...(gathered.groups ?? [])].map(([id, { value }]) => [id, value.name]),
			gathered.badGroups,
		);
	}

	weave(): void {
		for (const [id, { place, value }] of this.#gathered.people)
			for (const group of value.groups) this.#group(group, place)?.draft?.people.push(id as PersonId);
		for (const [id, group] of this.#gathered.groups ?? []) this.#ofGroup(this.#drafts.get(id)!, group);
		for (const { place, value } of this.#gathered.memberships) {
			const draft = this.#group(value.group, place)?.draft;
			if (draft === undefined) continue;
			if (value.isGroup) this.#inner(draft, value.member, place);
			else this.#member(draft, value.member, place);
		}
		this.#problems.judge(
			"Nothing was changed. Usually the files are not of one export: export them together (done, maxSpread and checksums recognise that). If such memberships are usual, say unknownMembers: hold or ignore.",
		);
		for (const { because, ...group } of this.#drafts.values()) {
			if (because === undefined) this.#builder.group(group);
			else this.#builder.holdGroup(group, because);
		}
	}

	#ofGroup(
		draft: Draft,
		{ place, value }: At<{ members: readonly string[]; groups: readonly string[]; parents: readonly string[] }>,
	): void {
		for (const member of value.members) this.#member(draft, member, place);
		for (const inner of value.groups) this.#inner(draft, inner, place);
		for (const parent of value.parents) this.#group(parent, place)?.draft?.groups.push(draft.id);
	}

	#draft(id: string, of: { readonly name: string; readonly path: string }): Draft {
		const draft: Draft = { id: id as GroupId, name: of.name, path: of.path, people: [], groups: [] };
		this.#drafts.set(id, draft);
		return draft;
	}

	/** Without records of groups, whatever is named is a group; otherwise it must be there. */
	#group(name: string, place: Place): Target | undefined {
		if (this.#gathered.groups === undefined) {
			const draft = this.#drafts.get(name) ?? this.#draft(name, { name, path: name });
			return { id: draft.id, draft };
		}
		const id = this.#oneOf(this.#groupIds, { name, what: "group", place });
		if (id !== undefined) {
			const draft = this.#drafts.get(id);
			return { id: id as GroupId, ...(draft === undefined ? {} : { draft }) };
		}
		const because = `there is no group ${JSON.stringify(name)}`;
		// What a missing record would have said is not known: which group it was inside of, and so who belongs to that one too.
		if (this.#settings.unknownMembers !== "ignore") this.#problems.add(place, because);
		return undefined;
	}

	#inner(draft: Draft, name: string, place: Place): void {
		const inner = this.#group(name, place);
		if (inner !== undefined) draft.groups.push(inner.id);
		// Whoever is in it would look gone from here, so that this is never ignored.
		else draft.because ??= `${placeText(place)}: contains the group ${JSON.stringify(name)}, of which there is no record`;
	}

	#member(draft: Draft, name: string, place: Place): void {
		const id = this.#oneOf(this.#personIds, { name, what: "person", place });
		if (id !== undefined) {
			draft.people.push(id as PersonId);
			return;
		}
		const because = `there is no person ${JSON.stringify(name)}`;
		if (this.#settings.unknownMembers === "refuse") this.#problems.add(place, because);
		if (this.#settings.unknownMembers === "hold") draft.because ??= `${placeText(place)}: ${because}`;
	}

	/** Ambiguous names are never guessed. */
	#oneOf(
		ids: ReadonlyMap<string, readonly string[]>,
		{ name, what, place }: { readonly name: string; readonly what: "person" | "group"; readonly place: Place },
	): string | undefined {
		const found = ids.get(name) ?? [];
		if (found.length > 1)
			this.#problems.add(place, `${JSON.stringify(name)} is the name of more than one ${what}: ${found.slice(0, 3).join(", ")}`);
		return found[0];
	}
}

/** Ids by what memberships call them. Records that are not understood have theirs too. */
function namesOf(
	by: "id" | "username" | "name",
	good: readonly (readonly [string, string])[],
	bad: ReadonlyMap<string, { readonly label: string | undefined }>,
): ReadonlyMap<string, readonly string[]> {
	const ids = new Map<string, readonly string[]>();
	const all = [...good, ...[...bad].map(([id, { label }]) => [id, label] as const)];
	for (const [id, label] of all) {
		const name = by === "id" ? id : label;
		if (name !== undefined) ids.set(name, [...(ids.get(name) ?? []), id]);
	}
	return ids;
}
