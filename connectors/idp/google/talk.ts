import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { parseAnswer, type RawAnswer } from "../../http/answer.ts";
import type { Where } from "../../http/failure.ts";
import type { Run } from "../../http/fetching.ts";
import { Gate } from "../../http/gate.ts";
import { retrying } from "../../http/retry.ts";
import { CachedToken } from "../../http/token.ts";
import { type Credential, credentialOf } from "./credential.ts";
import { type Login, logIn } from "./login.ts";
import { Pace } from "./pace.ts";
import { refusalOf } from "./refusals.ts";
import { type CallOptions, type Directory, openDirectory, throughSdk } from "./sdk.ts";
import { type GoogleSettings, PATIENCE, REQUESTS_PER_MINUTE, scopesOf } from "./settings.ts";
import { Wire } from "./wire.ts";

/** One reading request: what the SDK is asked, and how messages and logs name it (below `/admin/directory/v1`). */
export interface Question {
	readonly path: string;
	readonly about?: string;
	readonly ask: (sdk: Directory, options: CallOptions) => Promise<unknown>;
}
/** `kind` proves that the answer is a page of this list: Google leaves out the key of an empty list. */
export interface PageShape {
	readonly kind: string;
	readonly rows: string;
}
export interface Page {
	readonly rows: readonly unknown[];
	/** Undefined: this was the last. */
	readonly next: string | undefined;
}

/** All requests to Google: within the quota, bounded, retried, cancellable, counted, logged. Everything thrown is a SyncError. */
export class Talk {
	readonly wire: Wire;
	readonly credential: Credential;
	readonly customer: string;
	readonly #gate: Gate;
	readonly #pace: Pace;
	readonly #token: CachedToken;
	#sdk: Promise<Directory> | undefined;

	constructor(settings: GoogleSettings) {
		this.wire = new Wire(settings);
		this.credential = credentialOf(this.wire);
		this.customer = settings.customer ?? "my_customer";
		this.#gate = new Gate(settings.network.concurrency);
		this.#pace = new Pace(settings.requestsPerMinute ?? REQUESTS_PER_MINUTE);
		this.#token = new CachedToken((signal) => this.login(scopesOf(settings), signal));
	}

	/** One page of a list. */
	async page(question: Question, shape: PageShape, signal: AbortSignal): Promise<Page> {
		const schema = z.looseObject({ kind: z.literal(shape.kind), nextPageToken: z.string().optional() });
		const body: Readonly<Record<string, unknown>> & z.output<typeof schema> = await this.record(question, schema, signal);
		const rows = body[shape.rows] ?? [];
		if (Array.isArray(rows)) return { rows, next: body.nextPageToken === "" ? undefined : body.nextPageToken };
		throw new SyncError("source.malformed", `${this.#where(question).path} answered with ${shape.rows} that are no list`, {
			todo: "Google's API may be newer than what Rollcall knows. Please report it.",
		});
	}

	/** What is no list, as the schema has it. A 404 is an error like any other. */
	async record<T>(question: Question, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
		const answer = await this.#ask(question, signal);
		return parseAnswer(answer, schema, { side: "source", where: this.#where(question) });
	}

	/** A new token, cached by nobody: for `check`, and for the cache itself. */
	async login(scopes: readonly string[], signal: AbortSignal): Promise<Login> {
		let attempt = 0;
		const once = () => {
			attempt += 1;
			return logIn(this.wire, { credential: this.credential, scopes }, { attempt, signal });
		};
		return await retrying(once, this.#retry(), signal);
	}

	/** Logs in with what a reading needs, unless that has been done. */
	async loggedIn(signal: AbortSignal): Promise<void> {
		await this.#token.get(signal);
	}

	/** Whose rights count, for messages. */
	actor(): string {
		return this.wire.settings.subject ?? this.credential.account;
	}

	async #ask(question: Question, signal: AbortSignal): Promise<RawAnswer> {
		this.#sdk ??= openDirectory(this.wire.api.origin);
		const sdk = await this.#sdk;
		let attempt = 0;
		return await retrying(
			() => {
				attempt += 1;
				return this.#gate.run(() => this.#withFreshToken(sdk, question, { attempt, signal }), signal);
			},
			this.#retry(),
			signal,
		);
	}

	/** A refused token is given up and the request sent once more with a new one; a second 401 is final. */
	async #withFreshToken(sdk: Directory, question: Question, run: Run): Promise<RawAnswer> {
		let token = await this.#token.get(run.signal);
		let answer = await this.#once(sdk, question, { ...run, token });
		if (answer.status === 401) {
			this.#token.drop(token);
			token = await this.#token.get(run.signal);
			answer = await this.#once(sdk, question, { ...run, token });
		}
		if (answer.status >= 200 && answer.status <= 299) return answer;
		throw this.#refused(question, answer, run);
	}

	async #once(sdk: Directory, question: Question, run: Run & { readonly token: string }): Promise<RawAnswer> {
		await this.#pace.admit(run.signal);
		// Only what was meant to be sent: the SDK adds versions of its own.
		const headers = { authorization: `Bearer ${run.token}` };
		const answer = await throughSdk(
			(options) => question.ask(sdk, options),
			({ method, url }) => this.wire.exchange({ method, url, headers }, this.#where(question), run),
		);
		if (answer === undefined) throw new SyncError("bug", `the Google library sent nothing for ${question.path}`);
		return answer;
	}

	#refused(question: Question, answer: RawAnswer, run: Run): SyncError {
		const { baseMs, budgetMs } = this.#retry();
		const rights = `Give ${this.actor()} an administrator role with the Admin API privileges Users > Read, Groups > Read and Organizational Units > Read, for the whole organisation.`;
		const clean = (text: string) => this.wire.clean(text);
		const failure = refusalOf(answer, { where: this.#where(question), attempt: run.attempt, baseMs, clean, rights });
		const { retryAfterMs } = failure.context;
		// Whoever is told to wait makes everybody wait, within what anybody would wait for.
		if (failure.retry === "later" && typeof retryAfterMs === "number") this.#gate.coolDown(Math.min(retryAfterMs, budgetMs));
		return failure;
	}

	#retry() {
		return this.wire.settings.retry ?? PATIENCE;
	}

	#where(question: Question): Where {
		const { api } = this.wire;
		const about = question.about === undefined ? {} : { about: question.about };
		return { method: "GET", path: `/admin/directory/v1${question.path}`, host: api.host, ...about };
	}
}
