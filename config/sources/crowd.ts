import { z } from "zod";
import { applicationFields, baseOfCrowd, directoriesField } from "../application.ts";
import { field } from "../fields.ts";
import type { SourceBase, SourceKind } from "../kind.ts";
import { type NetworkConfig, network } from "../network.ts";
import type { SecretRef } from "../secrets.ts";
import { URL_ALLOWED, webUrl } from "../url.ts";

/** The directories that one application of a Crowd sees. */
export interface CrowdSource extends SourceBase {
	readonly kind: "crowd";
	readonly url: string;
	readonly application: string;
	readonly password: SecretRef;
	readonly personId: "key" | "username";
	readonly directories?: readonly number[];
	readonly pageSize?: number;
	readonly network: NetworkConfig;
}

const schema = z.strictObject({
	kind: field(z.literal("crowd"), {
		meaning: "Atlassian Crowd 3 or later, or a Jira that serves as user server.",
		allowed: "crowd",
		example: "crowd",
	}),
	url: field(webUrl(), {
		meaning: "Crowd's address with its context path, which is /crowd unless it was changed.",
		allowed: URL_ALLOWED,
		example: "https://crowd.example.org/crowd",
		todo: "Take it from the address of Crowd's console, up to /console.",
	}),
	...applicationFields("docs/guides/crowd-directory.md"),
	personId: field(z.enum(["key", "username"]).default("key"), {
		meaning:
			"What never changes about a person, by which accounts are linked: Crowd's key. Only for a server that sends none, `username`; somebody who is renamed is then somebody else. Choose it once.",
		allowed: "key or username",
		example: "key",
	}),
	directories: directoriesField(
		"Directories of which somebody must be among the people, or the reading is refused. Crowd may leave out a directory that does not answer; with this it is noticed.",
		"none is looked for",
	),
	pageSize: field(z.number().int().min(1).max(10_000).optional(), {
		meaning: "People and groups per request.",
		allowed: "a whole number from 1 to 10000",
		example: "999",
		default: "999; one more is asked for, so that pages overlap",
	}),
	// All memberships come in one answer.
	network: network(2, "300s"),
});

export const crowd: SourceKind<z.output<typeof schema>, CrowdSource> = {
	kind: "crowd",
	title: "Atlassian Crowd",
	schema,
	rules: baseOfCrowd,
	build: (input, { id, secretAt, networkAt }) => ({
		id,
		kind: "crowd",
		url: input.url,
		application: input.application,
		password: secretAt("password"),
		personId: input.personId,
		...(input.directories === undefined ? {} : { directories: input.directories }),
		...(input.pageSize === undefined ? {} : { pageSize: input.pageSize }),
		network: networkAt(input.network),
	}),
};
