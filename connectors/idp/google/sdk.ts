import type { admin_directory_v1 } from "@googleapis/admin";
import type { JWTOptions } from "google-auth-library";
import type { RawAnswer } from "../../http/answer.ts";

export type Directory = admin_directory_v1.Admin;
/** What every call of the SDK is given beside its parameters. */
export type CallOptions = NonNullable<JWTOptions["transporterOptions"]>;

/**
 * The SDK's client without a credential: each call brings its own, since the SDK's authentication hands out a refused
 * token again. Loaded when first used: it takes a tenth of a second.
 */
export async function openDirectory(origin: string): Promise<Directory> {
	const { admin } = await import("@googleapis/admin");
	return admin({ version: "directory_v1", rootUrl: `${origin}/`, universeDomain: "googleapis.com" });
}

/** One request as the SDK makes it. */
export interface SdkRequest {
	readonly method: string;
	readonly url: string;
	readonly headers: Headers;
	readonly body: string | undefined;
}

/**
 * Lets the SDK build a request and takes it over: `exchange` sends it. Nothing that the SDK does with answers counts:
 * it repeats some by its own clock, never the 403 by which Google limits, and it hides Retry-After.
 * @returns the last answer that came; undefined: the SDK sent nothing
 */
export async function throughSdk(
	call: (options: CallOptions) => Promise<unknown>,
	exchange: (request: SdkRequest) => Promise<RawAnswer>,
): Promise<RawAnswer | undefined> {
	let answer: RawAnswer | undefined;
	let failure: { readonly error: unknown } | undefined;
	const fetchImplementation: typeof fetch = async (input, init) => {
		if (failure !== undefined) throw failure.error;
		try {
			answer = await exchange(requestOf(input, init));
			const empty = answer.status === 204 || answer.status === 205 || answer.status === 304;
			return new Response(empty ? null : answer.text, { status: answer.status, headers: { "content-type": "application/json" } });
		} catch (error) {
			failure = { error };
			throw error;
		}
	};
	try {
		await call({
			fetchImplementation,
			retry: false,
			retryConfig: { retry: 0, noResponseRetries: 0 },
			responseType: "text",
			validateStatus: () => true,
		});
	} catch (error) {
		if (failure !== undefined) throw failure.error;
		if (answer === undefined) throw error;
	}
	return answer;
}

function requestOf(input: string | URL | Request, init: RequestInit | undefined): SdkRequest {
	const url = input instanceof Request ? input.url : String(input);
	const body = init?.body === undefined || init.body === null ? undefined : String(init.body);
	return { method: (init?.method ?? "GET").toUpperCase(), url, headers: new Headers(init?.headers), body };
}
