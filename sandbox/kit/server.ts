import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Certificate } from "./certificate.ts";
import { type Exchange, ExchangeLog } from "./exchange.ts";
import { type Effect, Faults, replacement, shortened } from "./faults.ts";
import { type Answer, type Call, callOf, Refused } from "./http.ts";

/** What every stand-in offers to tests and to the demo. */
export interface Sandbox {
	/** `http://127.0.0.1:port` (https where the vendor's client speaks nothing else), with the context path where there is one; no trailing slash. */
	readonly url: string;
	readonly faults: Faults;
	/** Oldest first. */
	readonly exchanges: readonly Exchange[];
	/** The most requests that were open at one moment. */
	readonly busiest: number;
	/** Called with each exchange as it happens, bodies whole. */
	onExchange(listener: (exchange: Exchange) => void): void;
	/** Answers what is under way, writes the state, stops listening. Safe to call twice. */
	close(): Promise<void>;
}

export interface ServerSettings {
	/** 0: any free port. */
	readonly port: number;
	/** False: no `Date` header on any answer (Keycloak). */
	readonly date: boolean;
	/** Content type of JSON answers. */
	readonly jsonType: string;
	readonly answer: (call: Call) => Answer;
	/** Path that is not valid percent-encoding. */
	readonly badTarget: (target: string) => Answer;
	/** Speak TLS with this certificate. */
	readonly tls?: Certificate;
	/** After the last request, before the port is free again. */
	readonly onClose?: () => void;
}

const bodyLimit = 4 * 1024 * 1024;

/** Serves one stand-in on the loopback interface: reads requests, applies faults, remembers exchanges. */
export class SandboxServer {
	readonly faults = new Faults();
	readonly log = new ExchangeLog();
	readonly #settings: ServerSettings;
	readonly #server: Server;
	readonly #slow = new Set<() => void>();
	#open = 0;
	#closed: Promise<void> | undefined;
	busiest = 0;

	constructor(settings: ServerSettings) {
		this.#settings = settings;
		const receive = (request: IncomingMessage, response: ServerResponse) => this.#receive(request, response);
		const patience = { keepAliveTimeout: 60_000 };
		this.#server =
			settings.tls === undefined ? createServer(patience, receive) : createSecureServer({ ...patience, ...settings.tls }, receive);
	}

	/** Starts listening and gives the origin. */
	async listen(): Promise<string> {
		await new Promise<void>((resolve, reject) => {
			this.#server.once("error", reject);
			this.#server.listen(this.#settings.port, "127.0.0.1", () => resolve());
		});
		return `${this.#settings.tls === undefined ? "http" : "https"}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	close(): Promise<void> {
		this.#closed ??= this.#stop();
		return this.#closed;
	}

	async #stop(): Promise<void> {
		for (const drop of this.#slow) drop();
		const stopped = new Promise<void>((resolve) => this.#server.close(() => resolve()));
		this.#server.closeIdleConnections();
		const patience = setTimeout(() => this.#server.closeAllConnections(), 500);
		await stopped;
		clearTimeout(patience);
		this.#settings.onClose?.();
	}

	#receive(request: IncomingMessage, response: ServerResponse): void {
		this.#open += 1;
		this.busiest = Math.max(this.busiest, this.#open);
		response.once("close", () => {
			this.#open -= 1;
		});
		response.sendDate = this.#settings.date;
		const parts: Buffer[] = [];
		let size = 0;
		request.on("data", (part: Buffer) => {
			size += part.length;
			if (size > bodyLimit) request.destroy();
			else parts.push(part);
		});
		request.on("error", () => response.destroy());
		request.on("end", () => {
			const head = { method: request.method ?? "GET", target: request.url ?? "/", headers: request.headers };
			const call = callOf({ ...head, text: Buffer.concat(parts).toString("utf8") });
			if (call === undefined) this.#send(response, this.#settings.badTarget(head.target));
			else this.#handle(call, response);
		});
	}

	#handle(call: Call, response: ServerResponse): void {
		const effect = this.faults.due(call.method, call.path, call.target);
		if (effect?.kind !== "slow") {
			this.#respond(call, response, effect);
			return;
		}
		const timer = setTimeout(() => {
			this.#slow.delete(drop);
			this.#respond(call, response, effect);
		}, effect.ms);
		const drop = () => {
			clearTimeout(timer);
			this.#slow.delete(drop);
			response.destroy();
		};
		this.#slow.add(drop);
		response.once("close", drop);
	}

	#respond(call: Call, response: ServerResponse, effect: Effect | undefined): void {
		const fault = effect?.kind;
		if (effect?.kind === "reset") {
			this.log.record(call, undefined, { bytes: 0, fault });
			// Below TLS there is no socket that could be reset; closed without an answer it is all the same to the other side.
			if (this.#settings.tls === undefined) response.socket?.resetAndDestroy();
			else response.socket?.destroy();
			return;
		}
		const worked = (effect === undefined ? undefined : replacement(effect)) ?? this.#answer(call);
		const answer = effect?.kind === "short-page" ? shortened(worked, effect.drop) : worked;
		if (effect?.kind === "drop-after-write") {
			this.log.record(call, undefined, { bytes: 0, fault });
			response.socket?.destroy();
			return;
		}
		const bytes = this.#send(response, answer, effect);
		this.log.record(call, answer, { bytes, fault });
	}

	#answer(call: Call): Answer {
		try {
			return this.#settings.answer(call);
		} catch (error) {
			if (error instanceof Refused) return error.answer;
			const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
			process.stderr.write(`sandbox: ${call.method} ${call.path} failed inside the stand-in: ${text}\n`);
			return { status: 500, json: { error: "the stand-in itself failed, see its standard error" } };
		}
	}

	/** Gives the length of the whole body in bytes. */
	#send(response: ServerResponse, answer: Answer, effect?: Effect): number {
		const json = answer.json === undefined ? undefined : JSON.stringify(answer.json);
		const whole = Buffer.from(json ?? answer.text ?? "", "utf8");
		const body = effect?.kind === "glued" ? Buffer.concat([whole.subarray(0, whole.length >> 1), gluedError]) : whole;
		const headers: Record<string, string> = { ...answer.headers };
		if (json !== undefined) headers["content-type"] = this.#settings.jsonType;
		else if (answer.text !== undefined) headers["content-type"] = answer.type ?? "text/html;charset=utf-8";
		if (answer.status !== 204) headers["content-length"] = String(body.length);
		response.writeHead(answer.status, headers);
		if (effect?.kind === "cut") {
			response.write(body.subarray(0, body.length >> 1), () => response.socket?.destroy());
			response.flushHeaders();
		} else response.end(body);
		return whole.length;
	}
}

const gluedError = Buffer.from('{"error":"unknown_error","error_description":"For more on this error consult the server log."}', "utf8");
