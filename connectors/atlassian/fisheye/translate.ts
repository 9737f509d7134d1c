import { z } from "zod";
import { compareText, digestOf } from "../../../core/digest.ts";
import type { AccountId, GroupName, ProductId } from "../../../core/model.ts";
import type { AccountFields } from "../../../core/operation.ts";
import type { Account, Actual } from "../../../core/product.ts";

/** https://docs.atlassian.com/fisheye-crucible/latest/wadl/fecru.html, "Paged APIs": `size` rows came, `limit` is what was applied. */
export const pageOf = <Row>(row: z.ZodType<Row>) =>
	z.object({ start: z.number().int(), size: z.number().int(), lastPage: z.boolean(), values: z.array(row) });
export interface WirePage<Row> {
	readonly start: number;
	readonly size: number;
	readonly lastPage: boolean;
	readonly values: readonly Row[];
}

/** No id, no word of being switched on. */
export const WireUser = z.object({ name: z.string().min(1), displayName: z.string().nullish(), email: z.string().nullish() });
export type WireUser = z.infer<typeof WireUser>;
/** `admin`: its members administer Fisheye. */
export const WireGroup = z.object({ name: z.string().min(1), admin: z.boolean().nullish() });
export type WireGroup = z.infer<typeof WireGroup>;
/** A member of a group, or a group of an account. */
export const WireName = z.object({ name: z.string().min(1) });
export type WireName = z.infer<typeof WireName>;
export const WireServer = z.object({ version: z.union([z.string(), z.object({ releaseNumber: z.string() })]) });
export type WireServer = z.infer<typeof WireServer>;
export const releaseOf = ({ version }: WireServer): string => (typeof version === "string" ? version : version.releaseNumber);

const WireError = z.object({ code: z.string().nullish(), message: z.string().nullish() });

/** `message (code)`, or undefined when the body says nothing. */
export function sentenceOf(body: unknown): string | undefined {
	const { code, message } = WireError.safeParse(body).data ?? {};
	if (!message) return code ?? undefined;
	return code ? `${message} (${code})` : message;
}

export const fold = (name: string): string => name.toLowerCase();
/** Nothing but the name tells accounts apart. */
export const idOf = (name: string): AccountId => fold(name) as AccountId;

/** Whether an account is switched off, and whether its directory can be written, Fisheye's REST does not tell. */
export const accountOf = (user: WireUser, groups: readonly GroupName[]): Account => ({
	id: idOf(user.name),
	username: user.name,
	email: user.email ?? "",
	displayName: user.displayName ?? "",
	active: true,
	editable: true,
	groups,
});

/** Blanks around a value never reach an account. Case is kept, and ignored where names are compared. */
export const canonicalFields = (fields: AccountFields): AccountFields => ({
	username: fields.username.trim(),
	email: fields.email.trim(),
	displayName: fields.displayName.trim(),
});

/** The address without what changes about it in passing: scheme, case of the host, a slash at the end. */
export function siteOf(url: string): string {
	const { host, pathname } = new URL(url);
	return host + pathname.replace(/\/+$/, "");
}

export interface Reading {
	readonly product: ProductId;
	readonly accounts: readonly Account[];
	readonly groups: readonly GroupName[];
	/** Undefined: logged in with the server's token, which is nobody's. */
	readonly self: AccountId | undefined;
	readonly site: string;
}

/** The reading as the planner gets it; the digest does not depend on the order of pages. */
export function actualOf({ product, accounts, groups, self, site }: Reading): Actual {
	const sorted = [...accounts].sort((a, b) => compareText(a.id, b.id));
	const names = [...groups].sort(compareText);
	return {
		product,
		takenAt: new Date(),
		accounts: new Map(sorted.map((account) => [account.id, account])),
		groups: new Set(names),
		self,
		site,
		digest: digestOf([sorted.map((account) => digestOf(account)), names]),
	};
}
