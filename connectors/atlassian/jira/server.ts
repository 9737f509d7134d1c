import { type JiraVersion, versionOf } from "./capabilities.ts";
import { assertDataCenter } from "./check.ts";
import type { JiraTalk } from "./talk.ts";

export interface Server {
	readonly version: JiraVersion;
	/** Jira's own base URL, as its administrator has set it: all of this API that tells one Jira from another. */
	readonly site: string | undefined;
}

/** Throws `target.unsupported` for Jira Cloud. */
export async function askServer(talk: JiraTalk, signal: AbortSignal): Promise<Server> {
	const { body } = await talk.serverInfo(signal);
	assertDataCenter(body.deploymentType);
	return { version: versionOf(body.version), site: siteOf(body.baseUrl ?? "") };
}

/** The base URL without what administrators change about it in passing: scheme, case of the host, a slash at the end. */
export function siteOf(baseUrl: string): string | undefined {
	if (!URL.canParse(baseUrl)) return baseUrl === "" ? undefined : baseUrl;
	const { host, pathname } = new URL(baseUrl);
	return host + pathname.replace(/\/+$/, "");
}
