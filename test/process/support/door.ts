import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One writing request on its way to the server behind the door. */
export interface Passing {
	/** 1 for the first writing request. */
	readonly number: number;
	/** `PUT /rest/api/2/user`. */
	readonly what: string;
	/** Lets the server do it; the answer is kept back. */
	through(): Promise<void>;
}
/** What becomes of it: `pass` does it, where that is not done yet, and brings the answer; `drop` cuts the connection. */
export type Keeper = (passing: Passing) => Promise<"pass" | "drop">;

interface Answer {
	readonly status: number;
	readonly headers: IncomingMessage["headers"];
	readonly body: Buffer;
}

/** Stands before a server and holds its writing requests, so that a test decides what happens around each one. */
export class Door {
	readonly url: string;
	keeper: Keeper = async () => "pass";
	writes = 0;
	readonly #server: Server;
	readonly #target: URL;

	private constructor(server: Server, target: string) {
		this.#server = server;
		this.#target = new URL(target);
		this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	}

	static async open(target: string): Promise<Door> {
		const server = createServer();
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		const door = new Door(server, target);
		server.on("request", (asked, answer) => void door.#handle(asked, answer));
		return door;
	}

	close(): Promise<void> {
		const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
		this.#server.closeAllConnections();
		return closed;
	}

	async #handle(asked: IncomingMessage, response: ServerResponse): Promise<void> {
		response.on("error", () => response.destroy());
		const parts: Buffer[] = [];
		for await (const part of asked) parts.push(part as Buffer);
		let answer: Promise<Answer> | undefined;
		const forward = () => {
			answer ??= this.#forward(asked, Buffer.concat(parts));
			return answer;
		};
		if (asked.method !== "GET") {
			this.writes += 1;
			const what = `${asked.method} ${asked.url!.split("?")[0]}`;
			const fate = await this.keeper({ number: this.writes, what, through: async () => void (await forward()) });
			if (fate === "drop") {
				response.socket?.destroy();
				return;
			}
		}
		const { status, headers, body } = await forward();
		response.writeHead(status, headers).end(body);
	}

	#forward(asked: IncomingMessage, body: Buffer): Promise<Answer> {
		return new Promise((resolve, reject) => {
			const { host: _ours, connection: _connection, ...headers } = asked.headers;
			const onward = request(
				{ host: this.#target.hostname, port: this.#target.port, method: asked.method, path: asked.url, headers },
				(answer) => {
					const parts: Buffer[] = [];
					answer.on("data", (part: Buffer) => parts.push(part));
					answer.on("end", () => resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(parts) }));
				},
			);
			onward.once("error", reject);
			onward.end(body);
		});
	}
}
