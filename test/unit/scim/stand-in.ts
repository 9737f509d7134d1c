import { afterEach } from "@jest/globals";
import { type ScimSettings, scim } from "../../../connectors/idp/scim/connector.ts";
import type { Connector } from "../../../core/connector.ts";
import type { Snapshot } from "../../../core/model.ts";
import { Secret } from "../../../core/secret.ts";
import type { ScimOptions, ScimSandbox } from "../../../sandbox/scim/server.ts";
import { startScim } from "../../../sandbox/scim/server.ts";
import type { DirectoryTruth } from "../../contract/connector-harness.ts";
import { BASIC, BEARER, CLIENT, fill, settingsFor } from "../../contract/scim-harness.ts";

export const signal = new AbortController().signal;
export const NOTHING = { attributes: new Set<string>() };
export const bearer = (token: string): Pick<ScimSettings, "auth"> => ({ auth: { kind: "bearer", token: new Secret(token, "test") } });

/** A filled stand-in, and connectors to it; all closed after each test. */
export interface Opened {
	readonly sandbox: ScimSandbox;
	readonly truth: DirectoryTruth;
	connect(more?: Partial<ScimSettings>): Connector;
	read(more?: Partial<ScimSettings>, attributes?: readonly string[] | "all"): Promise<Snapshot>;
	/** Paths and queries since `open`, as they were sent. */
	asked(): readonly string[];
}

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of opened.splice(0).reverse()) await one.close();
});

export async function open(quirks: ScimOptions["quirks"] = {}, options: Omit<ScimOptions, "quirks"> = {}): Promise<Opened> {
	const sandbox = await startScim({ accounts: [BEARER, CLIENT, BASIC], ...options, quirks });
	opened.push(sandbox);
	const truth = fill(sandbox, { reversed: false });
	const connect = (more: Partial<ScimSettings> = {}) => {
		const connector = scim({ ...settingsFor(sandbox), ...bearer(BEARER.token), ...more });
		opened.push(connector);
		return connector;
	};
	return {
		sandbox,
		truth,
		connect,
		read: (more, attributes = []) => connect(more).snapshot({ attributes: attributes === "all" ? "all" : new Set(attributes) }, signal),
		asked: () =>
			sandbox.exchanges.map(({ path, query }) => {
				const text = new URLSearchParams(query as Record<string, string>).toString();
				return decodeURIComponent(`${path.replace("/scim/v2", "")}${text === "" ? "" : `?${text}`}`);
			}),
	};
}
