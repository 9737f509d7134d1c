import { segment } from "../../http/address.ts";

/**
 * Whether a name can stand in a path without doubt. Tomcat takes no slash and no backslash there, encoded or not; others of
 * Atlassian's products answer 400 to `|`, `"` and everything beyond ASCII as well (facts: 11.1, last row).
 */
export const isPathSafe = (name: string): boolean => /^[\x20-\x7e]{1,255}$/.test(name) && !/[|"]/.test(name) && segment(name) !== undefined;

/** Below `/admin/groups/…` and `/admin/users/…`. For names that are safe, or that are tried for want of another way. */
export const inPath = (name: string): string => encodeURIComponent(name);

/** Whether it is worth trying at all. */
export const mayStandInPath = (name: string): boolean => segment(name) !== undefined;
