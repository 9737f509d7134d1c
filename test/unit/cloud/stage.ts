import { afterEach } from "@jest/globals";
import type { SyncError } from "../../../core/errors.ts";
import type { AtlassianProduct } from "../../../core/product.ts";
import type { CloudOptions } from "../../../sandbox/cloud/server.ts";
import { cloudStage, connectCloud } from "../../contract/cloud-harness.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close();
});

type More = Parameters<typeof connectCloud>[1];
/** A stand-in with a product that repeats nothing; closed after the test. */
export async function stageOf(options: CloudOptions = {}, more: More = {}) {
	const stage = await cloudStage(options, more);
	open.push(stage);
	const connect = (other: More = {}): AtlassianProduct => {
		const product = connectCloud(stage.server, { ...more, ...other });
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

/** Requests since `from`, shortly: `PATCH Groups`. */
export const sent = (server: Awaited<ReturnType<typeof stageOf>>["server"], from = 0): readonly string[] =>
	server.exchanges.slice(from).map(({ method, path }) => {
		const parts = path.split("/");
		return path.startsWith("/scim/")
			? `${method} ${parts.slice(4).length > 1 ? `${parts[4]}/…` : parts[4]}`
			: `${method} ${parts.slice(3).join("/")}`;
	});
