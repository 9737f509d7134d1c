import { type Answer, Refused } from "../kit/http.ts";

/** Codes and sentences of https://developer.okta.com/docs/reference/error-codes/. */
const sentences = {
	E0000001: "Api validation failed",
	E0000005: "Invalid session",
	E0000006: "You do not have permission to perform the requested action",
	E0000007: "Not found: Resource not found",
	E0000011: "Invalid token provided",
	E0000022: "The endpoint does not support the provided HTTP method",
	E0000031: "Invalid search criteria.",
	E0000047: "API call exceeded rate limit due to too many requests.",
} as const;
export type OktaErrorCode = keyof typeof sentences;

export function refusal(status: number, code: OktaErrorCode, cause?: string): Answer {
	const causes = cause === undefined ? [] : [{ errorSummary: cause }];
	return {
		status,
		json: { errorCode: code, errorSummary: sentences[code], errorLink: code, errorId: "oaeSandbox0123456789", errorCauses: causes },
	};
}

export const refuse = (status: number, code: OktaErrorCode, cause?: string): Refused => new Refused(refusal(status, code, cause));
