import type { JiraSettings } from "../../../connectors/atlassian/jira/product.ts";
import type { SyncError } from "../../../core/errors.ts";
import type { AtlassianProduct } from "../../../core/product.ts";
import type { JiraOptions } from "../../../sandbox/jira/server.ts";
import { connectBoth, connectUserServer } from "../../contract/jira-doors-harness.ts";
import { connectJira, jiraStage } from "../../contract/jira-harness.ts";

const ONCE = { attempts: 1, baseMs: 1, capMs: 1, budgetMs: 0 };
const open: { close(): Promise<void> }[] = [];
export async function closeAll(): Promise<void> {
	for (const one of open.splice(0).reverse()) await one.close();
}

/** A stand-in, and Rollcall by each of its doors. */
export async function stageOf(options: JiraOptions = {}) {
	const stage = await jiraStage(options);
	open.push(stage);
	const { server } = stage;
	const opened = (product: AtlassianProduct): AtlassianProduct => {
		open.push(product);
		return product;
	};
	const by =
		(connect: typeof connectBoth) =>
		(more: Partial<JiraSettings> = {}) =>
			opened(connect(server, { retry: ONCE, ...more }));
	return { stage, server, population: server.population, rest: by(connectJira), both: by(connectBoth), userServer: by(connectUserServer) };
}

export const caught = (work: Promise<unknown>): Promise<SyncError> =>
	work.then(
		() => Promise.reject(new Error("it did not throw")),
		(error: SyncError) => error,
	);
