import { z } from "zod";
import { field, line, SECRET_ALLOWED, secret } from "../fields.ts";
import type { ProductBase, ProductKind } from "../kind.ts";
import { loginAt, oneWayToLogIn, type PersonLogin } from "../login.ts";
import { type NetworkConfig, network } from "../network.ts";
import { productBase, productFields } from "../product-fields.ts";
import { productRules } from "../product-rules.ts";
import { URL_ALLOWED, webUrl } from "../url.ts";

/** Bitbucket Server or Data Center, reached over its REST API as an administrator. */
export interface BitbucketProduct extends ProductBase {
	readonly kind: "bitbucket";
	readonly url: string;
	readonly auth: PersonLogin;
	readonly invite: boolean;
	readonly pageSize?: number;
	readonly network: NetworkConfig;
}
/** Whoever loses these can lock everybody else out, or be locked out. Bitbucket names no group of its own for administrators. */
const PROTECTED_ACCOUNTS = ["admin"];
const PROTECTED_GROUPS = ["bitbucket-administrators", "stash-administrators", "rollcall-admins"];

const schema = z.strictObject({
	kind: field(z.literal("bitbucket"), { meaning: "Bitbucket Server or Data Center, 7 to 9.", allowed: "bitbucket", example: "bitbucket" }),
	url: field(webUrl(), {
		meaning: "Bitbucket's base URL, with its context path where it has one.",
		allowed: URL_ALLOWED,
		example: "https://bitbucket.example.org",
		todo: "It stands in Bitbucket under Administration, Server settings, Base URL.",
	}),
	username: field(line().optional(), {
		meaning: "The administrator's username. Together with `password`.",
		allowed: "a username",
		example: "rollcall",
	}),
	password: field(secret().optional(), {
		meaning: "The administrator's password. Together with `username`.",
		allowed: SECRET_ALLOWED,
		example: "${credential:bitbucket}",
		secret: true,
	}),
	token: field(secret().optional(), {
		meaning:
			"A bearer token, in the place of `username` and `password`. Bitbucket's own HTTP access tokens will not do: they may not administer (BSERV-10482).",
		allowed: SECRET_ALLOWED,
		example: "${credential:bitbucket}",
		secret: true,
	}),
	invite: field(z.boolean().default(false), {
		meaning:
			"Bitbucket mails every new account's owner to choose a password. Otherwise the account has one that nobody knows, for log-in by single sign-on; Bitbucket takes it in the address of the request only, so Rollcall replaces it at once.",
		allowed: "true or false",
		example: "true",
	}),
	pageSize: field(z.number().int().min(1).max(1000).optional(), {
		meaning: "Accounts or groups per request. Bitbucket cuts larger pages and says so.",
		allowed: "a whole number from 1 to 1000",
		example: "500",
		default: "chosen by the connector",
	}),
	...productFields(PROTECTED_ACCOUNTS, PROTECTED_GROUPS),
	network: network(4),
});

const commonRules = productRules(PROTECTED_GROUPS);

export const bitbucket: ProductKind<z.output<typeof schema>, BitbucketProduct> = {
	beginning: { leavers: "unlicense", defaultGroups: ["stash-users"] },
	kind: "bitbucket",
	title: "Bitbucket Data Center",
	schema,
	rules: (context) => {
		oneWayToLogIn("docs/guides/bitbucket.md", "password")(context);
		commonRules(context);
	},
	build: (input, builder) => ({
		...productBase(input, "bitbucket", { ...builder, protectByDefault: { accounts: PROTECTED_ACCOUNTS, groups: PROTECTED_GROUPS } }),
		url: input.url,
		auth: loginAt(input, builder),
		invite: input.invite,
		...(input.pageSize === undefined ? {} : { pageSize: input.pageSize }),
		network: builder.networkAt(input.network),
	}),
};
