import type { Desired, HeldPerson, Wish } from "../../../core/desired/desired.ts";
import { diff } from "../../../core/diff/diff.ts";
import type { DiffInput, DiffRules, Ownership } from "../../../core/diff/input.ts";
import type { AccountId, ConnectorId, Digest, GroupName, PersonKey, ProductId } from "../../../core/model.ts";
import type { AccountFields, Operation } from "../../../core/operation.ts";
import type { Hold, Plan } from "../../../core/plan.ts";
import type { Account, Capabilities, SeatPool } from "../../../core/product.ts";
import { EVERYTHING } from "../../support/memory-product.ts";
import { desiredOf, key, RULES, target } from "../../support/worlds.ts";

export { key, wish } from "../../support/worlds.ts";

/** One situation, written down by what differs from an empty product and directory. */
export interface Scene {
	readonly people?: readonly Wish[];
	readonly held?: readonly (readonly [PersonKey, Partial<HeldPerson>])[];
	readonly excluded?: readonly (readonly [PersonKey, string])[];
	readonly accounts?: readonly Account[];
	/** Person → account; `[1, 2]`: person 1 is linked to account acc2. */
	readonly links?: readonly (readonly [number | PersonKey, number])[];
	/** Groups of the product; default: devs, ops and those of the accounts. */
	readonly groups?: readonly string[];
	/** Managed groups; default: devs and ops. A text after the name: why it is uncertain. */
	readonly managed?: readonly (readonly [string, string?])[];
	readonly defaults?: readonly string[];
	readonly ignored?: readonly string[];
	readonly rules?: Partial<DiffRules>;
	readonly can?: Partial<Capabilities>;
	readonly ownership?: Partial<Ownership>;
	readonly canonical?: (fields: AccountFields) => AccountFields;
	readonly readSources?: readonly string[];
	/** Milliseconds since 1970. */
	readonly takenAt?: number;
	readonly self?: number;
	readonly seats?: readonly SeatPool[];
	readonly unfit?: DiffInput["unfit"];
	readonly blockers?: ReadonlyMap<AccountId, string>;
}

export const account = (n: number, more: Partial<Account> = {}): Account => ({
	id: `acc${n}` as AccountId,
	username: `user${n}`,
	email: `u${n}@a.test`,
	displayName: `U ${n}`,
	active: true,
	editable: true,
	groups: [],
	...more,
});
export const groups = (...names: string[]): GroupName[] => names as GroupName[];
const heldPerson = (more: Partial<HeldPerson> = {}): HeldPerson => ({
	username: "",
	because: "rejected-at-source",
	detail: "unreadable",
	aliases: [],
	...more,
});
const keyOf = (who: number | PersonKey): PersonKey => (typeof who === "number" ? key(who) : who);

export function inputOf(scene: Scene): DiffInput {
	const accounts = scene.accounts ?? [];
	const managed = scene.managed ?? [["devs"], ["ops"]];
	const desired: Desired = {
		...desiredOf(
			scene.people ?? [],
			(scene.held ?? []).map(([who, more]) => [who, heldPerson(more)]),
		),
		excluded: new Map((scene.excluded ?? []).map(([who, because]) => [who, { username: "", because }])),
		groups: new Map(managed.map(([name, uncertain]) => [name as GroupName, target(name as GroupName, uncertain)])),
		defaultGroups: groups(...(scene.defaults ?? [])),
		ignoredGroups: groups(...(scene.ignored ?? [])),
	};
	return {
		desired,
		actual: {
			product: "jira" as ProductId,
			takenAt: new Date(0),
			accounts: new Map(accounts.map((each) => [each.id, each])),
			groups: new Set([...groups(...(scene.groups ?? ["devs", "ops"])), ...accounts.flatMap((each) => each.groups)]),
			self: scene.self === undefined ? undefined : (`acc${scene.self}` as AccountId),
			digest: "" as Digest,
			...(scene.seats === undefined ? {} : { seats: scene.seats }),
		},
		...(scene.unfit === undefined ? {} : { unfit: scene.unfit }),
		...(scene.blockers === undefined ? {} : { blockers: scene.blockers }),
		can: { ...EVERYTHING, ...scene.can },
		ownership: {
			links: new Map((scene.links ?? []).map(([who, n]) => [keyOf(who), `acc${n}` as AccountId])),
			disputed: new Set(),
			openCreates: new Map(),
			absences: new Map(),
			inherited: [],
			released: new Map(),
			written: new Map(),
			marks: new Map(),
			...scene.ownership,
		},
		rules: { ...RULES, ...scene.rules },
		canonical: scene.canonical ?? ((fields) => fields),
		readSources: (scene.readSources ?? ["idp"]) as ConnectorId[],
		sources: [],
		takenAt: new Date(scene.takenAt ?? 0),
	};
}

export const planFor = (scene: Scene): Plan => diff(inputOf(scene));

/** The whole plan as lines: operations in their order, then holds. */
export function linesOf(plan: Plan): readonly string[] {
	const said = new Map(plan.operations.map((operation) => [operation.id, wordsOf(operation)]));
	const after = ({ requires }: Operation) => (requires === undefined ? "" : ` [after: ${requires.map((id) => said.get(id)).join("; ")}]`);
	return [...plan.operations.map((operation) => wordsOf(operation) + after(operation)), ...plan.holds.map(holdLine)];
}
export const holdLine = (hold: Hold): string => `${hold.because}: ${[hold.wanted, hold.subject.username].filter(Boolean).join(" ")}`;

function wordsOf(operation: Operation): string {
	switch (operation.kind) {
		case "link.adopt":
			return `adopt ${operation.subject.username} for ${operation.subject.person} by ${operation.matchedOn}${also(operation)}`;
		case "group.create":
		case "group.delete":
			return `${operation.kind} ${operation.group}`;
		case "account.create":
			return `create ${operation.after.username} <${operation.after.email}> ${operation.after.displayName}${also(operation)}`;
		case "account.rename":
			return `rename ${operation.subject.username} to ${operation.after.username}`;
		case "account.update":
			return `update ${operation.subject.username} ${JSON.stringify(operation.before)} to ${JSON.stringify(operation.after)}`;
		case "account.enable":
		case "account.disable":
			return `${operation.kind.slice(8)} ${operation.subject.username}`;
		case "attribute.set":
			return `set ${operation.attribute} of ${operation.subject.username}: ${operation.before} to ${operation.after}`;
		case "member.add":
			return `add ${operation.subject.username} to ${operation.group}`;
		case "member.remove":
			return `remove ${operation.subject.username} from ${operation.group}`;
	}
}

const also = ({ aliases }: { readonly aliases?: readonly PersonKey[] }): string =>
	aliases === undefined ? "" : ` (also ${aliases.join(", ")})`;

/** A row of a table: the rule, the situation, the whole plan that follows from it, and words that a hold must say. */
export interface Row {
	readonly rule: string;
	readonly scene: Scene;
	readonly plan: readonly string[];
	readonly says?: readonly (string | RegExp)[];
}
