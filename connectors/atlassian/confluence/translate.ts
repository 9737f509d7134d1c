import { z } from "zod";
import { compareText, digestOf } from "../../../core/digest.ts";
import type { AccountId, GroupName, ProductId } from "../../../core/model.ts";
import type { AccountFields } from "../../../core/operation.ts";
import type { Account, Actual, SeatPool } from "../../../core/product.ts";

/** A page: `size` counts its rows; without `_links.next` it is the last one. */
export const pageOf = <Row>(row: z.ZodType<Row>) =>
	z.object({
		results: z.array(row),
		size: z.number().int(),
		_links: z.object({ next: z.string().nullish() }).nullish(),
	});
export interface WirePage<Row> {
	readonly results: readonly Row[];
	readonly size: number;
	readonly _links?: { readonly next?: string | null | undefined } | null | undefined;
}

/**
 * An account, as Confluence shows it (https://developer.atlassian.com/server/confluence/rest/v1000/api-group-user/). `userKey`
 * never changes, `username` does. There is no e-mail address in any answer. `type`: `known`; `unknown` is left of an account
 * that its directory no longer has; `anonymous` is nobody. `status` comes with `expand=status` only.
 */
export const WireUser = z.object({
	type: z.string(),
	userKey: z.string().min(1).nullish(),
	username: z.string().min(1).nullish(),
	displayName: z.string().nullish(),
	status: z.string().nullish(),
});
export type WireUser = z.infer<typeof WireUser>;

/** An account that is there. */
export interface KnownUser {
	readonly key: string;
	readonly name: string;
	readonly displayName: string;
	/** Undefined: the server did not say. */
	readonly active: boolean | undefined;
}
/** Undefined for whoever is no account (any more). */
export function knownUser({ type, userKey, username, displayName, status }: WireUser): KnownUser | undefined {
	if (type !== "known" || !userKey || !username) return undefined;
	return { key: userKey, name: username, displayName: displayName ?? "", active: status ? status === "current" : undefined };
}

export const WireGroup = z.object({ name: z.string().min(1) });
export type WireGroup = z.infer<typeof WireGroup>;
export const WireUserKey = z.object({ userKey: z.string().min(1) });
export const WireServer = z.object({ version: z.string(), baseUrl: z.string().nullish() });
/** Of application links, for servers without `server-information`. `id` tells one server from another. */
export const WireManifest = z.object({ version: z.string(), id: z.string().nullish() });
export const WireCount = z.object({ count: z.number().int() });

/** A global permission; `subject` is a group (`type: group`, with `name`) or an account (`type: known`, with `username`). */
export const WirePermission = z.object({
	operation: z.object({ targetType: z.string().nullish(), operationKey: z.string().nullish() }),
	subject: z
		.object({
			type: z.string().nullish(),
			name: z.string().nullish(),
			username: z.string().nullish(),
			displayName: z.string().nullish(),
		})
		.nullish(),
});
export type WirePermission = z.infer<typeof WirePermission>;

/** `RestError`; answers from below the REST code have `status-code` and a message. */
export const WireError = z.object({ message: z.string() });

/** The old remote API says no with status 200. */
export const WireRpcError = z.object({ error: z.object({ code: z.number().nullish(), message: z.string().nullish() }) });
export const WireRpcUser = z.object({ name: z.string(), fullname: z.string().nullish(), email: z.string().nullish() });

/** The server's own sentence, or undefined when the body says nothing. */
export function sentenceOf(body: unknown): string | undefined {
	const message = WireError.safeParse(body).data?.message ?? "";
	return message === "" ? undefined : message;
}

export const accountOf = (user: KnownUser, groups: readonly GroupName[]): Account => ({
	id: user.key as AccountId,
	username: user.name,
	email: "",
	displayName: user.displayName,
	active: user.active ?? true,
	editable: true,
	groups,
});

/** What Confluence's description of `POST /admin/user` rules out; capitals are no matter, since they are lowered before. */
export function unfitBecause({ username, displayName }: Partial<AccountFields>): string | undefined {
	if (username !== undefined && (/[\\,+<>'"\s]/.test(username) || username === "anonymous"))
		return `Confluence takes no username with blanks or any of \\ , + < > ' ", nor "anonymous": let people.username leave those out`;
	if (displayName !== undefined && /[<>]/.test(displayName))
		return "Confluence takes no full name with < or >: let people.displayName leave those out";
	return undefined;
}

/** Confluence takes and keeps usernames in lower case only; blanks around a value never reach an account. */
export const canonicalFields = (fields: AccountFields): AccountFields => ({
	username: fields.username.trim().toLowerCase(),
	email: fields.email.trim(),
	displayName: fields.displayName.trim(),
});

/** Groups whose members may use Confluence, and so take a seat. */
export const accessGroups = (permissions: readonly WirePermission[]): readonly GroupName[] =>
	permissions
		.filter(({ operation, subject }) => isUse(operation) && subject?.type === "group")
		.map(({ subject }) => (subject?.name ?? subject?.displayName ?? "") as GroupName)
		.filter((name) => name !== "");
const isUse = ({ targetType, operationKey }: WirePermission["operation"]): boolean =>
	targetType === "application" && operationKey === "use";

export interface Licence {
	readonly used: number;
	/** Below zero: without limit. */
	readonly most: number;
}
/** `groups` undefined: the server does not tell who may use it, so everybody counts. */
export const seatsOf = ({ used, most }: Licence, groups: readonly GroupName[] | undefined): readonly SeatPool[] => [
	{
		name: "Confluence",
		total: most < 0 ? undefined : most,
		used,
		...(groups === undefined ? {} : { groups: new Set(groups) }),
		givenToNewAccounts: true,
	},
];

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
