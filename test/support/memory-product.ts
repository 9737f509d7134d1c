import type { Finding } from "../../core/connector.ts";
import { digestOf } from "../../core/digest.ts";
import { SyncError } from "../../core/errors.ts";
import type { AccountId, GroupName, ProductId } from "../../core/model.ts";
import type { AccountFields, ProductOperation } from "../../core/operation.ts";
import type { Account, Actual, AtlassianProduct, Capabilities, Performed } from "../../core/product.ts";

const yes = { supported: true } as const;
export const EVERYTHING: Capabilities = {
	server: "Memory 1.0",
	operations: {
		"group.create": yes,
		"group.delete": yes,
		"account.create": yes,
		"account.rename": yes,
		"account.update": yes,
		"account.enable": yes,
		"account.disable": yes,
		"attribute.set": yes,
		"member.add": yes,
		"member.remove": yes,
	},
	updatableFields: new Set(["username", "email", "displayName"]),
	readableFields: new Set(["username", "email", "displayName"]),
	requiredFields: new Set(),
	readsDisabledAccounts: true,
	names: { usernames: "fold", groups: "fold" },
	limits: { pageSize: 50, concurrency: 1 },
};

type Row = { -readonly [K in keyof Account]: K extends "groups" ? GroupName[] : Account[K] };

/** A product in memory that refuses what real ones refuse (a taken name, an unknown group), so that a wrong order shows. */
export class MemoryProduct implements AtlassianProduct {
	readonly id = "jira" as ProductId;
	readonly kind = "memory";
	readonly accounts = new Map<AccountId, Row>();
	readonly groups = new Set<GroupName>();
	self: AccountId | undefined;
	site: string | undefined;
	/** Every operation that was asked for, in order. */
	readonly asked: ProductOperation[] = [];
	/** From this request on everything fails; that one request's answer is lost after the write. */
	failFrom = Number.POSITIVE_INFINITY;
	loseAt = Number.POSITIVE_INFINITY;
	#next = 1;
	readonly #can: Capabilities;

	constructor(can: Capabilities = EVERYTHING) {
		this.#can = can;
	}
	add(fields: AccountFields & { id?: string; active?: boolean; editable?: boolean; groups?: readonly string[] }): AccountId {
		const id = (fields.id ?? `a${this.#next++}`) as AccountId;
		const { username, email, displayName } = fields;
		const groups = [...(fields.groups ?? [])] as GroupName[];
		this.accounts.set(id, {
			id,
			username,
			email,
			displayName,
			active: fields.active ?? true,
			editable: fields.editable ?? true,
			groups,
			attributes: {},
		});
		for (const group of groups) this.groups.add(group);
		return id;
	}
	async capabilities(): Promise<Capabilities> {
		return this.#can;
	}
	canonical(fields: AccountFields): AccountFields {
		return fields;
	}
	async check(): Promise<readonly Finding[]> {
		return [];
	}
	async read(): Promise<Actual> {
		const accounts = new Map(
			[...this.accounts].map(([id, row]) => [id, { ...row, groups: [...row.groups], attributes: { ...row.attributes } }]),
		);
		return {
			product: this.id,
			takenAt: new Date(0),
			accounts,
			groups: new Set(this.groups),
			self: this.self,
			...(this.site === undefined ? {} : { site: this.site }),
			digest: digestOf([...accounts]),
		};
	}
	requests(): number {
		return this.asked.length;
	}
	async close(): Promise<void> {}

	async perform(operation: ProductOperation, account: AccountId | undefined): Promise<Performed> {
		this.asked.push(operation);
		if (this.asked.length > this.failFrom) throw new SyncError("target.rejected", "injected failure");
		const performed = this.#act(operation, account);
		if (this.asked.length === this.loseAt)
			throw new SyncError("target.unreachable", "answer lost after the write", { outcomeUnknown: true });
		return performed;
	}

	#act(operation: ProductOperation, account: AccountId | undefined): Performed {
		const row = account === undefined ? undefined : this.accounts.get(account);
		switch (operation.kind) {
			case "group.create":
				return this.#set(
					() => !this.groups.has(operation.group),
					() => this.groups.add(operation.group),
				);
			case "group.delete":
				return this.#set(
					() => this.groups.has(operation.group),
					() => this.groups.delete(operation.group),
				);
			case "account.create":
				this.#free(operation.after.username, undefined);
				return { outcome: "done", account: this.add(operation.after) };
			case "account.rename":
				this.#free(operation.after.username, account);
				return this.#set(
					() => row!.username !== operation.after.username,
					() => Object.assign(row!, operation.after),
				);
			case "account.update":
				return this.#set(
					() => true,
					() => Object.assign(row!, operation.after),
				);
			case "account.enable":
			case "account.disable": {
				const active = operation.kind === "account.enable";
				return this.#set(
					() => row!.active !== active,
					() => Object.assign(row!, { active }),
				);
			}
			case "attribute.set":
				return this.#set(
					() => row!.attributes?.[operation.attribute] !== operation.after,
					() => Object.assign(row!.attributes!, { [operation.attribute]: operation.after }),
				);
			case "member.add":
				if (!this.groups.has(operation.group)) throw new SyncError("target.missing", `no group ${operation.group}`);
				return this.#set(
					() => !row!.groups.includes(operation.group),
					() => row!.groups.push(operation.group),
				);
			case "member.remove":
				return this.#set(
					() => row!.groups.includes(operation.group),
					() => row!.groups.splice(row!.groups.indexOf(operation.group), 1),
				);
		}
	}
	#set(needed: () => boolean, change: () => unknown): Performed {
		if (!needed()) return { outcome: "already" };
		change();
		return { outcome: "done" };
	}
	#free(username: string, but: AccountId | undefined): void {
		for (const row of this.accounts.values()) {
			if (row.id !== but && row.username.toLowerCase() === username.toLowerCase())
				throw new SyncError("target.conflict", `username ${username} is taken`);
		}
	}
}
