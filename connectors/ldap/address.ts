import { isIP } from "node:net";
import { SyncError } from "../../core/errors.ts";

/** A server's address, checked once. `shown` is what messages and logs call it. */
export interface Address {
	readonly secure: boolean;
	readonly host: string;
	readonly port: number;
	readonly shown: string;
}

/** RFC 4516, as far as a server is named: scheme, host, port. Throws `config.invalid` for anything else. */
export function addressOf(url: string): Address {
	const parsed = /^ldaps?:\/\//i.test(url) ? URL.parse(url) : null;
	const plain = parsed !== null && parsed.hostname !== "" && /^\/?$/.test(parsed.pathname) && parsed.search === "" && parsed.hash === "";
	if (parsed === null || !plain || parsed.username !== "" || parsed.password !== "") {
		const shown = url.includes("@") ? "the configured url" : `"${url}"`;
		throw new SyncError("config.invalid", `${shown} is not the address of an LDAP server`, {
			todo: "Write url like ldaps://ldap.example.org or ldap://ldap.example.org:389; bases and filters have keys of their own.",
		});
	}
	const secure = parsed.protocol === "ldaps:";
	const host = parsed.hostname.replace(/^\[|\]$/g, "");
	const port = parsed.port === "" ? (secure ? 636 : 389) : Number(parsed.port);
	return { secure, host, port, shown: `${isIP(host) === 6 ? `[${host}]` : host}:${port}` };
}
