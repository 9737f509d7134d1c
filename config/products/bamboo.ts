import { z } from "zod";
import { field } from "../fields.ts";
import type { ProductBase, ProductKind } from "../kind.ts";
import { loginAt, loginFields, oneWayToLogIn, type PersonLogin } from "../login.ts";
import { type NetworkConfig, network } from "../network.ts";
import { productBase, productFields } from "../product-fields.ts";
import { productRules } from "../product-rules.ts";
import { URL_ALLOWED, webUrl } from "../url.ts";

/** Bamboo Data Center, reached over its REST API as an administrator. */
export interface BambooProduct extends ProductBase {
	readonly kind: "bamboo";
	readonly url: string;
	readonly auth: PersonLogin;
	readonly pageSize?: number;
	readonly network: NetworkConfig;
}
/** Whoever loses these can lock everybody else out, or be locked out. */
const PROTECTED_ACCOUNTS = ["admin"];
const PROTECTED_GROUPS = ["bamboo-admin", "rollcall-admins"];

const schema = z.strictObject({
	kind: field(z.literal("bamboo"), { meaning: "Bamboo Data Center, 9 to 12.", allowed: "bamboo", example: "bamboo" }),
	url: field(webUrl(), {
		meaning:
			"Bamboo's base URL, with its context path where it has one. Bamboo says nothing else that tells it from another one, so a changed address is taken for another server.",
		allowed: URL_ALLOWED,
		example: "https://bamboo.example.org",
		todo: "It stands in Bamboo under Administration, General configuration, Base URL.",
	}),
	...loginFields({ product: "Bamboo", tokensSince: "6.10" }),
	pageSize: field(z.number().int().min(1).max(1000).optional(), {
		meaning: "Accounts or groups per request. Bamboo may give fewer; the connector notices.",
		allowed: "a whole number from 1 to 1000",
		example: "200",
		default: "chosen by the connector",
	}),
	...productFields(PROTECTED_ACCOUNTS, PROTECTED_GROUPS),
	network: network(4),
});

const commonRules = productRules(PROTECTED_GROUPS);

export const bamboo: ProductKind<z.output<typeof schema>, BambooProduct> = {
	beginning: { leavers: "unlicense", defaultGroups: ["bamboo-users"] },
	kind: "bamboo",
	title: "Bamboo Data Center",
	schema,
	rules: (context) => {
		oneWayToLogIn("docs/guides/bamboo.md")(context);
		commonRules(context);
	},
	build: (input, builder) => ({
		...productBase(input, "bamboo", { ...builder, protectByDefault: { accounts: PROTECTED_ACCOUNTS, groups: PROTECTED_GROUPS } }),
		url: input.url,
		auth: loginAt(input, builder),
		...(input.pageSize === undefined ? {} : { pageSize: input.pageSize }),
		network: builder.networkAt(input.network),
	}),
};
