import { z } from "zod";
import { field, line, SECRET_ALLOWED, secret } from "../fields.ts";
import type { ProductBase, ProductKind } from "../kind.ts";
import { loginAt, oneWayToLogIn, type PersonLogin } from "../login.ts";
import { type NetworkConfig, network } from "../network.ts";
import { productBase, productFields } from "../product-fields.ts";
import { productRules } from "../product-rules.ts";
import { URL_ALLOWED, webUrl } from "../url.ts";

/** As the connector has them: operations whose request bodies are documented nowhere. */
export const UNVERIFIED = ["account.create", "account.update", "group.create", "member.remove"] as const;

/** Fisheye and Crucible, which are one server, reached over their REST API as an administrator. */
export interface FisheyeProduct extends ProductBase {
	readonly kind: "fisheye";
	readonly url: string;
	readonly auth: PersonLogin;
	readonly unverified: readonly (typeof UNVERIFIED)[number][];
	readonly pageSize?: number;
	readonly network: NetworkConfig;
}
/** Whoever loses these can lock everybody else out, or be locked out. */
const PROTECTED_ACCOUNTS = ["admin"];
const PROTECTED_GROUPS = ["fisheye-administrators", "rollcall-admins"];

const unverified = field(z.enum(UNVERIFIED), {
	meaning: "One such operation.",
	allowed: UNVERIFIED.join(", "),
	example: "member.remove",
});

const schema = z.strictObject({
	kind: field(z.literal("fisheye"), { meaning: "Fisheye and Crucible, 3 and 4.", allowed: "fisheye", example: "fisheye" }),
	url: field(webUrl(), {
		meaning:
			"Fisheye's address, with its context path where it has one. Fisheye says nothing else that tells it from another one, so a changed address is taken for another server.",
		allowed: URL_ALLOWED,
		example: "https://fisheye.example.org",
		todo: "It stands in Fisheye under Administration, Server, Site URL.",
	}),
	username: field(line().optional(), {
		meaning: "The administrator's username. Together with `password`.",
		allowed: "a username",
		example: "rollcall",
	}),
	password: field(secret().optional(), {
		meaning: "The administrator's password. Together with `username`.",
		allowed: SECRET_ALLOWED,
		example: "${credential:fisheye}",
		secret: true,
	}),
	token: field(secret().optional(), {
		meaning:
			"The server's REST API token, in the place of `username` and `password`. Fisheye takes it for some of its services only; `rollcall check` tells whether for these.",
		allowed: SECRET_ALLOWED,
		example: "${credential:fisheye}",
		secret: true,
	}),
	unverified: field(z.array(unverified).default([]), {
		meaning:
			"Operations to be done although the bodies of their requests are documented nowhere. What they do is read back. Without it, such changes are held, with what to do by hand.",
		allowed: `a list of ${UNVERIFIED.join(", ")}`,
		example: "[member.remove]",
	}),
	pageSize: field(z.number().int().min(1).max(1000).optional(), {
		meaning: "Accounts or groups per request. Fisheye may give fewer; the connector notices.",
		allowed: "a whole number from 1 to 1000",
		example: "200",
		default: "chosen by the connector",
	}),
	...productFields(PROTECTED_ACCOUNTS, PROTECTED_GROUPS),
	network: network(4),
});

const commonRules = productRules(PROTECTED_GROUPS);

export const fisheye: ProductKind<z.output<typeof schema>, FisheyeProduct> = {
	kind: "fisheye",
	title: "Fisheye and Crucible",
	schema,
	rules: (context) => {
		oneWayToLogIn("docs/guides/fisheye.md", "password")(context);
		commonRules(context);
	},
	build: (input, builder) => ({
		...productBase(input, "fisheye", { ...builder, protectByDefault: { accounts: PROTECTED_ACCOUNTS, groups: PROTECTED_GROUPS } }),
		url: input.url,
		auth: loginAt(input, builder),
		unverified: input.unverified,
		...(input.pageSize === undefined ? {} : { pageSize: input.pageSize }),
		network: builder.networkAt(input.network),
	}),
};
