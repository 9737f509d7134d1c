import { digestOf } from "../../core/digest.ts";
import type { AccountId, GroupName, PersonKey } from "../../core/model.ts";
import type { AccountFields, ProductOperation } from "../../core/operation.ts";
import type { Account, Actual, Capabilities } from "../../core/product.ts";
import type { ProductStage } from "./product-harness.ts";

export const calm = new AbortController().signal;
const WORLD_GROUPS = ["staff", "Ops Team", "empty"] as const;

export const fieldsOf = (name: string): AccountFields => ({ username: name, email: `${name}@example.org`, displayName: `${name} Example` });

/** Some accounts (one of them switched off), three groups, memberships across them. */
export function populate(stage: ProductStage, count = 7): readonly AccountId[] {
	for (const group of WORLD_GROUPS) stage.addGroup(group);
	const ids = Array.from({ length: count }, (_, n) => stage.addAccount({ ...fieldsOf(`person${n}`), active: n !== 3 }));
	for (const [n, id] of ids.entries()) {
		stage.addMember("staff", id);
		if (n % 2 === 0) stage.addMember("Ops Team", id);
	}
	return ids;
}

/** Reads with the user properties that the tests set. */
export const READ = (of: Iterable<AccountId>) => ({ attributes: ["team"], attributesOf: new Set(of) });

type Draft<T> = T extends ProductOperation ? Omit<T, "id" | "because"> : never;
/** An operation as the planner would make it. */
export function operation(draft: Draft<ProductOperation>): ProductOperation {
	return { ...draft, id: digestOf(draft), because: "the contract suite wants it" } as ProductOperation;
}

const subject = (username: string, account: AccountId) => ({ subject: { username, account, person: `test:${username}` as PersonKey } });

export interface Step {
	readonly operation: ProductOperation;
	readonly account: AccountId | undefined;
}

/** One step of every kind, each of which changes something in the world that `populate` makes. */
export function stepsFor(ids: readonly AccountId[]): Readonly<Record<ProductOperation["kind"], Step>> {
	const on = (n: number) => ({ ...subject(`person${n}`, ids[n] as AccountId) });
	const step = (draft: Draft<ProductOperation>, n?: number): Step => ({
		operation: operation(draft),
		account: n === undefined ? undefined : ids[n],
	});
	const after = fieldsOf("newcomer");
	return {
		"group.create": step({ kind: "group.create", group: "Fresh Group" as GroupName }),
		"group.delete": step({ kind: "group.delete", group: "Ops Team" as GroupName }),
		"account.create": step({ kind: "account.create", subject: { username: "newcomer", person: "test:newcomer" as PersonKey }, after }),
		"account.rename": step({ kind: "account.rename", ...on(1), after: { username: "renamed" } }, 1),
		"account.update": step(
			{
				kind: "account.update",
				...on(2),
				before: { email: "person2@example.org" },
				after: { email: "new@example.org", displayName: 'Neu & "Co"' },
			},
			2,
		),
		"account.enable": step({ kind: "account.enable", ...on(3) }, 3),
		"account.disable": step({ kind: "account.disable", ...on(4) }, 4),
		"attribute.set": step({ kind: "attribute.set", ...on(5), attribute: "team", before: undefined, after: 'R&D "Süd"' }, 5),
		"member.add": step({ kind: "member.add", ...on(5), group: "Ops Team" as GroupName }, 5),
		"member.remove": step({ kind: "member.remove", ...on(6), group: "staff" as GroupName }, 6),
	};
}

/** The world as it must look afterwards; everything that the operation is not about stays as it was (P7). */
export function expected(
	before: Actual,
	{ operation: op, account }: Step,
	product: { can: Capabilities; created?: AccountId; defaultGroups: readonly string[] },
) {
	const accounts = new Map(before.accounts);
	const groups = new Set(before.groups);
	const change = (of: (row: Account) => Partial<Account>) => {
		const row = accounts.get(account as AccountId) as Account;
		accounts.set(row.id, { ...row, ...of(row) });
	};
	const sorted = (names: Iterable<string>) => [...names].sort() as GroupName[];
	switch (op.kind) {
		case "group.create":
			groups.add(op.group);
			break;
		case "group.delete":
			groups.delete(op.group);
			for (const row of accounts.values()) accounts.set(row.id, { ...row, groups: row.groups.filter((name) => name !== op.group) });
			break;
		case "account.create":
			accounts.set(product.created as AccountId, {
				id: product.created as AccountId,
				...op.after,
				active: true,
				editable: true,
				groups: sorted(product.defaultGroups),
			});
			break;
		case "account.rename": {
			change(() => op.after);
			// Where the name is the id, the account goes on under another one.
			const row = accounts.get(account as AccountId) as Account;
			if (product.created !== undefined && accounts.delete(row.id)) accounts.set(product.created, { ...row, id: product.created });
			break;
		}
		case "account.update":
			change(() => op.after);
			break;
		case "account.enable":
		case "account.disable":
			change(() => ({ active: op.kind === "account.enable" }));
			break;
		case "attribute.set":
			change((row) => ({ attributes: { ...row.attributes, [op.attribute]: op.after } }));
			break;
		case "member.add":
			change((row) => ({ groups: sorted([...row.groups, op.group]) }));
			break;
		case "member.remove":
			change((row) => ({ groups: row.groups.filter((name) => name !== op.group) }));
	}
	for (const row of accounts.values()) {
		const untold = (["email", "displayName"] as const).filter((field) => !product.can.readableFields.has(field));
		accounts.set(row.id, Object.assign({}, row, ...untold.map((field) => ({ [field]: "" }))));
	}
	return comparable({ accounts, groups });
}

/** Order does not count, nor whether nothing was read or nothing is there. */
export function comparable({ accounts, groups }: Pick<Actual, "accounts" | "groups">) {
	const rows = [...accounts.values()].map((row) => ({ ...row, groups: [...row.groups].sort(), attributes: row.attributes ?? {} }));
	return { accounts: rows.sort((a, b) => (a.id < b.id ? -1 : 1)), groups: [...groups].sort() };
}
