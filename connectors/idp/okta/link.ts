import type { SyncError } from "../../../core/errors.ts";

/**
 * The address that a Link header (RFC 8288) names as next; undefined: none. Okta's cursors are opaque: the address is
 * used as it stands (https://developer.okta.com/docs/reference/core-okta-api/#pagination). The SDK would follow it to any
 * host, with the credential: here it must be the same list on the same origin.
 * @param list address of the list without its query
 */
export function nextOf(link: string, wrong: (what: string, todo: string) => SyncError, list: string): string | undefined {
	const found = [...link.matchAll(/<([^>]*)>([^<]*)/g)].find(([, , parameters = ""]) => /;\s*rel="?next"?\s*(?:[;,]|$)/i.test(parameters));
	const target = found?.[1];
	if (target === undefined) return undefined;
	const next = URL.parse(target);
	if (next === null) throw wrong("a next page that is not a URL", "Look at what stands between Rollcall and Okta.");
	const { origin, pathname } = new URL(list);
	if (next.origin !== origin)
		throw wrong(
			`a next page on another origin, ${next.origin}; it is not followed, and no credential was sent there`,
			`If ${next.origin} is the same organisation, write it as url.`,
		);
	if (next.pathname !== pathname)
		throw wrong(`a next page that is another list, ${next.pathname}`, "Look at what stands between Rollcall and Okta.");
	return next.href;
}
