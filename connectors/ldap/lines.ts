import { SyncError } from "../../core/errors.ts";
import type { Where } from "../http/failure.ts";
import { Gate } from "../http/gate.ts";
import { PATIENT, retrying } from "../http/retry.ts";
import { type Address, addressOf } from "./address.ts";
import type { Entry } from "./entry.ts";
import { malformed, operation } from "./failure.ts";
import { type Ask, type Found, Line, type LineTools } from "./line.ts";
import { ROOT_ATTRIBUTES, type RootDse, rootDseOf } from "./root-dse.ts";
import { sdk } from "./sdk.ts";
import { type LdapServer, PAGE_SIZE } from "./settings.ts";

export interface ListOptions {
	readonly progress?: (done: number) => void;
	/** Takes the references to other servers; without it they are errors. */
	readonly elsewhere?: (urls: readonly string[]) => void;
}

/** Pages in a row that hold nobody though more is to come; a server may send such, not without end. */
const EMPTY_PAGES = 100;

/**
 * All requests to one server: a few connections, one request at a time on each (two paged searches at once on one
 * connection spoil one another: OpenLDAP answers 53), bounded, retried, cancellable, counted, logged.
 * Page cookies die with their connection, so what is retried is the whole list.
 */
export class Lines {
	readonly server: LdapServer;
	readonly address: Address;
	readonly #gate: Gate;
	#idle: Line[] = [];
	#requests = 0;
	/** Several machines may answer to one name, and differ in what they know: all lines go to the first that answered. */
	#pinned: string | undefined;

	/** Throws `config.invalid` for an unusable URL. Opens nothing. */
	constructor(server: LdapServer) {
		this.server = server;
		this.address = addressOf(server.url);
		this.#gate = new Gate(server.network.concurrency);
	}

	requests(): number {
		return this.#requests;
	}

	close(): void {
		for (const line of this.#idle.splice(0)) line.close();
	}

	/** Before a new reading: another machine may answer from now on. */
	unpin(): void {
		this.close();
		this.#pinned = undefined;
	}

	/**
	 * Every entry that matches, each once. Throws unless the server ended the list itself, with success and an empty
	 * cookie; a list that repeats itself or that refers elsewhere throws too.
	 */
	list(ask: Ask, options: ListOptions, signal: AbortSignal): Promise<readonly Entry[]> {
		return this.#retried((line, attempt) => this.#pages(line, { ask, attempt, ...options }, signal), signal);
	}

	/** The named entry. Undefined: the server says that it does not exist (or hides it); every other refusal throws. */
	async entry(ask: Omit<Ask, "scope">, signal: AbortSignal): Promise<Entry | undefined> {
		try {
			const found = await this.#retried((line, attempt) => line.search({ ...ask, scope: "base" }, { attempt }, signal), signal);
			if (found.references.length > 0) throw this.#refers(ask.base, found.references);
			return found.entries[0];
		} catch (error) {
			if (error instanceof SyncError && error.context.result === 32) return undefined;
			throw error;
		}
	}

	/** At most `size` entries: enough for a look. `more`: the server has further ones. */
	async look(ask: Ask, size: number, signal: AbortSignal): Promise<{ readonly entries: readonly Entry[]; readonly more: boolean }> {
		const found = await this.#retried(async (line, attempt) => {
			const page = await line.search(ask, { attempt, page: { size, cookie: undefined } }, signal);
			// The rest of this list is not wanted: the line goes, and the server's cursor with it.
			line.close();
			return page;
		}, signal);
		if (found.references.length > 0) throw this.#refers(ask.base, found.references);
		return { entries: found.entries, more: (found.cookie?.length ?? 0) > 0 };
	}

	async rootDse(signal: AbortSignal): Promise<RootDse> {
		const entry = await this.entry({ base: "", filter: "(objectClass=*)", attributes: ROOT_ATTRIBUTES }, signal);
		if (entry === undefined || entry.names().length === 0) throw malformed(this.#where(""), "no root DSE");
		return rootDseOf(entry);
	}

	async #pages(
		line: Line,
		list: ListOptions & { readonly ask: Ask; readonly attempt: number },
		signal: AbortSignal,
	): Promise<readonly Entry[]> {
		const { ask, attempt, progress, elsewhere } = list;
		const where = this.#where(ask.base);
		const size = this.server.pageSize ?? PAGE_SIZE;
		const entries: Entry[] = [];
		const seen = new Set<string>();
		let cookie: Buffer | undefined;
		for (let empty = 0; ; ) {
			const found: Found = await line.search(ask, { attempt, page: { size, cookie } }, signal);
			if (found.references.length > 0 && elsewhere === undefined) throw this.#refers(ask.base, found.references);
			elsewhere?.(found.references);
			if (found.cookie === undefined)
				throw malformed(where, "a page that does not say whether it is the last one (no paged results control)");
			for (const entry of found.entries) {
				if (seen.has(entry.key)) throw malformed(where, `a list that repeats itself (${entry.dn})`, "later");
				seen.add(entry.key);
				entries.push(entry);
			}
			progress?.(entries.length);
			if (found.cookie.length === 0) return entries;
			empty = found.entries.length === 0 ? empty + 1 : 0;
			if (empty >= EMPTY_PAGES) throw malformed(where, `${EMPTY_PAGES} empty pages in a row, and more to come`);
			cookie = found.cookie;
		}
	}

	#retried<T>(work: Work<T>, signal: AbortSignal): Promise<T> {
		let attempt = 0;
		const once = () => {
			attempt += 1;
			return this.#gate.run(() => this.#onSomeLine(work, attempt, signal), signal);
		};
		return retrying(once, this.server.retry ?? PATIENT, signal);
	}

	/**
	 * On a line that stands, or on a new one. A server may be closing an idle line at the very moment in which it is used
	 * again: that says nothing about the request, which goes out once more on a new line.
	 */
	async #onSomeLine<T>(work: Work<T>, attempt: number, signal: AbortSignal): Promise<T> {
		this.#idle = this.#idle.filter((line) => !line.dead);
		const idle = this.#idle.pop();
		if (idle !== undefined) {
			try {
				return await this.#on(idle, work, attempt);
			} catch (error) {
				if (!wasClosed(error)) throw error;
			}
		}
		return await this.#on(await this.#newLine(attempt, signal), work, attempt);
	}

	async #on<T>(line: Line, work: Work<T>, attempt: number): Promise<T> {
		try {
			const result = await work(line, attempt);
			if (!line.dead) this.#idle.push(line);
			return result;
		} catch (error) {
			line.close();
			throw error;
		}
	}

	async #newLine(attempt: number, signal: AbortSignal): Promise<Line> {
		const sent = () => {
			this.#requests += 1;
		};
		const tools: LineTools = { sdk: await sdk(), server: this.server, address: this.address, sent };
		const line = await Line.open(tools, { attempt, to: this.#pinned }, signal);
		if (this.server.network.proxy === undefined) this.#pinned ??= line.peer;
		return line;
	}

	#refers(base: string, references: readonly string[]): SyncError {
		return new SyncError(
			"source.incomplete",
			`${base} on ${this.address.shown}: a part of it lies elsewhere (${references.slice(0, 3).join(", ").slice(0, 300)})`,
			{
				context: { host: this.address.shown, base, references: references.length },
				todo: "References are not followed, and no password goes there. Choose bases that this server holds itself, or name the server that holds all of them.",
			},
		);
	}

	#where(base: string): Where {
		return operation("SEARCH", base === "" ? "(root DSE)" : base, this.address.shown);
	}
}

type Work<T> = (line: Line, attempt: number) => Promise<T>;
const wasClosed = (error: unknown): boolean =>
	error instanceof SyncError && (error.context.errno === "ECONNRESET" || error.context.errno === "EPIPE");
