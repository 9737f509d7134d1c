import { z } from "zod";
import { field, line, SECRET_ALLOWED, secret } from "../fields.ts";
import type { Rules, SourceBase, SourceKind } from "../kind.ts";
import { type NetworkConfig, network } from "../network.ts";
import type { SecretRef } from "../secrets.ts";
import { URL_ALLOWED, webUrl } from "../url.ts";

/** Any SCIM 2.0 service provider, read with a bearer token, a password, or OAuth client credentials. */
export interface ScimSource extends SourceBase {
	readonly kind: "scim";
	readonly url: string;
	readonly auth: ScimAuthConfig;
	readonly paging: "auto" | "index" | "cursor";
	readonly pageSize?: number;
	readonly totals: "prove" | "ignore";
	readonly groups: "read" | "none";
	readonly memberships: "auto" | "list" | "single" | "people";
	readonly unknownMembers: "hold" | "ignore";
	readonly activeMissing: "auto" | "active" | "inactive";
	readonly requestsPerMinute?: number;
	readonly network: NetworkConfig;
}
export type ScimAuthConfig =
	| { readonly kind: "bearer"; readonly token: SecretRef }
	| { readonly kind: "basic"; readonly username: string; readonly password: SecretRef }
	| {
			readonly kind: "oauth";
			readonly tokenUrl: string;
			readonly clientId: string;
			readonly clientSecret: SecretRef;
			readonly scope?: string;
			readonly audience?: string;
			readonly clientAuthentication: "basic" | "body";
	  };

const login = {
	token: field(secret().optional(), {
		meaning: "A bearer token. Either this, or `username` and `password`, or `tokenUrl`, `clientId` and `clientSecret`.",
		allowed: SECRET_ALLOWED,
		example: "${credential:scim}",
		secret: true,
	}),
	username: field(line().optional(), {
		meaning: "The account's name, for HTTP Basic. Together with `password`.",
		allowed: "a user name",
		example: "rollcall",
	}),
	password: field(secret().optional(), {
		meaning: "The account's password. Together with `username`.",
		allowed: SECRET_ALLOWED,
		example: "${credential:scim}",
		secret: true,
	}),
	tokenUrl: field(webUrl().optional(), {
		meaning: "Where access tokens are given out (OAuth 2.0 client credentials). Together with `clientId` and `clientSecret`.",
		allowed: URL_ALLOWED,
		example: "https://login.example.org/oauth2/token",
	}),
	clientId: field(line().optional(), { meaning: "The OAuth client.", allowed: "a client id", example: "rollcall" }),
	clientSecret: field(secret().optional(), {
		meaning: "The OAuth client's secret.",
		allowed: SECRET_ALLOWED,
		example: "${credential:scim}",
		secret: true,
	}),
	scope: field(line().optional(), {
		meaning: "What the token is asked for.",
		allowed: "scopes with blanks between them",
		example: "scim.read",
		default: "what the server gives unasked",
	}),
	audience: field(line().optional(), {
		meaning: "For whom the token is, where the server wants to be told.",
		allowed: "a name or an address",
		example: "https://example.org/scim",
	}),
	clientAuthentication: field(z.enum(["basic", "body"]).default("basic"), {
		meaning: "How the client shows its secret to `tokenUrl`: as HTTP Basic, as the standard prefers, or in the form.",
		allowed: "basic or body",
		example: "body",
	}),
};

const schema = z.strictObject({
	kind: field(z.literal("scim"), { meaning: "Any SCIM 2.0 service provider.", allowed: "scim", example: "scim" }),
	url: field(webUrl(), {
		meaning: "The address of the SCIM interface, up to what comes before `/Users`.",
		allowed: URL_ALLOWED,
		example: "https://example.org/scim/v2",
		todo: "The provider's documents call it base URL or tenant URL.",
	}),
	...login,
	paging: field(z.enum(["auto", "index", "cursor"]).default("auto"), {
		meaning: "How lists are read: by index, or by cursor (RFC 9865). `auto`: by cursor where the server announces or sends one.",
		allowed: "auto, index or cursor",
		example: "index",
	}),
	pageSize: field(z.number().int().min(1).max(5000).optional(), {
		meaning: "Rows per request. What the server states as its limit counts if it is less; servers may always send fewer.",
		allowed: "a whole number from 1 to 5000",
		example: "100",
		default: "200",
	}),
	totals: field(z.enum(["prove", "ignore"]).default("prove"), {
		meaning:
			"What the server's `totalResults` is for. `prove`: a list with another number of rows is not whole. `ignore`, for servers that count wrongly: every list is read twice instead.",
		allowed: "prove or ignore",
		example: "ignore",
	}),
	groups: field(z.enum(["read", "none"]).default("read"), {
		meaning: "`none` for servers that have no groups.",
		allowed: "read or none",
		example: "none",
	}),
	memberships: field(z.enum(["auto", "list", "single", "people"]).default("auto"), {
		meaning:
			"Where the server shows who is in a group: `list`, in its list of groups; `single`, in each group asked for by itself; `people`, in people's own records (`groups`). `auto` looks in this order, as far as it needs to.",
		allowed: "auto, list, single or people",
		example: "single",
	}),
	unknownMembers: field(z.enum(["hold", "ignore"]).default("hold"), {
		meaning:
			"Members of a type of the server's own, neither User nor Group. `hold`: nothing is taken from anybody because of such a group. `ignore`: they are nobody, like devices.",
		allowed: "hold or ignore",
		example: "ignore",
	}),
	activeMissing: field(z.enum(["auto", "active", "inactive"]).default("auto"), {
		meaning: "People without `active`. `auto`: active where the server says it of nobody; held where it does of others.",
		allowed: "auto, active or inactive",
		example: "active",
	}),
	requestsPerMinute: field(z.number().int().min(1).max(100_000).optional(), {
		meaning:
			"No more requests than this, evenly spaced, to leave others their share of a rate limit. A stated wait (Retry-After) is always kept.",
		allowed: "a whole number from 1 to 100000",
		example: "300",
		default: "no limit",
	}),
	network: network(4),
});

const WAYS = {
	bearer: ["token"],
	basic: ["username", "password"],
	oauth: ["tokenUrl", "clientId", "clientSecret"],
} as const;
const WAYS_TEXT = "`token`; or `username` and `password`; or `tokenUrl`, `clientId` and `clientSecret`";
const OAUTH_ONLY = ["scope", "audience", "clientAuthentication"] as const;

const oneWayToLogIn: Rules = ({ raw, path, report }) => {
	const begun = Object.values(WAYS).filter((keys) => keys.some((key) => raw[key] !== undefined));
	const [way, other] = begun;
	if (way === undefined) {
		report(path, `no way to log in; allowed: ${WAYS_TEXT}.`, "Add `token: ${credential:scim}` (see docs/guides/scim.md).", "key");
		return;
	}
	const firstOf = (keys: readonly string[]) => keys.find((key) => raw[key] !== undefined) ?? "";
	if (other !== undefined) {
		const found = `found \`${firstOf(way)}\` and \`${firstOf(other)}\`; allowed: ${WAYS_TEXT}.`;
		report([...path, firstOf(other)], found, "Keep one way to log in and delete the other.", "key");
		return;
	}
	const absent = way.filter((key) => raw[key] === undefined).map((key) => `\`${key}\``);
	if (absent.length > 0)
		report([...path, firstOf(way)], `found \`${firstOf(way)}\` without ${absent.join(" and ")}.`, `Add ${absent.join(" and ")}.`, "key");
	const idle = OAUTH_ONLY.find((key) => raw[key] !== undefined);
	if (idle !== undefined && !way.includes("tokenUrl" as never))
		report([...path, idle], `\`${idle}\` is of use with \`tokenUrl\` only.`, "Delete it, or log in with an OAuth client.", "key");
};

const upToTheVersion: Rules = ({ raw, path, report }) => {
	const rest = typeof raw.url === "string" ? /\/(?:Users|Groups|ServiceProviderConfigs?|ResourceTypes|Schemas)\/?$/i.exec(raw.url) : null;
	if (rest !== null)
		report(
			[...path, "url"],
			`found "${rest[0].replace(/\/$/, "")}" in the address; it ends before that.`,
			"Write it up to the version, like https://example.org/scim/v2.",
		);
};

export const scim: SourceKind<z.output<typeof schema>, ScimSource> = {
	kind: "scim",
	title: "SCIM 2.0",
	schema,
	rules: (context) => {
		oneWayToLogIn(context);
		upToTheVersion(context);
	},
	build: (input, { id, secretAt, networkAt }) => ({
		id,
		kind: "scim",
		url: input.url,
		auth: authOf(input, secretAt),
		paging: input.paging,
		...(input.pageSize === undefined ? {} : { pageSize: input.pageSize }),
		totals: input.totals,
		groups: input.groups,
		memberships: input.memberships,
		unknownMembers: input.unknownMembers,
		activeMissing: input.activeMissing,
		...(input.requestsPerMinute === undefined ? {} : { requestsPerMinute: input.requestsPerMinute }),
		network: networkAt(input.network),
	}),
};

function authOf(input: z.output<typeof schema>, secretAt: (...path: readonly string[]) => SecretRef): ScimAuthConfig {
	if (input.token !== undefined) return { kind: "bearer", token: secretAt("token") };
	if (input.username !== undefined) return { kind: "basic", username: input.username, password: secretAt("password") };
	return {
		kind: "oauth",
		tokenUrl: input.tokenUrl ?? "",
		clientId: input.clientId ?? "",
		clientSecret: secretAt("clientSecret"),
		...(input.scope === undefined ? {} : { scope: input.scope }),
		...(input.audience === undefined ? {} : { audience: input.audience }),
		clientAuthentication: input.clientAuthentication,
	};
}
