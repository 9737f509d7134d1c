import { z } from "zod";
import { field } from "../fields.ts";
import type { ProductBase, ProductKind } from "../kind.ts";
import { loginAt, loginFields, oneWayToLogIn, type PersonLogin } from "../login.ts";
import { markAt, markField, markRules } from "../mark.ts";
import { type NetworkConfig, network } from "../network.ts";
import { productBase, productFields } from "../product-fields.ts";
import { productRules } from "../product-rules.ts";
import { URL_ALLOWED, webUrl } from "../url.ts";

/** Jira Server or Data Center, reached over REST v2 as an administrator. */
export interface JiraProduct extends ProductBase {
	readonly kind: "jira";
	readonly url: string;
	readonly auth: PersonLogin;
	readonly pageSize?: number;
	readonly network: NetworkConfig;
}
/** Whoever loses these can lock everybody else out, or be locked out. */
const PROTECTED_ACCOUNTS = ["admin"];
const PROTECTED_GROUPS = ["jira-administrators"];

const schema = z.strictObject({
	kind: field(z.literal("jira"), { meaning: "Jira Server or Data Center, 8.3 or later.", allowed: "jira", example: "jira" }),
	url: field(webUrl(), {
		meaning: "Jira's base URL, with its context path where it has one.",
		allowed: URL_ALLOWED,
		example: "https://jira.example.org",
		todo: "It stands in Jira under System, General configuration, Base URL.",
	}),
	...loginFields({ product: "Jira", tokensSince: "8.14" }),
	pageSize: field(z.number().int().min(1).max(2000).optional(), {
		meaning: "Accounts per request. Jira cuts larger pages without saying so; the connector notices.",
		allowed: "a whole number from 1 to 2000",
		example: "1000",
		default: "chosen by the connector",
	}),
	mark: markField("user property"),
	...productFields(PROTECTED_ACCOUNTS, PROTECTED_GROUPS),
	network: network(4),
});

const commonRules = productRules(PROTECTED_GROUPS);

export const jira: ProductKind<z.output<typeof schema>, JiraProduct> = {
	kind: "jira",
	title: "Jira Data Center",
	schema,
	rules: (context) => {
		oneWayToLogIn("docs/guides/jira.md")(context);
		markRules(context);
		commonRules(context);
	},
	build: (input, builder) => ({
		...productBase(input, "jira", { ...builder, protectByDefault: { accounts: PROTECTED_ACCOUNTS, groups: PROTECTED_GROUPS } }),
		url: input.url,
		...markAt(input.mark, builder),
		auth: loginAt(input, builder),
		...(input.pageSize === undefined ? {} : { pageSize: input.pageSize }),
		network: builder.networkAt(input.network),
	}),
};
