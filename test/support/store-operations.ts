import { digestOf } from "../../core/digest.ts";
import type { AccountId, GroupName, PersonKey, ProductId } from "../../core/model.ts";
import type { AccountCreate, MemberRemove, Operation } from "../../core/operation.ts";
import { makePlan } from "../../core/plan.ts";
import type { RunStart } from "../../core/store/store.ts";

/** Operations and runs for the store's tests; what they mean does not matter there. */

export function creationOf(n: number | string): AccountCreate {
	const body = {
		kind: "account.create" as const,
		subject: { username: `u${n}`, person: `staff:${n}` as PersonKey },
		after: { username: `u${n}`, email: `u${n}@example.org`, displayName: `U ${n}` },
	};
	return { ...body, id: digestOf(body), because: "in the directory, not in Jira" };
}

export function removalOf(n: number | string, group: string): MemberRemove {
	const body = {
		kind: "member.remove" as const,
		subject: { username: `u${n}`, person: `staff:${n}` as PersonKey, account: `JIRAUSER${n}` as AccountId },
		group: group as GroupName,
	};
	return { ...body, id: digestOf(body), because: "no longer in the group" };
}

export function startWith(operations: readonly Operation[], product: ProductId = "jira" as ProductId): RunStart {
	const population = { accounts: 0, linked: 0, memberships: 0, groups: 0, wanted: 0, wantedMemberships: 0 };
	const plan = makePlan({ product, posture: "mirror", firstRun: false, sources: [], population, operations, holds: [] });
	return { product, mode: "sync", plan, breaches: [], trigger: "cli" };
}
