import { isAbsolute } from "node:path";

/** `${credential:NAME}`, `${env:NAME}`, `${file:/path}`: the whole value, nothing before or after. */
export const REFERENCE = /^\$\{(credential|env|file):([^${}\r\n]+)\}$/;

/** What is wrong with the name in a reference, or undefined. Said when the file is loaded, before anything is looked for. */
export function badReference(written: string): string | undefined {
	const [, from, name = ""] = REFERENCE.exec(written) ?? [];
	if (from === "credential" && !/^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,128}$/.test(name))
		return "a credential's name has letters, digits, dots, dashes and underscores only";
	if (from === "env" && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return "a variable's name has letters, digits and underscores only";
	if (from === "file" && !isAbsolute(name)) return "the path of a secret file is absolute";
	return undefined;
}
