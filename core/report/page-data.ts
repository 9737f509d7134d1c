import { KINDS, OPERATION_KINDS } from "../operation.ts";
import type { HoldReason } from "../plan.ts";
import type { Report, ReportOperation } from "./report.ts";
import { whoIs } from "./tally.ts";
import { visible } from "./visible.ts";
import { HOLD_WORDS, KIND_WORDS, SIGN, STATE_WORDS, wantedWords } from "./words.ts";

/** The states of a row on the page, by number. */
const STATES = ["planned", "done", "already", "failed", "unknown", "not-run", "held"] as const;
const REASONS = Object.keys(HOLD_WORDS) as readonly HoldReason[];

/**
 * The report's lists as columns over one table of strings, so that 500,000 operations stay a file that opens: an
 * operation is a few small numbers. `kind` and `state` are runs (value, length, value, length …), `error` and `name`
 * pairs (row, string). −1: none. JSON that is safe inside a script element: `<` is written `\u003c`.
 */
export function* pageData(report: Report): Iterable<string> {
	const strings = new Strings();
	const people = new People(report, strings);
	const operations = operationColumns(report, strings, people);
	const holds = holdColumns(report, strings, people);
	const rejects = rejectColumns(report, strings);
	yield `{"words":${safe(wordTables())}`;
	yield* object("who", people.columns());
	yield* object("operations", operations);
	yield* object("holds", holds);
	yield* object("rejects", rejects);
	yield `,"strings":[`;
	yield* strings.json();
	yield "]}";
}

const wordTables = () => ({
	kinds: OPERATION_KINDS.map((kind) => ({ kind, verb: KINDS[kind].verb, sign: SIGN[KIND_WORDS[kind].tone], ...KIND_WORDS[kind] })),
	states: STATES.map((state) => ({ state, word: state === "planned" || state === "held" ? state : STATE_WORDS[state] })),
	reasons: REASONS.map((reason) => HOLD_WORDS[reason]),
});

type Columns = Readonly<Record<string, readonly number[]>>;

function operationColumns({ operations }: Report, strings: Strings, people: People): Columns {
	const [error, name]: [number[], number[]] = [[], []];
	const who = operations.map((operation, row) => {
		if (operation.error !== undefined) error.push(row, strings.index(operation.error));
		const person = people.index(operation);
		if (person >= 0 && people.name(person) !== operation.username) name.push(row, strings.index(operation.username));
		return person;
	});
	return {
		kind: runs(operations.map((o) => OPERATION_KINDS.indexOf(o.kind))),
		state: runs(operations.map(({ state }) => STATES.indexOf(state ?? "planned"))),
		who,
		group: operations.map((o) => optional(o.group, strings)),
		detail: operations.map((o) => strings.index(o.detail)),
		because: operations.map((o) => strings.index(o.because)),
		error,
		name,
	};
}

function holdColumns({ holds }: Report, strings: Strings, people: People): Columns {
	return {
		who: holds.map((hold) => people.index(hold)),
		wanted: holds.map((hold) => strings.index(wantedWords(hold.wanted))),
		group: holds.map(({ wanted }) => optional(groupOfHold(wanted), strings)),
		reason: holds.map((hold) => REASONS.indexOf(hold.because)),
		detail: holds.map((hold) => strings.index(hold.detail)),
	};
}

/** The group that a hold is about, if it is about one: `member.remove jira-developers`. */
export const groupOfHold = (wanted: string): string | undefined => /^(?:member|group)\.\w+ (.+)$/s.exec(wanted)?.[1];
const optional = (text: string | undefined, strings: Strings): number => (text === undefined ? -1 : strings.index(text));

function rejectColumns({ rejects }: Report, strings: Strings): Columns {
	const column = (key: "source" | "kind" | "id" | "label" | "because"): number[] => rejects.map((reject) => strings.index(reject[key]));
	return { source: column("source"), kind: column("kind"), id: column("id"), label: column("label"), because: column("because") };
}

class Strings {
	readonly #indexes = new Map<string, number>();

	index(text: string): number {
		const known = this.#indexes.get(text);
		if (known !== undefined) return known;
		this.#indexes.set(text, this.#indexes.size);
		return this.#indexes.size - 1;
	}
	*json(): Iterable<string> {
		let first = true;
		for (const text of this.#indexes.keys()) {
			yield (first ? "" : ",") + safe(visible(text));
			first = false;
		}
	}
}

type Named = Pick<ReportOperation, "username" | "person" | "account">;

/** Everybody an operation or a hold is about, each human being once, under the first name that appears. */
class People {
	readonly #key: (entry: Named) => string | undefined;
	readonly #strings: Strings;
	readonly #indexes = new Map<string, number>();
	readonly #people: { username: string; person: string | undefined; account: string | undefined }[] = [];

	constructor(report: Report, strings: Strings) {
		this.#strings = strings;
		this.#key = whoIs([...report.operations, ...report.holds]);
	}
	index(entry: Named): number {
		const key = this.#key(entry);
		if (key === undefined) return -1;
		const known = this.#indexes.get(key);
		if (known === undefined) {
			this.#indexes.set(key, this.#people.length);
			this.#people.push({ username: entry.username, person: entry.person, account: entry.account });
			return this.#people.length - 1;
		}
		const somebody = this.#people[known]!;
		somebody.person ??= entry.person;
		somebody.account ??= entry.account;
		return known;
	}
	name(index: number): string {
		return this.#people[index]!.username;
	}
	columns(): Columns {
		const column = (key: "username" | "person" | "account"): number[] =>
			this.#people.map(({ [key]: text }) => (text === undefined ? -1 : this.#strings.index(text)));
		return { name: column("username"), person: column("person"), account: column("account") };
	}
}

/** [5, 5, 5, 2] → [5, 3, 2, 1]. */
function runs(values: readonly number[]): number[] {
	const result: number[] = [];
	for (const value of values) {
		if (result.at(-2) === value && result.length > 0) result[result.length - 1]! += 1;
		else result.push(value, 1);
	}
	return result;
}

const SLICE = 8192;
function* object(name: string, columns: Columns): Iterable<string> {
	yield `,"${name}":{`;
	for (const [index, [key, values]] of Object.entries(columns).entries()) {
		yield `${index === 0 ? "" : ","}"${key}":[`;
		for (let from = 0; from < values.length; from += SLICE) yield (from === 0 ? "" : ",") + values.slice(from, from + SLICE).join(",");
		yield "]";
	}
	yield "}";
}

const safe = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");
