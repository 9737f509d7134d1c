import { type Answer, Refused } from "../kit/http.ts";

/** Bamboo's error body. */
export const errorAnswer = (
	status: number,
	errors: readonly string[],
	fieldErrors: Readonly<Record<string, readonly string[]>> = {},
): Answer => ({ status, json: { errors, fieldErrors } });
export const refuse = (message: string): Refused => new Refused(errorAnswer(400, [message]));
export const refuseField = (field: string, message: string): Refused => new Refused(errorAnswer(400, [], { [field]: [message] }));
/** Without a word (facts: 6). */
export const forbidden = (): Refused => new Refused({ status: 403 });
/** What was named does not exist. */
export const missing = (what: string): Refused => new Refused(errorAnswer(404, [what]));

/** What servlet filters answer: before any REST code, so not JSON. */
export function page(status: number, title: string, headers: Readonly<Record<string, string>> = {}): Answer {
	const text = `<!DOCTYPE html><html><head><title>${title} (${status})</title></head><body><h1>${title}</h1></body></html>`;
	return { status, headers, text, type: "text/html;charset=UTF-8" };
}
