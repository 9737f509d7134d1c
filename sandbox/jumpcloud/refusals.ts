import { type Answer, Refused } from "../kit/http.ts";

const statuses: Readonly<Record<number, string>> = {
	400: "INVALID_ARGUMENT",
	401: "UNAUTHENTICATED",
	403: "PERMISSION_DENIED",
	404: "NOT_FOUND",
	429: "RESOURCE_EXHAUSTED",
};

/** V1 says `{message}`, V2 `{code, message, status}` (`Error` of https://docs.jumpcloud.com/api/2.0/). */
export function refusal(path: string, status: number, message: string): Answer {
	const v2 = path.startsWith("/api/v2/");
	return { status, json: v2 ? { code: status, message, status: statuses[status] ?? "UNKNOWN" } : { message } };
}

export const refuse = (path: string, status: number, message: string): Refused => new Refused(refusal(path, status, message));
