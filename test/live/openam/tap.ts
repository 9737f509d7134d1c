import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import type { OpenAmServer } from "./server.ts";

/** Lets requests through to a real server, and ends sessions behind the back of whoever uses them. */
export interface Tap {
	readonly url: string;
	/** From now on a session is logged out after so many requests. Counts log-ins from zero. */
	endSessionsAfter(uses: number): void;
	logIns(): number;
	close(): Promise<void>;
}

const COOKIE = "iPlanetDirectoryPro";

export async function openTap(server: OpenAmServer): Promise<Tap> {
	const target = new URL(server.url);
	const used = new Map<string, number>();
	let most = Number.POSITIVE_INFINITY;
	let logIns = 0;
	const endIfUsedUp = async (token: string): Promise<void> => {
		const uses = (used.get(token) ?? 0) + 1;
		used.set(token, uses);
		if (uses <= most) return;
		const headers = { [COOKIE]: token, "content-type": "application/json", "accept-api-version": "resource=2.0, protocol=1.0" };
		await fetch(`${server.url}/json/realms/root/sessions?_action=logout`, { method: "POST", body: "{}", headers });
	};
	const tap = createServer(async (incoming, outgoing) => {
		if (incoming.url?.includes("/authenticate") === true) logIns += 1;
		const token = incoming.headers[COOKIE.toLowerCase()];
		if (typeof token === "string") await endIfUsedUp(token);
		const { method, url, headers } = incoming;
		const onward = request({ host: target.hostname, port: target.port, method, path: url, headers }, (answer) => {
			outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(outgoing);
		});
		onward.on("error", () => outgoing.destroy());
		incoming.pipe(onward);
	});
	await new Promise<void>((resolve) => tap.listen(0, "127.0.0.1", resolve));
	return {
		url: `http://127.0.0.1:${(tap.address() as AddressInfo).port}${target.pathname}`,
		endSessionsAfter: (uses) => {
			most = uses;
			logIns = 0;
		},
		logIns: () => logIns,
		close: () =>
			new Promise((resolve) => {
				tap.close(() => resolve());
				tap.closeAllConnections();
			}),
	};
}
