import { z } from "zod";

const WEB_URL = /^https?:\/\/[^\s/?#@\\]+(?:\/[^\s?#]*)?$/;

/** An http or https address without credentials, query and fragment. */
export const isWebUrl = (value: string): boolean => WEB_URL.test(value) && URL.canParse(value);

/** The same in the schema; the slash at the end is dropped. */
export const webUrl = () =>
	z
		.string()
		.regex(WEB_URL)
		.refine((value) => URL.canParse(value))
		.transform((value) => value.replace(/\/+$/, ""));

export const URL_ALLOWED = "an http:// or https:// address without user name, password, query and fragment";

/** Plain HTTP to another machine: everything, the credential included, can be read on the way. */
export function sendsInClear(value: string): boolean {
	if (!URL.canParse(value)) return false;
	const { protocol, hostname } = new URL(value);
	return protocol === "http:" && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
