import type { AccountFields } from "../operation.ts";

const LONGEST = 255;
/** One "@", something on both sides, nothing that can only be a mistake. What a mail server accepts beyond that is its own business. */
const EMAIL = /^[^\s@<>()[\],;:"\\]+@[^\s@<>()[\],;:"\\]+$/;

/** Why no account can have this value, as the end of a sentence; undefined when it can. */
export function unusableValue(field: keyof AccountFields | "attribute", value: string): string | undefined {
	if (field === "username" && value.trim() === "") return "is empty";
	const control = /[\x00-\x1f\x7f-\x9f]/.exec(value)?.[0];
	if (control !== undefined)
		return `contains a control character (U+${control.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")})`;
	if (!value.isWellFormed()) return "contains half of a character (a lone surrogate)";
	if (value.length > LONGEST) return `is ${value.length} characters long; ${LONGEST} are the most a product takes`;
	if (field === "email" && value !== "" && !EMAIL.test(value)) return `is not an e-mail address: ${JSON.stringify(value)}`;
	return undefined;
}

/** The same for the name of a product's group. */
export function unusableName(name: string): string | undefined {
	const reason = unusableValue("username", name);
	return reason === undefined ? undefined : `the name ${reason}`;
}
