import { type ConfluenceVersion, versionOf } from "./capabilities.ts";
import type { ConfluenceTalk } from "./talk.ts";

export interface ConfluenceServer {
	readonly version: ConfluenceVersion;
	/** What tells this Confluence from another; undefined when it does not say. */
	readonly site: string | undefined;
	/** The server's clock, as its `Date` header has it. */
	readonly date: string | undefined;
}

/** Newer servers tell their version themselves; for older ones their application links do. */
export async function serverOf(talk: ConfluenceTalk, signal: AbortSignal): Promise<ConfluenceServer> {
	const told = await talk.server(signal);
	if (told !== undefined) {
		const { body, headers } = told;
		return { version: versionOf(body.version), site: siteOf(body.baseUrl ?? ""), date: headers.date };
	}
	const { body, headers } = await talk.manifest(signal);
	return { version: versionOf(body.version), site: body.id ?? undefined, date: headers.date };
}

/** Neither a change from http to https nor a slash at the end makes another Confluence. */
const siteOf = (baseUrl: string): string | undefined => baseUrl.replace(/^https?:\/\//i, "").replace(/\/+$/, "") || undefined;
