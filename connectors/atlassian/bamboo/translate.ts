import { z } from "zod";
import { compareText, digestOf } from "../../../core/digest.ts";
import type { AccountId, GroupName, ProductId } from "../../../core/model.ts";
import type { AccountFields } from "../../../core/operation.ts";
import type { Account, Actual, SeatPool } from "../../../core/product.ts";

/** A page: `next` is an address, and absent on the last one. No page says how many rows there are. */
export const pageOf = <Row>(row: z.ZodType<Row>) => z.object({ results: z.array(row), next: z.string().nullish() });
export interface WirePage<Row> {
	readonly results: readonly Row[];
	readonly next?: string | null | undefined;
}

/** `RestUserDetails` (https://developer.atlassian.com/server/bamboo/rest/api-group-user-management/): no id, no word of being switched on. */
export const WireUser = z.object({ name: z.string().min(1), fullName: z.string().nullish(), email: z.string().nullish() });
export type WireUser = z.infer<typeof WireUser>;
export const WireGroup = z.object({ name: z.string().min(1) });
export type WireGroup = z.infer<typeof WireGroup>;
/** Of a group, a user or a role. `READ` is "Access" on the screen. */
export const WirePermitted = z.object({ name: z.string().min(1), permissions: z.array(z.string()) });
export type WirePermitted = z.infer<typeof WirePermitted>;
export const WireInfo = z.object({ version: z.string() });
export type WireInfo = z.infer<typeof WireInfo>;

/** Bamboo's error body: sentences, and sentences by field. */
const WireErrors = z.object({
	errors: z.array(z.string()).nullish(),
	fieldErrors: z.record(z.string(), z.array(z.string())).nullish(),
});

/** `sentence; field: sentence`, or undefined when the body says nothing. */
export function sentenceOf(body: unknown): string | undefined {
	const parsed = WireErrors.safeParse(body).data;
	const fields = Object.entries(parsed?.fieldErrors ?? {}).map(([field, texts]) => `${field}: ${texts.join(" ")}`);
	const sentence = [...(parsed?.errors ?? []), ...fields].join("; ");
	return sentence === "" ? undefined : sentence;
}

/** Bamboo compares names without case, and has nothing else that tells accounts apart. */
export const idOf = (name: string): AccountId => name.toLowerCase() as AccountId;
export const fold = (name: string): string => name.toLowerCase();

/** Whether an account is switched off, and whether its directory can be written, Bamboo's REST does not tell. */
export const accountOf = (user: WireUser, groups: readonly GroupName[]): Account => ({
	id: idOf(user.name),
	username: user.name,
	email: user.email ?? "",
	displayName: user.fullName ?? "",
	active: true,
	editable: true,
	groups,
});

/** Blanks around a value never reach an account. Case is kept, and ignored where Bamboo compares. */
export const canonicalFields = (fields: AccountFields): AccountFields => ({
	username: fields.username.trim(),
	email: fields.email.trim(),
	displayName: fields.displayName.trim(),
});

/** Any global permission lets people in; Bamboo's licence counts agents, so there is no limit. */
export const accessOf = (groups: readonly GroupName[], people: number): SeatPool => ({
	name: "Bamboo access",
	total: undefined,
	used: people,
	groups: new Set(groups),
	givenToNewAccounts: false,
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
	readonly self: AccountId;
	readonly seats: readonly SeatPool[];
	readonly site: string;
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
		seats,
		site,
		digest: digestOf([sorted.map((account) => digestOf(account)), names]),
	};
}
