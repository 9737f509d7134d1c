import type { Client } from "@okta/okta-sdk-nodejs";
import { SyncError } from "../../../core/errors.ts";
import type { RawAnswer } from "../../http/answer.ts";
import type { Outgoing, Run } from "../../http/fetching.ts";

/** What passes through the SDK from our request to our exchange: its own object, with ours in it. */
export interface SdkRequest extends Outgoing {
	readonly run: Run;
}
type Executor = NonNullable<ConstructorParameters<typeof Client>[0]>["requestExecutor"];

/**
 * The SDK's client on our own exchange. Everything is stated, since the SDK fills gaps from the environment and from
 * ~/.okta/okta.yaml. It gets no credential: each request brings its own. Nothing is cached: the SDK would keep single
 * records for ever. Loaded when first used: it takes most of a second and some 90 MB.
 */
export async function openSdk(origin: string, exchange: (request: SdkRequest) => Promise<RawAnswer>): Promise<Client> {
	const { Client: SdkClient, RequestExecutor } = await import("@okta/okta-sdk-nodejs");
	const executor = new RequestExecutor();
	executor.fetch = async (request) => {
		const { status, headers, text } = await exchange(request as unknown as SdkRequest);
		const empty = status === 204 || status === 205 || status === 304;
		// The SDK was written for node-fetch and uses what both kinds of Response have.
		return new Response(empty ? null : text, { status, headers }) as unknown as Awaited<ReturnType<typeof executor.fetch>>;
	};
	const settings = { orgUrl: origin, authorizationMode: "SSWS", token: "every request brings its own", cacheMiddleware: null };
	try {
		return new SdkClient({ ...settings, requestExecutor: executor as Executor & object });
	} catch (error) {
		throw new SyncError("config.invalid", `the Okta SDK could not be set up: ${(error as Error).message}`, {
			cause: error,
			todo: "It reads okta.yaml in the working directory and in ~/.okta, and HTTPS_PROXY; Rollcall needs none of them.",
		});
	}
}
