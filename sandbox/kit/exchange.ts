import type { Answer, Call } from "./http.ts";

/** One request and its answer, as remembered by a stand-in. Never holds an authorization header, a password or a client secret. */
export interface Exchange {
	/** 1 for the first request of this server. */
	readonly number: number;
	readonly method: string;
	/** Without query and trailing slash; percent-encoded as sent. */
	readonly path: string;
	readonly query: Readonly<Record<string, string | readonly string[]>>;
	/** Parsed JSON or form; passwords and secrets replaced by `***`. Absent when there was none or it is not small. */
	readonly requestBody?: unknown;
	/** What was answered; 0 when the connection was dropped instead. */
	readonly status: number;
	/** Absent when empty, not JSON, or (in `exchanges`, not for listeners) not small. */
	readonly responseBody?: unknown;
	/** Kind of the fault that was applied. */
	readonly fault?: string;
}

const secretKeys = new Set([
	"password",
	"passwordConfirm",
	"currentPassword",
	"client_secret",
	"client_assertion",
	"refresh_token",
	"access_token",
	"tokenId",
]);

/** A copy without the values that must not be written down. Only the top level carries them in the APIs that we stand in for. */
function redacted(body: unknown): unknown {
	if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
	return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, secretKeys.has(key) ? "***" : value]));
}

function queryOf(query: URLSearchParams): Exchange["query"] {
	const out: Record<string, string | string[]> = {};
	for (const key of new Set(query.keys())) {
		const values = query.getAll(key);
		// Bitbucket has no other place for a new account's password than the query.
		out[key] = secretKeys.has(key) ? "***" : values.length === 1 ? (values[0] as string) : values;
	}
	return out;
}

function requestBodyOf(call: Call): unknown {
	if (call.text === "") return undefined;
	if ((call.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded")) {
		return redacted(queryOf(new URLSearchParams(call.text)));
	}
	try {
		const body: unknown = JSON.parse(call.text);
		// Confluence's old remote API takes a new account's password as the second of its arguments.
		if (Array.isArray(body) && call.path.endsWith("/addUser")) return [body[0], "***"];
		return redacted(body);
	} catch (error) {
		if (error instanceof SyntaxError) return "(not JSON)";
		throw error;
	}
}

/** Remembers exchanges: bodies only up to `smallBytes`, and at most `most` exchanges (the oldest go first). */
export class ExchangeLog {
	readonly kept: Exchange[] = [];
	readonly #smallBytes: number;
	readonly #most: number;
	readonly #listeners: ((exchange: Exchange) => void)[] = [];
	#number = 0;

	constructor(smallBytes = 4096, most = 50_000) {
		this.#smallBytes = smallBytes;
		this.#most = most;
	}

	listen(listener: (exchange: Exchange) => void): void {
		this.#listeners.push(listener);
	}

	record(call: Call, answer: Answer | undefined, sent: { readonly bytes: number; readonly fault: string | undefined }): void {
		this.#number += 1;
		const head = { number: this.#number, method: call.method, path: call.path, query: queryOf(call.query), status: answer?.status ?? 0 };
		const fault = sent.fault === undefined ? {} : { fault: sent.fault };
		const wanted = this.#listeners.length > 0;
		const requestBody = wanted || call.text.length <= this.#smallBytes ? requestBodyOf(call) : undefined;
		const responseBody = redacted(answer?.json);
		const whole = { ...head, ...(requestBody === undefined ? {} : { requestBody }), ...fault };
		const answered = responseBody === undefined ? whole : { ...whole, responseBody };
		this.kept.push(sent.bytes <= this.#smallBytes ? answered : whole);
		if (this.kept.length > this.#most) this.kept.splice(0, this.#most / 10);
		for (const listener of this.#listeners) listener(answered);
	}
}
