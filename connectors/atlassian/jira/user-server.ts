import type { Finding } from "../../../core/connector.ts";
import { asSyncError, SyncError } from "../../../core/errors.ts";
import type { AccountId, GroupName, ProductId } from "../../../core/model.ts";
import type { AccountFields, ProductOperation } from "../../../core/operation.ts";
import type { Account, Actual, AtlassianProduct, Capabilities, Performed, ReadRequest } from "../../../core/product.ts";
import { attributesOf, directGroups, usersByKey, wantsAttributes } from "../../usermanagement/accounts.ts";
import { skewOf } from "../../usermanagement/clock.ts";
import { fold } from "../../usermanagement/memberships.ts";
import { readPopulation } from "../../usermanagement/population.ts";
import { PAGE_SIZE } from "../../usermanagement/settings.ts";
import type { UserManagement } from "../../usermanagement/talk.ts";
import { WritingUserManagement } from "../../usermanagement/write.ts";
import { AccountWriter } from "../../usermanagement/writer.ts";
import { capabilitiesOf, versionOfUserServer } from "./capabilities.ts";
import { newness } from "./check.ts";
import { siteOf } from "./server.ts";
import type { UserServerSettings } from "./settings.ts";
import { actualOf, canonicalFields } from "./translate.ts";

/** Page sizes are REST v2's; this door's lists are read a thousand rows at a time unless told otherwise. */
export const userManagementOf = (settings: UserServerSettings): WritingUserManagement => {
	const { auth: _rest, userServer, ...common } = settings;
	return new WritingUserManagement({ ...common, ...userServer });
};

/**
 * Jira by its user server alone (`/rest/usermanagement/1`), with the log-in of an application: whole lists and direct memberships on every
 * version, accounts switched on and off before 8.3 too. Its keys of accounts are not those of REST v2 and nothing translates them, so
 * what was linked by one door is not used by the other: this door names another `site`.
 */
export class UserServerJira implements AtlassianProduct {
	readonly id: ProductId;
	readonly kind = "jira";
	readonly #settings: UserServerSettings;
	readonly #talk: WritingUserManagement;
	readonly #writer: AccountWriter;

	constructor(settings: UserServerSettings) {
		this.id = settings.id;
		this.#settings = settings;
		this.#talk = userManagementOf(settings);
		this.#writer = new AccountWriter(this.#talk, "Jira");
	}

	async capabilities(signal: AbortSignal): Promise<Capabilities> {
		const { network, pageSize = PAGE_SIZE } = this.#settings;
		const version = versionOfUserServer(await this.#talk.server(signal));
		return capabilitiesOf(version, { pageSize, concurrency: network.concurrency }, { userServer: true });
	}

	canonical(fields: AccountFields): AccountFields {
		return canonicalFields(fields);
	}

	check(signal: AbortSignal): Promise<readonly Finding[]> {
		return checkUserServer(this.#talk, { keys: true }, signal);
	}

	async read(request: ReadRequest, signal: AbortSignal): Promise<Actual> {
		versionOfUserServer(await this.#talk.server(signal));
		const want = { attributes: wantsAttributes(request), ...(request.progress === undefined ? {} : { progress: request.progress }) };
		const population = await readPopulation(this.#talk, want, signal);
		const users = usersByKey(population, "Jira");
		const belonging = directGroups(population, request.groups, "Jira");
		const told = await attributesOf(this.#talk, { users, request }, signal);
		const accounts = [...users].map(([id, user]): Account => {
			const fields = { username: user.name, email: user.email ?? "", displayName: user["display-name"] ?? "" };
			const attributes = told.get(id);
			const groups = belonging.get(fold(user.name)) ?? [];
			return { id, ...fields, active: user.active, editable: true, groups, ...(attributes === undefined ? {} : { attributes }) };
		});
		this.#writer.learn(accounts.map((account) => [account.id, account.username] as const));
		const groups = [...population.groups.values()].map(({ name }) => name as GroupName);
		const actual = actualOf({ product: this.id, accounts, groups, self: undefined });
		return { ...actual, site: `${siteOf(this.#settings.url)} (user server)` };
	}

	async perform(operation: ProductOperation, account: AccountId | undefined, signal: AbortSignal): Promise<Performed> {
		versionOfUserServer(await this.#talk.server(signal));
		return await this.#writer.perform(operation, account, signal);
	}

	requests(): number {
		return this.#talk.requests();
	}
	close(): Promise<void> {
		return this.#talk.close();
	}
}

const ok = (name: string, message: string): Finding => ({ level: "ok", name, message });

/** Log-in, version, clock, one page of users. `keys`: accounts are to be known by the keys that this door sends. */
export async function checkUserServer(
	talk: UserManagement,
	{ keys }: { readonly keys: boolean },
	signal: AbortSignal,
): Promise<readonly Finding[]> {
	const { application, pageSize: max = PAGE_SIZE } = talk.settings;
	const findings: Finding[] = [];
	try {
		const { server, date } = await talk.hello(signal);
		const version = versionOfUserServer(server);
		findings.push(
			ok(
				"userServer.reachable",
				`the user server of Jira ${version.text} answers on ${talk.host}; logged in as the application "${application}"`,
			),
		);
		if (keys) findings.push(...newness(version), ...skewOf(date, talk.host));
		const rows = await talk.users({ start: 0, max }, signal);
		if (keys && rows.some((row) => !(row as { key?: unknown }).key)) throw keyless();
		findings.push(ok("userServer.users", `the user server lists accounts and groups whole (${rows.length} accounts on the first page)`));
	} catch (error) {
		const failure = asSyncError(error);
		if (failure.code === "run.cancelled" || failure.code === "bug") throw failure;
		const todo = failure.todo ?? "Look at Jira's log.";
		return [...findings, { level: "error", name: nameOf(failure), message: failure.message, todo }];
	}
	if (keys)
		findings.push(
			ok(
				"rights.writing",
				`what "${application}" may write cannot be seen from here, nor seats, nor who leads a project (docs/guides/jira.md)`,
			),
		);
	return findings;
}

const keyless = (): SyncError =>
	new SyncError("target.malformed", "this Jira's user server sends users without a key, by which accounts are known for good", {
		todo: "Give Rollcall an administrator's log-in too (token): then accounts are known by the keys of REST v2.",
	});

function nameOf(error: SyncError): string {
	if (error.context.address !== undefined) return "userServer.address";
	if (error.code === "target.denied") return error.context.status === 403 ? "userServer.forbidden" : "userServer.credentials";
	return `userServer.${error.code.slice(error.code.indexOf(".") + 1)}`;
}
