import type { Client } from "@okta/okta-sdk-nodejs";
import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { parseAnswer, type RawAnswer, statedWaitMs } from "../../http/answer.ts";
import { failureOfStatus, inWords, type Where } from "../../http/failure.ts";
import type { Outgoing, Run } from "../../http/fetching.ts";
import { Gate } from "../../http/gate.ts";
import { PATIENT, retrying } from "../../http/retry.ts";
import { looksLikeHtml, titleOf } from "../../http/text.ts";
import { type BucketName, Buckets, waitAfterLimit } from "./buckets.ts";
import { type Credential, credentialOf } from "./credential.ts";
import { nextOf } from "./link.ts";
import { openSdk, type SdkRequest } from "./sdk.ts";
import { type OktaSettings, RATE_SHARE } from "./settings.ts";
import { Wire } from "./wire.ts";

/** One reading request. `url`: the SDK's own address of it; nothing is sent by asking for that. */
export interface Question {
	/** Below the organisation's address, for messages and logs. */
	readonly path: string;
	readonly about?: string;
	readonly bucket: BucketName;
	readonly url: (sdk: Client) => string | Promise<string>;
}
export interface Page {
	readonly rows: readonly unknown[];
	/** The whole address of the page after this one, on this origin; undefined: this was the last. */
	readonly next: string | undefined;
}

const refusalSchema = z.object({
	errorCode: z.string().optional(),
	errorSummary: z.string().optional(),
	errorCauses: z.array(z.object({ errorSummary: z.string() })).optional(),
});
const INVALID_SESSION = "E0000005";
/** With too many requests at once Okta does not say how long to wait: everybody holds back this long. */
const CROWDED_MS = 500;

/** All requests to one organisation: within its limits, bounded, retried, cancellable, counted, logged. Everything thrown is a SyncError. */
export class Talk {
	readonly wire: Wire;
	readonly credential: Credential;
	readonly buckets: Buckets;
	readonly #gate: Gate;
	#sdk: Promise<Client> | undefined;
	/** Okta puts a Link header on every list. Once one has come, a list without it has been through other hands. */
	#linked = false;

	constructor(settings: OktaSettings) {
		this.wire = new Wire(settings);
		this.credential = credentialOf(this.wire);
		this.buckets = new Buckets(settings.rateShare ?? RATE_SHARE);
		this.#gate = new Gate(settings.network.concurrency);
	}

	/** One page of a list: the first, or the one that `next` names. */
	async page(question: Question, at: { readonly size: number; readonly next?: string }, signal: AbortSignal): Promise<Page> {
		const answer = await this.#ask(question, at.next, signal);
		const where = this.#where(question);
		const rows = parseAnswer(answer, z.array(z.unknown()), { side: "source", where });
		const { link } = answer.headers;
		if (link === undefined && (this.#linked || rows.length >= at.size))
			throw this.#malformed(where, "a list without a Link header, so that it cannot be told whether more follows", {
				todo: "Something between Rollcall and Okta drops headers: exempt this host from it.",
			});
		if (link === undefined) return { rows, next: undefined };
		this.#linked = true;
		return { rows, next: nextOf(link, (what, todo) => this.#malformed(where, what, { todo }), this.wire.base.origin + where.path) };
	}

	/** What is no list, as the schema has it. A 404 is an error like any other. */
	async record<T>(question: Question, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
		const answer = await this.#ask(question, undefined, signal);
		return parseAnswer(answer, schema, { side: "source", where: this.#where(question) });
	}

	async #ask(question: Question, address: string | undefined, signal: AbortSignal): Promise<RawAnswer> {
		this.#sdk ??= openSdk(this.wire.base.origin + this.wire.base.contextPath, (request) => this.#exchange(request));
		const sdk = await this.#sdk;
		const url = address ?? (await question.url(sdk));
		let attempt = 0;
		return await retrying(
			async () => {
				attempt += 1;
				const run = { attempt, signal };
				await this.buckets.admit(question.bucket, signal);
				let headers: RawAnswer["headers"] | undefined;
				try {
					const answer = await this.#gate.run(() => this.#withFreshToken({ sdk, question, url }, run), signal);
					headers = answer.headers;
					if (answer.status < 200 || answer.status > 299) throw this.#failure(question, answer);
					return answer;
				} finally {
					if (headers === undefined) this.buckets.lost(question.bucket);
					else this.buckets.answered(question.bucket, headers);
				}
			},
			this.wire.settings.retry ?? PATIENT,
			signal,
		);
	}

	/**
	 * A refused token is given up and the request sent once more with a new one; a second 401 is final. So it is with
	 * "invalid session", which Okta answers to a good service app now and then (https://github.com/okta/okta-sdk-dotnet/issues/875).
	 */
	async #withFreshToken(to: Asked, run: Run): Promise<RawAnswer> {
		const used = await this.credential.headersFor(to.url, run.signal);
		const answer = await this.#through(to, { ...used }, run);
		const doubtful = answer.status === 401 || (answer.status === 403 && answer.text.includes(INVALID_SESSION));
		if (!doubtful || !this.credential.refused(used, answer.headers)) return answer;
		return await this.#through(to, { ...(await this.credential.headersFor(to.url, run.signal)) }, run);
	}

	/** Through the SDK's own pipeline; what it makes an exception of is an answer again here. */
	async #through({ sdk, url }: Asked, headers: Record<string, string>, run: Run): Promise<RawAnswer> {
		const request: SdkRequest = { method: "GET", url, headers, run };
		try {
			const response = (await sdk.http.http(url, request as object)) as unknown as Response;
			return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
		} catch (error) {
			if (error instanceof SyncError) throw error;
			const { status, headers: of } = (error ?? {}) as { readonly status?: unknown; readonly headers?: unknown };
			if (typeof status !== "number" || !(of instanceof globalThis.Headers)) throw error;
			return { status, headers: Object.fromEntries(of), text: bodyOf(error) };
		}
	}

	#exchange(request: SdkRequest): Promise<RawAnswer> {
		const { method, url, run } = request;
		const { Authorization, DPoP } = request.headers;
		// Only what was meant to be sent: the SDK adds its own version and that of the operating system.
		const headers = { ...(Authorization === undefined ? {} : { Authorization }), ...(DPoP === undefined ? {} : { DPoP }) };
		const out: Outgoing = { method: method.toUpperCase(), url, headers };
		return this.wire.exchange(out, { method: out.method, path: new URL(url).pathname, host: this.wire.base.host }, run);
	}

	#failure(question: Question, answer: RawAnswer): SyncError {
		const where = this.#where(question);
		const { status, headers } = answer;
		if (status >= 300 && status < 400) return this.#redirected(where, headers.location);
		const detail = this.#detail(answer);
		const wait = this.#waitStated(answer);
		return failureOfStatus("source", status, where, {
			...(wait === undefined ? {} : { retryAfterMs: wait }),
			...(detail === undefined ? {} : { detail }),
		});
	}

	#waitStated({ status, headers }: RawAnswer): number | undefined {
		if (status !== 429 && status !== 503) return undefined;
		const asked = statedWaitMs(headers);
		if (asked !== undefined) this.#gate.coolDown(Math.min(asked, (this.wire.settings.retry ?? PATIENT).budgetMs));
		const wait = asked ?? waitAfterLimit(headers);
		if (wait === undefined && headers["x-rate-limit-limit"] === "0") this.#gate.coolDown(CROWDED_MS);
		return wait;
	}

	/** Okta's own sentence, with its code (https://developer.okta.com/docs/reference/error-codes/). */
	#detail({ headers, text }: RawAnswer): string | undefined {
		if (looksLikeHtml(headers["content-type"] ?? "", text)) {
			const title = titleOf(text);
			return title === undefined ? "an HTML page" : this.wire.clean(`an HTML page titled "${title}"`);
		}
		let body: unknown;
		try {
			body = JSON.parse(text);
		} catch {
			return undefined; // plain text from something in between; the status says enough
		}
		const said = refusalSchema.safeParse(body).data;
		if (said?.errorCode === undefined && said?.errorSummary === undefined) return undefined;
		const causes = said.errorCauses?.map((cause) => cause.errorSummary) ?? [];
		return this.wire.clean([said.errorCode, said.errorSummary, ...causes].filter((part) => part !== undefined).join(" "));
	}

	#redirected(where: Where, location: string | undefined): SyncError {
		const origin = URL.parse(location ?? "", this.wire.base.origin)?.origin ?? "nowhere";
		return new SyncError(
			"source.malformed",
			`${inWords(where)} redirects to ${origin}; it is not followed, and no credential was sent there`,
			{ todo: `If ${origin} is the same organisation, write it as url; if it is a log-in page, the API must be reachable without it.` },
		);
	}

	#malformed(where: Where, what: string, more: { readonly todo: string }): SyncError {
		const context = { method: where.method, path: where.path, host: where.host };
		return new SyncError("source.malformed", `${inWords(where)} answered with ${what}`, { todo: more.todo, context });
	}

	#where(question: Question): Where {
		const { base } = this.wire;
		const about = question.about === undefined ? {} : { about: question.about };
		return { method: "GET", path: base.contextPath + question.path, host: base.host, ...about };
	}
}

interface Asked {
	readonly sdk: Client;
	readonly question: Question;
	readonly url: string;
}

/** The SDK keeps a refusal's JSON in members, and any other text in its message behind the status. */
function bodyOf(error: unknown): string {
	const { errorCode, errorSummary, errorCauses, message } = error as Record<string, unknown>;
	if (errorCode !== undefined || errorSummary !== undefined) return JSON.stringify({ errorCode, errorSummary, errorCauses });
	return typeof message === "string" ? message.replace(/^HTTP \d{3} /, "") : "";
}
