import { z } from "zod";
import { field } from "../fields.ts";
import type { ProductBase, ProductKind, Rules } from "../kind.ts";
import { loginAt, loginFields, oneWayToLogIn, type PersonLogin } from "../login.ts";
import { type NetworkConfig, network } from "../network.ts";
import { productBase, productFields } from "../product-fields.ts";
import { productRules } from "../product-rules.ts";
import { URL_ALLOWED, webUrl } from "../url.ts";

type Ability = "probe" | "yes" | "no";

/** Confluence Server or Data Center, reached over its REST API as an administrator. */
export interface ConfluenceProduct extends ProductBase {
	readonly kind: "confluence";
	readonly url: string;
	readonly auth: PersonLogin;
	readonly invite: boolean;
	readonly switching: Ability;
	readonly updating: Ability;
	readonly jsonRpc: boolean;
	readonly pageSize?: number;
	readonly network: NetworkConfig;
}
/** Whoever loses these can lock everybody else out, or be locked out. */
const PROTECTED_ACCOUNTS = ["admin"];
const PROTECTED_GROUPS = ["confluence-administrators", "rollcall-admins"];

const ability = (what: string) =>
	field(z.enum(["probe", "yes", "no"]).default("probe"), {
		meaning: `Whether this Confluence can ${what} by REST. \`probe\` asks the server which methods it has there, which changes nothing, and believes it. \`yes\` and \`no\` say so without asking; under \`no\` what would have to be done by hand is held and shown.`,
		allowed: "probe, yes or no",
		example: "probe",
	});

const schema = z.strictObject({
	kind: field(z.literal("confluence"), {
		meaning: "Confluence Server or Data Center, 7 to 10; it lists and creates accounts from 8.4.",
		allowed: "confluence",
		example: "confluence",
	}),
	url: field(webUrl(), {
		meaning: "Confluence's base URL, with its context path where it has one.",
		allowed: URL_ALLOWED,
		example: "https://confluence.example.org",
		todo: "It stands in Confluence under Administration, General configuration, Server base URL.",
	}),
	...loginFields({ product: "Confluence", tokensSince: "7.9" }),
	invite: field(z.boolean().default(false), {
		meaning:
			"Confluence mails every new account's owner to choose a password. Otherwise the account has one that nobody knows, for log-in by single sign-on.",
		allowed: "true or false",
		example: "true",
	}),
	switching: ability("disable and enable accounts"),
	updating: ability("change names and e-mail addresses"),
	jsonRpc: field(z.boolean().default(false), {
		meaning:
			"Confluence's old remote API (XML-RPC & SOAP, with JSON-RPC) is switched on, and secure administrator sessions are off: then it does what the version's REST does not have. For Confluence before 8.4; unverified on a real server.",
		allowed: "true or false",
		example: "true",
	}),
	pageSize: field(z.number().int().min(1).max(200).optional(), {
		meaning: "Accounts or groups per request. Confluence cuts larger pages and says so.",
		allowed: "a whole number from 1 to 200",
		example: "100",
		default: "chosen by the connector",
	}),
	...productFields(PROTECTED_ACCOUNTS, PROTECTED_GROUPS),
	network: network(4),
});

/** Nobody can be recognised by what Confluence never shows. */
const addressesAreHidden: Rules = ({ raw, path, report }) => {
	if (raw.adopt !== "email") return;
	report(
		[...path, "adopt"],
		"found email; allowed: never or username. Confluence shows no e-mail addresses by REST, so nobody could be recognised by theirs.",
		"Write `adopt: username`, or `adopt: never`.",
	);
};
const commonRules = productRules(PROTECTED_GROUPS);

export const confluence: ProductKind<z.output<typeof schema>, ConfluenceProduct> = {
	kind: "confluence",
	title: "Confluence Data Center",
	schema,
	rules: (context) => {
		oneWayToLogIn("docs/guides/confluence.md")(context);
		addressesAreHidden(context);
		commonRules(context);
	},
	build: (input, builder) => ({
		...productBase(input, "confluence", { ...builder, protectByDefault: { accounts: PROTECTED_ACCOUNTS, groups: PROTECTED_GROUPS } }),
		url: input.url,
		auth: loginAt(input, builder),
		invite: input.invite,
		switching: input.switching,
		updating: input.updating,
		jsonRpc: input.jsonRpc,
		...(input.pageSize === undefined ? {} : { pageSize: input.pageSize }),
		network: builder.networkAt(input.network),
	}),
};
