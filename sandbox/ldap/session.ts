import type { Socket } from "node:net";
import { type SecureContext, TLSSocket } from "node:tls";
import type { ExchangeLog } from "../kit/exchange.ts";
import type { Effect, Faults } from "../kit/faults.ts";
import { type Parts, spoiled } from "./faults.ts";
import {
	BIND_RESPONSE,
	EXTENDED_RESPONSE,
	filterText,
	nextMessage,
	type Outcome,
	type Request,
	requestOf,
	resultMessage,
	SEARCH_DONE,
} from "./protocol.ts";
import type { Caller, Cursor, Site } from "./site.ts";

export interface SessionTools {
	readonly site: Site;
	readonly faults: Faults;
	readonly log: ExchangeLog;
	/** Absent: no StartTLS. */
	readonly tls: SecureContext | undefined;
	login(name: string, password: string): Caller | undefined;
	opened(change: 1 | -1): void;
}

const START_TLS = "1.3.6.1.4.1.1466.20037";
const WHO_AM_I = "1.3.6.1.4.1.4203.1.11.3";

/** One connection. */
export class Session {
	readonly #tools: SessionTools;
	#socket: Socket;
	#secure: boolean;
	#bytes: Buffer = Buffer.alloc(0);
	#caller: Caller | undefined;
	#searches = 0;
	readonly #slow = new Set<NodeJS.Timeout>();
	readonly cursor: { cursor: Cursor | undefined } = { cursor: undefined };

	constructor(socket: Socket, tools: SessionTools) {
		this.#tools = tools;
		this.#socket = socket;
		this.#secure = socket instanceof TLSSocket;
		this.#attend(socket);
	}

	drop(): void {
		for (const timer of this.#slow) clearTimeout(timer);
		this.#socket.destroy();
	}

	#attend(socket: Socket): void {
		socket.on("data", (chunk: Buffer) => this.#receive(chunk));
		socket.on("error", () => this.drop());
	}

	#receive(chunk: Buffer): void {
		this.#bytes = Buffer.concat([this.#bytes, chunk]);
		// TLS to a server that does not speak it, a browser: whoever sends something else is shown out.
		if (this.#bytes.length > 0 && this.#bytes[0] !== 0x30) {
			this.drop();
			return;
		}
		for (let message = nextMessage(this.#bytes); message !== undefined; message = nextMessage(this.#bytes)) {
			this.#bytes = this.#bytes.subarray(message.length);
			const request = requestOf(message);
			if (request.op === "UNBIND") this.#socket.end();
			else if (request.op !== "ABANDON") this.#handle(request);
		}
	}

	#handle(request: Exclude<Request, { op: "UNBIND" | "ABANDON" }>): void {
		const { path, query } = targetOf(request);
		const effect = this.#tools.faults.due(request.op, path, `${path}?${query.toString()}`);
		this.#tools.opened(1);
		if (effect?.kind !== "slow") {
			this.#respond(request, effect);
			return;
		}
		const timer = setTimeout(() => {
			this.#slow.delete(timer);
			this.#respond(request, effect);
		}, effect.ms);
		this.#slow.add(timer);
	}

	#respond(request: Exclude<Request, { op: "UNBIND" | "ABANDON" }>, effect: Effect | undefined): void {
		this.#tools.opened(-1);
		if (effect?.kind === "reset") {
			this.#record(request, { code: 0, entries: 0, dropped: true, fault: effect.kind });
			this.#socket.resetAndDestroy();
			return;
		}
		// A refused request does no work.
		const refused = effect?.kind === "status" || effect?.kind === "html" || effect?.kind === "wrong-json";
		const worked = refused ? { entries: [], outcome: { code: 0 }, tag: tagOf(request) } : this.#work(request);
		const parts: Parts = {
			id: request.id,
			tag: worked.tag,
			entries: worked.entries,
			done: resultMessage(request.id, worked.tag, worked.outcome),
			paged: request.op === "SEARCH" && request.paging !== undefined,
		};
		const bytes = (effect === undefined ? undefined : spoiled(effect, parts)) ?? Buffer.concat([...parts.entries, parts.done]);
		const dropped = effect?.kind === "drop-after-write";
		this.#record(request, { code: worked.outcome.code, entries: worked.entries.length, dropped, fault: effect?.kind });
		if (dropped) this.#socket.destroy();
		else if (effect?.kind === "cut") this.#socket.write(bytes.subarray(0, bytes.length >> 1), () => this.#socket.destroy());
		else if (effect?.kind === "html") this.#socket.end(bytes);
		else this.#send(request, bytes, worked.outcome);
	}

	#send(request: Request, bytes: Buffer, outcome: Outcome): void {
		this.#socket.write(bytes);
		if (request.op === "EXTENDED" && request.oid === START_TLS && outcome.code === 0) this.#upgrade();
		const finished = request.op === "SEARCH" && (outcome.cookie ?? "") === "" && request.base !== "";
		if (!finished) return;
		this.#searches += 1;
		if (this.#searches >= this.#tools.site.quirks.searchesPerConnection) this.#socket.end();
	}

	#work(request: Request): { entries: readonly Buffer[]; outcome: Outcome; tag: number } {
		const { site, tls } = this.#tools;
		if (request.op === "SEARCH") return { ...site.search(request, this.#caller, this.cursor), tag: SEARCH_DONE };
		if (request.op === "BIND") return { entries: [], outcome: this.#bind(request), tag: BIND_RESPONSE };
		if (request.op !== "EXTENDED")
			return { entries: [], outcome: { code: 53, text: "this stand-in is only read" }, tag: EXTENDED_RESPONSE };
		if (request.oid === WHO_AM_I)
			return {
				entries: [],
				outcome: { code: 0, value: this.#caller === undefined ? "" : `dn:${this.#caller.name}` },
				tag: EXTENDED_RESPONSE,
			};
		const offered = request.oid === START_TLS && tls !== undefined && !this.#secure;
		return { entries: [], outcome: offered ? { code: 0 } : { code: 2, text: "unsupported extended operation" }, tag: EXTENDED_RESPONSE };
	}

	#bind(request: Extract<Request, { op: "BIND" }>): Outcome {
		const { ways, quirks } = this.#tools.site;
		this.#caller = undefined;
		if (request.password === undefined) return { code: 7, text: "only simple binds" };
		if (quirks.tlsRequired && !this.#secure) return ways.tlsRequired;
		// RFC 4513, section 5.1.2: an unauthenticated bind; Active Directory lets it pass as an anonymous one.
		if (request.password === "")
			return ways.vendor === "activedirectory" ? { code: 0 } : { code: 53, text: "unauthenticated bind (DN with no password) disallowed" };
		this.#caller = this.#tools.login(request.name, request.password);
		return this.#caller === undefined ? ways.wrongPassword : { code: 0 };
	}

	#upgrade(): void {
		const { tls } = this.#tools;
		const plain = this.#socket;
		plain.removeAllListeners("data");
		this.#socket = new TLSSocket(plain, { isServer: true, ...(tls === undefined ? {} : { secureContext: tls }) });
		this.#secure = true;
		this.#attend(this.#socket);
	}

	#record(request: Request, what: { code: number; entries: number; dropped: boolean; fault: string | undefined }): void {
		const { path, query } = targetOf(request);
		const call = { method: request.op, path, segments: [], query, headers: {}, text: "", target: `${path}?${query.toString()}` };
		const status = what.code === 0 ? 200 : what.code;
		this.#tools.log.record(call, what.dropped ? undefined : { status, json: { code: what.code, entries: what.entries } }, {
			bytes: 0,
			fault: what.fault,
		});
	}
}

const tagOf = (request: Request): number =>
	request.op === "BIND" ? BIND_RESPONSE : request.op === "SEARCH" ? SEARCH_DONE : EXTENDED_RESPONSE;

/** An operation as the kit's faults and records see it: a path and a query. Passwords are nowhere in it. */
function targetOf(request: Request): { readonly path: string; readonly query: URLSearchParams } {
	if (request.op === "BIND") return { path: "/", query: new URLSearchParams({ account: request.name }) };
	if (request.op === "EXTENDED") return { path: "/", query: new URLSearchParams({ oid: request.oid }) };
	if (request.op !== "SEARCH") return { path: "/", query: new URLSearchParams() };
	const page: Record<string, string> = request.paging === undefined ? {} : { size: String(request.paging.size) };
	return {
		path: `/${request.base}`,
		query: new URLSearchParams({
			scope: ["base", "one", "sub"][request.scope] as string,
			filter: filterText(request.filter),
			attributes: request.attributes.join(" "),
			...page,
			...(request.paging !== undefined && request.paging.cookie !== "" ? { later: "yes" } : {}),
		}),
	};
}
