import { request } from "node:http";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { SyncError } from "../../core/errors.ts";
import { type NetworkSettings, secureContextFor } from "../http/network.ts";
import type { Address } from "./address.ts";

/** To the address itself, or through the proxy that the configuration names (the environment's proxies are for HTTP). */
export function tcp(to: Address, network: NetworkSettings, signal: AbortSignal): Promise<Socket> {
	if (network.proxy !== undefined) return tunnel(to, network.proxy, signal);
	const socket = connect({ host: to.host, port: to.port, noDelay: true, keepAlive: true });
	return opened(socket, "connect", signal);
}

/** TLS over a connection that stands: from the start (ldaps://) or after StartTLS. The certificate must be for the host in the url. */
export function secured(socket: Socket, to: Pick<Address, "host">, network: NetworkSettings, signal: AbortSignal): Promise<TLSSocket> {
	const secure = connectTls({
		socket,
		host: to.host,
		...(isIP(to.host) === 0 ? { servername: to.host } : {}),
		secureContext: secureContextFor(network.ca ?? ""),
		// Said explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment changes nothing.
		rejectUnauthorized: true,
	});
	socket.on("error", (error) => secure.destroy(error));
	return opened(secure, "secureConnect", signal);
}

function opened<S extends Socket>(socket: S, event: string, signal: AbortSignal): Promise<S> {
	return new Promise((resolve, reject) => {
		const done = () => {
			signal.removeEventListener("abort", stop);
			socket.off("error", fail).off("close", closed).off(event, ready);
		};
		const fail = (error: Error) => {
			done();
			socket.on("error", () => socket.destroy()).destroy();
			reject(error);
		};
		const stop = () => fail(Object.assign(new Error("stopped while connecting"), { name: "AbortError" }));
		const closed = () => fail(Object.assign(new Error("the connection was closed"), { code: "ECONNRESET" }));
		const ready = () => {
			done();
			resolve(socket);
		};
		socket.once("error", fail).once("close", closed).once(event, ready);
		if (signal.aborted) return stop();
		signal.addEventListener("abort", stop, { once: true });
	});
}

/** CONNECT (RFC 9110, section 9.3.6). */
function tunnel(to: Address, proxy: string, signal: AbortSignal): Promise<Socket> {
	const { hostname, port, username, password, protocol } = new URL(proxy);
	if (protocol !== "http:")
		throw new SyncError("config.invalid", "network.proxy: LDAP goes through an http:// proxy only", {
			todo: "Name the proxy's plain port.",
		});
	const login = username === "" ? undefined : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
	return new Promise((resolve, reject) => {
		const asked = request({
			method: "CONNECT",
			host: hostname.replace(/^\[|\]$/g, ""),
			port: port === "" ? 80 : Number(port),
			path: to.shown,
			headers: {
				host: to.shown,
				...(login === undefined ? {} : { "proxy-authorization": `Basic ${Buffer.from(login).toString("base64")}` }),
			},
			agent: false,
			signal,
		});
		asked.once("error", reject);
		asked.once("connect", (answer, socket) => {
			if (answer.statusCode === 200) return resolve(socket);
			socket.destroy();
			reject(new Error(`the proxy answered ${answer.statusCode} to CONNECT`));
		});
		asked.once("response", (answer) => {
			answer.resume();
			reject(new Error(`the proxy answered ${answer.statusCode} to CONNECT`));
		});
		asked.end();
	});
}
