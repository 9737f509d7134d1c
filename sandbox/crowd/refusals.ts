import { type Answer, Refused } from "../kit/http.ts";

/** An entity that is rendered as JSON or XML at the end. */
export const refused = (status: number, reason: string, message: string): Refused => new Refused({ status, json: { reason, message } });

export const noUser = (name: string): Refused => refused(404, "USER_NOT_FOUND", `User <${name}> does not exist`);
export const noGroup = (name: string): Refused => refused(404, "GROUP_NOT_FOUND", `Group <${name}> does not exist`);
export const noMembership = (child: string, parent: string): Refused =>
	refused(404, "MEMBERSHIP_NOT_FOUND", `The membership <${child}> in <${parent}> does not exist`);
export const denied = (message: string): Refused => refused(403, "APPLICATION_PERMISSION_DENIED", message);
export const illegal = (message: string): Refused => refused(400, "ILLEGAL_ARGUMENT", message);
export const failed = (message: string): Refused => refused(500, "OPERATION_FAILED", message);

/** As Tomcat shows it. */
export function page(status: number, message: string): Answer {
	const text = `<!doctype html><html lang="en"><head><title>HTTP Status ${status} – ${message.replaceAll('"', "&quot;")}</title></head><body><h1>HTTP Status ${status}</h1><p>${message.replaceAll('"', "&quot;")}</p></body></html>`;
	return { status, text };
}
