import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import { type AllColumns, columnsOf, KIND_KEYS } from "./columns.ts";
import { type Place, placeText, unfinished } from "./failure.ts";
import { Problems } from "./problems.ts";
import { Proving } from "./proof.ts";
import { fold, type Row } from "./row.ts";
import { type Listed, listedFiles, type Reading, type RowSink, readRows } from "./rows.ts";
import type { FilesSettings, Kind } from "./settings.ts";
import type { Talk } from "./talk.ts";
import { assertNoSecrets, type FoundGroup, type FoundMembership, type FoundPerson, type Translated, Translator } from "./translate.ts";

export interface At<T> {
	readonly place: Place;
	readonly value: T;
}
export interface Bad {
	readonly place: Place;
	readonly label: string | undefined;
	readonly because: string;
}

/** Every record of the files, by id. */
export interface Gathered {
	readonly people: ReadonlyMap<string, At<FoundPerson>>;
	readonly badPeople: ReadonlyMap<string, Bad>;
	/** Undefined: no file has records of groups; memberships name them. */
	readonly groups: ReadonlyMap<string, At<FoundGroup>> | undefined;
	readonly badGroups: ReadonlyMap<string, Bad>;
	readonly memberships: readonly At<FoundMembership>[];
}

/** Reads the files whole, proves that they are whole and belong together, and judges every record by itself. */
export async function gather(
	talk: Talk,
	of: { readonly request: SnapshotRequest; readonly only?: "people" },
	signal: AbortSignal,
): Promise<Gathered> {
	assertNoSecrets(of.request.attributes);
	const { settings } = talk;
	const all = listedFiles(settings);
	const proving = new Proving(talk, all);
	await proving.before(signal);
	const records = new Records(settings, of.request);
	const readings: Reading[] = [];
	for (const file of all) {
		if (of.only !== undefined && file.kind !== undefined && file.kind !== of.only) continue;
		of.request.progress?.({ stage: file.kind ?? "files", done: readings.length, total: all.length });
		const reading = await readRows(talk, { file, rules: rulesFor(file, settings, records.columns), sink: records }, signal);
		for (const [kind, count] of reading.counts) if (count === 0 && !settings.mayBeEmpty.includes(kind)) throw empty(file.path, kind);
		readings.push(reading);
	}
	await proving.after(readings, signal);
	return records.finish(readings);
}

const rulesFor = (file: Listed, settings: FilesSettings, columns: AllColumns) => ({
	file: file.path,
	needed: columns[file.kind ?? "people"].needed,
	unsplit: settings.listSeparator === undefined ? columns[file.kind ?? "people"].lists : new Set<string>(),
	...(settings.separator === undefined ? {} : { separator: settings.separator }),
	...(settings.proof.trailer === undefined ? {} : { trailer: settings.proof.trailer }),
});

const empty = (file: string, kind: Kind): SyncError =>
	unfinished(
		file,
		`has no ${kind}`,
		`Nothing was changed: an empty file never counts as nobody. If it is right, say mayBeEmpty: [${kind}]; otherwise look at the export.`,
	);

class Records implements RowSink {
	readonly columns: AllColumns;
	readonly #settings: FilesSettings;
	readonly #request: SnapshotRequest;
	readonly #translator: Translator;
	readonly #problems = new Problems();
	readonly #people = new Map<string, At<FoundPerson>>();
	readonly #badPeople = new Map<string, Bad>();
	readonly #groups = new Map<string, At<FoundGroup>>();
	readonly #badGroups = new Map<string, Bad>();
	readonly #memberships: At<FoundMembership>[] = [];
	readonly #names = { people: new Set<string>(), groups: new Set<string>(), memberships: new Set<string>() };

	constructor(settings: FilesSettings, request: SnapshotRequest) {
		this.#settings = settings;
		this.#request = request;
		this.columns = columnsOf(settings);
		this.#translator = new Translator(settings, this.columns);
	}

	names(kind: Kind, names: Iterable<string>): void {
		for (const name of names) this.#names[kind].add(name);
	}

	row(kind: Kind, row: Row): void {
		if (kind === "people")
			this.#keep(row, this.#translator.person(row, this.#request.attributes), {
				kind: "person",
				good: this.#people,
				bad: this.#badPeople,
				idOf: (found) => found.person.id,
			});
		else if (kind === "groups")
			this.#keep(row, this.#translator.group(row), {
				kind: "group",
				good: this.#groups,
				bad: this.#badGroups,
				idOf: (found) => found.id,
			});
		else this.#membership(row);
	}

	#membership(row: Row): void {
		const found = this.#translator.membership(row);
		if (found.kind === "good") this.#memberships.push({ place: row.place, value: found.value });
		else this.#problems.add(row.place, found.because);
	}

	#keep<T>(
		row: Row,
		found: Translated<T>,
		into: {
			readonly kind: string;
			readonly good: Map<string, At<T>>;
			readonly bad: Map<string, Bad>;
			readonly idOf: (value: T) => string;
		},
	): void {
		const { place } = row;
		if (found.kind === "unusable") {
			this.#problems.add(place, found.because);
			return;
		}
		const id = found.kind === "good" ? into.idOf(found.value) : found.id;
		const before = into.good.get(id) ?? into.bad.get(id);
		if (before !== undefined)
			this.#problems.add(place, `the ${into.kind} ${JSON.stringify(id)} has been in ${placeText(before.place)} already`);
		else if (found.kind === "good") into.good.set(id, { place, value: found.value });
		else {
			if (this.#settings.badRecords === "refuse") this.#problems.add(place, found.because);
			into.bad.set(id, { place, label: found.label, because: `${placeText(place)}: ${found.because}` });
		}
	}

	finish(readings: readonly Reading[]): Gathered {
		this.#problems.judge(
			"Nothing was changed. Correct these records in the export, or what the configuration says of them (columns, activeWhen, inactiveWhen).",
		);
		const has = (kind: Kind) => readings.some(({ counts }) => counts.has(kind));
		for (const kind of ["people", "groups", "memberships"] as const) if (this.#names[kind].size > 0) this.#judgeNames(kind);
		return {
			people: this.#people,
			badPeople: this.#badPeople,
			groups: has("groups") ? this.#groups : undefined,
			badGroups: this.#badGroups,
			memberships: this.#memberships,
		};
	}

	/** JSON has no header: a key that is stated and that no record has is a mistake all the same. */
	#judgeNames(kind: Kind): void {
		const there = new Set([...this.#names[kind]].map(fold));
		const lacks = this.columns[kind].needed.filter((name) => !there.has(name));
		if (lacks.length === 0) return;
		throw new SyncError("source.malformed", `no record of ${kind} has the key ${lacks.map((name) => JSON.stringify(name)).join(", ")}`, {
			todo: `Correct ${KIND_KEYS[kind]} in the configuration, or the export.`,
		});
	}
}
