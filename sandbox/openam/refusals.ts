import type { Answer } from "../kit/http.ts";

const REASONS: Readonly<Record<number, string>> = {
	400: "Bad Request",
	401: "Unauthorized",
	403: "Forbidden",
	404: "Not Found",
	405: "Method Not Allowed",
	500: "Internal Server Error",
};

/** An error as OpenAM sends it: the message is escaped for HTML, though it is JSON. */
export function failure(code: number, message: string): Answer {
	const escaped = message.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`).replaceAll("&#34;", "&quot;");
	return { status: code, json: { code, reason: REASONS[code] ?? "Error", message: escaped } };
}
