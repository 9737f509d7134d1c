import type { Readable } from "node:stream";
import type { AxiosInstance, AxiosRequestConfig, AxiosResponse } from "axios";
import { SyncError } from "../../core/errors.ts";
import type { Headers, RawAnswer } from "./answer.ts";
import type { NetworkSettings } from "./network.ts";

/**
 * Takes the body of a success as it comes, piece by piece, to its end: whether the body was whole is known only there.
 * Called anew for every attempt, so it starts from nothing each time. What it throws ends the request.
 */
export type Reader<T> = (body: AsyncIterable<Uint8Array>) => Promise<T>;

/** One request as it goes out. `maxBytes` bounds the answer after decompression. */
interface Wire {
	readonly method: string;
	readonly url: string;
	readonly headers: Record<string, string>;
	readonly data: string | undefined;
	readonly maxBytes: number;
	readonly signal: AbortSignal;
	readonly read: Reader<unknown> | undefined;
}
export interface Exchanged extends RawAnswer {
	/** What the reader made of the body; absent where the answer is no success, or an HTML page: these are texts in any case. */
	readonly read?: { readonly value: unknown };
}
/** Gives every answer with a complete body, whatever its status; throws when there is none. */
export interface Transport {
	exchange(wire: Wire): Promise<Exchanged>;
	close(): void;
}
/** The answer is longer than `maxBytes`. */
export class TooLarge extends Error {
	readonly maxBytes: number;
	constructor(maxBytes: number) {
		super("too large");
		this.maxBytes = maxBytes;
	}
}

/** Loads axios and the agents on first use, so that `--help` does not wait for them. */
export async function openTransport(network: NetworkSettings, origin: string): Promise<Transport> {
	const [{ default: axios }, { agentsFor }] = await Promise.all([import("axios"), import("./network.ts")]);
	const agents = agentsFor(network, origin);
	const instance = axios.create({
		...agents,
		adapter: "http",
		proxy: false,
		maxRedirects: 0,
		validateStatus: () => true,
		responseType: "text",
		transformRequest: [(data: unknown) => data],
		transformResponse: [(data: unknown) => data],
	});
	return {
		async exchange({ maxBytes, read, ...wire }) {
			try {
				if (read !== undefined) return await streamed(instance, wire, { maxBytes, read });
				const response = await instance.request<string>({ ...wire, maxContentLength: maxBytes });
				return { status: response.status, headers: headersOf(response), text: response.data ?? "" };
			} catch (error) {
				if (error instanceof SyncError || error instanceof TooLarge) throw error;
				if (axios.isAxiosError(error) && /maxContentLength/.test(error.message)) throw new TooLarge(maxBytes);
				throw bare(error);
			}
		},
		close() {
			agents.httpAgent.destroy();
			agents.httpsAgent.destroy();
		},
	};
}

async function streamed(
	instance: AxiosInstance,
	wire: AxiosRequestConfig,
	how: { readonly maxBytes: number; readonly read: Reader<unknown> },
): Promise<Exchanged> {
	const response = await instance.request<Readable>({ ...wire, responseType: "stream" });
	const body = bounded(response.data, how.maxBytes);
	const answer = { status: response.status, headers: headersOf(response) };
	const success = answer.status >= 200 && answer.status < 300 && !/\bhtml\b/i.test(answer.headers["content-type"] ?? "");
	try {
		if (!success) return { ...answer, text: await textOf(body) };
		const value = await how.read(body);
		// A reader that has had enough early would not notice that the rest is missing.
		if (!response.data.readableEnded) throw new Error("the body was not read to its end");
		return { ...answer, text: "", read: { value } };
	} finally {
		response.data.destroy();
	}
}

async function* bounded(body: Readable, maxBytes: number): AsyncGenerator<Uint8Array> {
	let bytes = 0;
	for await (const chunk of body as AsyncIterable<Uint8Array>) {
		bytes += chunk.length;
		if (bytes > maxBytes) throw new TooLarge(maxBytes);
		yield chunk;
	}
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of body) chunks.push(chunk);
	return Buffer.concat(chunks).toString("utf8");
}

function headersOf(response: AxiosResponse): Headers {
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(response.headers)) headers[name.toLowerCase()] = String(value);
	return headers;
}

/** An AxiosError carries the whole request, Authorization header and body included: only what describes the failure goes on. */
function bare(error: unknown): Error {
	const { name, message, code, syscall, cause } = error as Partial<Record<"name" | "message" | "code" | "syscall" | "cause", unknown>>;
	const plain = new Error(String(message), typeof cause === "object" && cause !== null ? { cause: bare(cause) } : {});
	return Object.assign(plain, { name: String(name) }, code === undefined ? {} : { code }, syscall === undefined ? {} : { syscall });
}
