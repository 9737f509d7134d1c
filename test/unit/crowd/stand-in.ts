import { type CrowdSourceSettings, crowd } from "../../../connectors/idp/crowd/connector.ts";
import type { Connector } from "../../../core/connector.ts";
import type { CrowdOptions, CrowdSandbox } from "../../../sandbox/crowd/server.ts";
import { startCrowd } from "../../../sandbox/crowd/server.ts";
import { DIRECTORIES, fill, settingsFor } from "../../contract/crowd-harness.ts";

export const calm = new AbortController().signal;
/** Closed by whoever opens: `afterEach(closeAll)`. */
const open: { close(): Promise<void> }[] = [];
export async function closeAll(): Promise<void> {
	for (const one of open.splice(0).reverse()) await one.close();
}

/** The contract's thirteen people in two directories. */
export async function server(options: CrowdOptions = {}): Promise<CrowdSandbox> {
	const sandbox = await startCrowd({ directories: DIRECTORIES, ...options });
	open.push(sandbox);
	fill(sandbox, { reversed: false });
	return sandbox;
}
export function connect(sandbox: CrowdSandbox, more: Partial<CrowdSourceSettings> = {}): Connector {
	const connector = crowd({ ...settingsFor(sandbox), ...more });
	open.push(connector);
	return connector;
}
