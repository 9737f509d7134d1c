import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";

/** By which OneLogin itself says that there is no such thing; version 1, and two forms of version 2. */
export const ABSENT = z.union([
	z.object({ statusCode: z.literal(404) }),
	z.object({ status: z.literal(404) }),
	z.object({ status: z.object({ error: z.literal(true), code: z.literal(404) }) }),
]);

const refusalSchema = z.union([
	z.object({ status: z.object({ message: z.string() }) }).transform(({ status }) => status.message),
	z.object({ description: z.string() }).transform(({ description }) => description),
	z.object({ message: z.string() }).transform(({ message }) => message),
]);
/** OneLogin's own sentence, in each of its forms. */
export const detailOf = (body: unknown): string | undefined => refusalSchema.safeParse(body).data;

/** A list is refused with 400 for one reason that the configuration can mend. */
export function withAdvice(error: unknown, limit: number): unknown {
	if (!(error instanceof SyncError) || error.context.status !== 400) return error;
	const todo = `If it is ${limit} rows a page that are too many, set pageSize lower (50); otherwise please report it.`;
	return new SyncError(error.code, error.message, { retry: error.retry, context: error.context, cause: error, todo });
}
