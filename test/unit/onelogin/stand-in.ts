import { afterEach } from "@jest/globals";
import { type OneLoginSettings, onelogin } from "../../../connectors/idp/onelogin/connector.ts";
import type { Connector } from "../../../core/connector.ts";
import type { Snapshot } from "../../../core/model.ts";
import { type OneLoginOptions, type OneLoginSandbox, startOnelogin } from "../../../sandbox/onelogin/server.ts";
import { settingsFor } from "../../contract/onelogin-harness.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
	for (const one of opened.splice(0).reverse()) await one.close();
});
export const keep = <T extends { close(): Promise<void> }>(one: T): T => {
	opened.push(one);
	return one;
};

/** So many people with the ids 1, 2, 3 …, role 1 `devs` of the even ones, group 1 `Default` of everybody. Closed after the test. */
export async function standIn(people: number, options: OneLoginOptions = {}): Promise<OneLoginSandbox> {
	const sandbox = keep(await startOnelogin(options));
	const { account } = sandbox;
	account.addRole("devs", 1);
	account.addGroup("Default", 1);
	for (let id = 1; id <= people; id += 1) {
		account.addUser({ id, username: `p${id}`, email: `p${id}@example.com`, lastname: `Z${99 - id}`, group_id: 1 });
		if (id % 2 === 0) account.assign(1, id);
	}
	return sandbox;
}

export const connect = (sandbox: OneLoginSandbox, more: Partial<OneLoginSettings> = {}): Connector =>
	keep(onelogin({ ...settingsFor(sandbox), ...more }));

export const never = (): AbortSignal => new AbortController().signal;
export const NOTHING = { attributes: new Set<string>() };

export const read = (sandbox: OneLoginSandbox, more: Partial<OneLoginSettings> = {}): Promise<Snapshot> =>
	connect(sandbox, more).snapshot(NOTHING, never());

/** `/api/2/users 3`: path, and the page that was asked for. */
export const asked = (sandbox: OneLoginSandbox): readonly string[] =>
	sandbox.exchanges.map(({ path, query }) => (query.page === undefined ? path : `${path} ${String(query.page)}`));

/** Once, as soon as the answer to this request has been sent. */
export function onceAnswered(sandbox: OneLoginSandbox, request: string, change: () => void): void {
	let due = true;
	sandbox.onExchange(() => {
		if (!due || asked(sandbox).at(-1) !== request) return;
		due = false;
		change();
	});
}
