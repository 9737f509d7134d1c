/**
 * `node door.ts LISTEN CONNECT`: carries connections from one place to another. A place is the path of a Unix socket,
 * which every network namespace of this machine can see, or `127.0.0.1:PORT`, which only its own can. Port 0: any free
 * port, written to the file CONNECT.port.
 */
import { renameSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type NetConnectOpts } from "node:net";

const [from = "", to = ""] = process.argv.slice(2);
const placeOf = (text: string): NetConnectOpts =>
	text.startsWith("/")
		? { path: text }
		: { host: text.slice(0, text.lastIndexOf(":")), port: Number(text.slice(text.lastIndexOf(":") + 1)) };

const server = createServer({ allowHalfOpen: true }, (outer) => {
	const inner = connect({ ...placeOf(to), allowHalfOpen: true });
	for (const [a, b] of [
		[outer, inner],
		[inner, outer],
	] as const) {
		a.pipe(b);
		a.on("error", () => b.destroy());
		a.on("close", () => b.destroy());
	}
});
server.listen(placeOf(from), () => {
	const address = server.address();
	if (typeof address === "string" || address === null) return;
	// Renamed into place: nobody reads half a number.
	writeFileSync(`${to}.port.new`, String((address as AddressInfo).port));
	renameSync(`${to}.port.new`, `${to}.port`);
});
