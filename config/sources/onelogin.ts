import { z } from "zod";
import { field, line, SECRET_ALLOWED, secret } from "../fields.ts";
import type { Rules, SourceBase, SourceKind } from "../kind.ts";
import { type NetworkConfig, network } from "../network.ts";
import type { SecretRef } from "../secrets.ts";
import { percent } from "../units.ts";
import { URL_ALLOWED, webUrl } from "../url.ts";

/** One OneLogin account, read with an API credential. */
export interface OneLoginSource extends SourceBase {
	readonly kind: "onelogin";
	readonly url: string;
	readonly clientId: string;
	readonly clientSecret: SecretRef;
	readonly groups: {
		readonly read: readonly ("roles" | "groups")[];
		readonly rolePrefix: string;
		readonly groupPrefix: string;
		readonly members: "both" | "roles" | "people";
	};
	readonly active: { readonly statuses: readonly (typeof STATUSES)[number][]; readonly states: readonly (typeof STATES)[number][] };
	/** From 0 to 1. */
	readonly reserve: number;
	readonly pageSize?: number;
	readonly network: NetworkConfig;
}

const STATUSES = [
	"unactivated",
	"active",
	"suspended",
	"locked",
	"passwordExpired",
	"awaitingPasswordReset",
	"passwordPending",
	"securityQuestionsRequired",
] as const;
const STATES = ["unapproved", "approved", "rejected", "unlicensed"] as const;
const KINDS = ["roles", "groups"] as const;

const prefix = (standard: string) =>
	z
		.string()
		.regex(/^[^\r\n]*$/)
		.default(standard);

const groups = z
	.strictObject({
		read: field(
			z.array(field(z.enum(KINDS), { meaning: "What is read.", allowed: KINDS.join(" or "), example: "roles" })).default([...KINDS]),
			{
				meaning:
					"What counts as a group: roles, of which a person may have many, and OneLogin's groups (security policies), of which a person has one at most. What the policy does not use costs calls for nothing.",
				allowed: "a list of roles and groups; empty for neither",
				example: "[roles]",
			},
		),
		rolePrefix: field(prefix(""), {
			meaning: "Put before the names of roles. Paths (`/roles/Sales`) tell them from groups in any case.",
			allowed: "any text in one line",
			example: '"role:"',
		}),
		groupPrefix: field(prefix("group:"), {
			meaning: "Put before the names of OneLogin's groups, so that a role and a group of the same name are two.",
			allowed: "any text in one line",
			example: '"group:"',
		}),
		members: field(z.enum(["both", "roles", "people"]).default("both"), {
			meaning:
				"Who is believed about the people of a role. `both`: the list of roles and people's own records must agree, or the role is held and nobody loses anything by it. `roles`, `people`: the one or the other alone.",
			allowed: "both, roles or people",
			example: "both",
		}),
	})
	.prefault({});

const active = z
	.strictObject({
		statuses: field(
			z
				.array(field(z.enum(STATUSES), { meaning: "A status.", allowed: STATUSES.join(", "), example: "active" }))
				.min(1)
				.default(STATUSES.filter((status) => status !== "unactivated" && status !== "suspended")),
			{
				meaning:
					"People with one of these statuses are active; all others are there and switched off. Only `active` ones can log in at this moment; the others of the default come back by themselves or with a new password.",
				allowed: `a list of ${STATUSES.join(", ")}`,
				example: "[active, locked, passwordExpired]",
			},
		),
		states: field(
			z
				.array(field(z.enum(STATES), { meaning: "A state.", allowed: STATES.join(", "), example: "approved" }))
				.min(1)
				.default(["approved"]),
			{
				meaning: "And their state must be one of these.",
				allowed: `a list of ${STATES.join(", ")}`,
				example: "[approved, unlicensed]",
			},
		),
	})
	.prefault({});

const schema = z.strictObject({
	kind: field(z.literal("onelogin"), { meaning: "OneLogin.", allowed: "onelogin", example: "onelogin" }),
	url: field(webUrl(), {
		meaning: "The account's own address, or the older one of its region (https://api.us.onelogin.com, https://api.eu.onelogin.com).",
		allowed: URL_ALLOWED,
		example: "https://example.onelogin.com",
		todo: "It is the address at which people log in.",
	}),
	clientId: field(line().regex(/^[^\s,]+$/), {
		meaning: "The client ID of an API credential with the scope Read users.",
		allowed: "a client id",
		example: "5a8f3c0d9e7b4a6192c4d8e0f1a3b5c7",
		todo: "Make a credential under Developers > API Credentials; see docs/guides/onelogin.md.",
	}),
	clientSecret: field(secret(), {
		meaning: "Its client secret.",
		allowed: SECRET_ALLOWED,
		example: "${credential:onelogin}",
		secret: true,
		todo: "Put the secret into a file and refer to it by name.",
	}),
	groups: field(groups, { meaning: "What of OneLogin's counts as a group, and by which name." }),
	active: field(active, { meaning: "Who is active." }),
	reserve: field(
		percent()
			.refine((share) => share < 1)
			.prefault("20%"),
		{
			meaning:
				"How much of the account's hourly API calls (5,000 for all of its clients together) Rollcall leaves to others. A reading that does not fit into the rest is not begun.",
			allowed: 'a percentage from "0%" to "99%", with the sign',
			example: "20%",
		},
	),
	pageSize: field(z.number().int().min(1).max(1000).optional(), {
		meaning: "Rows per request. Where OneLogin sends fewer than asked for, that number is used.",
		allowed: "a whole number from 1 to 1000",
		example: "50",
		default: "100 people, 650 roles, 50 groups",
	}),
	network: network(2),
});

const rules: Rules = ({ raw, path, report }) => {
	if (typeof raw.url !== "string") return;
	const behind = /^https?:\/\/[^/]+(\/[^/]+)/.exec(raw.url)?.[1];
	if (behind !== undefined)
		report([...path, "url"], `found "${behind}" behind the address; it ends before that.`, "Write https:// and the host only.");
	const shared = /^https?:\/\/((?:app|www|developers)\.onelogin\.com)(?:[/:]|$)/i.exec(raw.url)?.[1];
	if (shared !== undefined)
		report(
			[...path, "url"],
			`found ${shared}, which is nobody's account.`,
			"Write the account's own address, like https://example.onelogin.com.",
		);
};

export const onelogin: SourceKind<z.output<typeof schema>, OneLoginSource> = {
	kind: "onelogin",
	title: "OneLogin",
	schema,
	rules,
	build: (input, { id, secretAt, networkAt }) => ({
		id,
		kind: "onelogin",
		url: input.url,
		clientId: input.clientId,
		clientSecret: secretAt("clientSecret"),
		groups: input.groups,
		active: input.active,
		reserve: input.reserve,
		...(input.pageSize === undefined ? {} : { pageSize: input.pageSize }),
		network: networkAt(input.network),
	}),
};
