import { type Answer, Refused } from "../kit/http.ts";

const REASONS: Readonly<Record<number, string>> = {
	400: "Bad Request",
	401: "Unauthorized",
	402: "Payment Required",
	403: "Forbidden",
	404: "Not Found",
	409: "Conflict",
	415: "Unsupported Media Type",
	429: "Too Many Requests",
};

/** `RestError`. */
export const errorAnswer = (status: number, message: string): Answer => ({
	status,
	json: {
		statusCode: status,
		data: { authorized: status !== 401 && status !== 403, valid: false, errors: [], successful: false, allowedInReadOnlyMode: true },
		message,
		reason: REASONS[status] ?? "",
	},
});
export const refuse = (status: number, message: string): Refused => new Refused(errorAnswer(status, message));

/** What the layer below the REST code says about an address that nobody serves. */
export const noSuchCall = (address: string): Refused =>
	new Refused({ status: 404, json: { message: `null for uri: ${address}`, "status-code": 404 } });
export const notPermitted = (): Refused => refuse(403, "User is not permitted to perform this operation");
export const noSuchUser = (name: string): Refused => refuse(404, `No user found with key : ${name}`);
export const noSuchGroup = (name: string): Refused => refuse(404, `No group found with name : ${name}`);
export const readOnly = (name: string): Refused =>
	refuse(403, `Cannot update '${name}' because its directory is read-only and does not allow updates`);

/** What servlet filters answer: before any REST code, so not JSON. */
export function page(status: number, title: string, headers: Readonly<Record<string, string>> = {}): Answer {
	const text = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
	return { status, text, type: "text/html;charset=UTF-8", headers };
}
