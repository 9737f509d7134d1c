import type { Client } from "@microsoft/microsoft-graph-client";
import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { parseAnswer, type RawAnswer, statedWaitMs } from "../../http/answer.ts";
import { failureOfStatus, type Where } from "../../http/failure.ts";
import { Gate } from "../../http/gate.ts";
import { retrying } from "../../http/retry.ts";
import { CachedToken } from "../../http/token.ts";
import { Budget, holdBackMs } from "./budget.ts";
import { exchange } from "./exchange.ts";
import { type Login, logIn } from "./login.ts";
import type { Rights } from "./rights.ts";
import type { EntraSettings } from "./settings.ts";
import { Wire } from "./wire.ts";

const VERSION = "/v1.0";

/** One reading request below the version. `target`: path and query, encoded, or the whole address of a next page as Graph gave it. */
export interface Question<T> {
	readonly target: string;
	readonly schema: z.ZodType<T>;
	/** A batch; without it, a GET. */
	readonly body?: unknown;
	/** Resource units that it will cost. */
	readonly units: number;
	readonly about?: string;
	/** For lists that are counted: https://learn.microsoft.com/graph/aad-advanced-queries. Wanted on every page, and not repeated by Graph's links. */
	readonly eventual?: boolean;
}

/** https://learn.microsoft.com/graph/errors */
const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string().nullish() }) });

/** All requests to one tenant: bounded, paced, retried, cancellable, counted, logged. Everything thrown is a SyncError. */
export class Talk {
	readonly wire: Wire;
	readonly #gate: Gate;
	readonly #budget = new Budget();
	readonly #token: CachedToken;
	#client: Promise<Client> | undefined;
	#login: Login | undefined;

	constructor(settings: EntraSettings) {
		this.wire = new Wire(settings);
		this.#gate = new Gate(settings.network.concurrency);
		this.#token = new CachedToken(async (signal) => {
			this.#login = await retrying(() => logIn(this.wire, signal), this.wire.retry, signal);
			return this.#login;
		});
	}

	async ask<T>(question: Question<T>, signal: AbortSignal): Promise<T> {
		let attempt = 0;
		const once = () => {
			attempt += 1;
			return this.#gate.run(() => this.#withFreshToken(question, { attempt, signal }), signal);
		};
		return await retrying(once, this.wire.retry, signal);
	}

	/** The latest log-in; made now when there is none. */
	async login(signal: AbortSignal): Promise<Login> {
		await this.#token.get(signal);
		// Set by the fetch above, or by an earlier one.
		return this.#login as Login;
	}
	async rights(signal: AbortSignal): Promise<Rights> {
		return (await this.login(signal)).rights;
	}

	/** Everybody waits: a part of a batch was told to. */
	coolDown(ms: number): void {
		this.#gate.coolDown(Math.min(ms, this.wire.retry.budgetMs));
	}

	/** The address below the version of one that Graph gave; `source.malformed` for one that leads anywhere else. */
	below(address: string, where: Where): string {
		const base = this.wire.cloud.graph + VERSION;
		if (address.startsWith(`${base}/`)) return address.slice(base.length);
		const found = URL.parse(address);
		const place = found === null ? "something that is not a URL" : `${found.origin}${found.pathname.split("/").slice(0, 2).join("/")}`;
		throw new SyncError("source.malformed", `${where.method} ${where.path} on ${where.host} names ${place} as the place of the next page`, {
			todo: `It is not followed: pages are below ${base}. Is something in between (a gateway) changing answers?`,
		});
	}

	where(question: Pick<Question<unknown>, "target" | "body" | "about">): Where {
		const url = new URL(this.#address(question.target));
		const about = question.about === undefined ? {} : { about: question.about };
		return {
			method: question.body === undefined ? "GET" : "POST",
			path: url.pathname,
			host: url.host,
			safe: true,
			...about,
		};
	}

	#address(target: string): string {
		return target.startsWith("/") ? this.wire.cloud.graph + VERSION + target : target;
	}

	/** A token that was refused is given up and the request sent once more with a new one; a second 401 is final. */
	async #withFreshToken<T>(question: Question<T>, run: Run): Promise<T> {
		const token = await this.#token.get(run.signal);
		try {
			return await this.#once(question, token, run);
		} catch (error) {
			if (!(error instanceof SyncError) || error.context.status !== 401) throw error;
			this.#token.drop(token);
			return await this.#once(question, await this.#token.get(run.signal), run);
		}
	}

	async #once<T>(question: Question<T>, token: string, run: Run): Promise<T> {
		await this.#budget.spend(question.units, run.signal);
		const where = this.where(question);
		const client = await this.#open();
		const send = (signal: AbortSignal) => this.#send(client, question, { token, signal });
		const answer = await exchange(this.wire, { where, attempt: run.attempt, send }, run.signal);
		this.#heed(question, answer);
		if (answer.status !== 200) throw this.#refused(answer, where, token);
		return parseAnswer(answer, question.schema, { side: "source", where });
	}

	async #send(
		client: Client,
		question: Question<unknown>,
		with_: { readonly token: string; readonly signal: AbortSignal },
	): Promise<Response> {
		const { ResponseType } = await import("@microsoft/microsoft-graph-client");
		const request = client
			.api(question.target.startsWith("/") ? question.target : "/")
			.responseType(ResponseType.RAW)
			.headers({
				Authorization: `Bearer ${with_.token}`,
				"User-Agent": this.wire.userAgent,
				// Work in the background gives way first: https://learn.microsoft.com/graph/throttling
				"x-ms-throttle-priority": "low",
				...(question.eventual === true ? { ConsistencyLevel: "eventual" } : {}),
			})
			.options({ signal: with_.signal, redirect: "manual", dispatcher: this.wire.dispatcher(), address: this.#address(question.target) });
		return (await (question.body === undefined ? request.get() : request.post(question.body))) as Response;
	}

	/** What the answer says about limits. */
	#heed(question: Question<unknown>, answer: RawAnswer): void {
		const stated = Number(answer.headers["x-ms-resource-unit"] ?? Number.NaN);
		if (stated >= 0 && question.body === undefined) this.#budget.correct(question.units, stated);
		const hold = holdBackMs(answer.headers);
		if (hold > 0) this.coolDown(hold);
	}

	#refused(answer: RawAnswer, where: Where, token: string): SyncError {
		const { status, headers } = answer;
		const wait = status === 429 || status === 503 ? statedWaitMs(headers) : undefined;
		if (wait !== undefined) this.coolDown(wait);
		const said = errorSchema.safeParse(jsonOf(answer.text)).data?.error;
		return this.refusal(status, where, { ...(wait === undefined ? {} : { retryAfterMs: wait }), ...(said === undefined ? {} : { said }) }, [
			token,
		]);
	}

	/** The error of a status, with Graph's own code in the context. Parts of batches come here too. */
	refusal(
		status: number,
		where: Where,
		more: { readonly retryAfterMs?: number; readonly said?: { readonly code: string; readonly message?: string | null | undefined } },
		secrets: readonly string[] = [],
	): SyncError {
		const { said, ...rest } = more;
		const code = said === undefined ? undefined : this.wire.said(said.code);
		const detail = said === undefined ? undefined : this.wire.said(`${said.code}: ${said.message ?? ""}`, secrets);
		const unknown = status === 400 ? UNKNOWN_PROPERTY.exec(said?.message ?? "")?.[1] : undefined;
		if (unknown !== undefined) return noSuchProperty(this.wire.said(unknown), where);
		const error = failureOfStatus("source", status, where, { ...rest, ...(detail === undefined ? {} : { detail }) });
		if (code === undefined) return error;
		const { retry, todo } = error;
		return new SyncError(error.code, error.message, {
			retry,
			context: { ...error.context, graph: code },
			...(todo === undefined ? {} : { todo }),
		});
	}

	/**
	 * The SDK with one link in its chain instead of its own six: those send no token to a host they do not know or without
	 * TLS, follow redirects, repeat 429, 503 and 504 three times but never 500 and 502, and take one token for all tries.
	 * They also take an address apart and put it together again; a page's link is opaque, so ours goes out as it came.
	 */
	#open(): Promise<Client> {
		this.#client ??= import("@microsoft/microsoft-graph-client").then(({ Client: Sdk }) =>
			Sdk.initWithMiddleware({
				baseUrl: `${this.wire.cloud.graph}/`,
				defaultVersion: VERSION.slice(1),
				middleware: {
					execute: async (context) => {
						const { address, ...options } = context.options as RequestInit & { readonly address: string };
						context.response = await fetch(address, options);
					},
				},
			}),
		);
		return this.#client;
	}
}

interface Run {
	readonly attempt: number;
	readonly signal: AbortSignal;
}

function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
}

/** Graph's two sentences: for properties, and for directory extensions. */
const UNKNOWN_PROPERTY = /(?:property named|Property) '([^']{1,300})'/;
const noSuchProperty = (name: string, where: Where): SyncError =>
	new SyncError("config.invalid", `this tenant knows no property '${name}' of people`, {
		context: { method: where.method, path: where.path, host: where.host, status: 400, property: name },
		todo: `Correct the attribute's name in the policy. Directory extensions are written in full: extension_<application id without dashes>_<name>.`,
	});

/** `/users?$select=id` of `/users` and its query: form-encoded, since the SDK puts values into the address as they are. */
export function targetOf(path: string, query: Readonly<Record<string, string | number | undefined>>): string {
	const pairs = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]));
	return pairs.length === 0 ? path : `${path}?${pairs.join("&")}`;
}
