import { z } from "zod";

export const CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User";
export const CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
export const PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/** Where Atlassian says which account a user is linked to. */
export const EXTERNAL = "urn:scim:schemas:extension:atlassian-external:1.0";

const Email = z.looseObject({ value: z.string(), type: z.string().nullish(), primary: z.boolean().nullish() });
const Reference = z.object({ value: z.string().min(1) });

/**
 * `ScimUser` (https://developer.atlassian.com/cloud/admin/user-provisioning/rest/). Everything that came is kept: a user is
 * written whole, and what is left out would be cleared.
 */
export const WireUser = z.looseObject({
	id: z.string().min(1),
	userName: z.string().min(1),
	emails: z.array(Email).nullish(),
	displayName: z.string().nullish(),
	name: z.looseObject({ formatted: z.string().nullish(), givenName: z.string().nullish(), familyName: z.string().nullish() }).nullish(),
	active: z.boolean(),
	groups: z.array(Reference).nullish(),
	[EXTERNAL]: z.object({ atlassianAccountId: z.string().nullish() }).nullish(),
});
export type WireUser = z.infer<typeof WireUser>;

/** A group without its members. */
export const WireGroupName = z.object({ id: z.string().min(1), displayName: z.string().min(1) });
export type WireGroupName = z.infer<typeof WireGroupName>;
/** `members` may be missing where there are none. */
export const WireGroup = WireGroupName.extend({ members: z.array(Reference).nullish() });
export type WireGroup = z.infer<typeof WireGroup>;

/** `ListResponse`. Without rows, `Resources` may be missing. `itemsPerPage` is not looked at: examples state 10,000 for pages of one. */
export const listOf = <Row>(row: z.ZodType<Row>) =>
	z
		.object({ totalResults: z.number().int().min(0), startIndex: z.number().int().nullish(), Resources: z.array(row).nullish() })
		.refine(({ totalResults, Resources }) => Resources != null || totalResults === 0, { error: "a list without Resources" });
export interface WireList<Row> {
	readonly totalResults: number;
	readonly startIndex?: number | null | undefined;
	readonly Resources?: readonly Row[] | null | undefined;
}

/** RFC 7643 section 5, as far as we need it. */
export const WireConfiguration = z.object({ patch: z.object({ supported: z.boolean() }) });

/** RFC 7644 section 3.12. 401 and 403 have `error` instead. */
const WireError = z.object({ status: z.union([z.string(), z.number()]), scimType: z.string().nullish(), detail: z.string().nullish() });
/** The directory's own statement that there is no such resource. */
export const WireAbsent = WireError.refine(({ status }) => String(status) === "404");

const WireFailure = z.object({ error: z.string() });
/** User management's refusals: `key`, and something about it. */
const WireKeyed = z.object({
	key: z.string(),
	context: z
		.looseObject({
			message: z.string().nullish(),
			reason: z.object({ key: z.string() }).nullish(),
			errorCodes: z.array(z.object({ code: z.string(), message: z.string().nullish() })).nullish(),
		})
		.nullish(),
});
/** "No such account", said by user management itself. */
export const WireNoAccount = WireKeyed.refine(({ key }) => /notFound/i.test(key));

/** `uniqueness: sentence`, or undefined when the body says nothing. */
export function sentenceOf(body: unknown): string | undefined {
	const { scimType, detail } = WireError.safeParse(body).data ?? {};
	if (detail || scimType) return [scimType, detail].filter(Boolean).join(": ");
	const keyed = WireKeyed.safeParse(body).data;
	if (keyed !== undefined) {
		const { message, reason, errorCodes } = keyed.context ?? {};
		const more = [reason?.key, message, ...(errorCodes ?? []).map((error) => error.message ?? error.code)];
		return [keyed.key, ...new Set(more.filter(Boolean))].join(": ");
	}
	return WireFailure.safeParse(body).data?.error;
}

const Rule = z.object({ allowed: z.boolean(), reason: z.object({ key: z.string() }).nullish() });
/** https://developer.atlassian.com/cloud/admin/user-management/rest/ */
export const WirePrivileges = z.object({ "lifecycle.enablement": Rule });
export const WireProfile = z.object({ account: z.object({ account_id: z.string(), account_status: z.string() }) });
