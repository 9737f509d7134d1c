import type { ConnectorId, Person, PersonId } from "../../../core/model.ts";
import type { GroupPolicyText, PersonView, PolicyText } from "../../../core/policy/policy.ts";
import { viewOf } from "../../../core/policy/record.ts";

const GROUPS: GroupPolicyText = { map: [], nested: true, createMissing: true, default: [], ignore: [], strangers: "keep" };

export const policyText = (rest: Partial<Omit<PolicyText, "groups">> & { groups?: Partial<GroupPolicyText> }): PolicyText => ({
	from: ["staff" as ConnectorId],
	...rest,
	groups: { ...GROUPS, ...rest.groups },
});

export const person = (rest: Partial<Omit<Person, "id">> & { id?: string } = {}): Person => ({
	username: "anna",
	email: "anna@example.org",
	givenName: "Anna",
	familyName: "Berg",
	displayName: undefined,
	active: true,
	attributes: {},
	...rest,
	id: (rest.id ?? "1") as PersonId,
});

export const view = (of: Person = person(), names: readonly string[] = [], paths: readonly string[] = []): PersonView =>
	viewOf("staff", of, { names, paths });
