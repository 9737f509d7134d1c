import { afterEach } from "@jest/globals";
import type { SyncError } from "../../../core/errors.ts";
import type { AtlassianProduct } from "../../../core/product.ts";
import type { ConfluenceOptions } from "../../../sandbox/confluence/server.ts";
import { confluenceStage, connectConfluence } from "../../contract/confluence-harness.ts";

const ONCE = { attempts: 1, baseMs: 1, capMs: 1, budgetMs: 0 };
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close();
});

/** Closed after the test. */
export function closing<T extends { close(): Promise<void> }>(one: T): T {
	open.push(one);
	return one;
}

type More = Parameters<typeof connectConfluence>[1];
/** A stand-in with a product that repeats nothing. */
export async function stageOf(options: ConfluenceOptions = {}, more: More = {}) {
	const stage = closing(await confluenceStage(options));
	const connect = (other: More = {}): AtlassianProduct => closing(connectConfluence(stage.server, { retry: ONCE, ...more, ...other }));
	return { stage, server: stage.server, connect, product: connect() };
}

export const caught = (work: Promise<unknown>): Promise<SyncError> =>
	work.then(
		() => Promise.reject(new Error("it did not throw")),
		(error: SyncError) => error,
	);
