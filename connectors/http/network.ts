import http from "node:http";
import https from "node:https";
import tls from "node:tls";
import { HttpProxyAgent } from "http-proxy-agent";
import { HttpsProxyAgent } from "https-proxy-agent";
import { Agent, type Dispatcher, Dispatcher1Wrapper, EnvHttpProxyAgent } from "undici";

/**
 * How to reach a server. `timeoutMs`: one request from sending to the last byte. `concurrency`: requests at once.
 * `proxy`: URL, with log-in where needed; without it HTTP_PROXY and HTTPS_PROXY count, for hosts other than this one.
 * NO_PROXY counts in both cases. `ca`: PEM text, trusted in addition to the system's and Node's own roots.
 */
export interface NetworkSettings {
	readonly timeoutMs: number;
	readonly concurrency: number;
	readonly proxy?: string;
	readonly ca?: string;
}

/** Shorter than what servers keep (Tomcat: 20 s), so that a write rarely meets a connection that is just being closed. */
const IDLE_MS = 4_000;

/** For the built-in `fetch` and SDKs on top of it: `fetch(url, { dispatcher })`. */
export function dispatcherFor(network: NetworkSettings): Dispatcher {
	const secure = tlsOptions(network);
	const options = { keepAliveTimeout: IDLE_MS, connections: network.concurrency };
	const proxies = network.proxy === undefined ? environmentProxies() : { http: network.proxy, https: network.proxy };
	const dispatcher =
		proxies.http === undefined && proxies.https === undefined
			? new Agent({ ...options, connect: secure })
			: new EnvHttpProxyAgent({
					...options,
					connect: secure,
					requestTls: secure,
					proxyTls: secure,
					httpProxy: proxies.http ?? "",
					httpsProxy: proxies.https ?? "",
					noProxy: noProxyList(network).join(","),
				});
	// Node's own fetch speaks the dispatcher protocol of undici 7; this package is undici 8.
	return new Dispatcher1Wrapper(dispatcher);
}

/** For axios (with its own `proxy` off). `towards`: the one URL they serve; NO_PROXY is judged by its host. */
export function agentsFor(
	network: NetworkSettings,
	towards?: string,
): { readonly httpAgent: http.Agent; readonly httpsAgent: https.Agent } {
	const keep = { keepAlive: true, timeout: IDLE_MS, maxSockets: network.concurrency };
	const secure = { ...keep, ...tlsOptions(network) };
	const proxies = network.proxy === undefined ? environmentProxies() : { http: network.proxy, https: network.proxy };
	const direct = towards !== undefined && bypassesProxy(new URL(towards), noProxyList(network));
	const httpAgent =
		direct || proxies.http === undefined ? new http.Agent(keep) : new HttpProxyAgent(proxies.http, { ...keep, ...tlsOptions(network) });
	const httpsAgent = direct || proxies.https === undefined ? new https.Agent(secure) : new VerifyingTunnel(proxies.https, secure);
	return { httpAgent, httpsAgent: httpsAgent as https.Agent };
}

/** The library gives its TLS options to the proxy's connection only; the server behind the tunnel must be judged by the same. */
class VerifyingTunnel extends HttpsProxyAgent<string> {
	override connect(...[request, options]: Parameters<HttpsProxyAgent<string>["connect"]>): ReturnType<HttpsProxyAgent<string>["connect"]> {
		const { secureContext, rejectUnauthorized } = this.connectOpts;
		const host = String(options.host);
		// For an IP address the library forgets the host, and Node would compare the certificate with "localhost".
		const checkServerIdentity = (_name: string, cert: tls.PeerCertificate) => tls.checkServerIdentity(host, cert);
		return super.connect(request, { ...options, secureContext, rejectUnauthorized, checkServerIdentity } as typeof options);
	}
}

/** Said explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment changes nothing. */
function tlsOptions(network: NetworkSettings): { secureContext: tls.SecureContext; rejectUnauthorized: true } {
	return { secureContext: secureContextFor(network.ca ?? ""), rejectUnauthorized: true };
}

const contexts = new Map<string, tls.SecureContext>();
/** Trusts the system's, Node's and these roots (PEM text, may be empty). Parsing some hundred takes tens of milliseconds: once per CA text. */
export function secureContextFor(ca: string): tls.SecureContext {
	let context = contexts.get(ca);
	if (context === undefined) {
		const roots = new Set([...tls.getCACertificates("default"), ...tls.getCACertificates("system"), ...(ca === "" ? [] : [ca])]);
		context = tls.createSecureContext({ ca: [...roots], minVersion: "TLSv1.2" });
		contexts.set(ca, context);
	}
	return context;
}

/** Lower case first, as curl has it (https://everything.curl.dev/usingcurl/proxies/env.html). */
const environment = (name: string): string | undefined => process.env[name.toLowerCase()] || process.env[name.toUpperCase()] || undefined;

function environmentProxies(): { readonly http: string | undefined; readonly https: string | undefined } {
	return { http: environment("http_proxy"), https: environment("https_proxy") };
}

/** A proxy that merely stands in the environment is not meant for this very machine; one in the configuration is. */
function noProxyList(network: NetworkSettings): readonly string[] {
	const stated = (environment("no_proxy") ?? "").split(/[,\s]+/).filter((entry) => entry !== "");
	return network.proxy === undefined ? [...stated, "localhost", "127.0.0.1", "[::1]"] : stated;
}

/** Entries are hosts that stand for their subdomains too (`example.org`, `.example.org`, `*.example.org`), with an optional port; `*` is everybody. */
export function bypassesProxy(url: URL, noProxy: readonly string[]): boolean {
	const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
	return noProxy.some((entry) => {
		if (entry === "*") return true;
		const [, name = "", onlyPort] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
		if (onlyPort !== undefined && onlyPort !== port) return false;
		const domain = name.replace(/^\*?\./, "");
		return domain !== "" && (url.hostname === domain || url.hostname.endsWith(`.${domain}`));
	});
}
