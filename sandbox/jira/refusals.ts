import { type Answer, Refused } from "../kit/http.ts";

/** Jira's error body. */
export function errorAnswer(status: number, messages: readonly string[], errors: Readonly<Record<string, string>> = {}): Answer {
	return { status, json: { errorMessages: messages, errors } };
}

export const refuse = (status: number, message: string): Refused => new Refused(errorAnswer(status, [message]));
export const refuseField = (field: string, message: string): Refused => new Refused(errorAnswer(400, [], { [field]: message }));

/** What servlet filters answer: before any REST code, so not JSON. */
export function page(status: number, title: string, headers: Readonly<Record<string, string>> = {}): Answer {
	const text = `<!DOCTYPE html><html><head><title>${title} (${status})</title></head><body><h1>${title}</h1></body></html>`;
	return { status, headers, text, type: "text/html;charset=UTF-8" };
}

/** Tomcat's own page for a request line it does not take. */
export const badTarget = (): Answer => page(400, "HTTP Status 400 – Bad Request");

export const licenceText = "You have exceeded the number of users allowed to use JIRA applications under your license";
