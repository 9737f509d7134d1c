import type { Answer } from "./http.ts";

/** What goes wrong. Only `cut`, `drop-after-write`, `short-page`, `glued` and `slow` let the request do its work. */
export type Effect =
	| { readonly kind: "status"; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }
	/** Half of the body, then the connection is closed. */
	| { readonly kind: "cut" }
	/** The connection is reset before anything is done or said. */
	| { readonly kind: "reset" }
	/** A log-in page with status 200, as proxies send. */
	| { readonly kind: "html" }
	/** The right answer after `ms`; nothing is done when the client has gone by then. */
	| { readonly kind: "slow"; readonly ms: number }
	/** The request does its work, and the connection dies without an answer. */
	| { readonly kind: "drop-after-write" }
	/** The last `drop` rows of the page are missing. */
	| { readonly kind: "short-page"; readonly drop: number }
	| { readonly kind: "wrong-json"; readonly body: unknown }
	/** Half of the body with an error document glued on, status 200: https://github.com/keycloak/keycloak/issues/25778 */
	| { readonly kind: "glued" };

export interface Fault {
	/** Default: every method. */
	readonly method?: string;
	/** Tested against the path, and against path and query, both as sent and encoded like a form. Default: every path. */
	readonly path?: RegExp;
	/** So many matching requests pass first. Default 0. */
	readonly skip?: number;
	/** So many are hit. Default: all that come. */
	readonly times?: number;
	readonly effect: Effect;
}

/** What `add` gives back: how often the fault has been applied so far. */
export interface FaultCount {
	readonly hits: number;
}

interface Armed {
	readonly fault: Fault;
	seen: number;
	hits: number;
}

export class Faults {
	#armed: Armed[] = [];

	/** Faults are looked at in the order added; the first that is due is applied. */
	add(fault: Fault): FaultCount {
		const armed: Armed = { fault, seen: 0, hits: 0 };
		this.#armed.push(armed);
		return armed;
	}

	clear(): void {
		this.#armed = [];
	}

	/** The effect due for this request; counts it for every fault that matches. */
	due(method: string, path: string, target: string): Effect | undefined {
		let due: Armed | undefined;
		const texts = [path, target, formEncoded(path, target)];
		for (const armed of this.#armed) {
			if (!matches(armed.fault, method, texts)) continue;
			armed.seen += 1;
			if (due !== undefined || armed.seen <= (armed.fault.skip ?? 0)) continue;
			if (armed.hits < (armed.fault.times ?? Number.POSITIVE_INFINITY)) due = armed;
		}
		if (due === undefined) return undefined;
		due.hits += 1;
		return due.fault.effect;
	}
}

/** Clients differ in what they encode inside a query (blanks, quotes, brackets); here it always looks the same. */
function formEncoded(path: string, target: string): string {
	const mark = target.indexOf("?");
	return mark < 0 ? path : `${path}?${new URLSearchParams(target.slice(mark + 1))}`;
}

function matches(fault: Fault, method: string, texts: readonly string[]): boolean {
	if (fault.method !== undefined && fault.method.toUpperCase() !== method) return false;
	const path = fault.path;
	// A fresh copy: a regular expression with the g flag remembers where it stopped.
	return path === undefined || texts.some((text) => new RegExp(path.source, path.flags.replace(/[gy]/g, "")).test(text));
}

/** Answers that need no handler: the request does no work. */
export function replacement(effect: Effect): Answer | undefined {
	switch (effect.kind) {
		case "status": {
			const headers = effect.headers === undefined ? {} : { headers: effect.headers };
			if (effect.body === undefined) return { status: effect.status, ...headers };
			return typeof effect.body === "string"
				? { status: effect.status, ...headers, text: effect.body }
				: { status: effect.status, ...headers, json: effect.body };
		}
		case "html":
			return { status: 200, text: "<!DOCTYPE html><html><head><title>Log in</title></head><body><form>Please log in</form></body></html>" };
		case "wrong-json":
			return { status: 200, json: effect.body };
		default:
			return undefined;
	}
}

/** The same answer with the last rows missing: of the array itself, or of the first array inside a page object. */
export function shortened(answer: Answer, drop: number): Answer {
	const json = answer.json;
	if (Array.isArray(json)) return { ...answer, json: json.slice(0, Math.max(0, json.length - drop)) };
	if (typeof json !== "object" || json === null) return answer;
	const entry = Object.entries(json).find((pair): pair is [string, unknown[]] => Array.isArray(pair[1]));
	if (entry === undefined) return answer;
	return { ...answer, json: { ...json, [entry[0]]: entry[1].slice(0, Math.max(0, entry[1].length - drop)) } };
}
