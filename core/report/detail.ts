import type { AccountFields, LinkAdopt, Operation } from "../operation.ts";

const MATCHED: Readonly<Record<LinkAdopt["matchedOn"], string>> = {
	username: "same username",
	email: "same e-mail address",
	journal: "created by an earlier run whose answer was lost",
	mark: "marked by Rollcall",
	merge: "the same person in a further source",
};

const FIELD: Readonly<Record<"email" | "displayName", string>> = { email: "email", displayName: "name" };

/** What an operation changes, for people: `email: a@x → b@x`. Empty where the kind says it all. */
export function detailOf(operation: Operation): string {
	switch (operation.kind) {
		case "link.adopt":
			return MATCHED[operation.matchedOn];
		case "group.create":
		case "group.delete":
		case "account.enable":
		case "account.disable":
			return "";
		case "account.create":
			return newcomer(operation.after);
		case "account.rename":
			return change("username", operation.subject.username, operation.after.username);
		case "account.update":
			return (["displayName", "email"] as const)
				.filter((field) => operation.after[field] !== undefined)
				.map((field) => change(FIELD[field], operation.before[field], operation.after[field]!))
				.join("; ");
		case "attribute.set":
			return change(operation.attribute, operation.before, operation.after);
		case "member.add":
			return `joins ${operation.group}`;
		case "member.remove":
			return `leaves ${operation.group}`;
	}
}

const newcomer = ({ displayName, email }: AccountFields): string => (email === "" ? displayName : `${displayName} <${email}>`);
const change = (what: string, before: string | undefined, after: string): string => `${what}: ${shown(before)} → ${shown(after)}`;
const shown = (value: string | undefined): string => (value === undefined || value === "" ? "(none)" : value);
