import { z } from "zod";
import { field, line, SECRET_ALLOWED, secret } from "../fields.ts";
import type { ProductBase, ProductKind, Rules } from "../kind.ts";
import { type NetworkConfig, network } from "../network.ts";
import { productBase, productFields } from "../product-fields.ts";
import { productRules } from "../product-rules.ts";
import type { SecretRef } from "../secrets.ts";
import { URL_ALLOWED, webUrl } from "../url.ts";

/** Jira Server or Data Center, reached over REST v2 as an administrator. */
export interface JiraProduct extends ProductBase {
	readonly kind: "jira";
	readonly url: string;
	readonly auth: JiraAuth;
	readonly pageSize?: number;
	readonly network: NetworkConfig;
}
type JiraAuth =
	| { readonly kind: "pat"; readonly token: SecretRef }
	| { readonly kind: "basic"; readonly username: string; readonly password: SecretRef };

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
	token: field(secret().optional(), {
		meaning: "A personal access token of an administrator (Jira 8.14 and later). Either this, or `username` and `password`.",
		allowed: SECRET_ALLOWED,
		example: "${credential:jira}",
		secret: true,
	}),
	username: field(line().optional(), {
		meaning: "The administrator's username, for Jira before 8.14. Together with `password`.",
		allowed: "a username",
		example: "rollcall",
	}),
	password: field(secret().optional(), {
		meaning: "The administrator's password. Together with `username`.",
		allowed: SECRET_ALLOWED,
		example: "${credential:jira}",
		secret: true,
	}),
	pageSize: field(z.number().int().min(1).max(2000).optional(), {
		meaning: "Accounts per request. Jira cuts larger pages without saying so; the connector notices.",
		allowed: "a whole number from 1 to 2000",
		example: "1000",
		default: "chosen by the connector",
	}),
	...productFields(PROTECTED_ACCOUNTS, PROTECTED_GROUPS),
	network: network(4),
});

const oneWayToLogIn: Rules = ({ raw, path, report }) => {
	const has = { token: raw.token !== undefined, username: raw.username !== undefined, password: raw.password !== undefined };
	if (has.token && (has.username || has.password)) {
		const extra = has.username ? "username" : "password";
		report(
			[...path, extra],
			`found \`token\` and \`${extra}\`; allowed: a token, or a username with its password.`,
			"Keep the token and delete the other.",
			"key",
		);
	} else if (!has.token && !has.username && !has.password)
		report(
			path,
			"no way to log in; allowed: `token`, or `username` and `password`.",
			"Add `token: ${credential:jira}` (docs/guides/jira.md says how to make one).",
			"key",
		);
	else if (has.username !== has.password) {
		const [present, absent] = has.username ? ["username", "password"] : ["password", "username"];
		report(
			[...path, present!],
			`found \`${present}\` without \`${absent}\`.`,
			`Add \`${absent}\`, or use \`token\` instead of both.`,
			"key",
		);
	}
};

const commonRules = productRules(PROTECTED_GROUPS);

export const jira: ProductKind<z.output<typeof schema>, JiraProduct> = {
	kind: "jira",
	title: "Jira Data Center",
	schema,
	rules: (context) => {
		oneWayToLogIn(context);
		commonRules(context);
	},
	build: (input, builder) => ({
		...productBase(input, "jira", { ...builder, protectByDefault: { accounts: PROTECTED_ACCOUNTS, groups: PROTECTED_GROUPS } }),
		url: input.url,
		auth:
			input.token === undefined
				? { kind: "basic", username: input.username ?? "", password: builder.secretAt("password") }
				: { kind: "pat", token: builder.secretAt("token") },
		...(input.pageSize === undefined ? {} : { pageSize: input.pageSize }),
		network: builder.networkAt(input.network),
	}),
};
