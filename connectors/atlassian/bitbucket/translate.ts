import { z } from "zod";
import { compareText, digestOf } from "../../../core/digest.ts";
import type { AccountId, GroupName, ProductId } from "../../../core/model.ts";
import type { AccountFields } from "../../../core/operation.ts";
import type { Account, Actual, SeatPool } from "../../../core/product.ts";

/** A page: `size` counts its rows; the next one starts at `nextPageStart`, which is not `start` plus `size` where rows are hidden. */
export const pageOf = <Row>(row: z.ZodType<Row>) =>
	z.object({
		values: z.array(row),
		size: z.number().int(),
		isLastPage: z.boolean(),
		nextPageStart: z.number().int().nullish(),
	});
export interface WirePage<Row> {
	readonly values: readonly Row[];
	readonly size: number;
	readonly isLastPage: boolean;
	readonly nextPageStart?: number | null | undefined;
}

/**
 * `RestDetailedUser` (https://developer.atlassian.com/server/bitbucket/rest/v905/api-group-permission-management/). `id` never
 * changes, `name` does. The two `mutable…` flags say whether the account's directory lets Bitbucket write.
 */
export const WireUser = z.object({
	id: z.number().int(),
	name: z.string().min(1),
	slug: z.string().nullish(),
	displayName: z.string().nullish(),
	emailAddress: z.string().nullish(),
	active: z.boolean(),
	directoryName: z.string().nullish(),
	mutableDetails: z.boolean().nullish(),
	mutableGroups: z.boolean().nullish(),
});
export type WireUser = z.infer<typeof WireUser>;

export const WireGroup = z.object({ name: z.string().min(1) });
export const WirePermittedGroup = z.object({ group: z.object({ name: z.string().min(1) }), permission: z.string() });
export type WirePermittedGroup = z.infer<typeof WirePermittedGroup>;
export const WirePermittedUser = z.object({ user: z.object({ id: z.number().int(), name: z.string() }), permission: z.string() });
export type WirePermittedUser = z.infer<typeof WirePermittedUser>;

export const WireProperties = z.object({ version: z.string(), displayName: z.string().nullish() });
export type WireProperties = z.infer<typeof WireProperties>;

/** `GET /admin/license`. The server's own id is in `status`; the other one belongs to the licence. */
export const WireLicence = z.object({
	maximumNumberOfUsers: z.number().int().nullish(),
	unlimitedNumberOfUsers: z.boolean().nullish(),
	status: z.object({ serverId: z.string().nullish(), currentNumberOfUsers: z.number().int().nullish() }),
});
export type WireLicence = z.infer<typeof WireLicence>;

/** A flat map; values are texts, numbers or booleans. */
export const WireSettings = z.record(z.string(), z.unknown());

/** Bitbucket's error body. */
export const WireErrors = z.object({
	errors: z.array(z.object({ context: z.string().nullish(), message: z.string().nullish(), exceptionName: z.string().nullish() })).min(1),
});

/** `sentence; field: sentence`, or undefined when the body says nothing. */
export function sentenceOf(body: unknown): string | undefined {
	const errors = WireErrors.safeParse(body).data?.errors ?? [];
	const parts = errors.map(({ context, message }) => (context ? `${context}: ${message ?? ""}` : (message ?? "")));
	const sentence = parts.filter((part) => part !== "").join("; ");
	return sentence === "" ? undefined : sentence;
}

/** Class name of the first error, without its package. */
export function exceptionOf(text: string): string | undefined {
	try {
		return WireErrors.safeParse(JSON.parse(text)).data?.errors[0]?.exceptionName?.split(".").at(-1);
	} catch {
		return undefined; // not JSON: a page of something in between
	}
}

/** Details and groups may be writable one without the other; `perform` refuses the one that is not. */
export const accountOf = (user: WireUser, groups: readonly GroupName[], attributes?: Readonly<Record<string, string>>): Account => ({
	id: String(user.id) as AccountId,
	username: user.name,
	email: user.emailAddress ?? "",
	displayName: user.displayName ?? "",
	active: user.active,
	editable: user.mutableDetails !== false || (user.mutableGroups !== false && "memberships"),
	groups,
	...(attributes === undefined ? {} : { attributes }),
});

/** Blanks around a value never reach an account. Case is kept, and ignored where Bitbucket compares. */
export const canonicalFields = (fields: AccountFields): AccountFields => ({
	username: fields.username.trim(),
	email: fields.email.trim(),
	displayName: fields.displayName.trim(),
});

/** A setting that is not a text is somebody else's; shown as JSON it never equals a wish by chance. */
export const settingText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));

/** Every global permission takes a seat, so each group that has one gives one. Undefined: no licence is installed. */
export function seatsOf(licence: WireLicence | undefined, groups: readonly GroupName[]): readonly SeatPool[] | undefined {
	if (licence === undefined || typeof licence.status.currentNumberOfUsers !== "number") return undefined;
	const { maximumNumberOfUsers: most, unlimitedNumberOfUsers: unlimited } = licence;
	return [
		{
			name: "Bitbucket",
			total: unlimited === true || typeof most !== "number" || most < 0 ? undefined : most,
			used: licence.status.currentNumberOfUsers,
			groups: new Set(groups),
			givenToNewAccounts: false,
		},
	];
}

export interface Reading {
	readonly product: ProductId;
	readonly accounts: readonly Account[];
	readonly groups: readonly GroupName[];
	readonly self: AccountId;
	readonly seats: readonly SeatPool[] | undefined;
	readonly site: string | undefined;
}

/** The reading as the planner gets it; the digest does not depend on the order of pages. */
export function actualOf({ product, accounts, groups, self, seats, site }: Reading): Actual {
	const sorted = [...accounts].sort((a, b) => compareText(a.id, b.id));
	const names = [...groups].sort(compareText);
	return {
		product,
		takenAt: new Date(),
		accounts: new Map(sorted.map((account) => [account.id, account])),
		groups: new Set(names),
		self,
		...(seats === undefined ? {} : { seats }),
		...(site === undefined ? {} : { site }),
		digest: digestOf([sorted.map((account) => digestOf(account)), names]),
	};
}
