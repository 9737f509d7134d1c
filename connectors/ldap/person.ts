import type { AttributeNeeds } from "../../core/connector.ts";
import { SyncError } from "../../core/errors.ts";
import type { Attributes, Person, PersonId } from "../../core/model.ts";
import { ownValue } from "./dn.ts";
import type { Entry } from "./entry.ts";

/** Which attribute holds what. */
export interface Names {
	readonly id: string;
	readonly username: string;
	readonly email: string;
	readonly givenName: string;
	readonly familyName: string;
	/** The first of these that is there. */
	readonly displayName: readonly string[];
}

/** What a vendor knows better than the attributes' names. */
export interface Reading {
	readonly names: Names;
	/** The id's text; undefined: the value is none. */
	readonly id: (entry: Entry) => string | undefined;
	/** A reason instead of an answer: whether this person is active could not be read. */
	readonly active: (entry: Entry) => boolean | { readonly because: string };
	/** Binary attributes that have a text form (`objectSid`). */
	readonly decoded?: Readonly<Record<string, (bytes: Buffer) => string | undefined>>;
}

/** A record that was understood, or one that was seen and must be held. `unusable`: not even an id. */
export type Translated<T> =
	| { readonly kind: "good"; readonly value: T }
	| { readonly kind: "bad"; readonly id: string; readonly label: string | undefined; readonly because: string }
	| { readonly kind: "unusable" };

export function personOf(entry: Entry, reading: Reading, needs: AttributeNeeds): Translated<Person> {
	const { names } = reading;
	const id = reading.id(entry);
	if (id === undefined) return { kind: "unusable" };
	const username = usernameOf(entry, names.username);
	if (typeof username !== "string") return { kind: "bad", id, label: entry.dn, ...username };
	const active = reading.active(entry);
	if (typeof active !== "boolean") return { kind: "bad", id, label: username, ...active };
	const displayName = names.displayName.map((name) => entry.text(name)).find((text) => text !== undefined);
	return {
		kind: "good",
		value: {
			id: id as PersonId,
			username,
			email: entry.text(names.email),
			givenName: entry.text(names.givenName),
			familyName: entry.text(names.familyName),
			displayName,
			active,
			attributes: attributesOf(entry, reading, needs),
		},
	};
}

/** Values have no order in LDAP. Where there are several, the one in the entry's own name is the name. */
function usernameOf(entry: Entry, attribute: string): string | { readonly because: string } {
	const values = entry.texts(attribute);
	if (values === undefined) return { because: `${attribute} is not text` };
	if (values.length > 1)
		return (
			ownValue(entry.dn, attribute) ?? { because: `${attribute} has ${values.length} values, and none of them is in the entry's name` }
		);
	return values[0] || { because: `there is no ${attribute}` };
}

/** Named as they were asked for; text only. */
function attributesOf(entry: Entry, reading: Reading, needs: AttributeNeeds): Attributes {
	const wanted = needs === "all" ? entry.names().filter((name) => !isSecret(name)) : [...needs];
	return Object.fromEntries(
		wanted.flatMap((name): [string, readonly string[]][] => {
			const values = valuesOf(entry, name, reading.decoded?.[name.toLowerCase()]);
			return values.length === 0 ? [] : [[name, values]];
		}),
	);
}

function valuesOf(entry: Entry, name: string, decode: ((bytes: Buffer) => string | undefined) | undefined): readonly string[] {
	if (decode === undefined) return entry.texts(name) ?? [];
	return entry.bytes(name).flatMap((value) => decode(value) ?? []);
}

/** What opens accounts. Never asked for, and never kept where a server sends it unasked. */
const SECRET =
	/^(userPassword|authPassword|unicodePwd|dBCSPwd|ntPwdHistory|lmPwdHistory|supplementalCredentials|krbPrincipalKey|krbMKey|krb5Key|ipaNTHash|ipaNTSecurity.*|sambaNTPassword|sambaLMPassword|sambaPasswordHistory|pwdHistory|passwordHistory|nspmPassword|ms-Mcs-AdmPwd|msLAPS-.*|ipatoken.*|oathSecret|privateKey)(;.*)?$/i;
const isSecret = (name: string): boolean => SECRET.test(name);

/** What to ask the server for, so that `needs` can be met. Throws `config.invalid` for what no policy may see. */
export function wantedAttributes(own: readonly string[], needs: AttributeNeeds): readonly string[] {
	const extra = needs === "all" ? ["*"] : [...needs];
	const secret = extra.find(isSecret);
	if (secret !== undefined)
		throw new SyncError("config.invalid", `an expression uses person.attributes.${secret}, which holds a secret`, {
			todo: "Take it out of the policy; Rollcall never reads passwords or keys.",
		});
	const once = new Map([...own, ...extra].map((name) => [name.toLowerCase(), name]));
	return [...once.values()];
}
