import type { AccountId } from "../../../core/model.ts";
import { together } from "../../http/together.ts";
import type { JiraTalk } from "./talk.ts";

/** Roles named in one sentence before the rest is only counted. */
const NAMED = 5;

/**
 * Jira switches nobody off who leads a project or a component, or is a default assignee by that
 * (https://confluence.atlassian.com/adminjiraserver/create-edit-or-remove-a-user-938847025.html). One request for the projects and
 * one for each project's components, so it is asked only when somebody is to be switched off. Projects that the credential does
 * not see are not found here; Jira's own refusal then says so.
 */
export async function blockersOf(
	talk: JiraTalk,
	{ accounts, concurrency }: { readonly accounts: readonly AccountId[]; readonly concurrency: number },
	signal: AbortSignal,
): Promise<ReadonlyMap<AccountId, string>> {
	const roles = new Map<string, string[]>(accounts.map((account) => [account, []]));
	const projects = await talk.projects(signal);
	for (const { key, lead } of projects) if (lead) roles.get(lead.key)?.push(`project ${key}`);
	const components = await together(
		{ items: projects, width: concurrency },
		async ({ key }, inner) => ({ key, list: (await talk.components(key, inner)) ?? [] }),
		signal,
	);
	for (const { key, list } of components)
		for (const { name, lead } of list) if (lead) roles.get(lead.key)?.push(`component "${name}" of ${key}`);
	return new Map([...roles].filter(([, led]) => led.length > 0).map(([account, led]) => [account as AccountId, sentence(led)]));
}

function sentence(led: readonly string[]): string {
	const named = led.slice(0, NAMED).join(", ");
	const rest = led.length > NAMED ? ` and ${led.length - NAMED} more` : "";
	return `Jira switches nobody off who leads something: ${named}${rest}. Give it another lead, then the next run goes on.`;
}
