import { type Answer, Refused } from "../kit/http.ts";

export type QuotaReason = "quotaExceeded" | "rateLimitExceeded" | "userRateLimitExceeded";

const refusal = (
	code: number,
	error: { readonly message: string; readonly domain?: string; readonly reason: string; readonly status?: string },
): Answer => {
	const { message, domain = "global", reason, status } = error;
	return {
		status: code,
		json: { error: { code, message, errors: [{ message, domain, reason }], ...(status === undefined ? {} : { status }) } },
	};
};

export const notFound = (what: string): Refused =>
	new Refused(refusal(404, { message: `Resource Not Found: ${what}`, reason: "notFound" }));
export const forbidden = (): Refused =>
	new Refused(refusal(403, { message: "Not Authorized to access this resource/api", reason: "forbidden" }));
export const invalid = (what: string): Refused => new Refused(refusal(400, { message: `Invalid Input: ${what}`, reason: "invalid" }));
export const unknownPath = (): Answer => ({
	status: 404,
	type: "text/html;charset=utf-8",
	text: "<!DOCTYPE html><html><title>Error 404 (Not Found)!!1</title></html>",
});
export const wrongMethod = (): Answer => refusal(405, { message: "Method Not Allowed", reason: "httpMethodNotAllowed" });

export const noScope = (): Refused =>
	new Refused(
		refusal(403, {
			message: "Request had insufficient authentication scopes.",
			reason: "insufficientPermissions",
			status: "PERMISSION_DENIED",
		}),
	);

export const noCredential = (): Refused =>
	new Refused(
		refusal(401, {
			message:
				"Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
			reason: "authError",
			status: "UNAUTHENTICATED",
		}),
	);

/** As Google limits: 403, or 429 for the quota of the whole project; neither says how long to wait. */
export function quota(reason: QuotaReason, status: 403 | 429): Answer {
	const message =
		status === 429
			? "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user'"
			: "Request rate higher than configured.";
	return refusal(status, { message, domain: "usageLimits", reason, ...(status === 429 ? { status: "RESOURCE_EXHAUSTED" } : {}) });
}

/** RFC 6749 section 5.2, as the token endpoint says it. */
export const oauthRefusal = (status: number, error: string, description: string): Answer => ({
	status,
	json: { error, error_description: description },
});
