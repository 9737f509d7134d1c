import type { PersonStory } from "../core/desired/trace.ts";
import type { Explanation } from "../core/explain.ts";
import { KINDS } from "../core/operation.ts";
import { groupOf } from "../core/plan.ts";
import type { Clause, PersonView } from "../core/policy/policy.ts";
import { visible as clean } from "../core/report/visible.ts";
import { colours, print, type Terminal } from "./console.ts";

interface Answer {
	readonly product: string;
	readonly who: string;
	readonly people: readonly Explanation[];
}

/** The answer of `rollcall explain` for people: the record, the filter, the transforms, the groups with their paths, what would be done, what is held. */
export function tellExplanation(terminal: Terminal, { product, who, people }: Answer): void {
	const page = new Page(terminal);
	if (people.length === 0)
		page.line(
			`${clean(who)}: no directory of ${product} knows such a person, and ${product} has no such account. Names are compared whole; try the e-mail address or the immutable id.`,
		);
	for (const explanation of people) new Telling(page, product, explanation).tell();
}

const LISTED = 12;

class Page {
	readonly colour: ReturnType<typeof colours>;
	readonly #terminal: Terminal;
	constructor(terminal: Terminal) {
		this.#terminal = terminal;
		this.colour = colours(terminal, terminal.out);
	}
	line(text: string): void {
		print(this.#terminal.out, text);
	}
	heading(text: string): void {
		this.line(`\n${this.colour.bold(text)}`);
	}
}

class Telling {
	readonly #page: Page;
	readonly #product: string;
	readonly #explanation: Explanation;

	constructor(page: Page, product: string, explanation: Explanation) {
		this.#page = page;
		this.#product = product;
		this.#explanation = explanation;
	}

	tell(): void {
		const { story, account } = this.#explanation;
		const name = story?.record?.username ?? account?.username ?? story?.person ?? "";
		this.#page.heading(`${clean(name)} in ${this.#product}`);
		if (story === undefined) this.#page.line("  No directory that this product follows knows this person.");
		else this.#directory(story);
		this.#account();
		this.#done();
	}

	#directory(story: PersonStory): void {
		const { record, outcome } = story;
		this.#page.line(`  ${this.#verdict(outcome)}`);
		if (record !== undefined) this.#record(story, record);
		if (story.filter !== undefined) {
			this.#page.heading("Filter (people.where)");
			this.#clause(story.filter, 1);
		}
		this.#page.heading("Values");
		for (const step of story.steps) {
			const value = step.error ?? (step.value === "" ? '""' : (step.value ?? ""));
			this.#page.line(
				`  ${step.setting.padEnd(14)} ${step.error === undefined ? clean(value) : this.#page.colour.red(clean(value))}   ${this.#page.colour.dim(`${step.clause.text}${step.place === undefined ? " (default)" : ` (${step.place})`}`)}`,
			);
		}
		this.#page.heading("Groups given");
		if (story.groups.length === 0) this.#page.line("  none");
		for (const { group, through } of story.groups) {
			for (const { path, rule } of through)
				this.#page.line(
					`  ${clean(group).padEnd(28)} ${path.map(clean).join(this.#page.colour.dim(" inside "))}   ${this.#page.colour.dim(`(rule ${clean(rule)})`)}`,
				);
		}
		this.#withheld(story);
	}

	/** Why not, for the groups that the person might expect; of the rest only how many. */
	#withheld({ withheld }: PersonStory): void {
		if (withheld.length === 0) return;
		this.#page.heading("Groups not given");
		const plain = withheld.filter(({ why }) => why === "not-a-member");
		for (const { group, detail } of [...withheld.filter(({ why }) => why !== "not-a-member"), ...plain.slice(0, LISTED)])
			this.#page.line(`  ${clean(group).padEnd(28)} ${clean(detail)}`);
		if (plain.length > LISTED)
			this.#page.line(
				this.#page.colour.dim(`  and ${plain.length - LISTED} more that the person is not a member of (--format json lists them)`),
			);
	}

	#verdict(outcome: PersonStory["outcome"]): string {
		const { colour } = this.#page;
		switch (outcome.kind) {
			case "wish":
				return outcome.wish.active
					? colour.green("Selected: should have an active account.")
					: colour.yellow("Selected, and switched off in the directory: the account should be inactive.");
			case "excluded":
				return colour.yellow(`Not selected: ${clean(outcome.because)}`);
			case "held":
				return colour.red(`Held, nothing about this person changes: ${clean(outcome.held.detail)}`);
		}
	}

	/** Of somebody in several directories also where each value is from, as far as the policy gives an order for it. */
	#record({ person, aliases, origins }: PersonStory, record: PersonView): void {
		this.#page.heading("Directory");
		const attributes = Object.entries(record.attributes).map(
			([key, values]) => [`attribute ${key}`, values.join(", "), origins[`attributes.${key}`]] as const,
		);
		const rows: readonly (readonly [key: string, value: string, origin?: string | undefined])[] = [
			["key", [person, ...aliases].join(", ")],
			["username", record.username, origins.username],
			["email", record.email, origins.email],
			...namesOf(record, origins),
			["active", String(record.active)],
			...attributes,
		];
		for (const [key, value, origin] of rows)
			this.#page.line(
				`  ${clean(key).padEnd(14)} ${clean(value)}${origin === undefined ? "" : this.#page.colour.dim(`   (${clean(origin)})`)}`,
			);
		for (const path of record.groupPaths) this.#page.line(`  ${"group".padEnd(14)} ${clean(path)}`);
	}

	#clause(clause: Clause, depth: number): void {
		const { colour } = this.#page;
		const value = clause.failed
			? colour.red(clean(clause.value))
			: clause.value === "true"
				? colour.green("true ")
				: clause.value === "false"
					? colour.red("false")
					: clean(clause.value);
		const text = clause.decisive ? clean(clause.text) : colour.dim(`${clean(clause.text)} (does not decide)`);
		this.#page.line(`${"  ".repeat(depth)}${value}  ${text}`);
		for (const part of clause.parts) this.#clause(part, depth + 1);
	}

	#account(): void {
		const { account, linkedTo } = this.#explanation;
		this.#page.heading(`Account in ${this.#product}`);
		if (account === undefined) {
			this.#page.line("  none");
			return;
		}
		this.#page.line(`  ${clean(account.username)} (${account.id}), ${account.active ? "active" : "inactive"}, ${clean(account.email)}`);
		this.#page.line(`  ${linkedTo.length === 0 ? "not managed by Rollcall" : `managed, belongs to ${linkedTo.join(", ")}`}`);
		if (account.groups.length > 0) this.#page.line(`  managed groups it is in: ${account.groups.map(clean).join(", ")}`);
	}

	#done(): void {
		const { operations, holds } = this.#explanation;
		this.#page.heading("What a sync would do now");
		if (operations.length === 0) this.#page.line("  nothing");
		for (const operation of operations)
			this.#page.line(
				`  ${[KINDS[operation.kind].verb, clean(groupOf(operation))].join(" ").trim().padEnd(28)} ${this.#page.colour.dim(operation.because)}`,
			);
		if (holds.length > 0) this.#page.heading("Held");
		for (const hold of holds) this.#page.line(`  ${clean(hold.wanted).padEnd(28)} ${hold.because}: ${clean(hold.detail)}`);
	}
}

/** One line where all of the name is from one directory, else a line for each part that has an order of its own. */
function namesOf(record: PersonView, origins: PersonStory["origins"]): readonly (readonly [string, string, string | undefined])[] {
	const { givenName, familyName, displayName } = record;
	const whole = [givenName, familyName].join(" ").trim() || displayName;
	const parts = (["givenName", "familyName", "displayName"] as const).filter((field) => origins[field] !== undefined);
	return [["name", whole, undefined], ...parts.map((field) => [field, record[field], origins[field]] as const)];
}
