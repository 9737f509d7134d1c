import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { JsonClient } from "../../http/client.ts";
import { isStatus } from "./refusals.ts";
import type { CloudSettings } from "./settings.ts";
import { idIn } from "./talk.ts";
import { sentenceOf, WireNoAccount, WirePrivileges, WireProfile } from "./wire.ts";

/** Who decides whether an account lives. `ours`: the organisation's administrators, so Rollcall too. */
export type Governed =
	| { readonly by: "ours" }
	| { readonly by: "directory" | "nobody" }
	| { readonly by: "other"; readonly reason: string };

/**
 * User management (https://developer.atlassian.com/cloud/admin/user-management/rest/), with a key of the organisation. It
 * refuses accounts that a SCIM or Google directory governs, so it is of use only for those that were unlinked from it.
 */
export class Management {
	readonly #client: JsonClient;

	constructor(
		settings: Pick<CloudSettings, "url" | "network" | "beforeWrite" | "log" | "retry">,
		key: NonNullable<CloudSettings["organizationKey"]>,
	) {
		this.#client = new JsonClient({
			side: "target",
			baseUrl: settings.url,
			network: settings.network,
			authorization: () => `Bearer ${key.reveal()}`,
			secrets: () => [key.reveal()],
			detailOf: sentenceOf,
			lockedOut: ({ status }) =>
				status === 401
					? {
							message: "Atlassian did not accept the organisation's API key",
							todo: "Make a new key, without scopes, at admin.atlassian.com (Settings > API keys): this one is wrong or expired. Nothing more was sent with it.",
						}
					: undefined,
			...(settings.beforeWrite === undefined ? {} : { beforeWrite: settings.beforeWrite }),
			...(settings.log === undefined ? {} : { log: settings.log }),
			...(settings.retry === undefined ? {} : { retry: settings.retry }),
		});
	}
	requests(): number {
		return this.#client.requests();
	}
	close(): Promise<void> {
		return this.#client.close();
	}

	/** `nobody`: no account of this organisation, or one that it does not manage. */
	async governed(account: string, signal: AbortSignal): Promise<Governed> {
		const path = `${pathOf(account)}`;
		const query = { privileges: "lifecycle.enablement" };
		const request = { method: "GET", path, query, schema: WirePrivileges, absent: WireNoAccount, about: `account ${account}` } as const;
		try {
			const rules = await this.#client.find<z.infer<typeof WirePrivileges>>(request, signal);
			if (rules === undefined) return { by: "nobody" };
			const { allowed, reason } = rules["lifecycle.enablement"];
			if (allowed) return { by: "ours" };
			const key = reason?.key ?? "no reason given";
			return key.startsWith("externalDirectory.scim") ? { by: "directory" } : { by: "other", reason: key };
		} catch (error) {
			if (isStatus(error, 403)) return { by: "nobody" };
			throw error;
		}
	}

	/** Says whether there was something to do. Throws `target.rejected` with Atlassian's reason. */
	async switchTo(account: string, active: boolean, signal: AbortSignal): Promise<boolean> {
		const path = `${pathOf(account)}/profile`;
		const { account: profile } = await this.#client.request(
			{ method: "GET", path, schema: WireProfile, about: `account ${account}` },
			signal,
		);
		if ((profile.account_status === "active") === active) return false;
		const request = { method: "POST", about: `account ${account}`, schema: z.unknown() } as const;
		try {
			const end = active ? { path: "enable" } : { path: "disable", body: { message: "Switched off by Rollcall: the directory says so." } };
			await this.#client.request({ ...request, ...end, path: `${pathOf(account)}/lifecycle/${end.path}` }, signal);
		} catch (error) {
			if (!isStatus(error, 403, 409)) throw error;
			throw new SyncError("target.rejected", error.message, {
				todo: "Atlassian's own sentence says why; do it at admin.atlassian.com (a deletion must be cancelled before an account can be used again).",
				context: error.context,
				cause: error,
			});
		}
		return true;
	}
}

const pathOf = (account: string): string => `/users/${idIn(account, "account")}/manage`;
