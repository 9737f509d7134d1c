import { SyncError } from "../../../core/errors.ts";
import type { EntraSettings } from "./settings.ts";

export type CloudName = "global" | "usgov" | "usgov-dod" | "china";

/** Where Graph and its authority live, https://learn.microsoft.com/graph/deployments; `scope` names Graph whatever address it is reached at. */
export interface Cloud {
	/** Ends without a slash; the version comes after it. */
	readonly graph: string;
	readonly authority: string;
	/** Log-ins go to these hosts and no others. */
	readonly authorityHosts: readonly string[];
	readonly scope: string;
}

const cloud = (graph: string, ...authorityHosts: readonly [string, ...string[]]): Cloud => ({
	graph,
	authority: `https://${authorityHosts[0]}`,
	authorityHosts,
	scope: `${graph}/.default`,
});

/** China has two names for its authority; either may stand in what the authority says about itself. */
export const CLOUDS: Readonly<Record<CloudName, Cloud>> = {
	global: cloud("https://graph.microsoft.com", "login.microsoftonline.com"),
	usgov: cloud("https://graph.microsoft.us", "login.microsoftonline.us"),
	"usgov-dod": cloud("https://dod-graph.microsoft.us", "login.microsoftonline.us"),
	china: cloud("https://microsoftgraph.chinacloudapi.cn", "login.partner.microsoftonline.cn", "login.chinacloudapi.cn"),
};

/** The cloud with the addresses of the configuration in place of its own. Throws `config.invalid` for an address that is not https. */
export function cloudOf(settings: Pick<EntraSettings, "cloud" | "url" | "authority">): Cloud {
	const own = CLOUDS[settings.cloud ?? "global"];
	const graph = settings.url === undefined ? own.graph : secure("url", settings.url);
	if (settings.authority === undefined) return { ...own, graph };
	const authority = secure("authority", settings.authority);
	return { ...own, graph, authority, authorityHosts: [new URL(authority).host] };
}

function secure(key: "url" | "authority", address: string): string {
	const parsed = URL.parse(address);
	if (parsed?.protocol === "https:" && parsed.username === "" && parsed.password === "") return address.replace(/\/+$/, "");
	const shown = address.includes("@") ? "the configured address" : `"${address}"`;
	throw new SyncError("config.invalid", `${key}: ${shown} is not a plain https URL`, {
		todo: "Graph and its authority take no tokens and secrets over plain HTTP; leave the key out to reach the cloud itself.",
	});
}
