import { z } from "zod";
import { field, line, SECRET_ALLOWED, secret } from "../fields.ts";
import type { Rules, SourceBase, SourceKind } from "../kind.ts";
import { type NetworkConfig, network } from "../network.ts";
import type { SecretRef } from "../secrets.ts";
import { URL_ALLOWED, webUrl } from "../url.ts";

/** One JumpCloud organisation, read with an API key or a service account. */
export interface JumpCloudSource extends SourceBase {
	readonly kind: "jumpcloud";
	readonly region: "us" | "eu" | "in";
	readonly url?: string;
	readonly tokenUrl?: string;
	readonly auth: JumpCloudAuthConfig;
	readonly organization?: string;
	readonly pageSize?: number;
	readonly requestsPerMinute: number;
	readonly locked: "active" | "inactive";
	readonly groupOrder: "id" | "server";
	readonly listEnd: "prove" | "trust";
	readonly network: NetworkConfig;
}
export type JumpCloudAuthConfig =
	| { readonly kind: "apiKey"; readonly key: SecretRef }
	| { readonly kind: "serviceAccount"; readonly clientId: string; readonly clientSecret: SecretRef };

const schema = z.strictObject({
	kind: field(z.literal("jumpcloud"), { meaning: "JumpCloud.", allowed: "jumpcloud", example: "jumpcloud" }),
	region: field(z.enum(["us", "eu", "in"]).default("us"), {
		meaning:
			"Where the organisation is kept: `us` when the Admin Portal is console.jumpcloud.com, `eu` for console.eu.jumpcloud.com, `in` for console.in.jumpcloud.com.",
		allowed: "us, eu or in",
		example: "eu",
	}),
	apiKey: field(secret().optional(), {
		meaning: "The API key of an administrator with the role Read Only. Either this, or `clientId` and `clientSecret`.",
		allowed: SECRET_ALLOWED,
		example: "${credential:jumpcloud}",
		secret: true,
	}),
	clientId: field(line().optional(), {
		meaning: "The client ID of a service account. Together with `clientSecret`.",
		allowed: "a client id",
		example: "6f1e4b0a-3c57-4d6e-9b1a-2f8c0d7e5a41",
	}),
	clientSecret: field(secret().optional(), {
		meaning: "The client secret of the service account. Together with `clientId`.",
		allowed: SECRET_ALLOWED,
		example: "${credential:jumpcloud}",
		secret: true,
	}),
	organization: field(
		line()
			.regex(/^[\da-fA-F]{24}$/)
			.optional(),
		{
			meaning:
				"Which organisation, for administrators of several (Multi-Tenant Portal). Everybody and every group that is read must be of it.",
			allowed: "an organisation's id: 24 hexadecimal digits",
			example: "5f0c1b2a3d4e5f6071829304",
			default: "the administrator's own",
		},
	),
	url: field(webUrl().optional(), {
		meaning: "Address of the API, without /api, where it is not JumpCloud's own (a gateway, a stand-in).",
		allowed: URL_ALLOWED,
		example: "https://jumpcloud-gateway.example.org",
		default: "the console of `region`",
	}),
	tokenUrl: field(webUrl().optional(), {
		meaning: "Address of the token endpoint, whole, where it is not JumpCloud's own.",
		allowed: URL_ALLOWED,
		example: "https://jumpcloud-gateway.example.org/oauth2/token",
		default: "the one of `region`",
	}),
	pageSize: field(z.number().int().min(1).max(100).optional(), {
		meaning: "How many new rows a request brings; one more is asked for, by which pages are known to join. JumpCloud gives 100 at most.",
		allowed: "a whole number from 1 to 100",
		example: "50",
		default: "as many as JumpCloud gives",
	}),
	requestsPerMinute: field(z.number().int().min(10).max(6000).default(600), {
		meaning:
			"How many requests Rollcall allows itself in a minute. JumpCloud publishes no limit, and blocks addresses that it takes for abuse.",
		allowed: "a whole number from 10 to 6000",
		example: "300",
	}),
	locked: field(z.enum(["active", "inactive"]).default("active"), {
		meaning: "How people count whom too many wrong passwords have locked out. They are still with you, and mostly back within the hour.",
		allowed: "active or inactive",
		example: "inactive",
	}),
	groupOrder: field(z.enum(["id", "server"]).default("id"), {
		meaning:
			"`id`: groups and members are asked for sorted by their ids. `server`: without a word about the order, should JumpCloud refuse that.",
		allowed: "id or server",
		example: "server",
	}),
	listEnd: field(z.enum(["prove", "trust"]).default("prove"), {
		meaning:
			"What ends a list of groups or members for which JumpCloud states no total. `prove`: one request more, which must find nobody new. `trust`: a page that is not full; half as many requests, and a page that lost rows on the way is not noticed.",
		allowed: "prove or trust",
		example: "trust",
	}),
	network: network(4),
});

const oneWayToLogIn: Rules = ({ raw, path, report }) => {
	const account = (["clientId", "clientSecret"] as const).filter((key) => raw[key] !== undefined);
	const absent = (["clientId", "clientSecret"] as const).filter((key) => raw[key] === undefined);
	if (raw.apiKey !== undefined && account[0] !== undefined)
		report(
			[...path, account[0]],
			`found \`apiKey\` and \`${account[0]}\`; allowed: an API key, or a service account's clientId with its clientSecret.`,
			"Keep one of the two and delete the other.",
			"key",
		);
	else if (raw.apiKey === undefined && account[0] === undefined)
		report(
			path,
			"no way to log in; allowed: `apiKey`, or `clientId` and `clientSecret`.",
			"Add `apiKey: ${credential:jumpcloud}` (docs/guides/jumpcloud.md says how to make one).",
			"key",
		);
	else if (raw.apiKey === undefined && absent[0] !== undefined)
		report(
			[...path, account[0]!],
			`found \`${account[0]}\` without \`${absent[0]}\`.`,
			`Add \`${absent[0]}\`, or use \`apiKey\` instead.`,
			"key",
		);
};

const addresses: Rules = ({ raw, path, report }) => {
	for (const key of ["url", "tokenUrl"] as const) {
		const value = raw[key];
		if (typeof value !== "string" || !/^https?:\/\/(?:[^/]*\.)?jumpcloud\.com(?:[:/]|$)/i.test(value)) continue;
		report([...path, key], "found an address of JumpCloud's own.", "Leave it out, and write its region (us, eu or in) as region.");
	}
	const behind = typeof raw.url === "string" ? /\/api(?:\/|$)/.exec(raw.url) : null;
	if (behind !== null) report([...path, "url"], 'found "/api" in the address; it ends before that.', "Write the address up to there only.");
	// Otherwise the secret would go to JumpCloud itself, past the gateway that all the rest goes through.
	if (raw.url !== undefined && raw.clientId !== undefined && raw.tokenUrl === undefined)
		report(
			[...path, "url"],
			"found `url` with `clientId`, but no `tokenUrl`.",
			"Add the address of the token endpoint as tokenUrl.",
			"key",
		);
};

export const jumpcloud: SourceKind<z.output<typeof schema>, JumpCloudSource> = {
	kind: "jumpcloud",
	title: "JumpCloud",
	schema,
	rules: (context) => {
		oneWayToLogIn(context);
		addresses(context);
	},
	build: (input, { id, secretAt, networkAt }) => ({
		id,
		kind: "jumpcloud",
		region: input.region,
		...(input.url === undefined ? {} : { url: input.url }),
		...(input.tokenUrl === undefined ? {} : { tokenUrl: input.tokenUrl }),
		auth:
			input.apiKey === undefined
				? { kind: "serviceAccount", clientId: input.clientId ?? "", clientSecret: secretAt("clientSecret") }
				: { kind: "apiKey", key: secretAt("apiKey") },
		...(input.organization === undefined ? {} : { organization: input.organization }),
		...(input.pageSize === undefined ? {} : { pageSize: input.pageSize }),
		requestsPerMinute: input.requestsPerMinute,
		locked: input.locked,
		groupOrder: input.groupOrder,
		listEnd: input.listEnd,
		network: networkAt(input.network),
	}),
};
