import type { AttributeNeeds, SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { Person } from "../../../core/model.ts";
import { asked, isStandard } from "./attributes.ts";
import { urnsOf } from "./schemas.ts";
import type { Talk } from "./talk.ts";
import { type FoundPerson, type Known, personFrom } from "./translate.ts";
import { known, readWhole, unlessRefused } from "./whole.ts";

export type People = ReadonlyMap<string, Known<FoundPerson>>;

/** What every person is asked for. */
const PLACED = ["id", "userName", "name", "displayName", "emails", "active"];
/** So many records are also read whole. */
const SAMPLE = 10;

/**
 * Everybody. Only the attributes that are needed are asked for (RFC 7644 section 3.9), and a few records are read whole
 * beside it: where a server leaves out something that was asked for, or refuses the question, everybody is read whole.
 */
export async function readPeople(talk: Talk, request: SnapshotRequest, signal: AbortSignal): Promise<People> {
	const attributes = await projectionOf(talk, request.attributes, signal);
	const list = (query: { readonly attributes?: string }) => listPeople(talk, { request, query }, signal);
	const people = attributes === undefined ? await list({}) : await projected(talk, { request, attributes, list }, signal);
	if (people.size > 0) return withActive(people, talk.settings.activeMissing);
	throw new SyncError(
		"source.denied",
		`${talk.host} lists nobody: whether there is nobody, or nobody is shown to this credential, it does not say`,
		{
			todo: "Nothing was changed. Is it the right url, and may the credential see people?",
		},
	);
}

interface Projected {
	readonly request: SnapshotRequest;
	readonly attributes: string;
	list(query: { readonly attributes?: string }): Promise<People>;
}

async function projected(talk: Talk, { request, attributes, list }: Projected, signal: AbortSignal): Promise<People> {
	const { users, paging, most } = await talk.provider(signal);
	const start = paging === "cursor" ? { cursor: "" } : { startIndex: 1 };
	const sample = await talk.page(users, { ...start, count: Math.min(SAMPLE, most) }, signal);
	let refused = false;
	const people = await unlessRefused(
		() => list({ attributes }),
		() => {
			refused = true;
			return list({});
		},
	);
	if (refused) return people;
	for (const raw of sample.rows) {
		const whole = personFrom(raw, request.attributes);
		const part = whole.kind === "good" ? people.get(whole.id) : undefined;
		if (whole.kind === "good" && part !== undefined && lacks(part, whole.value)) return await list({});
	}
	return people;
}

/** True when the whole record has something that the other one has not. What has changed meanwhile does not matter. */
function lacks(part: Known<FoundPerson>, whole: FoundPerson): boolean {
	if (part.kind === "bad") return true;
	const { person, saysActive } = part.value;
	const texts = ["email", "givenName", "familyName", "displayName"] as const satisfies readonly (keyof Person)[];
	return (
		(whole.saysActive && !saysActive) ||
		texts.some((name) => whole.person[name] !== undefined && person[name] === undefined) ||
		Object.keys(whole.person.attributes).some((name) => person.attributes[name] === undefined)
	);
}

/** The `attributes` parameter; undefined: everything. */
async function projectionOf(talk: Talk, needs: AttributeNeeds, signal: AbortSignal): Promise<string | undefined> {
	if (needs === "all") return undefined;
	const strange = [...needs].filter((name) => !isStandard(name));
	const urns = strange.length === 0 ? undefined : await urnsOf(talk, strange, signal);
	return [...new Set([...PLACED, ...[...needs].map((name) => asked(name, urns))])].join(",");
}

async function listPeople(
	talk: Talk,
	how: { readonly request: SnapshotRequest; readonly query: { readonly attributes?: string } },
	signal: AbortSignal,
): Promise<People> {
	const { users: path } = await talk.provider(signal);
	const { attributes, progress } = how.request;
	const seen = (done: number, total: number | undefined) =>
		progress?.({ stage: "people", done, ...(total === undefined ? {} : { total }) });
	return await readWhole(
		talk,
		{ what: "people", path, query: how.query, row: (raw) => known(personFrom(raw, attributes), path), seen },
		signal,
	);
}

/** `active` may be missing (RFC 7643 section 4.1.1): from a server that knows no such thing, or from single records, which says nothing. */
export function withActive(people: People, missing: "auto" | "active" | "inactive"): People {
	const unsaid = [...people.values()].filter((row) => row.kind === "good" && !row.value.saysActive);
	const nobodySays = missing === "auto" && unsaid.length === people.size;
	if (unsaid.length === 0 || missing === "active" || nobodySays) return people;
	const all = new Map(people);
	for (const row of unsaid) {
		if (row.kind !== "good") continue;
		const { person } = row.value;
		if (missing === "inactive") all.set(row.id, { ...row, value: { ...row.value, person: { ...person, active: false } } });
		else {
			const because = "whether this person is active is not said, though of others it is; `activeMissing` decides it";
			all.set(row.id, { kind: "bad", id: row.id, label: person.username, because });
		}
	}
	return all;
}
