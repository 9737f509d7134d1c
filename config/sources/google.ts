import { z } from "zod";
import { field, line, SECRET_ALLOWED, secret } from "../fields.ts";
import type { Rules, SourceBase, SourceKind } from "../kind.ts";
import { type NetworkConfig, network } from "../network.ts";
import type { SecretRef } from "../secrets.ts";
import { URL_ALLOWED, webUrl } from "../url.ts";

/** One Google Workspace or Cloud Identity organisation, read with a service account. */
export interface GoogleSource extends SourceBase {
	readonly kind: "google";
	readonly auth: GoogleAuthConfig;
	readonly subject?: string;
	readonly customer?: string;
	readonly domain?: string;
	readonly organizationalUnits: "groups" | "ignore";
	readonly memberCount: "prove" | "ignore";
	readonly requestsPerMinute: number;
	readonly pageSize?: number;
	readonly url?: string;
	readonly tokenUrl?: string;
	readonly iamUrl?: string;
	readonly network: NetworkConfig;
}
export type GoogleAuthConfig =
	| { readonly kind: "key"; readonly key: SecretRef }
	| { readonly kind: "federation"; readonly serviceAccount: string; readonly configuration: SecretRef }
	| { readonly kind: "machine"; readonly serviceAccount: string };

const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/;
const address = () => line().regex(ADDRESS);

const origin = (of: string, example: string) =>
	field(webUrl().optional(), {
		meaning: `Address of ${of}, where it is not Google's own (private endpoints, a stand-in).`,
		allowed: URL_ALLOWED,
		example,
		default: `\`${example}\``,
	});

const schema = z.strictObject({
	kind: field(z.literal("google"), { meaning: "Google Workspace and Cloud Identity.", allowed: "google", example: "google" }),
	key: field(secret().optional(), {
		meaning: "The key file (JSON) of a service account. Either this, or `serviceAccount` without any key.",
		allowed: SECRET_ALLOWED,
		example: "${credential:google}",
		secret: true,
	}),
	serviceAccount: field(address().optional(), {
		meaning:
			"The service account, where there is no key: Google's IAM signs for it. Who asks IAM is told by `federation`; without that it is the identity of the Google Cloud machine that Rollcall runs on.",
		allowed: "the e-mail address of a service account",
		example: "rollcall@example.iam.gserviceaccount.com",
	}),
	federation: field(secret().optional(), {
		meaning: "The client configuration (JSON) of a workload identity federation. Together with `serviceAccount`.",
		allowed: SECRET_ALLOWED,
		example: "${credential:google-federation}",
		secret: true,
	}),
	subject: field(address().optional(), {
		meaning:
			"The administrator that the service account stands in for (domain-wide delegation). Without it the service account needs an administrator role of its own.",
		allowed: "the primary e-mail address of an administrator",
		example: "rollcall-reader@example.org",
	}),
	customer: field(line().optional(), {
		meaning: "Which organisation, for resellers who see several.",
		allowed: "a customer ID",
		example: "C03az79cb",
		default: "the one that `subject` belongs to",
	}),
	domain: field(
		line()
			.regex(/^[^\s@/]+\.[^\s@/.]+$/)
			.optional(),
		{
			meaning: "Only people whose primary address is in this domain. Groups are those of the whole organisation in any case.",
			allowed: "one domain of the organisation",
			example: "example.org",
			default: "all domains",
		},
	),
	organizationalUnits: field(z.enum(["groups", "ignore"]).default("ignore"), {
		meaning:
			"`groups`: each organisational unit is a group as well, with the units below it inside. Needs one scope and one privilege more.",
		allowed: "groups or ignore",
		example: "groups",
	}),
	memberCount: field(z.enum(["prove", "ignore"]).default("prove"), {
		meaning:
			"What Google's own count of a group's members is for. `prove`: a group that lists fewer is held, and nobody loses anything by it. `ignore`: the list alone counts.",
		allowed: "prove or ignore",
		example: "prove",
	}),
	requestsPerMinute: field(z.number().int().min(10).max(2400).default(1200), {
		meaning:
			"How many requests Rollcall allows itself in a minute. Google's quota is 2400 for each user of a project; the rest is for others.",
		allowed: "a whole number from 10 to 2400",
		example: "600",
	}),
	pageSize: field(z.number().int().min(1).max(500).optional(), {
		meaning: "Rows per request. Groups and members come 200 at a time at most.",
		allowed: "a whole number from 1 to 500",
		example: "200",
		default: "500 people, 200 groups or members",
	}),
	url: origin("the Directory API", "https://admin.googleapis.com"),
	tokenUrl: origin("the token endpoint, up to `/token`", "https://oauth2.googleapis.com"),
	iamUrl: origin("IAM Credentials, for log-ins without a key", "https://iamcredentials.googleapis.com"),
	network: network(8),
});

const oneWayToLogIn: Rules = ({ raw, path, report }) => {
	const keyless = (["serviceAccount", "federation"] as const).find((key) => raw[key] !== undefined);
	if (raw.key !== undefined && keyless !== undefined)
		report(
			[...path, keyless],
			`found \`key\` and \`${keyless}\`; allowed: a key file, or a service account without one.`,
			"Keep one of the two and delete the other.",
			"key",
		);
	else if (raw.key === undefined && keyless === undefined)
		report(
			path,
			"no way to log in; allowed: `key`, or `serviceAccount`.",
			"Add `key: ${credential:google}` (docs/guides/google.md says how to make one).",
			"key",
		);
	else if (raw.federation !== undefined && raw.serviceAccount === undefined)
		report(
			[...path, "federation"],
			"found `federation` without `serviceAccount`.",
			"Add the e-mail address of the service account that the federation may sign for.",
			"key",
		);
};

const subjectIsSomebody: Rules = ({ raw, path, report }) => {
	if (typeof raw.subject !== "string" || !/\.gserviceaccount\.com$/.test(raw.subject)) return;
	report(
		[...path, "subject"],
		"found a service account; it can stand in for a person only.",
		"Write the address of an administrator, or leave `subject` out and give the service account a role of its own.",
	);
};

export const google: SourceKind<z.output<typeof schema>, GoogleSource> = {
	kind: "google",
	title: "Google Workspace",
	schema,
	rules: (context) => {
		oneWayToLogIn(context);
		subjectIsSomebody(context);
	},
	build: (input, { id, secretAt, networkAt }) => {
		const { key, serviceAccount = "", federation } = input;
		const auth: GoogleAuthConfig =
			key !== undefined
				? { kind: "key", key: secretAt("key") }
				: federation === undefined
					? { kind: "machine", serviceAccount }
					: { kind: "federation", serviceAccount, configuration: secretAt("federation") };
		return {
			id,
			kind: "google",
			auth,
			...(input.subject === undefined ? {} : { subject: input.subject }),
			...(input.customer === undefined ? {} : { customer: input.customer }),
			...(input.domain === undefined ? {} : { domain: input.domain }),
			organizationalUnits: input.organizationalUnits,
			memberCount: input.memberCount,
			requestsPerMinute: input.requestsPerMinute,
			...(input.pageSize === undefined ? {} : { pageSize: input.pageSize }),
			...(input.url === undefined ? {} : { url: input.url }),
			...(input.tokenUrl === undefined ? {} : { tokenUrl: input.tokenUrl }),
			...(input.iamUrl === undefined ? {} : { iamUrl: input.iamUrl }),
			network: networkAt(input.network),
		};
	},
};
