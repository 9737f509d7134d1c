import type { SnapshotRequest } from "../../../core/connector.ts";
import { SyncError } from "../../../core/errors.ts";
import type { GroupId, PersonId } from "../../../core/model.ts";
import { type Held, Holding } from "../../http/each-group.ts";
import { together } from "../../http/together.ts";
import { askBatch, PARTS, type Part, type PartAnswer } from "./batch.ts";
import { Chain, isExpired, type Page, pageSchema, TRIES } from "./paging.ts";
import { known } from "./people.ts";
import { HIDDEN, seesHiddenMembers } from "./rights.ts";
import { PAGE_SIZE } from "./settings.ts";
import { type Talk, targetOf } from "./talk.ts";
import { type FoundGroup, memberFrom } from "./translate.ts";

/** The direct members of one group, or why they could not be read whole. */
export type Members = Whole | Held;
interface Whole {
	readonly people: readonly PersonId[];
	readonly groups: readonly GroupId[];
}
/** How the reading of one group ended. */
type Outcome = Whole | { readonly failure: unknown };

/** Resource units of a page of members that are selected. */
const UNITS_MEMBERS = 2;
/** Pages of one group, at most: a hundred million members at the largest page, a hundred thousand at the smallest. */
const MOST_PAGES = 100_000;

/**
 * Members of all groups, twenty groups a request. Chosen over `groups/delta`, which brings groups and members in one stream,
 * because that stream cannot be proven: it has no counts, takes no page size, repeats groups and takes members back in later
 * pages, leaves out the members of a hidden group without a word, and does not exist in every tenant. Here each list says
 * how many it has, and 1,000 groups cost 50 requests. One group whose members cannot be read is held, within what `Holding`
 * allows.
 */
export async function readMembers(
	talk: Talk,
	groups: readonly FoundGroup[],
	run: { readonly request: SnapshotRequest; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, Members>> {
	const members = new Map<string, Members>();
	const sees = seesHiddenMembers(await talk.rights(run.signal));
	const open: OneGroup[] = [];
	for (const group of groups) {
		if (group.hidesMembers && !sees) members.set(group.id, { held: `it hides its members, and Rollcall lacks ${HIDDEN}` });
		else open.push(new OneGroup(talk, group));
	}
	const holding = new Holding(groups.length);
	const settle = (group: OneGroup, outcome: Outcome) => {
		members.set(group.group.id, "failure" in outcome ? holding.hold(outcome.failure) : outcome);
		run.request.progress?.({ stage: "members", done: members.size, total: groups.length });
	};
	let steps = open.map((group) => group.first());
	while (steps.length > 0) {
		const batches = Array.from({ length: Math.ceil(steps.length / PARTS) }, (_, at) => steps.slice(at * PARTS, (at + 1) * PARTS));
		const one = async (batch: readonly Step[], signal: AbortSignal) => {
			const answers = await askBatch(talk, batch, signal);
			return batch.flatMap((step, at) => step.group.take(step, answers[at]!, (outcome) => settle(step.group, outcome)));
		};
		steps = (await together({ items: batches, width: talk.wire.settings.network.concurrency }, one, run.signal)).flat();
	}
	return members;
}

/** `page`: of the list itself; the others only ask how many there are of one type. */
interface Step extends Part {
	readonly group: OneGroup;
	readonly kind: "page" | "people" | "groups";
}

/** The reading of one group, step by step. */
class OneGroup {
	readonly group: FoundGroup;
	readonly #talk: Talk;
	#chain: Chain;
	readonly #path: string;
	readonly #found = new Map<string, "person" | "group" | "other">();
	readonly #typed: { people?: number; groups?: number } = {};
	#counted: number | undefined;
	#pages = 0;
	#begun = 0;
	#failed = false;

	constructor(talk: Talk, group: FoundGroup) {
		this.#talk = talk;
		this.group = group;
		this.#path = `/groups/${encodeURIComponent(group.id)}/members`;
		this.#chain = new Chain(`members of ${group.name}`);
	}

	/** From the beginning, whatever was read before. */
	first(): Step {
		this.#begun += 1;
		this.#found.clear();
		this.#counted = undefined;
		this.#chain = new Chain(`members of ${this.group.name}`);
		return this.#step(
			"page",
			targetOf(this.#path, { $select: "id", $top: this.#talk.wire.settings.pageSize ?? PAGE_SIZE, $count: "true" }),
		);
	}

	/** What is to be asked next; nothing when it is settled, or waits for its other count. */
	take(step: Step, answer: PartAnswer, settle: (outcome: Outcome) => void): readonly Step[] {
		// Held already, by the other count's failure.
		if (this.#failed) return [];
		const hold = (failure: unknown) => {
			this.#failed = true;
			settle({ failure });
			return [];
		};
		if ("error" in answer) return isExpired(answer.error) && this.#begun < TRIES ? [this.first()] : hold(answer.error);
		try {
			const next = step.kind === "page" ? this.#page(answer.body, step) : this.#count(answer.body, step.kind);
			if (next !== "settled") return next;
			settle(this.#members());
			return [];
		} catch (error) {
			return hold(error);
		}
	}

	#page(body: unknown, step: Step): readonly Step[] | "settled" {
		const page = this.#parsed(body);
		this.#counted ??= page["@odata.count"];
		this.#pages += 1;
		const before = this.#found.size;
		for (const row of page.value) {
			const member = known(memberFrom(row), this.#path);
			if (member.kind === "bad") throw new SyncError("source.malformed", `member ${member.id} of ${this.group.name}: ${member.because}`);
			this.#found.set(member.id, member.value.type);
		}
		const next = page["@odata.nextLink"];
		if (next !== undefined) {
			this.#chain.add(next, this.#found.size > before);
			if (this.#pages > MOST_PAGES) throw this.#odd(`more than ${MOST_PAGES} pages`);
			return [this.#step("page", this.#talk.below(next, this.#talk.where(step)))];
		}
		if (this.#counted === this.#found.size) return "settled";
		// v1.0 leaves service principals out of the list (a known issue of the vendor's), and nobody says whether it counts
		// them. People and groups are what matters: each of these counts must be met by itself.
		const count = (cast: string) => targetOf(`${this.#path}/microsoft.graph.${cast}`, { $select: "id", $top: 1, $count: "true" });
		return [this.#step("people", count("user")), this.#step("groups", count("group"))];
	}

	#count(body: unknown, kind: "people" | "groups"): readonly Step[] | "settled" {
		const stated = this.#parsed(body)["@odata.count"];
		if (stated === undefined) throw this.#odd("Graph does not say how many there are");
		this.#typed[kind] = stated;
		const { people, groups } = this.#typed;
		if (people === undefined || groups === undefined) return [];
		const found = this.#members();
		if (people === found.people.length && groups === found.groups.length) return "settled";
		throw this.#odd(`Graph counts ${people} people and ${groups} groups, but lists ${found.people.length} and ${found.groups.length}`);
	}

	#members(): Whole {
		const of = (wanted: string) => [...this.#found].flatMap(([id, type]) => (type === wanted ? [id] : []));
		return { people: of("person") as PersonId[], groups: of("group") as GroupId[] };
	}

	#parsed(body: unknown): Page {
		const parsed = pageSchema.safeParse(body);
		if (parsed.success) return parsed.data;
		throw new SyncError("source.malformed", `the members of ${this.group.name} came as something that is not a page of a list`);
	}

	#odd(what: string): SyncError {
		return new SyncError("source.incomplete", `the members of ${this.group.name} could not be proven whole: ${what}`, {
			context: { group: this.group.id },
			todo: "Nothing about this group was changed. Usually it was being edited, and the next run reads it whole.",
		});
	}

	#step(kind: Step["kind"], target: string): Step {
		return { group: this, kind, target, about: `group ${this.group.name}`, units: UNITS_MEMBERS };
	}
}
