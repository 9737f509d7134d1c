import { z } from "zod";
import { field, SECRET_ALLOWED, secret } from "../fields.ts";
import type { ProductBase, ProductKind } from "../kind.ts";
import { type NetworkConfig, network } from "../network.ts";
import { productBase, productFields } from "../product-fields.ts";
import { productRules } from "../product-rules.ts";
import type { SecretRef } from "../secrets.ts";
import { URL_ALLOWED, webUrl } from "../url.ts";

/** One SCIM directory of an Atlassian organisation. */
export interface CloudProduct extends ProductBase {
	readonly kind: "cloud";
	readonly url: string;
	readonly directory: string;
	readonly key: SecretRef;
	readonly organizationKey?: SecretRef;
	readonly bounds: { readonly [Key in keyof typeof BOUNDS]?: number };
	readonly memberships: "checked" | "groups";
	readonly pageSize?: number;
	readonly network: NetworkConfig;
}
/** A directory holds nobody who keeps the organisation alive by their name alone: name its administrators. */
const PROTECTED_ACCOUNTS: readonly string[] = [];
const PROTECTED_GROUPS = ["org-admins", "site-admins"];

const bound = (what: string, stated: number, example: string) =>
	field(z.number().int().min(1).optional(), {
		meaning: `The most ${what}.`,
		allowed: "a whole number from 1",
		example,
		default: `${stated}, as Atlassian states it for the largest plans`,
	});
const BOUNDS = {
	users: bound("users of the directory, those who are switched off included", 1_000_000, "20000"),
	groups: bound("groups of the directory", 250_000, "5000"),
	membersPerGroup: bound("members of one group", 290_000, "20000"),
	memberships: bound("memberships of all groups together", 8_000_000, "1000000"),
};

const schema = z.strictObject({
	kind: field(z.literal("cloud"), {
		meaning: "Atlassian Cloud: a directory of the organisation, by SCIM.",
		allowed: "cloud",
		example: "cloud",
	}),
	url: field(webUrl().default("https://api.atlassian.com"), {
		meaning: "Where Atlassian's API is; another address only for a stand-in.",
		allowed: URL_ALLOWED,
		example: "https://api.atlassian.com",
	}),
	directory: field(z.string().regex(/^[A-Za-z0-9-]{1,100}$/), {
		meaning: "The directory's id: the last part of its base URL.",
		allowed: "letters, digits and dashes: the last part of the base URL only",
		example: "2fb21891-7bee-4c2d-a61a-ade3834c8b2b",
		todo: "Take it from admin.atlassian.com: Security, Identity providers, the directory; the base URL ends with it.",
	}),
	key: field(secret(), {
		meaning: "The directory's API key. Atlassian shows it once, when it is made.",
		allowed: SECRET_ALLOWED,
		example: "${credential:cloud}",
		secret: true,
		todo: "How to make one: docs/guides/cloud.md.",
	}),
	organizationKey: field(secret().optional(), {
		meaning:
			"A key of the organisation, made without scopes. Only for accounts that were unlinked from the directory: with it they are switched off and on as well.",
		allowed: SECRET_ALLOWED,
		example: "${credential:organization}",
		secret: true,
	}),
	bounds: field(z.strictObject(BOUNDS).prefault({}), {
		meaning: "What the directory can hold, where Atlassian grants less than the most.",
	}),
	memberships: field(z.enum(["checked", "groups"]).default("checked"), {
		meaning:
			"How a group's members are known to be whole. `checked`: they must agree with what users say of their groups. `groups`: the groups alone are believed.",
		allowed: "checked or groups",
		example: "groups",
	}),
	pageSize: field(z.number().int().min(1).max(99).optional(), {
		meaning: "Users or groups per request. Atlassian gives 100 at most; one of them repeats the page before.",
		allowed: "a whole number from 1 to 99",
		example: "50",
		default: "chosen by the connector",
	}),
	...productFields(PROTECTED_ACCOUNTS, PROTECTED_GROUPS),
	network: network(2),
});

export const cloud: ProductKind<z.output<typeof schema>, CloudProduct> = {
	kind: "cloud",
	title: "Atlassian Cloud",
	schema,
	rules: productRules(PROTECTED_GROUPS),
	build: (input, builder) => ({
		...productBase(input, "cloud", { ...builder, protectByDefault: { accounts: PROTECTED_ACCOUNTS, groups: PROTECTED_GROUPS } }),
		url: input.url,
		directory: input.directory,
		key: builder.secretAt("key"),
		...(input.organizationKey === undefined ? {} : { organizationKey: builder.secretAt("organizationKey") }),
		bounds: Object.fromEntries(Object.entries(input.bounds).filter(([, value]) => value !== undefined)),
		memberships: input.memberships,
		...(input.pageSize === undefined ? {} : { pageSize: input.pageSize }),
		network: builder.networkAt(input.network),
	}),
};
