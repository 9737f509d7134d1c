import { afterEach } from "@jest/globals";
import type { SyncError } from "../../../core/errors.ts";
import type { AtlassianProduct } from "../../../core/product.ts";
import type { BitbucketOptions } from "../../../sandbox/bitbucket/server.ts";
import { bitbucketStage, connectBitbucket } from "../../contract/bitbucket-harness.ts";

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

type More = Parameters<typeof connectBitbucket>[1];
/** A stand-in with a product that repeats nothing. */
export async function stageOf(options: BitbucketOptions = {}, more: More = {}) {
	const stage = closing(await bitbucketStage(options));
	const connect = (other: More = {}): AtlassianProduct => closing(connectBitbucket(stage.server, { retry: ONCE, ...more, ...other }));
	return { stage, server: stage.server, connect, product: connect() };
}

export const caught = (work: Promise<unknown>): Promise<SyncError> =>
	work.then(
		() => Promise.reject(new Error("it did not throw")),
		(error: SyncError) => error,
	);
