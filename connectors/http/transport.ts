import type { AxiosResponse } from "axios";
import type { Headers, RawAnswer } from "./answer.ts";
import type { NetworkSettings } from "./network.ts";

/** One request as it goes out. `maxBytes` bounds the answer after decompression. */
interface Wire {
	readonly method: string;
	readonly url: string;
	readonly headers: Record<string, string>;
	readonly data: string | undefined;
	readonly maxBytes: number;
	readonly signal: AbortSignal;
}
/** Gives every answer with a complete body, whatever its status; throws when there is none. */
export interface Transport {
	exchange(wire: Wire): Promise<RawAnswer>;
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
		async exchange({ maxBytes, ...wire }) {
			try {
				const response = await instance.request<string>({ ...wire, maxContentLength: maxBytes });
				return { status: response.status, headers: headersOf(response), text: response.data ?? "" };
			} catch (error) {
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
