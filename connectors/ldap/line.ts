import type { Socket } from "node:net";
import { SyncError } from "../../core/errors.ts";
import type { Deadline } from "../http/deadline.ts";
import { deadline } from "../http/deadline.ts";
import type { Where } from "../http/failure.ts";
import { cancelled } from "../http/pause.ts";
import { cleanText, withoutSecrets } from "../http/text.ts";
import type { Address } from "./address.ts";
import { type Answer, decode, Frames, NotLdap } from "./answers.ts";
import { Entry } from "./entry.ts";
import { failureOfConnection, failureOfResult, malformed, operation } from "./failure.ts";
import { filterOf, requestFilter } from "./filter.ts";
import { DOMAIN_SCOPE } from "./root-dse.ts";
import type { Sdk } from "./sdk.ts";
import type { LdapServer } from "./settings.ts";
import { secured, tcp } from "./socket.ts";

/** One search request. `filter` must be a whole filter (filter.ts). */
export interface Ask {
	readonly base: string;
	readonly scope: "base" | "sub";
	readonly filter: string;
	readonly attributes: readonly string[];
	/** Active Directory: leave out references to other domains and partitions. */
	readonly domainScope?: boolean;
}
/** Present: ask for a page of so many entries, going on from the cookie of the page before. */
export interface Page {
	readonly size: number;
	readonly cookie: Buffer | undefined;
}
export interface Found {
	readonly entries: readonly Entry[];
	/** Where the server says that parts of the base lie elsewhere. */
	readonly references: readonly string[];
	/** Undefined: the answer carried no paging control. Empty: this was the last page. */
	readonly cookie: Buffer | undefined;
}
/** What the lines of one server share. */
export interface LineTools {
	readonly sdk: Sdk;
	readonly server: LdapServer;
	readonly address: Address;
	/** Called for every request that leaves. */
	readonly sent: () => void;
}
type Result = Extract<Answer, { kind: "result" }>;
const START_TLS = "1.3.6.1.4.1.1466.20037";

/**
 * One bound connection, one request at a time. The SDK supplies the requests' and the answers' encoding. Its Client is not
 * used: it takes an empty page for the last one though more follow (Active Directory sends such), it connects anew without
 * logging in when a connection was lost, it never notices that a StartTLS connection was lost, and its requests cannot be
 * stopped. Here a line that has failed once is never used again.
 */
export class Line {
	readonly #tools: LineTools;
	readonly #socket: Socket;
	#frames = new Frames();
	#id = 0;
	#waiting: { readonly take: (answer: Answer) => void; readonly fail: (error: unknown) => void } | undefined;
	#dead: unknown;

	/** Connects (to the address `to` where it is given, with the certificate of the host in the url), secures the connection, logs in. */
	static async open(
		tools: LineTools,
		how: { readonly attempt: number; readonly to: string | undefined },
		signal: AbortSignal,
	): Promise<Line> {
		const { server, address } = tools;
		const { attempt } = how;
		const secret = server.password.reveal();
		// A bind with an empty password succeeds as nobody in particular (RFC 4513, section 5.1.2).
		if (secret === "" || server.account === "")
			throw new SyncError("config.invalid", `the ${secret === "" ? "password" : "account"} for ${address.shown} is empty`, {
				todo: `Look at ${server.password.origin}: a server takes an empty password for an anonymous visit, and shows it a part of the directory or nothing.`,
			});
		const where = operation("CONNECT", address.secure ? "(tls)" : "(tcp)", address.shown);
		const limit = deadline(server.network.timeoutMs, signal);
		try {
			let line = new Line(tools, await connected(tools, how.to, limit.signal));
			try {
				if (!address.secure && server.startTls !== false) line = await line.#startTls(attempt, limit.signal);
				await line.#bind(attempt, signal);
				return line;
			} catch (error) {
				line.close();
				throw error;
			}
		} catch (error) {
			throw failed(error, { where, limit, signal, timeoutMs: server.network.timeoutMs });
		} finally {
			limit.release();
		}
	}

	private constructor(tools: LineTools, socket: Socket) {
		this.#tools = tools;
		this.#socket = socket;
		socket.on("data", (chunk: Buffer) => this.#receive(chunk));
		socket.on("error", (error) => this.#die(error));
		socket.on("close", () => this.#die(Object.assign(new Error("the server closed the connection"), { code: "ECONNRESET" })));
	}

	/** The IP address that answers. */
	get peer(): string | undefined {
		return this.#socket.remoteAddress;
	}

	/** Not to be used again. */
	get dead(): boolean {
		return this.#dead !== undefined;
	}

	/** Tells the server, and closes. */
	close(): void {
		if (this.#dead === undefined) {
			this.#socket.write(new this.#tools.sdk.UnbindRequest({ messageId: this.#id + 1 }).write());
			this.#socket.end();
		}
		this.#die(new Error("closed"));
	}

	/** One request; its pages are the caller's. Throws for every result but success. */
	async search(ask: Ask, how: { readonly page?: Page; readonly attempt: number }, signal: AbortSignal): Promise<Found> {
		const { sdk, address } = this.#tools;
		const where = operation("SEARCH", ask.base === "" ? "(root DSE)" : ask.base, address.shown);
		const value =
			how.page === undefined ? undefined : { size: how.page.size, ...(how.page.cookie === undefined ? {} : { cookie: how.page.cookie }) };
		const request = new sdk.SearchRequest({
			messageId: this.#next(),
			baseDN: ask.base,
			scope: ask.scope,
			filter: requestFilter(sdk, filterOf(ask.filter, "filter")),
			attributes: [...ask.attributes],
			// The SDK's default is ten seconds, which servers obey by breaking off.
			timeLimit: 0,
			controls: [
				...(value === undefined ? [] : [new sdk.PagedResultsControl({ critical: true, value })]),
				...(ask.domainScope === true ? [new sdk.Control(DOMAIN_SCOPE)] : []),
			],
		});
		const entries: Entry[] = [];
		const references: string[] = [];
		const result = await this.#ask(request.write(), { where, tag: 0x65, attempt: how.attempt }, signal, (answer) => {
			if (answer.kind === "entry") entries.push(new Entry(answer.dn, answer.attributes));
			if (answer.kind === "reference") references.push(...answer.urls);
		});
		return { entries, references, cookie: result.cookie };
	}

	async #startTls(attempt: number, signal: AbortSignal): Promise<Line> {
		const { sdk, address, server } = this.#tools;
		const where = operation("STARTTLS", "(tls)", address.shown);
		const request = new sdk.ExtendedRequest({ messageId: this.#next(), oid: START_TLS });
		await this.#ask(request.write(), { where, tag: 0x78, attempt }, signal);
		// What came before TLS was not protected, and must not be taken for an answer after it.
		if (this.#frames.pending > 0) throw malformed(where, "more than an answer before TLS began");
		this.#socket.removeAllListeners();
		return new Line(this.#tools, await secured(this.#socket, address, server.network, signal));
	}

	async #bind(attempt: number, signal: AbortSignal): Promise<void> {
		const { sdk, address, server } = this.#tools;
		const where = operation("BIND", "(log in)", address.shown);
		const request = new sdk.BindRequest({ messageId: this.#next(), dn: server.account, password: server.password.reveal() });
		await this.#ask(request.write(), { where, tag: 0x61, attempt }, signal);
	}

	#next(): number {
		this.#id += 1;
		return this.#id;
	}

	async #ask(bytes: Buffer, what: Asked, signal: AbortSignal, each: (answer: Answer) => void = () => undefined): Promise<Result> {
		const { server } = this.#tools;
		const { where } = what;
		const started = performance.now();
		const log = (line: { readonly status: number } | { readonly error: string }) =>
			server.log?.({
				method: where.method,
				host: where.host,
				path: where.path,
				ms: performance.now() - started,
				attempt: what.attempt,
				...line,
			});
		const limit = deadline(server.network.timeoutMs, signal);
		let result: Result;
		try {
			this.#tools.sent();
			result = await this.#answer(bytes, { id: this.#id, tag: what.tag, each }, limit.signal);
		} catch (error) {
			this.#die(error);
			const failure = failed(error, { where, limit, signal, timeoutMs: server.network.timeoutMs });
			log({ error: String(failure.context.errno ?? failure.code) });
			throw failure;
		} finally {
			limit.release();
		}
		log({ status: result.code });
		if (result.code === 0) return result;
		const secrets = [server.password.reveal()];
		const text = cleanText(withoutSecrets(result.text, secrets), 300);
		throw failureOfResult({ code: result.code, matched: result.matched, referrals: result.referrals, text }, where);
	}

	#answer(bytes: Buffer, to: { id: number; tag: number; each: (answer: Answer) => void }, signal: AbortSignal): Promise<Result> {
		return new Promise((resolve, reject) => {
			const stop = () => end(() => reject(cancelled()));
			const end = (then: () => void) => {
				signal.removeEventListener("abort", stop);
				this.#waiting = undefined;
				then();
			};
			if (this.#dead !== undefined) return reject(this.#dead);
			if (signal.aborted) return reject(cancelled());
			signal.addEventListener("abort", stop, { once: true });
			const take = (answer: Answer) => {
				if (answer.id !== to.id) throw new NotLdap(`an answer to request ${answer.id}, while request ${to.id} is open`);
				if (answer.kind !== "result") return to.each(answer);
				if (answer.tag !== to.tag) throw new NotLdap(`an answer of another kind (0x${answer.tag.toString(16)})`);
				end(() => resolve(answer));
			};
			this.#waiting = { take, fail: (error) => end(() => reject(error)) };
			this.#socket.write(bytes);
		});
	}

	#receive(chunk: Buffer): void {
		try {
			for (const message of this.#frames.push(chunk)) {
				const answer = decode(this.#tools.sdk, message);
				// Notice of disconnection (RFC 4511, section 4.4.1): the server says good-bye, and why.
				if (answer.id === 0 && answer.kind === "result")
					throw Object.assign(new Error(`the server ended the connection: ${cleanText(answer.text, 200)}`), { code: "ECONNRESET" });
				if (this.#waiting === undefined) throw new NotLdap("an answer that nobody waits for");
				this.#waiting.take(answer);
			}
		} catch (error) {
			this.#die(
				error instanceof NotLdap || (error as { code?: string }).code !== undefined ? error : new NotLdap((error as Error).message),
			);
		}
	}

	#die(error: unknown): void {
		if (this.#dead !== undefined) return;
		this.#dead = error;
		this.#socket.destroySoon();
		this.#waiting?.fail(error);
	}
}

interface Asked {
	readonly where: Where;
	readonly tag: number;
	readonly attempt: number;
}

async function connected(tools: LineTools, to: string | undefined, signal: AbortSignal): Promise<Socket> {
	const { address, server } = tools;
	const socket = await tcp(to === undefined ? address : { ...address, host: to }, server.network, signal);
	return address.secure ? await secured(socket, address, server.network, signal) : socket;
}

/** A deadline looks like an abort from inside; only here it is known which of the two it was. */
function failed(
	error: unknown,
	how: { readonly where: Where; readonly limit: Deadline; readonly signal: AbortSignal; readonly timeoutMs: number },
): SyncError {
	if (how.signal.aborted) return cancelled();
	if (error instanceof SyncError && error.code !== "run.cancelled") return error;
	if (error instanceof NotLdap) return malformed(how.where, error.message);
	if (how.limit.passed())
		return failureOfConnection(Object.assign(new Error(`no whole answer within ${how.timeoutMs} ms`), { name: "TimeoutError" }), how.where);
	return failureOfConnection(error, how.where);
}
