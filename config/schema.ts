import { z } from "zod";
import { field, line } from "./fields.ts";
import { type BambooProduct, bamboo } from "./products/bamboo.ts";
import { type BitbucketProduct, bitbucket } from "./products/bitbucket.ts";
import { type CloudProduct, cloud } from "./products/cloud.ts";
import { type ConfluenceProduct, confluence } from "./products/confluence.ts";
import { type CrowdProduct, crowd as crowdProduct } from "./products/crowd.ts";
import { type FisheyeProduct, fisheye } from "./products/fisheye.ts";
import { type JiraProduct, jira } from "./products/jira.ts";
import { type ActiveDirectorySource, activedirectory } from "./sources/activedirectory.ts";
import { type CrowdSource, crowd } from "./sources/crowd.ts";
import { type EntraSource, entra } from "./sources/entra.ts";
import { type FilesSource, files } from "./sources/files.ts";
import { type GoogleSource, google } from "./sources/google.ts";
import { type JumpCloudSource, jumpcloud } from "./sources/jumpcloud.ts";
import { type KeycloakSource, keycloak } from "./sources/keycloak.ts";
import { type LdapSource, ldap } from "./sources/ldap.ts";
import { type OktaSource, okta } from "./sources/okta.ts";
import { type OneLoginSource, onelogin } from "./sources/onelogin.ts";
import { type OpenAmSource, openam } from "./sources/openam.ts";
import { type ScimSource, scim } from "./sources/scim.ts";

/** The next kind of directory: one file below sources/, and one line here and in `SourceConfig`. */
export const SOURCE_KINDS = {
	activedirectory,
	crowd,
	entra,
	files,
	google,
	jumpcloud,
	keycloak,
	ldap,
	okta,
	onelogin,
	openam,
	scim,
} as const;
export type SourceConfig =
	| ActiveDirectorySource
	| CrowdSource
	| EntraSource
	| FilesSource
	| GoogleSource
	| JumpCloudSource
	| KeycloakSource
	| LdapSource
	| OktaSource
	| OneLoginSource
	| OpenAmSource
	| ScimSource;

/** The next kind of product: one file below products/, and one line here and in `ProductConfig`. */
export const PRODUCT_KINDS = { bamboo, bitbucket, cloud, confluence, crowd: crowdProduct, fisheye, jira } as const;
export type ProductConfig =
	| BambooProduct
	| BitbucketProduct
	| CloudProduct
	| ConfluenceProduct
	| CrowdProduct
	| FisheyeProduct
	| JiraProduct;

export const SOURCE_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;
export const NAME_ALLOWED = "a letter, then letters, digits, dashes and underscores; at most 63 characters";

export const DEFAULT_STORE = "/var/lib/rollcall/state.db";

/** The whole file. Rules between keys are in rules.ts; names of sources and products too, so that a wrong name hides nothing below it. */
export const schema = z.strictObject({
	version: field(z.literal(1), {
		meaning: "The version of this format.",
		allowed: "1",
		example: "1",
		todo: "Write `version: 1` at the top.",
	}),
	sources: field(
		z.record(
			z.string(),
			field(
				z.discriminatedUnion("kind", [
					activedirectory.schema,
					crowd.schema,
					entra.schema,
					files.schema,
					google.schema,
					jumpcloud.schema,
					keycloak.schema,
					ldap.schema,
					okta.schema,
					onelogin.schema,
					openam.schema,
					scim.schema,
				]),
				{
					meaning: "One directory.",
					allowed: "a mapping that begins with `kind`",
					example: "{ kind: keycloak }",
				},
			),
		),
		{
			meaning:
				"The directories that people are read from, by names of your own. A source's name is part of what identifies a person: choose it once.",
			allowed: "a mapping of names to sources",
			example: "{ staff: { kind: keycloak } }",
			todo: "Define at least one directory.",
			keys: "source",
		},
	),
	products: field(
		z.record(
			z.string(),
			field(
				z.discriminatedUnion("kind", [
					bamboo.schema,
					bitbucket.schema,
					cloud.schema,
					confluence.schema,
					crowdProduct.schema,
					fisheye.schema,
					jira.schema,
				]),
				{
					meaning: "One product.",
					allowed: "a mapping that begins with `kind`",
					example: "{ kind: jira }",
				},
			),
		),
		{
			meaning:
				"The products whose accounts follow the directories, by names of your own. The name identifies what Rollcall remembers about the product: choose it once.",
			allowed: "a mapping of names to products",
			example: "{ jira: { kind: jira } }",
			todo: "Define at least one product.",
			keys: "product",
		},
	),
	store: field(
		z
			.strictObject({
				sqlite: field(line().default(DEFAULT_STORE), {
					meaning:
						"The SQLite file with links, leases and the journal. Relative paths start at the configuration file. Never on a network file system.",
					allowed: "the path of a file on a local disk",
					example: "/var/lib/rollcall/state.db",
				}),
			})
			.prefault({}),
		{ meaning: "Where Rollcall remembers which account belongs to whom, and what it did." },
	),
});
export type ConfigInput = z.output<typeof schema>;
