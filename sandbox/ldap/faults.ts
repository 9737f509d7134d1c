import type { Effect } from "../kit/faults.ts";
import { COMPARE_RESPONSE, type Outcome, resultMessage } from "./protocol.ts";

/** How the kit's faults, which speak HTTP, look in LDAP: the result code that means the same. */
const CODES: Readonly<Record<number, number>> = { 400: 2, 401: 49, 403: 50, 404: 32, 408: 3, 413: 4, 429: 51, 500: 80, 501: 53, 503: 52 };

/** A refusal instead of an answer. Codes below 100 are LDAP's own. */
function refusalOf(effect: Extract<Effect, { kind: "status" }>): Outcome {
	const { status } = effect;
	if (status >= 300 && status < 400) return { code: 10, referral: effect.headers?.location ?? "ldap://elsewhere.example.org/" };
	const text = typeof effect.body === "string" ? effect.body : "";
	return { code: status < 100 ? status : (CODES[status] ?? 80), text };
}

export interface Parts {
	readonly id: number;
	readonly tag: number;
	readonly entries: readonly Buffer[];
	readonly done: Buffer;
	/** Whether the request was a page of a list. */
	readonly paged: boolean;
}

/** The bytes of a changed answer; undefined: nothing is changed. */
export function spoiled(effect: Effect, parts: Parts): Buffer | undefined {
	switch (effect.kind) {
		case "status":
			return resultMessage(parts.id, parts.tag, refusalOf(effect));
		case "html":
			return Buffer.from(
				"HTTP/1.1 400 Bad Request\r\ncontent-type: text/html\r\n\r\n<!DOCTYPE html><html><body>Please log in</body></html>",
			);
		case "short-page":
			return Buffer.concat([...parts.entries.slice(0, Math.max(0, parts.entries.length - effect.drop)), parts.done]);
		case "glued":
			return Buffer.concat([
				...parts.entries.slice(0, parts.entries.length >> 1),
				resultMessage(parts.id, parts.tag, { code: 80, text: "internal error" }),
			]);
		case "wrong-json":
			return wrong(effect.body, parts);
		default:
			return undefined;
	}
}

/** An empty list: success and no entries. Nothing at all: an answer to another question. Else: a message whose parts claim to be longer than it is. */
function wrong(body: unknown, parts: Parts): Buffer {
	if (Array.isArray(body)) return resultMessage(parts.id, parts.tag, { code: 0, cookie: parts.paged ? "" : undefined });
	if (body === null) return resultMessage(parts.id, COMPARE_RESPONSE, { code: 6 });
	return Buffer.from([0x30, 0x0c, 0x02, 0x01, parts.id & 0x7f, 0x64, 0x07, 0x04, 0x7f, 0x61, 0x62, 0x63, 0x64, 0x65]);
}
