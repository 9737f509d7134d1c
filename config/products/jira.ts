import { z } from "zod";
import { field, line, SECRET_ALLOWED, secret } from "../fields.ts";
import type { ProductBase, ProductKind, Rules } from "../kind.ts";
import { loginAt, loginFields, oneWayToLogIn, type PersonLogin } from "../login.ts";
import { markAt, markField, markRules } from "../mark.ts";
import { type NetworkConfig, network } from "../network.ts";
import { productBase, productFields } from "../product-fields.ts";
import { productRules } from "../product-rules.ts";
import type { SecretRef } from "../secrets.ts";
import { URL_ALLOWED, webUrl } from "../url.ts";

/** Jira Server or Data Center, reached over REST v2 as an administrator, as an application of its user server, or both; never neither. */
export interface JiraProduct extends ProductBase {
	readonly kind: "jira";
	readonly url: string;
	readonly auth?: PersonLogin;
	readonly userServer?: { readonly application: string; readonly password: SecretRef };
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
	userServer: field(
		z
			.strictObject({
				application: field(line(), {
					meaning: "The application that Rollcall logs in as; not a person.",
					allowed: "the name of an application",
					example: "rollcall",
					todo: "Make one in Jira under User management > Jira user server (docs/guides/jira.md).",
				}),
				password: field(secret(), {
					meaning: "The application's password.",
					allowed: SECRET_ALLOWED,
					example: "${credential:jira-user-server}",
					secret: true,
					todo: "Put the password into a file and refer to it by name.",
				}),
			})
			.optional(),
		{
			meaning:
				"The log-in of an application to the API that Jira serves as a user server: whole lists of accounts and direct memberships on every version, and accounts switched on and off before 8.3. Beside a token (or name and password) the accounts stay the same ones; alone it knows them by other ids, so that links made one way are refused the other way.",
			allowed: "a mapping with `application` and `password`",
			example: '{ application: rollcall, password: "${credential:jira-user-server}" }',
		},
	),
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
const loginRules = oneWayToLogIn("docs/guides/jira.md");
/** A user server will do; whatever is written of the other log-in must be whole all the same. */
const someWayToLogIn: Rules = (context) => {
	const { token, username, password, userServer } = context.raw;
	if (userServer === undefined || [token, username, password].some((part) => part !== undefined)) loginRules(context);
};

export const jira: ProductKind<z.output<typeof schema>, JiraProduct> = {
	kind: "jira",
	title: "Jira Data Center",
	schema,
	rules: (context) => {
		someWayToLogIn(context);
		markRules(context);
		commonRules(context);
	},
	build: (input, builder) => ({
		...productBase(input, "jira", { ...builder, protectByDefault: { accounts: PROTECTED_ACCOUNTS, groups: PROTECTED_GROUPS } }),
		url: input.url,
		...markAt(input.mark, builder),
		...(input.token === undefined && input.username === undefined ? {} : { auth: loginAt(input, builder) }),
		...(input.userServer === undefined
			? {}
			: { userServer: { application: input.userServer.application, password: builder.secretAt("userServer", "password") } }),
		...(input.pageSize === undefined ? {} : { pageSize: input.pageSize }),
		network: builder.networkAt(input.network),
	}),
};
