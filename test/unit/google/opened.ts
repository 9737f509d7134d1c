import { afterEach } from "@jest/globals";
import { type GoogleSettings, google } from "../../../connectors/idp/google/connector.ts";
import type { Connector } from "../../../core/connector.ts";
import { type GoogleOptions, type GoogleSandbox, startGoogle } from "../../../sandbox/google/server.ts";
import { settingsFor } from "../../contract/google-harness.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of opened.splice(0).reverse()) await one.close();
});

/** A stand-in with three people (1, 2, 3) and one group (g) that has the first two. Closed after the test. */
export async function open(options: GoogleOptions = {}): Promise<GoogleSandbox> {
	const sandbox = await startGoogle(options);
	opened.push(sandbox);
	for (const id of ["1", "2", "3"]) sandbox.workspace.addUser({ id, primaryEmail: `p${id}@example.com` });
	sandbox.workspace.addGroup({ id: "g", email: "g@example.com", name: "Group" });
	for (const id of ["1", "2"]) sandbox.workspace.addMember("g", id);
	return sandbox;
}

export function connect(sandbox: GoogleSandbox, more: Partial<GoogleSettings> = {}): Connector {
	const connector = google({ ...settingsFor(sandbox), ...more });
	opened.push(connector);
	return connector;
}

export const never = (): AbortSignal => new AbortController().signal;
export const NOTHING = { attributes: new Set<string>() };
/** Paths of the Directory API that were asked for, without their beginning. */
export const asked = (sandbox: GoogleSandbox): readonly string[] =>
	sandbox.exchanges.filter((one) => one.path.startsWith("/admin/")).map((one) => one.path.slice("/admin/directory/v1".length));
