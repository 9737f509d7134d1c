import { afterEach } from "@jest/globals";
import type { SyncError } from "../../../core/errors.ts";
import type { AtlassianProduct } from "../../../core/product.ts";
import type { FisheyeOptions } from "../../../sandbox/fisheye/server.ts";
import { connectFisheye, fisheyeStage } from "../../contract/fisheye-harness.ts";

const ONCE = { attempts: 1, baseMs: 1, capMs: 1, budgetMs: 0 };
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close();
});

type More = Parameters<typeof connectFisheye>[1];
/** A stand-in with a product that repeats nothing; both are closed after the test. */
export async function stageOf(options: FisheyeOptions = {}, more: More = {}) {
	const stage = await fisheyeStage(options);
	open.push(stage);
	const connect = (other: More = {}): AtlassianProduct => {
		const product = connectFisheye(stage.server, { retry: ONCE, ...more, ...other });
		open.push(product);
		return product;
	};
	return { stage, server: stage.server, connect, product: connect() };
}

export const caught = (work: Promise<unknown>): Promise<SyncError> =>
	work.then(
		() => Promise.reject(new Error("it did not throw")),
		(error: SyncError) => error,
	);
