import { z } from "zod";

/** A JSON object whose names have no case (RFC 7643 section 2.1); of two spellings the first counts. */
export class Fields implements Iterable<readonly [string, unknown]> {
	readonly #entries = new Map<string, readonly [string, unknown]>();

	constructor(entries: Iterable<readonly [string, unknown]> = []) {
		for (const [name, value] of entries) {
			const key = name.toLowerCase();
			if (!this.#entries.has(key)) this.#entries.set(key, [name, value]);
		}
	}

	get(name: string): unknown {
		return this.#entries.get(name.toLowerCase())?.[1];
	}

	/** As they are spelt. */
	[Symbol.iterator](): Iterator<readonly [string, unknown]> {
		return this.#entries.values();
	}
}

/** Undefined for anything but an object. */
export const fieldsOf = (value: unknown): Fields | undefined =>
	typeof value === "object" && value !== null && !Array.isArray(value) ? new Fields(Object.entries(value)) : undefined;

const lowered = (value: unknown): Readonly<Record<string, unknown>> =>
	Object.fromEntries([...(fieldsOf(value) ?? [])].map(([name, one]) => [name.toLowerCase(), one]));

/** One page of a list, as far as it was said. */
export interface Page {
	readonly rows: readonly unknown[];
	readonly total: number | undefined;
	/** RFC 9865; undefined on the last page, and from servers that know no cursors. */
	readonly nextCursor: string | undefined;
	/** The server's clock, milliseconds since 1970. */
	readonly date?: number;
}

/** A count; some servers send it as text. */
const count = z.union([
	z.number().int().min(0),
	z
		.string()
		.regex(/^\d{1,15}$/)
		.transform(Number),
]);

/**
 * `urn:ietf:params:scim:api:messages:2.0:ListResponse` (RFC 7644 section 3.4.2, RFC 9865 section 2). Without rows
 * `Resources` may be missing, so that something else in it has to tell a list from any other object.
 */
export const pageSchema = z
	.unknown()
	.transform(lowered)
	.pipe(
		z.object({
			resources: z.array(z.unknown()).nullish(),
			totalresults: count.nullish(),
			nextcursor: z.string().nullish(),
		}),
	)
	.refine(({ resources, totalresults }) => Array.isArray(resources) || (resources === undefined && typeof totalresults === "number"), {
		error: "not a ListResponse",
	})
	.transform(
		({ resources, totalresults, nextcursor }): Page => ({
			rows: resources ?? [],
			total: totalresults ?? undefined,
			nextCursor: nextcursor === "" ? undefined : (nextcursor ?? undefined),
		}),
	);

/** Some servers send their resource types and schemas as a plain list. */
export const documentsSchema = z.union([
	z.array(z.unknown()).transform((rows): Page => ({ rows, total: undefined, nextCursor: undefined })),
	pageSchema,
]);

const errorSchema = z
	.unknown()
	.transform(lowered)
	.pipe(
		z.object({
			scimtype: z.string().nullish(),
			detail: z.string().nullish(),
			schemas: z.array(z.string()).nullish(),
			status: z.unknown().optional(),
		}),
	);

/** What an error says of itself (RFC 7644 section 3.12). */
export function errorOf(body: unknown): { readonly scimType: string | undefined; readonly detail: string | undefined } {
	const { scimtype, detail } = errorSchema.safeParse(body).data ?? {};
	const word = /^\w{1,40}$/.test(scimtype ?? "") ? (scimtype ?? undefined) : undefined;
	return { scimType: word, detail: detail ?? undefined };
}

/** The server's own statement that there is no such resource, not some proxy's. */
export const absentSchema = errorSchema.refine(
	({ schemas, status }) => (schemas ?? []).some((urn) => /:messages:2\.0:Error$/i.test(urn)) || String(status) === "404",
	{ error: "not a SCIM error" },
);
