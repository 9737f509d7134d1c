import { z } from "zod";
import { field, line, SECRET_ALLOWED, secret } from "../fields.ts";
import type { Rules, SourceBase, SourceKind } from "../kind.ts";
import { type NetworkConfig, network } from "../network.ts";
import type { SecretRef } from "../secrets.ts";
import { percent } from "../units.ts";
import { URL_ALLOWED, webUrl } from "../url.ts";

/** One Okta organisation, read with an API token or as a service app. */
export interface OktaSource extends SourceBase {
	readonly kind: "okta";
	readonly url: string;
	readonly auth: OktaAuthConfig;
	readonly pageSize?: number;
	/** From 0 to 1. */
	readonly rateShare: number;
	readonly memberCount: "prove" | "ignore";
	readonly network: NetworkConfig;
}
export type OktaAuthConfig =
	| { readonly kind: "token"; readonly token: SecretRef }
	| { readonly kind: "serviceApp"; readonly clientId: string; readonly privateKey: SecretRef; readonly keyId?: string };

const schema = z.strictObject({
	kind: field(z.literal("okta"), { meaning: "Okta (Workforce Identity).", allowed: "okta", example: "okta" }),
	url: field(webUrl(), {
		meaning: "The organisation's own address, or its custom domain.",
		allowed: URL_ALLOWED,
		example: "https://example.okta.com",
		todo: "It is the address of the end-user dashboard, without -admin.",
	}),
	token: field(secret().optional(), {
		meaning: "An API token of a read-only administrator. Either this, or `clientId` and `privateKey`.",
		allowed: SECRET_ALLOWED,
		example: "${credential:okta}",
		secret: true,
	}),
	clientId: field(line().optional(), {
		meaning: "The client ID of a service app. Together with `privateKey`.",
		allowed: "a client id",
		example: "0oa1a2b3c4d5e6f7g8h9",
	}),
	privateKey: field(secret().optional(), {
		meaning: "The service app's private key: a JSON Web Key or PEM, RSA or elliptic (P-256, P-384, P-521). Together with `clientId`.",
		allowed: SECRET_ALLOWED,
		example: "${credential:okta-key}",
		secret: true,
	}),
	keyId: field(line().optional(), {
		meaning: "Which of the app's keys it is (`kid`), where the key is PEM and the app has several.",
		allowed: "a key id",
		example: "SIGNING_KEY_1",
	}),
	pageSize: field(z.number().int().min(1).max(1000).optional(), {
		meaning: "Rows per request. People and groups come 200 at a time at most, as Okta recommends.",
		allowed: "a whole number from 1 to 1000",
		example: "200",
		default: "200 people or groups, 1000 members",
	}),
	rateShare: field(
		percent()
			.refine((share) => share >= 0.01)
			.prefault("45%"),
		{
			meaning:
				"How much of each of Okta's rate limits Rollcall may use within a minute; the rest is for others. Okta itself gives one token or app half.",
			allowed: 'a percentage from "1%" to "100%", with the sign',
			example: "45%",
		},
	),
	memberCount: field(z.enum(["prove", "ignore"]).default("prove"), {
		meaning:
			"What Okta's own count of a group's members is for. `prove`: a group that lists fewer is held, and nobody loses anything by it. `ignore`: the list alone counts.",
		allowed: "prove or ignore",
		example: "prove",
	}),
	network: network(8),
});

const oneWayToLogIn: Rules = ({ raw, path, report }) => {
	const has = { token: raw.token !== undefined, clientId: raw.clientId !== undefined, privateKey: raw.privateKey !== undefined };
	const app = (["clientId", "privateKey", "keyId"] as const).find((key) => raw[key] !== undefined);
	if (has.token && app !== undefined)
		report(
			[...path, app],
			`found \`token\` and \`${app}\`; allowed: a token, or a service app's clientId with its privateKey.`,
			"Keep one of the two and delete the other.",
			"key",
		);
	else if (!has.token && app === undefined)
		report(
			path,
			"no way to log in; allowed: `token`, or `clientId` and `privateKey`.",
			"Add `token: ${credential:okta}` (docs/guides/okta.md says how to make one).",
			"key",
		);
	else if (!has.token && !(has.clientId && has.privateKey)) {
		const absent = (["clientId", "privateKey"] as const).filter((key) => !has[key]).map((key) => `\`${key}\``);
		report(
			[...path, app!],
			`found \`${app}\` without ${absent.join(" and ")}.`,
			`Add ${absent.join(" and ")}, or use \`token\` instead.`,
			"key",
		);
	}
};

const ownAddress: Rules = ({ raw, path, report }) => {
	if (typeof raw.url !== "string") return;
	const admin = /^https?:\/\/[^/]*-admin\.(?:okta|oktapreview|okta-emea)\.com/i.test(raw.url);
	if (admin) report([...path, "url"], 'found the address of the admin console ("-admin").', "Write it without -admin.");
	const behind = /^https?:\/\/[^/]+(\/[^/]+)/.exec(raw.url)?.[1];
	if (behind !== undefined)
		report([...path, "url"], `found "${behind}" behind the address; it ends before that.`, "Write https:// and the host only.");
};

export const okta: SourceKind<z.output<typeof schema>, OktaSource> = {
	kind: "okta",
	title: "Okta",
	schema,
	rules: (context) => {
		oneWayToLogIn(context);
		ownAddress(context);
	},
	build: (input, { id, secretAt, networkAt }) => ({
		id,
		kind: "okta",
		url: input.url,
		auth:
			input.token === undefined
				? {
						kind: "serviceApp",
						clientId: input.clientId ?? "",
						privateKey: secretAt("privateKey"),
						...(input.keyId === undefined ? {} : { keyId: input.keyId }),
					}
				: { kind: "token", token: secretAt("token") },
		...(input.pageSize === undefined ? {} : { pageSize: input.pageSize }),
		rateShare: input.rateShare,
		memberCount: input.memberCount,
		network: networkAt(input.network),
	}),
};
