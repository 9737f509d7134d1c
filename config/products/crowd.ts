import { z } from "zod";
import { applicationFields, baseOfCrowd, directoriesField } from "../application.ts";
import { field } from "../fields.ts";
import type { ProductBase, ProductKind } from "../kind.ts";
import { markAt, markField, markRules } from "../mark.ts";
import { type NetworkConfig, network } from "../network.ts";
import { productBase, productFields } from "../product-fields.ts";
import { productRules } from "../product-rules.ts";
import type { SecretRef } from "../secrets.ts";
import { URL_ALLOWED, webUrl } from "../url.ts";

/** The directories that one application of a Crowd has, as the user base that several products share. */
export interface CrowdProduct extends ProductBase {
	readonly kind: "crowd";
	readonly url: string;
	readonly application: string;
	readonly password: SecretRef;
	readonly emailChanges?: "allowed" | "refused";
	readonly directories?: readonly number[];
	readonly pageSize?: number;
	readonly network: NetworkConfig;
}
/** Whoever loses these can lock everybody else out of Crowd's console, or be locked out. */
const PROTECTED_ACCOUNTS = ["admin"];
const PROTECTED_GROUPS = ["crowd-administrators"];

const schema = z.strictObject({
	kind: field(z.literal("crowd"), { meaning: "Atlassian Crowd, 3 to 7.", allowed: "crowd", example: "crowd" }),
	url: field(webUrl(), {
		meaning: "Crowd's address with its context path, which is /crowd unless it was changed.",
		allowed: URL_ALLOWED,
		example: "https://crowd.example.org/crowd",
		todo: "Take it from the address of Crowd's console, up to /console.",
	}),
	...applicationFields("docs/guides/crowd.md"),
	emailChanges: field(z.enum(["allowed", "refused"]).optional(), {
		meaning:
			"Whether this Crowd lets applications change e-mail addresses. From 4.4 on it does only when it was started with -Dcrowd.email.change.by.external.apps=true; otherwise addresses that differ are held.",
		allowed: "allowed or refused",
		example: "allowed",
		default: "refused from Crowd 4.4 on",
	}),
	directories: directoriesField(
		"The directories whose accounts are managed; accounts of the application's other directories are left alone.",
		"all directories of the application",
	),
	pageSize: field(z.number().int().min(1).max(10_000).optional(), {
		meaning: "Accounts and groups per request.",
		allowed: "a whole number from 1 to 10000",
		example: "999",
		default: "999; one more is asked for, so that pages overlap",
	}),
	mark: markField("attribute"),
	...productFields(PROTECTED_ACCOUNTS, PROTECTED_GROUPS),
	// All memberships come in one answer.
	network: network(4, "300s"),
});

const commonRules = productRules(PROTECTED_GROUPS);

export const crowd: ProductKind<z.output<typeof schema>, CrowdProduct> = {
	kind: "crowd",
	title: "Atlassian Crowd",
	schema,
	rules: (context) => {
		baseOfCrowd(context);
		markRules(context);
		commonRules(context);
	},
	build: (input, builder) => ({
		...productBase(input, "crowd", { ...builder, protectByDefault: { accounts: PROTECTED_ACCOUNTS, groups: PROTECTED_GROUPS } }),
		url: input.url,
		application: input.application,
		password: builder.secretAt("password"),
		...markAt(input.mark, builder),
		...(input.emailChanges === undefined ? {} : { emailChanges: input.emailChanges }),
		...(input.directories === undefined ? {} : { directories: input.directories }),
		...(input.pageSize === undefined ? {} : { pageSize: input.pageSize }),
		network: builder.networkAt(input.network),
	}),
};
