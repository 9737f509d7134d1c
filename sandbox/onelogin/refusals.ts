import type { Answer } from "../kit/http.ts";

const NAMES: Readonly<Record<number, string>> = {
	400: "BadRequestError",
	401: "UnauthorizedError",
	403: "ForbiddenError",
	404: "NotFoundError",
	405: "MethodNotAllowedError",
	429: "TooManyRequestsError",
};
const TYPES: Readonly<Record<number, string>> = { 400: "bad request", 401: "Unauthorized", 403: "Forbidden", 404: "not found" };

/**
 * As each version says no. The one for wrong cursors and pages has a third form
 * (https://github.com/onelogin/terraform-provider-onelogin/issues/196).
 */
export function refusal(status: number, message: string, version: 1 | 2 | "paging"): Answer {
	if (version === 1) return { status, json: { status: { error: true, code: status, type: TYPES[status] ?? "error", message } } };
	if (version === "paging") return { status, json: { status, error: NAMES[status], description: message } };
	return { status, json: { message, statusCode: status, name: NAMES[status] ?? "Error" } };
}
