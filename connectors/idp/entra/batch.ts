import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { type Headers, statedWaitMs } from "../../http/answer.ts";
import { retrying } from "../../http/retry.ts";
import type { Talk } from "./talk.ts";

/** https://learn.microsoft.com/graph/json-batching */
export const PARTS = 20;

/** One GET inside a batch. `target`: path and query below the version. */
export interface Part {
	readonly target: string;
	readonly about: string;
	readonly units: number;
}
/** What one part was answered: its body, or the error that it would have been on its own. */
export type PartAnswer = { readonly body: unknown } | { readonly error: SyncError };

const batchSchema = z.object({
	responses: z.array(
		z.object({
			id: z.string(),
			status: z.number().int(),
			headers: z.record(z.string(), z.string()).nullish(),
			body: z.unknown().optional(),
		}),
	),
});
const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string().nullish() }) });

/**
 * Up to twenty GETs in one request, answered in their own order. Each is throttled by itself and the whole is 200 all the
 * same; the SDK leaves that to us. Parts that were told to wait, or failed for the moment, are asked again with the retries
 * of any request; one that keeps failing is answered with its error, one that keeps being throttled ends the reading.
 */
export async function askBatch(talk: Talk, parts: readonly Part[], signal: AbortSignal): Promise<readonly PartAnswer[]> {
	const answers = new Map<number, PartAnswer>();
	const once = async () => {
		const left = parts.map((_, at) => at).filter((at) => !answers.has(at));
		const again = await round(talk, { parts, left, answers }, signal);
		if (again.length > 0) throw worst(again.map((one) => one.error));
	};
	try {
		await retrying(once, talk.wire.retry, signal);
	} catch (error) {
		const last = error instanceof SyncError && error.context.part === true ? error : undefined;
		if (last === undefined || last.code === "source.limited") throw error;
		for (const at of parts.keys()) if (!answers.has(at)) answers.set(at, { error: last });
	}
	return parts.map((_, at) => answers.get(at)!);
}

interface Round {
	readonly parts: readonly Part[];
	readonly left: readonly number[];
	readonly answers: Map<number, PartAnswer>;
}

/** Asks what is left; gives those that are worth another try. */
async function round(talk: Talk, { parts, left, answers }: Round, signal: AbortSignal): Promise<readonly { readonly error: SyncError }[]> {
	const requests = left.map((at) => ({ id: String(at), method: "GET", url: parts[at]!.target, headers: { ConsistencyLevel: "eventual" } }));
	const units = left.reduce((sum, at) => sum + parts[at]!.units, 0);
	const { responses } = await talk.ask({ target: "/$batch", schema: batchSchema, body: { requests }, units }, signal);
	const byId = new Map(responses.map((response) => [response.id, response]));
	const again: { readonly error: SyncError }[] = [];
	for (const at of left) {
		const response = byId.get(String(at));
		if (response === undefined) throw unanswered(parts[at]!);
		if (response.status === 200) {
			answers.set(at, { body: response.body });
			continue;
		}
		const error = errorOf(talk, parts[at]!, response);
		if (error.retry === "later") again.push({ error });
		else answers.set(at, { error });
	}
	return again;
}

function errorOf(talk: Talk, part: Part, response: { status: number; headers?: Headers | null | undefined; body?: unknown }): SyncError {
	const headers = Object.fromEntries(Object.entries(response.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
	const wait = statedWaitMs(headers);
	if (wait !== undefined) talk.coolDown(wait);
	const said = errorSchema.safeParse(response.body).data?.error;
	const where = talk.where(part);
	const error = talk.refusal(response.status, where, {
		...(wait === undefined ? {} : { retryAfterMs: wait }),
		...(said === undefined ? {} : { said }),
	});
	const { code, message, retry, todo } = error;
	return new SyncError(code, message, { retry, context: { ...error.context, part: true }, ...(todo === undefined ? {} : { todo }) });
}

/** Throttling goes first, and of those the longest wait. */
function worst(errors: readonly SyncError[]): SyncError {
	const wait = (error: SyncError) => (error.code === "source.limited" ? 1e12 : 0) + Number(error.context.retryAfterMs ?? 0);
	return errors.reduce((one, other) => (wait(other) > wait(one) ? other : one));
}

const unanswered = (part: Part): SyncError =>
	new SyncError("source.malformed", `POST /$batch was answered without the part about ${part.about}`, {
		todo: "Is something in between (a gateway) changing answers? Otherwise please report it.",
	});
