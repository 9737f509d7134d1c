import { type Answer, type Call, callOf, jsonOf, Refused } from "../kit/http.ts";
import { graphError } from "./errors.ts";
import type { EntraQuirks } from "./quirks.ts";

interface Part {
	readonly id: string;
	readonly method: string;
	readonly url: string;
	readonly headers?: Readonly<Record<string, string>>;
}

/**
 * `POST /$batch`: at most 20 requests below the version, each answered and throttled on its own; the whole is 200 all the same
 * (https://learn.microsoft.com/graph/json-batching). `answer` does one of them.
 */
export function batch(call: Call, quirks: EntraQuirks, answer: (part: Call) => Answer): Answer {
	const parts = partsOf(jsonOf(call));
	const responses = parts.map((part) => {
		const headers = Object.fromEntries(Object.entries(part.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
		const inner = callOf({ method: part.method, target: `/v1.0${part.url}`, headers: { ...headers }, text: "" });
		const done = inner === undefined ? graphError(400, "BadRequest", "Invalid URL.") : answered(inner, quirks, answer);
		return { id: part.id, status: done.status, headers: { "Content-Type": "application/json", ...done.headers }, body: done.json };
	});
	return { status: 200, json: { responses: quirks.batchOrder === "reversed" ? responses.reverse() : responses } };
}

function answered(part: Call, quirks: EntraQuirks, answer: (part: Call) => Answer): Answer {
	if (quirks.throttledParts > 0) {
		quirks.throttledParts -= 1;
		return graphError(429, "TooManyRequests", "Too Many Requests", { "Retry-After": String(quirks.partRetryAfter) });
	}
	try {
		return answer(part);
	} catch (error) {
		if (error instanceof Refused) return error.answer;
		throw error;
	}
}

function partsOf(body: unknown): readonly Part[] {
	const { requests } = (body ?? {}) as { requests?: readonly Part[] };
	const wrong = (message: string) => new Refused(graphError(400, "BadRequest", message));
	if (!Array.isArray(requests)) throw wrong("Invalid batch payload format.");
	if (requests.length > 20) throw wrong(`Number of batch request steps exceeds the maximum value of 20.`);
	if (new Set(requests.map((part) => part.id)).size !== requests.length) throw wrong("Request Ids must be unique.");
	for (const part of requests) if (!/^\/(?!v1\.0\/)/.test(part.url)) throw wrong("Invalid request Url.");
	return requests;
}
