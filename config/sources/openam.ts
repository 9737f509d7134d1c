import { z } from "zod";
import { field, line, SECRET_ALLOWED, secret } from "../fields.ts";
import type { Rules, SourceBase, SourceKind } from "../kind.ts";
import { type NetworkConfig, network } from "../network.ts";
import type { SecretRef } from "../secrets.ts";
import { URL_ALLOWED, webUrl } from "../url.ts";

/** Realms of one OpenAM or ForgeRock AM, read with an account that may read identities. */
export interface OpenAmSource extends SourceBase {
	readonly kind: "openam";
	readonly url: string;
	readonly realms: readonly string[];
	readonly authRealm: string;
	readonly chain?: string;
	readonly username: string;
	readonly password: SecretRef;
	readonly attributes: {
		readonly id: string;
		readonly groupId: string;
		readonly name: string;
		readonly groupName: string;
		readonly member: string;
		readonly status: string;
	};
	readonly network: NetworkConfig;
}

const realm = () => line().regex(/^\/(?:[^/\s][^/]*(?:\/[^/]+)*)?$/);
const REALM_ALLOWED = 'the path of a realm: "/" for the top-level one, "/staff/berlin" for one below it';
const named = () => line().regex(/^[A-Za-z][A-Za-z0-9-]*$/);
const attribute = (name: string) => named().default(name);
const ATTRIBUTE_ALLOWED = "the name of an attribute of the data store; upper and lower case do not matter";

const attributes = z
	.strictObject({
		id: field(attribute("entryUUID"), {
			meaning:
				"What never changes about a person, by which accounts are linked. The data store must show it. `dn` is always shown, but changes when somebody is renamed: a renamed person is then a new one.",
			allowed: ATTRIBUTE_ALLOWED,
			example: "entryUUID",
		}),
		groupId: field(named().optional(), {
			meaning: "The same for groups.",
			allowed: ATTRIBUTE_ALLOWED,
			example: "dn",
			default: "the value of `id`",
		}),
		name: field(attribute("uid"), {
			meaning: "The attribute that the data store names people by.",
			allowed: ATTRIBUTE_ALLOWED,
			example: "uid",
		}),
		groupName: field(attribute("cn"), {
			meaning: "The attribute that the data store names groups by.",
			allowed: ATTRIBUTE_ALLOWED,
			example: "cn",
		}),
		member: field(attribute("uniqueMember"), {
			meaning: "Holds the DNs of a group's members.",
			allowed: ATTRIBUTE_ALLOWED,
			example: "member",
		}),
		status: field(attribute("inetUserStatus"), {
			meaning: "Says whether somebody is active; OpenAM makes `Active` or `Inactive` of what is stored there. Whoever has none is active.",
			allowed: ATTRIBUTE_ALLOWED,
			example: "inetUserStatus",
		}),
	})
	.prefault({});

const schema = z.strictObject({
	kind: field(z.literal("openam"), { meaning: "OpenAM 13 or later, ForgeRock AM 5 or later.", allowed: "openam", example: "openam" }),
	url: field(webUrl(), {
		meaning: "OpenAM's address with its context path, and with the host name that it was set up with: it answers to no other.",
		allowed: URL_ALLOWED,
		example: "https://sso.example.org/openam",
		todo: "Take it from the address of the console, up to /XUI or /console.",
	}),
	realms: field(
		z
			.array(field(realm(), { meaning: "A realm.", allowed: REALM_ALLOWED, example: "/staff" }))
			.min(1)
			.default(["/"]),
		{
			meaning:
				"The realms whose people are read. A realm below another one repeats its parent's people unless it has a data store of its own; they count once.",
			allowed: "a list of paths",
			example: '["/", "/staff/berlin"]',
		},
	),
	authRealm: field(realm().default("/"), { meaning: "The realm that the account lives in.", allowed: REALM_ALLOWED, example: "/" }),
	chain: field(line().optional(), {
		meaning: "The authentication chain that the account logs in by. It must ask for a name and a password only.",
		allowed: "the name of a chain of `authRealm`",
		example: "ldapService",
		default: "the realm's default chain",
	}),
	username: field(line(), {
		meaning: "The account that reads.",
		allowed: "a user name",
		example: "rollcall",
		todo: "How to make one with the least rights: docs/guides/openam.md.",
	}),
	password: field(secret(), {
		meaning: "The account's password.",
		allowed: SECRET_ALLOWED,
		example: "${credential:openam}",
		secret: true,
		todo: "Put the password into a file and refer to it by name.",
	}),
	attributes: field(attributes, { meaning: "What the data store behind OpenAM calls things." }),
	network: network(2, "180s"),
});

const rules: Rules = ({ raw, path, report }) => {
	const rest = typeof raw.url === "string" ? /\/(?:json|XUI|console|UI)(?:\/|$)/.exec(raw.url) : null;
	if (rest !== null)
		report(
			[...path, "url"],
			`found "${rest[0].replace(/\/$/, "")}" in the address; it ends before that.`,
			"Write the address up to the context path only, like https://sso.example.org/openam.",
		);
};

export const openam: SourceKind<z.output<typeof schema>, OpenAmSource> = {
	kind: "openam",
	title: "OpenAM / ForgeRock AM",
	schema,
	rules,
	build: (input, { id, secretAt, networkAt }) => {
		const { groupId = input.attributes.id, ...names } = input.attributes;
		return {
			id,
			kind: "openam",
			url: input.url,
			realms: input.realms,
			authRealm: input.authRealm,
			...(input.chain === undefined ? {} : { chain: input.chain }),
			username: input.username,
			password: secretAt("password"),
			attributes: { ...names, groupId },
			network: networkAt(input.network),
		};
	},
};
