import { type Answer, Refused } from "../kit/http.ts";
import { scimError } from "../scim/protocol.ts";

/** A SCIM refusal; `scimType` as in RFC 7644 section 3.12. */
export const refuse = (status: number, detail: string, scimType?: string): Refused => new Refused(scimError(status, detail, scimType));

/** 401 and 403 of the directory have a shape of their own. */
export const failure = (status: 401 | 403, error: string): Refused => new Refused({ status, json: { error, traceId: "0af7651916cd43dd" } });

/** Refusals of user management. */
export const keyed = (status: number, key: string, context?: unknown): Refused =>
	new Refused({ status, json: { key, ...(context === undefined ? {} : { context }) } });

export const unknownAddress = (): Answer => ({ status: 404, json: { code: 404, message: "Not Found" } });
