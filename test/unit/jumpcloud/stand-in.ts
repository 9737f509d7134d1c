import { afterEach } from "@jest/globals";
import { type JumpCloudSettings, jumpcloud } from "../../../connectors/idp/jumpcloud/connector.ts";
import type { Connector, SnapshotRequest } from "../../../core/connector.ts";
import { type JumpCloudOptions, type JumpCloudSandbox, startJumpcloud } from "../../../sandbox/jumpcloud/server.ts";
import { type LogIn, settingsFor } from "../../contract/jumpcloud-harness.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of opened.splice(0).reverse()) await one.close();
});

export const signal = new AbortController().signal;
export const NOTHING: SnapshotRequest = { attributes: new Set() };

/** Closed after the test. */
export async function standIn(options: JumpCloudOptions = {}): Promise<JumpCloudSandbox> {
	const sandbox = await startJumpcloud(options);
	opened.push(sandbox);
	return sandbox;
}

export function connector(sandbox: JumpCloudSandbox, more: Partial<JumpCloudSettings> & { readonly logIn?: LogIn } = {}): Connector {
	const { logIn, ...rest } = more;
	const made = jumpcloud({ ...settingsFor(sandbox, logIn === undefined ? {} : { logIn }), ...rest });
	opened.push(made);
	return made;
}

/** So many people `p00`, `p01`, …, with ids in that order. */
export const populate = (sandbox: JumpCloudSandbox, count: number): readonly string[] =>
	Array.from({ length: count }, (_, n) => sandbox.organization.addPerson({ username: `p${String(n).padStart(2, "0")}` })._id);

/** A group with these people. */
export function group(sandbox: JumpCloudSandbox, name: string, people: readonly string[]): string {
	const { id } = sandbox.organization.addGroup({ name });
	for (const person of people) sandbox.organization.addMember(id, person);
	return id;
}
