import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A server of a few lines for one test. `seen` is every request that arrived, in order. */
export interface SmallServer {
	readonly url: string;
	readonly port: number;
	readonly seen: http.IncomingMessage[];
	close(): Promise<void>;
}
export type Handler = (request: http.IncomingMessage, response: http.ServerResponse, nth: number) => void;

export async function serve(handler: Handler, tls?: { readonly key: string; readonly cert: string }): Promise<SmallServer> {
	const seen: http.IncomingMessage[] = [];
	const listener = (request: http.IncomingMessage, response: http.ServerResponse) => {
		seen.push(request);
		handler(request, response, seen.length);
	};
	const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
	const port = await listening(server);
	return { url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`, port, seen, close: () => closing(server) };
}

export const json = (response: http.ServerResponse, body: unknown, status = 200): void => {
	response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
};

/** A forward proxy: absolute-form requests and CONNECT tunnels, both noted in `seen`. With `login`, it wants Basic. */
export async function proxy(login?: string): Promise<{ url: string; port: number; seen: string[]; close(): Promise<void> }> {
	const seen: string[] = [];
	const allowed = (request: http.IncomingMessage) =>
		login === undefined || request.headers["proxy-authorization"] === `Basic ${Buffer.from(login).toString("base64")}`;
	const sockets = new Set<net.Socket>();
	const server = http.createServer((request, response) => {
		seen.push(`${request.method} ${request.url}`);
		if (!allowed(request)) return response.writeHead(407).end();
		const onward = http.request(request.url ?? "", { method: request.method, headers: request.headers }, (answer) => {
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(response);
		});
		return request.pipe(onward);
	});
	server.on("connect", (request, socket) => {
		seen.push(`CONNECT ${request.url}`);
		if (!allowed(request)) return socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
		const [host, port] = (request.url ?? "").split(":");
		const onward = net.connect(Number(port), host, () => {
			socket.write("HTTP/1.1 200 OK\r\n\r\n");
			onward.pipe(socket).pipe(onward);
		});
		onward.on("error", () => socket.destroy());
		socket.on("error", () => onward.destroy()).on("close", () => onward.destroy());
		return undefined;
	});
	server.on("connection", (socket) => sockets.add(socket));
	const port = await listening(server);
	return { url: `http://${login === undefined ? "" : `${login}@`}127.0.0.1:${port}`, port, seen, close };

	/** A tunnel is no longer the server's own connection: it must be ended by hand. */
	function close(): Promise<void> {
		for (const socket of sockets) socket.destroy();
		return closing(server);
	}
}

/** A CA of its own and a certificate for 127.0.0.1 signed by it. */
export function madeUpCa(): { readonly ca: string; readonly key: string; readonly cert: string } {
	const folder = mkdtempSync(join(tmpdir(), "rollcall-ca-"));
	const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
	try {
		const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
		openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test CA", "-days", "2");
		openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=server");
		writeFileSync(join(folder, "ext"), "subjectAltName=IP:127.0.0.1\n");
		const sign = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "ext"];
		openssl("x509", "-req", "-in", "server.csr", "-out", "server.pem", ...sign);
		const read = (name: string) => readFileSync(join(folder, name), "utf8");
		return { ca: read("ca.pem"), key: read("server.key"), cert: read("server.pem") };
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** A port that nobody listens on. */
export async function deadPort(): Promise<number> {
	const server = net.createServer();
	const port = await listening(server);
	await closing(server);
	return port;
}

function listening(server: net.Server): Promise<number> {
	return new Promise((resolve) => {
		server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
	});
}
function closing(server: net.Server): Promise<void> {
	if (server instanceof http.Server || server instanceof https.Server) server.closeAllConnections();
	return new Promise((resolve) => {
		server.close(() => resolve());
	});
}
