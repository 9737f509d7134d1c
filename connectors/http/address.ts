import { SyncError } from "../../core/errors.ts";

/** Absent values are left out; a list repeats its name. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** A server's base URL, checked once. The context path (`https://example.org/jira`) is kept, without a slash at its end. */
export interface Base {
	readonly origin: string;
	readonly host: string;
	readonly contextPath: string;
}

/** Throws `config.invalid` for anything but a plain http or https URL; a log-in in the URL is refused, since URLs are shown. */
export function baseOf(url: string): Base {
	const parsed = URL.parse(url);
	const wrong = parsed === null ? "is not a URL" : faultOf(parsed);
	if (parsed === null || wrong !== undefined) {
		// The text itself is shown only when it cannot hold a password.
		const shown = url.includes("@") ? "the configured url" : `"${url}"`;
		throw new SyncError("config.invalid", `${shown} ${wrong}`, {
			todo: "Write url like https://jira.example.org or https://example.org/jira.",
		});
	}
	return { origin: parsed.origin, host: parsed.host, contextPath: parsed.pathname.replace(/\/+$/, "") };
}

function faultOf(url: URL): string | undefined {
	if (url.protocol !== "https:" && url.protocol !== "http:") return "is neither an http nor an https URL";
	if (url.username !== "" || url.password !== "") return "holds a log-in; credentials have their own place in the configuration";
	if (url.search !== "" || url.hash !== "") return "has a query or a fragment";
	return undefined;
}

/** `path` starts with a slash, below the context path; its segments are encoded already (`segment`). */
export function addressOf(base: Base, path: string, query: Query = {}): string {
	const pairs = Object.entries(query).flatMap(([name, value]) => {
		if (value === undefined) return [];
		const values = typeof value === "object" ? value : [String(value)];
		return values.map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`);
	});
	return base.origin + base.contextPath + path + (pairs.length === 0 ? "" : `?${pairs.join("&")}`);
}

/** What Tomcat refuses inside a path even when encoded, or takes for a path parameter (CVE-2007-0450 and after). */
const REFUSED_IN_PATH = /[/\\;%\p{Cc}]|^\.{1,2}$|^$/u;

/** One encoded path segment; undefined when a server could not be given this text in a path at all. */
export const segment = (text: string): string | undefined => (REFUSED_IN_PATH.test(text) ? undefined : encodeURIComponent(text));
