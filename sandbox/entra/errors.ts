import { randomUUID } from "node:crypto";
import type { Answer } from "../kit/http.ts";

/** An error as Graph answers it: https://learn.microsoft.com/graph/errors */
export function graphError(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}): Answer {
	const id = randomUUID();
	const date = new Date().toISOString().slice(0, 19);
	return {
		status,
		headers: { "request-id": id, ...headers },
		json: { error: { code, message, innerError: { date, "request-id": id, "client-request-id": id } } },
	};
}
