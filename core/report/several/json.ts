import { json as jsonOfOne } from "../json.ts";
import { type Ending, headlineOf } from "./endings.ts";

/** `{ version, headline, products }`: the reports as they stand, or `{ product: { id }, error }` for a product without one. */
export function* json(endings: readonly Ending[]): Iterable<string> {
	yield `{\n"version": 1,\n"headline": ${JSON.stringify(headlineOf(endings))},\n"products": [\n`;
	for (const [index, ending] of endings.entries()) {
		if (index > 0) yield ",\n";
		if ("report" in ending) yield* jsonOfOne(ending.report);
		else {
			const { code, message, todo } = ending.failure;
			yield JSON.stringify({ product: { id: ending.product }, error: { code, message, todo: todo ?? null } });
		}
	}
	yield "]\n}\n";
}
