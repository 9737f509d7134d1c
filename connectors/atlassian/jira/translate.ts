import { z } from "zod";
import { compareText, digestOf } from "../../../core/digest.ts";
import type { AccountId, GroupName, ProductId } from "../../../core/model.ts";
import type { AccountFields } from "../../../core/operation.ts";
import type { Account, Actual } from "../../../core/product.ts";

/**
 * `UserBean` of REST v2, as far as it is read
 * (https://developer.atlassian.com/server/jira/platform/rest/v10003/api-group-user/). `key` is immutable, `name` is not.
 * `emailAddress` is missing where Jira hides addresses from the caller.
 */
export const WireUser = z.object({
	key: z.string().min(1),
	name: z.string().min(1),
	emailAddress: z.string().nullish(),
	displayName: z.string().nullish(),
	active: z.boolean(),
	deleted: z.boolean().nullish(),
});
export type WireUser = z.infer<typeof WireUser>;

/** With `expand=groups`: every group that the account is in, through subgroups as well. */
export const WireUserWithGroups = WireUser.extend({
	groups: z.object({ size: z.number().int(), items: z.array(z.object({ name: z.string() })) }),
});
export type WireUserWithGroups = z.infer<typeof WireUserWithGroups>;

/** What a write answers; the vendor's description promises nothing, so everything may be missing. */
export const WireWritten = z.object({
	key: z.string().min(1).nullish(),
	name: z.string().nullish(),
	emailAddress: z.string().nullish(),
	displayName: z.string().nullish(),
	active: z.boolean().nullish(),
});
export type WireWritten = z.infer<typeof WireWritten>;

/** `GET /user/list`: a cursor is a number in the description and a text in the examples. */
export const WireUserList = z.object({
	values: z.array(WireUser),
	isLast: z.boolean(),
	nextCursor: z
		.union([z.string(), z.number()])
		.nullish()
		.transform((cursor) => (cursor === null || cursor === undefined ? undefined : String(cursor))),
});

/** `GET /group/member`: `total` counts all pages. */
export const WireMembers = z.object({
	startAt: z.number().int(),
	total: z.number().int(),
	isLast: z.boolean().nullish(),
	values: z.array(z.object({ key: z.string().min(1), name: z.string().min(1) })),
});
export type WireMembers = z.infer<typeof WireMembers>;

/** `GET /groups/picker`: `total` counts what matches, shown or not. */
export const WireGroupPicker = z.object({ total: z.number().int(), groups: z.array(z.object({ name: z.string().min(1) })) });
export type WireGroupPicker = z.infer<typeof WireGroupPicker>;

export const WireServerInfo = z.object({
	version: z.string(),
	/** As the administrator has set it; it tells one Jira from another, whatever address leads there. */
	baseUrl: z.string().nullish(),
	deploymentType: z.string().nullish(),
	serverTitle: z.string().nullish(),
});
export type WireServerInfo = z.infer<typeof WireServerInfo>;

export const WirePermissions = z.object({ permissions: z.record(z.string(), z.object({ havePermission: z.boolean() })) });

export const WireProperty = z.object({ value: z.unknown() });

/** `GET /applicationrole`. A seat count of -1 stands for no limit. */
export const WireApplicationRole = z.object({
	key: z.string(),
	name: z.string().nullish(),
	groups: z.array(z.string()).nullish(),
	selectedByDefault: z.boolean().nullish(),
	numberOfSeats: z.number().nullish(),
	remainingSeats: z.number().nullish(),
	userCount: z.number().nullish(),
	hasUnlimitedSeats: z.boolean().nullish(),
});
export type WireApplicationRole = z.infer<typeof WireApplicationRole>;

/** `GET /project?expand=lead`. */
export const WireProject = z.object({ key: z.string(), lead: z.object({ key: z.string() }).nullish() });
export type WireProject = z.infer<typeof WireProject>;

/** `GET /project/{key}/components`. */
export const WireComponent = z.object({ name: z.string(), lead: z.object({ key: z.string() }).nullish() });
export type WireComponent = z.infer<typeof WireComponent>;

/** Jira's error body: sentences, and sentences by field. */
export const WireErrors = z.object({
	errorMessages: z.array(z.string()).nullish(),
	errors: z.record(z.string(), z.string()).nullish(),
});

/** The body of a 404 that Jira itself wrote: one of the two lists is there. */
export const WireAbsent = WireErrors.refine((body) => body.errorMessages !== undefined || body.errors !== undefined, {
	message: "not an error of Jira's",
});

/** `sentence; field: sentence`, or undefined when the body says nothing. */
export function sentenceOf(body: unknown): string | undefined {
	const parsed = WireErrors.safeParse(body).data;
	const fields = Object.entries(parsed?.errors ?? {}).map(([field, text]) => `${field}: ${text}`);
	const sentence = [...(parsed?.errorMessages ?? []), ...fields].join("; ");
	return sentence === "" ? undefined : sentence;
}

/** Jira's REST does not tell which directory an account lives in: `editable` is true until a write is refused. */
export function accountOf(user: WireUser, groups: readonly GroupName[], attributes?: Readonly<Record<string, string>>): Account {
	return {
		id: user.key as AccountId,
		username: user.name,
		email: user.emailAddress ?? "",
		displayName: user.displayName ?? "",
		active: user.active,
		editable: true,
		groups,
		...(attributes === undefined ? {} : { attributes }),
	};
}

/**
 * Blanks around a value never reach an account: neither Jira's forms nor its user pickers can handle a name that begins
 * or ends with one. Case is left alone: Jira keeps what it is given and compares without case
 * (https://confluence.atlassian.com/crowd/case-sensitivity-of-usernames-and-groups-181536383.html).
 */
export const canonicalFields = (fields: AccountFields): AccountFields => ({
	username: fields.username.trim(),
	email: fields.email.trim(),
	displayName: fields.displayName.trim(),
});

/** A property is any JSON value; ours are strings. Somebody else's value is shown as its JSON, and so never equals a wish by chance. */
export const propertyText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));

export interface Reading {
	readonly product: ProductId;
	readonly accounts: readonly Account[];
	readonly groups: readonly GroupName[];
	/** Undefined: logged in as an application. */
	readonly self: AccountId | undefined;
}

/** The reading as the planner gets it; the digest does not depend on the order of pages. */
export function actualOf({ product, accounts, groups, self }: Reading): Actual {
	const sorted = [...accounts].sort((a, b) => compareText(a.id, b.id));
	const names = [...groups].sort(compareText);
	return {
		product,
		takenAt: new Date(),
		accounts: new Map(sorted.map((account) => [account.id, account])),
		groups: new Set(names),
		self,
		digest: digestOf([sorted.map((account) => digestOf(account)), names]),
	};
}
