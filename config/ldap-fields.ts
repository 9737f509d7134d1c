import { z } from "zod";
import { field, line, SECRET_ALLOWED, secret } from "./fields.ts";

const LDAP_URL = /^ldaps?:\/\/(?:[^\s/?#@\\:[\]]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?\/?$/;

/** ldaps://host:port or ldap://host:port. */
export const ldapUrl = () =>
	z
		.string()
		.regex(LDAP_URL)
		.refine((value) => URL.canParse(value))
		.transform((value) => value.replace(/\/+$/, ""));
export const LDAP_URL_ALLOWED = "an ldaps:// or ldap:// address: host and port only";

/** Attribute and value at least once; the server judges the rest. */
const distinguishedName = () => line().regex(/^(?:[A-Za-z][\w-]*|\d+(?:\.\d+)*)\s*=/);
export const NAME_ALLOWED = "a distinguished name";
const base = () => field(distinguishedName(), { meaning: "One base.", allowed: NAME_ALLOWED, example: '"ou=people,dc=example,dc=org"' });
export const bases = () => z.array(base()).min(1);

const attributeName = () => z.string().regex(/^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)$/);
export const ATTRIBUTE_ALLOWED = "an attribute's name";
export const attribute = (meaning: string, example: string, fallback: string) =>
	field(attributeName().optional(), { meaning, allowed: ATTRIBUTE_ALLOWED, example, default: fallback });
export const attributes = () =>
	z.array(field(attributeName(), { meaning: "One attribute.", allowed: ATTRIBUTE_ALLOWED, example: "member" })).min(1);

/** In brackets, and each of them closed; escaped ones (`\28`) do not count. The connector reads it strictly. */
export const filter = () => line().refine(isWhole);
export const FILTER_ALLOWED = "a search filter (RFC 4515), in brackets";

function isWhole(text: string): boolean {
	let depth = 0;
	for (let at = 0; at < text.length; at += 1) {
		if (text[at] === "(") depth += 1;
		if (text[at] === ")") depth -= 1;
		if (depth < 0 || (depth === 0 && at < text.length - 1)) return false;
	}
	return depth === 0 && /^\(.+\)$/.test(text);
}

/** The keys of every source that is read over LDAP. */
export const connection = (examples: { readonly account: string; readonly credential: string; readonly guide: string }) => ({
	startTls: field(z.boolean().default(true), {
		meaning: "With `ldap://`: encrypt the connection by StartTLS before anything else is said. `false` sends the password in clear.",
		allowed: "true or false",
		example: "true",
	}),
	account: field(line(), {
		meaning: "Whom Rollcall logs in as.",
		allowed: "a name that the server takes for a log-in",
		example: JSON.stringify(examples.account),
		todo: `How to make one: ${examples.guide}.`,
	}),
	password: field(secret(), {
		meaning: "The account's password.",
		allowed: SECRET_ALLOWED,
		example: `\${credential:${examples.credential}}`,
		secret: true,
		todo: "Put the password into a file and refer to it by name.",
	}),
	pageSize: field(z.number().int().min(1).max(5000).optional(), {
		meaning: "Entries per page. Servers have limits of their own, 500 or 1000 as a rule.",
		allowed: "a whole number from 1 to 5000",
		example: "500",
		default: "500",
	}),
});

type Stated<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };
/** Without the keys that were left out. */
export const stated = <T extends object>(input: T): Stated<T> =>
	Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Stated<T>;
