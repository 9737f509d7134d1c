import type { Raw } from "../../config/kind.ts";
import type { AskedKind, Question } from "../../config/questions.ts";
import type { StarterPart } from "../../config/starter.ts";

/** One directory or product while it is asked about. */
export interface Part extends StarterPart {
	readonly what: "source" | "product";
	values: Raw;
	readonly examples: Set<string>;
	/** What was given before anything was asked, as it would stand in the file. */
	readonly given: Raw;
}

export const newPart = (what: Part["what"], name: string, kind: AskedKind, given: Raw = {}): Part => ({
	what,
	name,
	kind,
	given,
	values: {},
	examples: new Set(),
});

/** `okta.token`, as `--set` and messages name it. */
export const keyIn = (part: Part, question: Pick<Question, "key">): string => `${part.name}.${question.key}`;
