import { z } from "zod";
import { field, line, SECRET_ALLOWED, secret } from "../fields.ts";
import type { Rules, SourceBase, SourceKind } from "../kind.ts";
import { type NetworkConfig, network } from "../network.ts";
import type { SecretRef } from "../secrets.ts";
import { webUrl } from "../url.ts";

/** One tenant of Microsoft Entra ID, read as an application. */
export interface EntraSource extends SourceBase {
	readonly kind: "entra";
	readonly login: EntraLoginConfig;
	readonly cloud: "global" | "usgov" | "usgov-dod" | "china";
	readonly url?: string;
	readonly authority?: string;
	readonly username: "userPrincipalName" | "mail" | "onPremisesSamAccountName" | "mailNickname";
	readonly people: "everybody" | "members" | "guests";
	readonly pageSize?: number;
	readonly network: NetworkConfig;
}
interface Application {
	readonly tenant: string;
	readonly clientId: string;
}
export type EntraLoginConfig =
	| ({ readonly kind: "secret"; readonly secret: SecretRef } & Application)
	| ({ readonly kind: "certificate"; readonly pem: SecretRef } & Application)
	| ({ readonly kind: "federated"; readonly token: SecretRef } & Application)
	| { readonly kind: "managed"; readonly clientId?: string };

const SECURE_URL_ALLOWED = "an https:// address without user name, password, query and fragment";
const WAYS = ["clientSecret", "certificate", "federatedToken", "managedIdentity"] as const;

const schema = z.strictObject({
	kind: field(z.literal("entra"), { meaning: "Microsoft Entra ID (Azure AD), by Microsoft Graph.", allowed: "entra", example: "entra" }),
	tenant: field(
		z
			.string()
			.regex(/^[A-Za-z0-9.-]+$/)
			.optional(),
		{
			meaning: "The tenant's id, or one of its domains. Required unless the log-in is a managed identity.",
			allowed: "a tenant id or a domain",
			example: "contoso.onmicrosoft.com",
		},
	),
	clientId: field(line().optional(), {
		meaning: "The application's id; with a managed identity: that of a user-assigned one.",
		allowed: "an application (client) id",
		example: "22222222-2222-4222-8222-222222222222",
	}),
	clientSecret: field(secret().optional(), {
		meaning: "A client secret of the application (its value, not its id). One of four ways to log in.",
		allowed: SECRET_ALLOWED,
		example: "${credential:entra}",
		secret: true,
	}),
	certificate: field(secret().optional(), {
		meaning: "A file with a certificate of the application and its private key (RSA), both as PEM. Instead of `clientSecret`.",
		allowed: SECRET_ALLOWED,
		example: "${credential:entra-certificate}",
		secret: true,
	}),
	federatedToken: field(secret().optional(), {
		meaning:
			"A file with a token of another identity provider that the application trusts (workload identity federation); read anew for each log-in. Instead of `clientSecret`.",
		allowed: SECRET_ALLOWED,
		example: "${file:/var/run/secrets/azure/tokens/azure-identity-token}",
		secret: true,
	}),
	managedIdentity: field(z.literal(true).optional(), {
		meaning: "Log in as the machine's own identity, on machines and services in Azure. Instead of `clientSecret`; then without `tenant`.",
		allowed: "true",
		example: "true",
	}),
	cloud: field(z.enum(["global", "usgov", "usgov-dod", "china"]).default("global"), {
		meaning: "Microsoft's cloud that the tenant is in: the global one, US Government L4 (and GCC High), L5 (DoD), or China by 21Vianet.",
		allowed: "global, usgov, usgov-dod or china",
		example: "usgov",
	}),
	username: field(z.enum(["userPrincipalName", "mail", "onPremisesSamAccountName", "mailNickname"]).default("userPrincipalName"), {
		meaning:
			"The property that `person.username` is taken from. Whoever has no value there is held: reported, and nothing about them is changed.",
		allowed: "userPrincipalName, mail, onPremisesSamAccountName or mailNickname",
		example: "onPremisesSamAccountName",
	}),
	people: field(z.enum(["everybody", "members", "guests"]).default("everybody"), {
		meaning:
			"Whom to read, by userType. A member who becomes a guest (or the other way round) has then left as far as Rollcall can see. People without a userType are members.",
		allowed: "everybody, members or guests",
		example: "members",
	}),
	pageSize: field(z.number().int().min(1).max(999).optional(), {
		meaning: "People, groups or members per request. Graph gives 999 at most.",
		allowed: "a whole number from 1 to 999",
		example: "500",
		default: "`999`",
	}),
	url: field(secureUrl(), {
		meaning: "Another address of Microsoft Graph than the cloud's own (a gateway, a stand-in), without `/v1.0`.",
		allowed: SECURE_URL_ALLOWED,
		example: "https://graph.example.org",
		default: "the cloud's own",
	}),
	authority: field(secureUrl(), {
		meaning: "Another address of the authority that gives tokens than the cloud's own. The secret is sent there.",
		allowed: SECURE_URL_ALLOWED,
		example: "https://login.example.org",
		default: "the cloud's own",
	}),
	network: network(4),
});

/** Tokens and secrets do not travel without TLS, not even to this machine: Microsoft's own libraries refuse it. */
function secureUrl() {
	return webUrl()
		.refine((value) => value.startsWith("https://"))
		.optional();
}

const rules: Rules = ({ raw, path, report }) => {
	const found = WAYS.filter((way) => raw[way] !== undefined);
	const [first, second] = found;
	if (first === undefined)
		report(
			path,
			`no way to log in; allowed: one of ${WAYS.map((way) => `\`${way}\``).join(", ")}.`,
			"Add `clientSecret: ${credential:entra}` (docs/guides/entra.md says how to make one).",
			"key",
		);
	else if (second !== undefined)
		report([...path, second], `found \`${first}\` and \`${second}\`; allowed: one way to log in.`, "Keep one and delete the other.", "key");
	const managed = found.includes("managedIdentity");
	for (const key of ["tenant", "clientId"] as const)
		if (!managed && first !== undefined && raw[key] === undefined)
			report(
				path,
				`\`${key}\` is missing; it is needed with \`${first}\`.`,
				`It stands on the application's overview page in the Entra admin center: ${key === "tenant" ? "Directory (tenant)" : "Application (client)"} ID.`,
				"key",
			);
	if (managed && raw.tenant !== undefined)
		report([...path, "tenant"], "found `tenant` with `managedIdentity`; the machine's identity has its own.", "Delete it.", "key");
	const graph = typeof raw.url === "string" ? /\/(?:v1\.0|beta)(?:\/|$)/.exec(raw.url) : null;
	if (graph !== null)
		report(
			[...path, "url"],
			`found "${graph[0].replace(/\/$/, "")}" in the address; it ends before that.`,
			"Write the address without the version.",
		);
};

export const entra: SourceKind<z.output<typeof schema>, EntraSource> = {
	kind: "entra",
	title: "Microsoft Entra ID",
	schema,
	rules,
	build: (input, { id, secretAt, networkAt }) => ({
		id,
		kind: "entra",
		login: loginOf(input, secretAt),
		cloud: input.cloud,
		...(input.url === undefined ? {} : { url: input.url }),
		...(input.authority === undefined ? {} : { authority: input.authority }),
		username: input.username,
		people: input.people,
		...(input.pageSize === undefined ? {} : { pageSize: input.pageSize }),
		network: networkAt(input.network),
	}),
};

function loginOf(input: z.output<typeof schema>, secretAt: (key: string) => SecretRef): EntraLoginConfig {
	const { tenant = "", clientId } = input;
	if (input.managedIdentity === true) return { kind: "managed", ...(clientId === undefined ? {} : { clientId }) };
	const application = { tenant, clientId: clientId ?? "" };
	if (input.certificate !== undefined) return { kind: "certificate", ...application, pem: secretAt("certificate") };
	if (input.federatedToken !== undefined) return { kind: "federated", ...application, token: secretAt("federatedToken") };
	return { kind: "secret", ...application, secret: secretAt("clientSecret") };
}
