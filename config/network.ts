import { z } from "zod";
import { field, line } from "./fields.ts";
import { badReference, REFERENCE } from "./references.ts";
import type { SecretRef } from "./secrets.ts";
import { DURATION_ALLOWED, duration } from "./units.ts";
import { isWebUrl } from "./url.ts";

/** How to speak to one server; `proxy` may be a secret because its address may hold a log-in. */
export interface NetworkConfig {
	/** For one request, from the first byte sent to the last byte read. */
	readonly timeoutMs: number;
	/** Requests in flight at once. */
	readonly concurrency: number;
	readonly proxy?: string | SecretRef;
	/** PEM text: certificates that are trusted in addition to the built-in ones. */
	readonly ca?: string;
}

/** The shape that connectors/http takes (`NetworkSettings`). */
export interface ResolvedNetwork extends Omit<NetworkConfig, "proxy"> {
	readonly proxy?: string;
}

/** Fetches the proxy's address where it is a secret. Throws `config.secret-missing`. */
export async function resolveNetwork(network: NetworkConfig): Promise<ResolvedNetwork> {
	const { proxy, ...rest } = network;
	if (proxy === undefined) return rest;
	return { ...rest, proxy: typeof proxy === "string" ? proxy : (await proxy.resolve()).reveal() };
}

/** The `network` section as the schema gives it; `ca` is still a path. */
export interface NetworkInput {
	readonly timeout: number;
	readonly concurrency: number;
	readonly proxy?: string | undefined;
	readonly ca?: string | undefined;
}

/** The `network` section; how many requests at once, and how long each may take, differs by server. */
export const network = (concurrency: number, timeout = "60s") =>
	field(
		z
			.strictObject({
				timeout: field(duration(1000, 600_000).prefault(timeout), {
					meaning: "How long one request may take. A slow server needs more time, not more attempts.",
					allowed: `${DURATION_ALLOWED}, from 1s to 10m`,
					example: "90s",
				}),
				concurrency: field(z.number().int().min(1).max(32).default(concurrency), {
					meaning: "How many requests may be under way at once.",
					allowed: "a whole number from 1 to 32",
					example: "4",
				}),
				proxy: field(
					z
						.string()
						.refine((value) => isWebUrl(value) || (REFERENCE.test(value) && badReference(value) === undefined))
						.optional(),
					{
						meaning:
							"The proxy for this server. Without it HTTPS_PROXY and HTTP_PROXY of the environment count; NO_PROXY counts in both cases. A proxy that needs a log-in is written as a reference to its whole address.",
						allowed:
							'an http:// or https:// address without user name and password, or a reference ("${credential:proxy}") to one with them',
						example: "http://proxy.example.org:3128",
					},
				),
				ca: field(line().optional(), {
					meaning:
						"A file with the certificates (PEM) of your own certificate authority, trusted in addition to the public ones. Relative paths start at the configuration file. TLS is always verified.",
					allowed: "the path of a readable PEM file",
					example: "/etc/ssl/certs/example-ca.pem",
				}),
			})
			.prefault({}),
		{ meaning: "How to reach the server." },
	);
