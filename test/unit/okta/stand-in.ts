import { afterEach } from "@jest/globals";
import { okta } from "../../../connectors/idp/okta/connector.ts";
import type { OktaSettings } from "../../../connectors/idp/okta/settings.ts";
import type { Connector } from "../../../core/connector.ts";
import { type OktaOptions, type OktaSandbox, startOkta } from "../../../sandbox/okta/server.ts";
import { type LogIn, settingsFor } from "../../contract/okta-harness.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close();
});

/** Closed after the test. Anna is in the group `devs`, Ben has been deactivated. */
export async function standIn(options: OktaOptions = {}): Promise<OktaSandbox> {
	const sandbox = await startOkta(options);
	open.push(sandbox);
	const { org } = sandbox;
	const anna = org.addUser({
		profile: { login: "anna@example.com", email: "anna@example.com", firstName: "Anna", site: "Köln", level: 3 },
	});
	org.addUser({ status: "DEPROVISIONED", profile: { login: "ben@example.com", email: "ben@example.com", site: "Bonn" } });
	org.addMember(org.addGroup({ profile: { name: "devs" } }).id, anna.id);
	return sandbox;
}

export function connector(sandbox: OktaSandbox, more: Partial<OktaSettings> & { readonly logIn?: LogIn } = {}): Connector {
	const { logIn, ...settings } = more;
	const made = okta({ ...settingsFor(sandbox, logIn === undefined ? {} : { logIn }), ...settings });
	open.push(made);
	return made;
}

export const signal = new AbortController().signal;
export const NOTHING = { attributes: new Set<string>() };
