import type { Progress, SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { Person } from "../../../core/model.ts";
import { fieldsFor } from "./attributes.ts";
import { type Listing, type Page, type Row, readWhole } from "./paging.ts";
import { type JumpCloudSettings, MOST_ROWS } from "./settings.ts";
import type { Talk } from "./talk.ts";
import { type FoundGroup, groupFrom, type Judgement, type Known, personFrom, type Translated } from "./translate.ts";

export type People = ReadonlyMap<string, Known<Person>>;
export type Groups = ReadonlyMap<string, Known<FoundGroup>>;

/** Everybody in the organisation, staged and suspended people too. Throws `source.incomplete`. */
export async function readPeople(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<People> {
	const fields = fieldsFor(request.attributes);
	const judgement = judgementOf(talk.settings, request);
	const progress = counting<Known<Person>>("people", request.progress);
	const people = await readWhole<Known<Person>>(
		{
			...listing(talk.settings, "people"),
			documented: true,
			atMost: (total) => (total ?? 0) * 2 + 1_000,
			page: async (span, stop) =>
				progress(known(await talk.people(span, fields, stop), (row) => personFrom(row, judgement), "/api/systemusers")),
		},
		signal,
	);
	assertOneOrganization(talk.settings, people);
	return people;
}

/** Every group of people. Throws `source.incomplete`. */
export async function readGroups(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<Groups> {
	const progress = counting<Known<FoundGroup>>("groups", request.progress);
	const groups = await readWhole<Known<FoundGroup>>(
		{
			...listing(talk.settings, "groups"),
			documented: false,
			atMost: () => 1_000_000,
			page: async (span, stop) => progress(known(await talk.groups(span, stop), groupFrom, "/api/v2/usergroups")),
		},
		signal,
	);
	assertOneOrganization(talk.settings, groups);
	return groups;
}

export const listing = (settings: JumpCloudSettings, what: string): Pick<Listing<Row>, "what" | "size" | "proveEnd"> => ({
	what,
	size: settings.pageSize ?? MOST_ROWS,
	proveEnd: settings.listEnd !== "trust",
});

export const judgementOf = (settings: JumpCloudSettings, request: SnapshotRequest): Judgement => ({
	needs: request.attributes,
	locked: settings.locked ?? "active",
});

/** A record without an id cannot be held: nobody would know whom to leave alone. */
export function known<T>(page: Page<unknown>, translate: (row: unknown) => Translated<T>, path: string): Page<Known<T>> {
	const rows = page.rows.map((row) => {
		const found = translate(row);
		if (found.kind !== "unusable") return found;
		throw new SyncError("source.malformed", `a record of ${path} could not be understood: ${found.because}`, {
			todo: "JumpCloud's answers may have changed since Rollcall learned them. Please report it.",
		});
	});
	return { rows, total: page.total };
}

function counting<R extends Row>(stage: string, progress: Progress | undefined): (page: Page<R>) => Page<R> {
	const seen = new Set<string>();
	return (page) => {
		for (const { id } of page.rows) seen.add(id);
		progress?.({ stage, done: seen.size, ...(page.total === undefined ? {} : { total: page.total }) });
		return page;
	};
}

/** An administrator of several organisations gets the one named in a header, which something on the way may drop. */
function assertOneOrganization(settings: JumpCloudSettings, records: ReadonlyMap<string, Known<unknown>>): void {
	let expected = settings.organization?.toLowerCase();
	for (const record of records.values()) {
		const found = record.kind === "good" ? record.organization?.toLowerCase() : undefined;
		if (found === undefined) continue;
		expected ??= found;
		if (found === expected) continue;
		throw new SyncError(
			"config.invalid",
			`${settings.id}: JumpCloud answers for organisation ${found}, and for ${expected} too or instead`,
			{
				todo:
					settings.organization === undefined
						? "Name the organisation that is to be read as organization."
						: "Is something between Rollcall and JumpCloud dropping the header x-org-id? Nothing was changed.",
				context: { organization: expected, found },
			},
		);
	}
}
