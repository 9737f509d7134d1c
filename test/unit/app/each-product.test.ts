import { Writable } from "node:stream";
import { expect, test } from "@jest/globals";
import { eachProduct } from "../../../app/each-product.ts";

test("products that a stop kept from their turn are told, and the exit code is not 0", async () => {
	const stop = new AbortController();
	let told = "";
	const out = Object.assign(
		new Writable({
			write(c, _e, done) {
				told += String(c);
				done();
			},
		}),
		{ columns: 100 },
	);
	const session = {
		config: {
			products: new Map([
				["a", { id: "a" }],
				["b", { id: "b" }],
			]),
		},
		options: { format: "json" },
		terminal: { out, err: out, env: {}, input: {} },
		progress: { end() {} },
	};
	const code = await eachProduct(session as never, stop.signal, async () => {
		stop.abort();
		return { outcome: "done", holds: [], counts: [], seats: [], product: { id: "a", server: "" }, operations: [] } as never;
	});
	expect(code).not.toBe(0);
	expect(told).toContain('"b"');
});
