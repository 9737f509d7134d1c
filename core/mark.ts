import { createHmac, timingSafeEqual } from "node:crypto";
import { SyncError } from "./errors.ts";
import type { PersonKey, ProductId } from "./model.ts";
import type { Secret } from "./secret.ts";

/**
 * What Rollcall writes into an attribute of an account, so that a lost store can be rebuilt: whose account it is, signed.
 * Unsigned it would be worth nothing: in Jira everybody may write properties of their own account, and could so become
 * somebody else. The signature covers the username, so a mark copied to another account does not fit there.
 */
export interface Mark {
	/** The attribute's name in the product. */
	readonly attribute: string;
	write(person: PersonKey, username: string): string;
	/** Undefined: not written by us, or not for the account of this name. */
	read(text: string, username: string): PersonKey | undefined;
}

const VERSION = "1";
const SHORTEST_KEY = 16;

/** Throws `config.invalid` for a key that could be guessed. `key`: kept where credentials are kept, not in the store, with which it would be lost. */
export function ownershipMark(attribute: string, product: ProductId, key: Secret): Mark {
	if (key.reveal().length < SHORTEST_KEY)
		throw new SyncError("config.invalid", `the key of the mark (${key.origin}) has fewer than ${SHORTEST_KEY} characters`, {
			todo: "Make one with: openssl rand -base64 32",
		});
	const sign = (person: string, username: string): string =>
		createHmac("sha256", key.reveal())
			.update(JSON.stringify([VERSION, product, person, username.toLowerCase()]))
			.digest("base64url")
			.slice(0, 22);
	return {
		attribute,
		write: (person, username) => `${VERSION} ${sign(person, username)} ${person}`,
		read: (text, username) => {
			const [, signature, person] = /^1 ([A-Za-z0-9_-]{22}) (.+)$/s.exec(text) ?? [];
			if (signature === undefined || person === undefined) return undefined;
			return timingSafeEqual(Buffer.from(signature), Buffer.from(sign(person, username))) ? (person as PersonKey) : undefined;
		},
	};
}
