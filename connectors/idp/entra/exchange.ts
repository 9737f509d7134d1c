import { SyncError } from "../../../core/errors.ts";
import type { RawAnswer } from "../../http/answer.ts";
import { deadline } from "../../http/deadline.ts";
import { failureOf, inWords, type Where } from "../../http/failure.ts";
import type { Wire } from "./wire.ts";

/** One request as it leaves. `send` puts it on the wire; a redirect is never followed, so that nothing secret goes to another server. */
export interface Sending {
	readonly where: Where;
	readonly attempt: number;
	readonly send: (signal: AbortSignal) => Promise<Response>;
}

/** The whole answer within the deadline, counted and logged. Throws a SyncError for everything that is no complete answer, redirects included. */
export async function exchange(wire: Wire, sending: Sending, signal: AbortSignal): Promise<RawAnswer> {
	const { where, attempt } = sending;
	const limit = deadline(wire.settings.network.timeoutMs, signal);
	const started = performance.now();
	const log = (outcome: { readonly status: number } | { readonly error: string }) => {
		const { method, host, path } = where;
		wire.settings.log?.({ method, host, path, ms: performance.now() - started, attempt, ...outcome });
	};
	wire.sent();
	try {
		const response = await sending.send(limit.signal);
		const text = await response.text();
		log({ status: response.status });
		if (response.status >= 300 && response.status < 400) throw redirected(where, response.headers.get("location"));
		return { status: response.status, headers: Object.fromEntries(response.headers), text };
	} catch (error) {
		if (error instanceof SyncError) throw error;
		const failure = failureOf("source", limit.passed() ? wire.late() : error, where);
		log({ error: String(failure.context.errno ?? failure.code) });
		throw failure;
	} finally {
		limit.release();
	}
}

function redirected(where: Where, location: string | null): SyncError {
	const origin = URL.parse(location ?? "", `https://${where.host}`)?.origin ?? "nowhere";
	return new SyncError(
		"source.malformed",
		`${inWords(where)} redirects to ${origin}; it is not followed, and no credential was sent there`,
		{
			todo: "Is something between Rollcall and Microsoft (a proxy, a log-in page of the network) answering in its place?",
		},
	);
}
