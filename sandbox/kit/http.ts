import type { IncomingHttpHeaders } from "node:http";

/** One request as a stand-in's handlers see it. */
export interface Call {
	readonly method: string;
	/** As sent, without query and without a trailing slash; still percent-encoded. */
	readonly path: string;
	/** The path's parts, decoded. */
	readonly segments: readonly string[];
	readonly query: URLSearchParams;
	readonly headers: IncomingHttpHeaders;
	/** The body as text; empty when there is none. */
	readonly text: string;
	/** The request target exactly as it stood in the request line. */
	readonly target: string;
}

/** What a handler answers: `json` is serialised, `text` is sent as it is, neither means an empty body. */
export interface Answer {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly json?: unknown;
	readonly text?: string;
	/** Content type of `text` (default `text/html;charset=utf-8`). */
	readonly type?: string;
}

/** Thrown by handlers to leave early with an answer. */
export class Refused extends Error {
	readonly answer: Answer;

	constructor(answer: Answer) {
		super(`refused with ${answer.status}`);
		this.answer = answer;
	}
}

/** The JSON body, or `undefined` when it is empty or is not JSON. */
export function jsonOf(call: Call): unknown {
	if (call.text === "") return undefined;
	try {
		return JSON.parse(call.text);
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
}

/** User name and password of HTTP Basic (RFC 7617); `undefined` when the header is something else. */
export function basicOf(header: string | undefined): { readonly name: string; readonly password: string } | undefined {
	const match = /^basic\s+(\S+)$/i.exec(header ?? "");
	if (match === null) return undefined;
	const pair = Buffer.from(match[1] as string, "base64").toString("utf8");
	const colon = pair.indexOf(":");
	return colon < 0 ? undefined : { name: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

/** The token of `Authorization: Bearer` (RFC 6750). */
export function bearerOf(header: string | undefined): string | undefined {
	return /^bearer\s+(\S+)$/i.exec(header ?? "")?.[1];
}

/** A call from the request line; `undefined` when the path is not valid percent-encoding. */
export function callOf(request: { method: string; target: string; headers: IncomingHttpHeaders; text: string }): Call | undefined {
	const mark = request.target.indexOf("?");
	const raw = mark < 0 ? request.target : request.target.slice(0, mark);
	const path = raw.length > 1 ? raw.replace(/\/+$/, "") : raw;
	const segments: string[] = [];
	for (const part of path.split("/")) {
		if (part === "") continue;
		try {
			segments.push(decodeURIComponent(part));
		} catch (error) {
			if (error instanceof URIError) return undefined;
			throw error;
		}
	}
	const query = new URLSearchParams(mark < 0 ? "" : request.target.slice(mark + 1));
	return { method: request.method, path, segments, query, headers: request.headers, text: request.text, target: request.target };
}
