import { z } from "zod";
import { field, line, SECRET_ALLOWED, secret } from "../fields.ts";
import type { Rules, SourceBase, SourceKind } from "../kind.ts";
import { type NetworkConfig, network } from "../network.ts";
import type { SecretRef } from "../secrets.ts";
import { URL_ALLOWED, webUrl } from "../url.ts";

/** One Keycloak realm, read with the service account of a confidential client. */
export interface KeycloakSource extends SourceBase {
	readonly kind: "keycloak";
	readonly url: string;
	readonly realm: string;
	readonly authRealm?: string;
	readonly clientId: string;
	readonly clientSecret: SecretRef;
	readonly pageSize?: number;
	readonly network: NetworkConfig;
}

const schema = z.strictObject({
	kind: field(z.literal("keycloak"), { meaning: "Keycloak, 24 or later.", allowed: "keycloak", example: "keycloak" }),
	url: field(webUrl(), {
		meaning: "Keycloak's base address, with the path it is served under, without `/realms` and `/admin`.",
		allowed: URL_ALLOWED,
		example: "https://sso.example.org",
		todo: "Take it from the address of the admin console, up to /admin.",
	}),
	realm: field(line(), {
		meaning: "The realm whose people are read.",
		allowed: "a realm's name",
		example: "staff",
		todo: "It stands at the top left of the admin console.",
	}),
	authRealm: field(line().optional(), {
		meaning: "The realm that the client lives in, when it is another one (`master`).",
		allowed: "a realm's name",
		example: "master",
		default: "the value of `realm`",
	}),
	clientId: field(line(), {
		meaning: "The client whose service account reads the realm.",
		allowed: "a client id",
		example: "rollcall",
		todo: "How to make one: docs/guides/keycloak.md.",
	}),
	clientSecret: field(secret(), {
		meaning: "The client's secret.",
		allowed: SECRET_ALLOWED,
		example: "${credential:keycloak}",
		secret: true,
		todo: "Put the client's secret into a file and refer to it by name.",
	}),
	pageSize: field(z.number().int().min(1).max(5000).optional(), {
		meaning: "People per request. Keycloak has no upper limit of its own; larger pages cost it memory.",
		allowed: "a whole number from 1 to 5000",
		example: "500",
		default: "chosen by the connector",
	}),
	network: network(6),
});

const rules: Rules = ({ raw, path, report }) => {
	const realm = typeof raw.url === "string" ? /\/(?:admin|realms)(?:\/|$)/.exec(raw.url) : null;
	if (realm !== null)
		report(
			[...path, "url"],
			`found "${realm[0].replace(/\/$/, "")}" in the address; it ends before that.`,
			"Write the base address only; the realm has its own key.",
		);
};

export const keycloak: SourceKind<z.output<typeof schema>, KeycloakSource> = {
	kind: "keycloak",
	title: "Keycloak",
	schema,
	rules,
	build: (input, { id, secretAt, networkAt }) => ({
		id,
		kind: "keycloak",
		url: input.url,
		realm: input.realm,
		...(input.authRealm === undefined ? {} : { authRealm: input.authRealm }),
		clientId: input.clientId,
		clientSecret: secretAt("clientSecret"),
		...(input.pageSize === undefined ? {} : { pageSize: input.pageSize }),
		network: networkAt(input.network),
	}),
};
