import { SyncError } from "../../../core/errors.ts";
import { segment } from "../../http/address.ts";

/** True for names that Confluence's REST can be asked about: they travel in the path, where Tomcat refuses some characters. */
export const mayStandInPath = (name: string): boolean => segment(name) !== undefined;

/** One path segment. Throws `target.rejected` for a name that cannot be one, before anything is sent. */
export function inPath(what: "group" | "account", name: string): string {
	const encoded = segment(name);
	if (encoded !== undefined) return encoded;
	throw new SyncError("target.rejected", `the ${what} "${name.slice(0, 80)}" cannot be named in a path, as Confluence's REST wants it`, {
		todo: `Rename the ${what} without slash, backslash, semicolon and percent sign, or leave it out of the policy.`,
		context: { [what]: name.slice(0, 80) },
	});
}
