import type { Report } from "./report.ts";
import { visible } from "./visible.ts";
import { isTrouble, number } from "./words.ts";

export type NextInput = Pick<Report, "outcome" | "posture" | "mode" | "planDigest" | "operations" | "holds" | "rejects"> & {
	readonly product: string;
	readonly planFile: string | undefined;
	/** False when the guard refused for something that no override passes (an empty directory, a protected account). */
	readonly mayOverride: boolean;
};

/** What to do next: a command, or a sentence with one in it. At most a handful. */
export function nextOf(input: NextInput): string[] {
	const lines = byOutcome(input);
	const who = toExplain(input);
	if (who !== undefined)
		lines.push(`rollcall explain ${who.startsWith("-") ? "-- " : ""}${quoted(who)}    # why this person, filter by filter`);
	if (input.rejects.length > 0) {
		const sources = [...new Set(input.rejects.map((reject) => reject.source))].join(", ");
		lines.push(
			`Mend the records that could not be read (${number(input.rejects.length)} in ${sources}); until then nothing about them changes.`,
		);
	}
	return lines;
}

function byOutcome(input: NextInput): string[] {
	const product = `--product ${quoted(input.product)}`;
	const file = input.planFile === undefined ? undefined : quoted(input.planFile);
	switch (input.outcome) {
		case "nothing-to-do":
		case "done":
			return [];
		case "differences":
			if (input.posture === "observe")
				return ["The posture is observe, so nothing is ever written; set `posture: additive` or `mirror` to apply."];
			if (file !== undefined) return [`rollcall apply ${file}    # exactly this plan, nothing else`];
			return [`rollcall diff ${product} --out plan.json    # keep this plan`, "rollcall apply plan.json    # then apply exactly that"];
		case "refused": {
			if (!input.mayOverride) return ["Look into the breach above first; no override passes it."];
			const command = file !== undefined ? `rollcall apply ${file}` : `rollcall sync ${product}`;
			return [
				"Look at the directory first: a failed or half import looks just like this.",
				`${command} --override ${input.planDigest}    # only if every change above is meant`,
			];
		}
		case "failures":
			return [`rollcall sync ${product}    # again: what is done is not repeated${unknowns(input)}`];
		case "stopped":
			return [`rollcall sync ${product}    # carries on where this run stopped${unknowns(input)}`];
	}
}

const unknowns = ({ operations }: NextInput): string =>
	operations.some((o) => o.state === "unknown") ? "; unknown outcomes are read back first" : "";

/** The person whose case teaches most: somebody who failed, is held, or would lose something; a plain name if there is one. */
function toExplain({ operations, holds, outcome }: NextInput): string | undefined {
	if (outcome === "done" && holds.length === 0) return undefined;
	const failed = operations.filter(isTrouble).map((o) => o.username);
	const losing = operations.filter((o) => o.kind === "account.disable").map((o) => o.username);
	const held = holds.map((hold) => hold.username);
	const anybody = operations.map((o) => o.username);
	const order = outcome === "refused" ? [losing, held, anybody] : [failed, held, losing, anybody];
	const names = order.map((list) => list.filter((name) => name !== "" && visible(name) === name)).find((list) => list.length > 0);
	return names?.find((name) => PLAIN.test(name)) ?? names?.[0];
}

const PLAIN = /^[A-Za-z0-9_./][A-Za-z0-9_./@+-]*$/;
/** As one word of a POSIX shell (IEEE Std 1003.1, Shell Command Language 2.2.2: single quotes preserve everything but themselves). */
const quoted = (word: string): string => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
