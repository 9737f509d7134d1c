import { type Answer, Refused } from "../kit/http.ts";

const PACKAGE = "com.atlassian.bitbucket";

/** Bitbucket's error body (recorded by others: `context` is null where the message is about no single field). */
export const errorAnswer = (status: number, message: string, exception: string | null, context: string | null = null): Answer => ({
	status,
	json: { errors: [{ context, message, exceptionName: exception === null ? null : `${PACKAGE}.${exception}` }] },
});
export const refuse = (status: number, message: string, exception: string): Refused => new Refused(errorAnswer(status, message, exception));

/** A rule about one parameter: 400 with its name as context. */
export const refuseField = (field: string, message: string): Refused => new Refused(errorAnswer(400, message, null, field));

/** Missing rights are 401, as a missing log-in is (facts: 11.2). */
export const notPermitted = (): Refused => refuse(401, "You are not permitted to access this resource", "AuthorisationException");
export const noSuchUser = (name: string): Refused => refuse(404, `No such user: ${name}`, "user.NoSuchUserException");
export const noSuchGroup = (name: string): Refused => refuse(404, `No such group: ${name}`, "user.NoSuchGroupException");
export const licenceFull = (): Refused =>
	refuse(403, "The number of licensed users would exceed the limit of your license.", "license.LicenseLimitException");

/** What servlet filters answer: before any REST code, so not JSON. */
export function page(status: number, title: string): Answer {
	const text = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
	return { status, text, type: "text/html;charset=UTF-8" };
}
